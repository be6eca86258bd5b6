// The smallest coroutine that can be awaited: it begins at once, and gives nothing but its end. For
// the function of dest_sink:
//
//   dest_sink([&](std::string line) -> Eager { co_await connection.write(line); })
//
// What it throws comes out where it is awaited. It may be resumed on any thread. Dropping one that
// is suspended destroys what it holds.
#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <utility>

namespace weir {

class [[nodiscard]] Eager {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  // Goes on with whoever awaits, if somebody does already.
  struct End {
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle ended) noexcept;
    void await_resume() noexcept {}
  };

  struct promise_type {
    Eager get_return_object() { return Eager(Handle::from_promise(*this)); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    End final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { thrown = std::current_exception(); }

    // Null, the address of the one that awaits, or that of this promise: it has ended.
    std::atomic<void*> waiter{nullptr};
    std::exception_ptr thrown;
  };

  Eager(Eager&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Eager& operator=(Eager&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Eager() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const { return promise().waiter.load() == &promise(); }
  bool await_suspend(std::coroutine_handle<> waiter) {
    void* nobody = nullptr;
    return promise().waiter.compare_exchange_strong(nobody, waiter.address());
  }
  void await_resume() {
    if (promise().thrown) std::rethrow_exception(promise().thrown);
  }

 private:
  explicit Eager(Handle handle) : handle_(handle) {}
  promise_type& promise() const { return handle_.promise(); }

  Handle handle_;
};

inline std::coroutine_handle<> Eager::End::await_suspend(Handle ended) noexcept {
  void* const waiter = ended.promise().waiter.exchange(&ended.promise());
  if (waiter == nullptr) return std::noop_coroutine();
  return std::coroutine_handle<>::from_address(waiter);
}

}  // namespace weir
