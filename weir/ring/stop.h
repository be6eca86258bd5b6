// How somebody outside asks coroutines to end: a Stop is requested once, and whatever listens is
// told. It is a wish: an operation in flight is cancelled and its result says what came of it, one
// that has not begun ends with -ECANCELED at once, and the coroutine goes on from there.
//
//   Stop stop;
//   Scope scope(&stop);            // what is spawned in there, and all that it awaits, sees it
//   ...
//   stop.request();
//
// A Stop may have a parent, whose request is then its own as well. Everything here belongs to one
// thread (another one posts the request to it, remote.h), and may die in any order.
#pragma once

#include "weir/base/assert.h"

namespace weir {

class Stop;

// Is told of a request once, from inside it: it takes note and resumes nobody.
class StopListener {
 public:
  using Told = void (*)(StopListener& listener);

  StopListener() = default;
  StopListener(StopListener const&) = delete;
  StopListener& operator=(StopListener const&) = delete;
  ~StopListener() { unlink(); }

  // `stop` must not have been requested yet.
  inline void listen(Stop& stop, Told told);
  inline void unlink();

 private:
  friend class Stop;

  Stop* stop_ = nullptr;
  Told told_ = nullptr;
  StopListener* previous_ = nullptr;
  StopListener* next_ = nullptr;
};

class Stop {
 public:
  explicit Stop(Stop* parent = nullptr) {
    if (parent == nullptr) return;
    if (parent->requested()) requested_ = true;
    else from_parent_.listen(*parent, on_parent);
  }
  Stop(Stop const&) = delete;
  Stop& operator=(Stop const&) = delete;
  ~Stop() {
    while (first_ != nullptr) first_->unlink();
  }

  bool requested() const { return requested_; }
  void request() {
    requested_ = true;
    while (first_ != nullptr) {
      StopListener& listener = *first_;
      listener.unlink();
      listener.told_(listener);
    }
  }

 private:
  friend class StopListener;

  struct FromParent : StopListener {
    explicit FromParent(Stop& its_stop) : stop(its_stop) {}
    Stop& stop;
  };
  static void on_parent(StopListener& listener) {
    static_cast<FromParent&>(listener).stop.request();
  }

  bool requested_ = false;
  StopListener* first_ = nullptr;
  FromParent from_parent_{*this};
};

inline void StopListener::listen(Stop& stop, Told told) {
  WEIR_ASSERT(stop_ == nullptr);
  WEIR_ASSERT(!stop.requested());
  stop_ = &stop;
  told_ = told;
  previous_ = nullptr;
  next_ = stop.first_;
  if (next_ != nullptr) next_->previous_ = this;
  stop.first_ = this;
}

inline void StopListener::unlink() {
  if (stop_ == nullptr) return;
  if (previous_ != nullptr) previous_->next_ = next_;
  else stop_->first_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  stop_ = nullptr;
}

}  // namespace weir
