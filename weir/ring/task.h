// task<T>: a coroutine for imperative code beside the flows: a handshake, work on files, a test.
//
//   task<std::uint64_t> copy(Async ring, Descriptor const& from, Descriptor const& to) {
//     std::uint64_t total = 0;
//     for (Bytes bytes(64 * 1024);;) {
//       auto [count, filled] = co_await ring.read(from, std::move(bytes));
//       ...
//
//   std::uint64_t const total = block_on(ring, copy(Async(ring), from, to));
//
// It begins when it is awaited, and ends before whoever awaits it goes on, so what it refers to
// outlives it, and nothing runs that nobody waits for. What it throws comes out where it is
// awaited. Dropping one that is suspended destroys what it holds, innermost first; an operation in
// flight is cancelled and keeps what it works on until the kernel lets go of it (async.h). Only a
// coroutine that is running right now must not be dropped, by itself or by what it calls.
//
// Nothing on the path of the items uses any of this. A task allocates its frame, and nothing else.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "weir/base/assert.h"
#include "weir/ring/ring.h"
#include "weir/ring/stop.h"

namespace weir {

struct TaskPromise;

// Who runs tasks without being awaited by them: told of each end, it says who goes on.
class TaskRunner {
 public:
  virtual std::coroutine_handle<> on_end(TaskPromise& ended) noexcept = 0;

 protected:
  ~TaskRunner() = default;
};

// What every task has, whatever its value.
struct TaskPromise {
  std::coroutine_handle<> waiter;  // goes on when this has ended; or
  TaskRunner* runner = nullptr;    // is told
  Stop* stop = nullptr;            // of whoever awaits this; null: none
  std::exception_ptr thrown;

  struct End {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      TaskPromise& promise = ended.promise();
      return promise.runner != nullptr ? promise.runner->on_end(promise) : promise.waiter;
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  End final_suspend() noexcept { return {}; }
  void unhandled_exception() { thrown = std::current_exception(); }
};

template <class T>
struct TaskValue : TaskPromise {
  std::optional<T> value;

  template <class U = T>
  void return_value(U&& returned) {
    value.emplace(std::forward<U>(returned));
  }
  T take() {
    if (thrown) std::rethrow_exception(thrown);
    WEIR_ASSERT(value.has_value());
    return std::move(*value);
  }
};
template <>
struct TaskValue<void> : TaskPromise {
  void return_void() {}
  void take() {
    if (thrown) std::rethrow_exception(thrown);
  }
};

// The Stop of the coroutine that awaits, if it has one.
template <class Promise>
Stop* stop_of(std::coroutine_handle<Promise> waiter) {
  if constexpr (requires { waiter.promise().stop; }) return waiter.promise().stop;
  else return nullptr;
}

template <class T = void>
class [[nodiscard]] task {
 public:
  struct promise_type : TaskValue<T> {
    task get_return_object() { return task(Handle::from_promise(*this)); }
  };
  using Handle = std::coroutine_handle<promise_type>;
  using value_type = T;

  task() = default;
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }

  // Whether there is a coroutine: not after a move.
  explicit operator bool() const { return handle_ != nullptr; }

  // Awaiting one consumes it: co_await work(), co_await std::move(work).
  struct Awaiter {
    Handle handle;
    bool await_ready() { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) {
      handle.promise().waiter = waiter;
      handle.promise().stop = stop_of(waiter);
      return handle;
    }
    T await_resume() { return handle.promise().take(); }
  };
  Awaiter operator co_await() && {
    WEIR_ASSERT(handle_ && !handle_.done());
    return {handle_};
  }

  // ---- for who is no coroutine
  // Runs until it waits for something; `runner` is told when it has ended, perhaps in here.
  void start(TaskRunner& runner, Stop* stop) {
    WEIR_ASSERT(handle_ && !handle_.done());
    handle_.promise().runner = &runner;
    handle_.promise().stop = stop;
    handle_.resume();
  }
  bool ended() const { return handle_ && handle_.done(); }
  bool is(TaskPromise const& promise) const { return handle_ && &handle_.promise() == &promise; }
  // It has ended by throwing.
  bool thrown() const { return ended() && handle_.promise().thrown != nullptr; }
  // What it returned, or throws what it threw. It must have ended.
  T take() {
    WEIR_ASSERT(ended());
    return handle_.promise().take();
  }

 private:
  explicit task(Handle handle) : handle_(handle) {}

  Handle handle_;
};

// co_await CurrentStop{}: the Stop of the coroutine that asks; null if it has none.
struct CurrentStop {
  Stop* stop = nullptr;

  bool await_ready() { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> asking) {
    stop = stop_of(asking);
    return false;
  }
  Stop* await_resume() { return stop; }
};

// Steps `ring` until `work` has ended: what it returned, or throws what it threw. Not from inside a
// callback or a coroutine of the same ring.
template <class T>
T block_on(Ring& ring, task<T> work, Stop* stop = nullptr) {
  struct Nobody final : TaskRunner {
    std::coroutine_handle<> on_end(TaskPromise&) noexcept override { return std::noop_coroutine(); }
  } nobody;
  work.start(nobody, stop);
  while (!work.ended()) ring.step(Wait::park);
  return work.take();
}

}  // namespace weir
