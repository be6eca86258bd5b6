// Where coroutines run beside the one that starts them: each connection of a server, say.
//
//   Scope scope;
//   while (true) {
//     auto [result, connection] = co_await ring.accept(listener);
//     if (result < 0) break;
//     if (!scope.spawn(serve(ring, std::move(connection)))) ...    // too many: it is dropped
//   }
//   scope.stop();              // asks all of them to end
//   co_await scope.join();     // when all of them have ended
//
// What is spawned begins at once, runs until it waits for something, and is gone as soon as it has
// ended. A Scope that dies drops what is in it. The first thing that is thrown in there comes out
// of join(), or is lost with the scope.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <utility>

#include "weir/ring/stop.h"
#include "weir/ring/task.h"

namespace weir {

class Scope {
 public:
  // At most so many at once. Where `parent` is requested, stop() is called.
  explicit Scope(Stop* parent = nullptr, std::uint32_t count_max = 65'536)
      : stop_(parent), count_max_(count_max) {}
  Scope(Scope const&) = delete;
  Scope& operator=(Scope const&) = delete;
  ~Scope();

  // False if there is no room: then `work` is as it was.
  [[nodiscard]] bool spawn(task<>&& work);
  void stop() { stop_.request(); }
  std::uint32_t count() const { return count_; }

  // One coroutine at a time.
  class Join {
   public:
    explicit Join(Scope& scope) : scope_(scope) {}
    ~Join() { scope_.joiner_ = nullptr; }
    bool await_ready() const { return scope_.count_ == 0; }
    void await_suspend(std::coroutine_handle<> waiter) {
      WEIR_ASSERT(!scope_.joiner_);
      scope_.joiner_ = waiter;
    }
    void await_resume() {
      if (scope_.thrown_) std::rethrow_exception(std::exchange(scope_.thrown_, nullptr));
    }

   private:
    Scope& scope_;
  };
  Join join() { return Join(*this); }

 private:
  // A coroutine that ends with the task in it, and nobody else's to destroy but a dying scope's.
  struct Spawned {
    struct promise_type {
      Stop* stop = nullptr;
      promise_type* previous = nullptr;
      promise_type* next = nullptr;

      Spawned get_return_object() { return {Handle::from_promise(*this)}; }
      std::suspend_always initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { WEIR_ASSERT(!"run() catches everything"); }
    };
    using Handle = std::coroutine_handle<promise_type>;

    Handle handle;
  };
  // co_await Self{}: the coroutine's own promise.
  struct Self {
    Spawned::promise_type* promise = nullptr;
    bool await_ready() { return false; }
    bool await_suspend(Spawned::Handle asking) {
      promise = &asking.promise();
      return false;
    }
    Spawned::promise_type& await_resume() { return *promise; }
  };

  static Spawned run(Scope& scope, task<> work);
  void add(Spawned::promise_type& spawned);
  void remove(Spawned::promise_type& spawned);

  Stop stop_;
  std::uint32_t const count_max_;
  std::uint32_t count_ = 0;
  Spawned::promise_type* first_ = nullptr;
  std::coroutine_handle<> joiner_;
  std::exception_ptr thrown_;
};

}  // namespace weir
