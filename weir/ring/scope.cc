#include "weir/ring/scope.h"

namespace weir {

Scope::~Scope() {
  while (first_ != nullptr) {
    Spawned::promise_type& dropped = *first_;
    remove(dropped);
    Spawned::Handle::from_promise(dropped).destroy();
  }
}

bool Scope::spawn(task<>&& work) {
  WEIR_ASSERT(work);
  if (count_ == count_max_) return false;
  Spawned const spawned = run(*this, std::move(work));
  spawned.handle.promise().stop = &stop_;
  add(spawned.handle.promise());
  spawned.handle.resume();
  return true;
}

Scope::Spawned Scope::run(Scope& scope, task<> work) {
  Spawned::promise_type& self = co_await Self{};
  std::exception_ptr thrown;
  try {
    task<> running = std::move(work);  // gone with what it holds before anybody is told
    co_await std::move(running);
  } catch (...) {
    thrown = std::current_exception();
  }
  scope.remove(self);
  if (thrown && !scope.thrown_) scope.thrown_ = thrown;
  // The joiner may end the scope: nothing of it is touched after this.
  if (scope.count_ == 0 && scope.joiner_) std::exchange(scope.joiner_, nullptr).resume();
}

void Scope::add(Spawned::promise_type& spawned) {
  spawned.next = first_;
  if (first_ != nullptr) first_->previous = &spawned;
  first_ = &spawned;
  ++count_;
}

void Scope::remove(Spawned::promise_type& spawned) {
  if (spawned.previous != nullptr) spawned.previous->next = spawned.next;
  else first_ = spawned.next;
  if (spawned.next != nullptr) spawned.next->previous = spawned.previous;
  WEIR_ASSERT(count_ > 0);
  --count_;
}

}  // namespace weir
