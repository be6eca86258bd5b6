// Futures that land when a test says so.
#pragma once

#include <coroutine>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weir {

// Each future has a number. What was promised before it is asked makes it ready at once.
class Promises {
 public:
  class Future {
   public:
    Future(Promises& promises, int number) : promises_(&promises), number_(number) {
      ++promises.alive;
    }
    Future(Future&& other) noexcept
        : promises_(std::exchange(other.promises_, nullptr)), number_(other.number_) {}
    Future& operator=(Future&&) = delete;
    ~Future() {
      if (promises_ == nullptr) return;
      --promises_->alive;
      promises_->waiting_.erase(number_);
    }

    bool await_ready() {
      ++promises_->asked[number_];
      return promises_->kept_.count(number_) > 0;
    }
    void await_suspend(std::coroutine_handle<> waiter) {
      promises_->begun.push_back(number_);
      promises_->waiting_[number_] = waiter;
    }
    // Ten times its number, unless it is broken.
    int await_resume() {
      if (promises_->kept_.at(number_)) return 10 * number_;
      throw std::runtime_error("promise " + std::to_string(number_) + " is broken");
    }

   private:
    Promises* promises_;
    int number_;
  };

  Future future(int number) { return {*this, number}; }
  // What a flow maps items with.
  auto make() {
    return [this](int number) { return future(number); };
  }

  void keep(int number) { settle(number, true); }
  void break_it(int number) { settle(number, false); }
  std::size_t in_flight() const { return waiting_.size(); }

  std::vector<int> begun;    // in this order
  std::map<int, int> asked;  // how often each was asked whether it is ready
  int alive = 0;             // futures that nobody has destroyed

 private:
  void settle(int number, bool kept) {
    kept_[number] = kept;
    auto const found = waiting_.find(number);
    if (found == waiting_.end()) return;
    auto const waiter = found->second;
    waiting_.erase(found);
    waiter.resume();
  }

  std::map<int, bool> kept_;
  std::map<int, std::coroutine_handle<>> waiting_;
};

// An async stream of numbers from `first` on, each a promise to be kept; it ends before `end`.
class PromisedStream {
 public:
  // What next() gives: the number itself, when the promise with that number is kept.
  class Next {
   public:
    explicit Next(std::optional<Promises::Future> future) : future_(std::move(future)) {}
    bool await_ready() { return !future_ || future_->await_ready(); }
    void await_suspend(std::coroutine_handle<> waiter) { future_->await_suspend(waiter); }
    std::optional<int> await_resume() {
      if (!future_) return {};
      return future_->await_resume();
    }

   private:
    std::optional<Promises::Future> future_;
  };

  PromisedStream(Promises& promises, int first, int end)
      : promises_(&promises), next_(first), end_(end) {}
  Next next() {
    if (next_ == end_) return Next({});
    return Next(promises_->future(next_++));
  }

 private:
  Promises* promises_;
  int next_;
  int end_;
};

}  // namespace weir
