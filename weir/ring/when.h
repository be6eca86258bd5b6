// Several tasks at once, under one roof: whoever awaits goes on when all of them have ended.
//
//   auto [page, limits] = co_await when_all(read_page(ring), read_limits(ring));
//   auto first = co_await when_any(from_one(ring), from_the_other(ring));    // first.index()
//   auto timed = co_await with_timeout(ring, 1 * seconds, handshake(ring));
//
// A task that is not needed any more is asked to stop (stop.h), and joined: its operation in flight
// is cancelled, and it ends with what came of that. So nothing of it is left when the result is
// there, and a loser that had its own result already loses it in the open. What a task throws stops
// the others, and comes out when they have ended; of several the first. Each is gone, with what it
// was given, as soon as it has ended.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "weir/base/hash.h"
#include "weir/ring/async.h"
#include "weir/ring/task.h"

namespace weir {

// What a task's value is where there must be one.
template <class T>
using value_or_unit = std::conditional_t<std::is_void_v<T>, unit, T>;

// Puts the value of `work` where it is wanted, and is rid of the task and all that it holds then.
template <class T>
task<> run_into(std::optional<value_or_unit<T>>& value, task<T> work) {
  task<T> running = std::move(work);
  if constexpr (std::is_void_v<T>) {
    co_await std::move(running);
    value.emplace();
  } else {
    value.emplace(co_await std::move(running));
  }
}

// Runs tasks beside each other, and is awaited for the end of the last.
class Together final : public TaskRunner {
 public:
  // `stop` is theirs. With `one_will_do` the first end stops the others.
  Together(Stop& stop, std::size_t count, bool one_will_do)
      : stop_(stop), left_(count), one_will_do_(one_will_do) {}

  void start(std::span<task<>> branches) {
    for (task<>& branch : branches) branch.start(*this, &stop_);
  }

  bool await_ready() const { return left_ == 0; }
  void await_suspend(std::coroutine_handle<> waiter) { waiter_ = waiter; }
  void await_resume() {
    if (thrower_ != nullptr && (!one_will_do_ || thrower_ == first_))
      std::rethrow_exception(thrower_->thrown);
  }

  // The place of the one that ended first.
  std::size_t first(std::span<task<> const> branches) const {
    std::size_t index = 0;
    while (!branches[index].is(*first_)) ++index;
    return index;
  }

  std::coroutine_handle<> on_end(TaskPromise& ended) noexcept override {
    WEIR_ASSERT(left_ > 0);
    --left_;
    if (first_ == nullptr) first_ = &ended;
    if (thrower_ == nullptr && ended.thrown) thrower_ = &ended;
    if (one_will_do_ || thrower_ != nullptr) stop_.request();
    if (left_ > 0 || !waiter_) return std::noop_coroutine();
    return waiter_;
  }

 private:
  Stop& stop_;
  std::size_t left_;
  bool const one_will_do_;
  TaskPromise* first_ = nullptr;
  TaskPromise* thrower_ = nullptr;
  std::coroutine_handle<> waiter_;
};

template <class T>
std::vector<task<>> branches_of(std::vector<std::optional<value_or_unit<T>>>& values,
                                std::vector<task<T>>& tasks) {
  std::vector<task<>> branches;
  branches.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i)
    branches.push_back(run_into(values[i], std::move(tasks[i])));
  return branches;
}

// What each returned; `unit` where that is nothing.
template <class... T>
requires(sizeof...(T) > 0) task<std::tuple<value_or_unit<T>...>> when_all(task<T>... tasks) {
  std::tuple<std::optional<value_or_unit<T>>...> values;
  Stop stop(co_await CurrentStop{});
  Together together(stop, sizeof...(T), false);
  auto branches = std::apply(
      [&](auto&... value) { return std::array{run_into(value, std::move(tasks))...}; }, values);
  together.start(branches);
  co_await together;
  co_return std::apply(
      [](auto&... value) { return std::tuple<value_or_unit<T>...>(*std::move(value)...); }, values);
}

template <class T>
task<std::vector<value_or_unit<T>>> when_all(std::vector<task<T>> tasks) {
  std::vector<std::optional<value_or_unit<T>>> values(tasks.size());
  Stop stop(co_await CurrentStop{});
  Together together(stop, tasks.size(), false);
  std::vector<task<>> branches = branches_of(values, tasks);
  together.start(branches);
  co_await together;
  std::vector<value_or_unit<T>> all;
  all.reserve(values.size());
  for (auto& value : values) all.push_back(*std::move(value));
  co_return std::move(all);
}

// What the first to end returned: its index() is its place. What it threw comes out; what a loser
// throws does not.
template <class... T>
requires(sizeof...(T) > 0) task<std::variant<value_or_unit<T>...>> when_any(task<T>... tasks) {
  using Value = std::variant<value_or_unit<T>...>;
  std::tuple<std::optional<value_or_unit<T>>...> values;
  Stop stop(co_await CurrentStop{});
  Together together(stop, sizeof...(T), true);
  auto branches = std::apply(
      [&](auto&... value) { return std::array{run_into(value, std::move(tasks))...}; }, values);
  together.start(branches);
  co_await together;
  std::size_t const first = together.first(branches);
  std::optional<Value> chosen;
  [&]<std::size_t... index>(std::index_sequence<index...>) {
    auto const take = [&](auto place, auto& value) {
      if (place == first) chosen.emplace(std::in_place_index<place>, *std::move(value));
    };
    (take(std::integral_constant<std::size_t, index>{}, std::get<index>(values)), ...);
  }
  (std::index_sequence_for<T...>{});
  co_return *std::move(chosen);
}

template <class T>
struct First {
  First(std::size_t its_index, value_or_unit<T> its_value)
      : index(its_index), value(std::move(its_value)) {}

  std::size_t index;
  value_or_unit<T> value;
};

// Of many alike; there must be one.
template <class T>
task<First<T>> when_any(std::vector<task<T>> tasks) {
  WEIR_ASSERT(!tasks.empty());
  std::vector<std::optional<value_or_unit<T>>> values(tasks.size());
  Stop stop(co_await CurrentStop{});
  Together together(stop, tasks.size(), true);
  std::vector<task<>> branches = branches_of(values, tasks);
  together.start(branches);
  co_await together;
  std::size_t const first = together.first(branches);
  co_return First<T>(first, *std::move(values[first]));
}

template <class T>
struct Timed {
  Timed(bool late, value_or_unit<T> its_value) : timed_out(late), value(std::move(its_value)) {}

  bool timed_out;          // it was asked to stop because the time was up
  value_or_unit<T> value;  // what it returned all the same
};

// Gives `work` so much time; then it is asked to stop, and what it makes of that is its value.
template <class T>
task<Timed<T>> with_timeout(Async ring, Duration duration, task<T> work) {
  std::optional<value_or_unit<T>> value;
  bool is_late = false;
  auto const sleep = [](Async on, Duration time, bool& late) -> task<> {
    late = co_await on.sleep(time) == 0;
  };
  Stop stop(co_await CurrentStop{});
  Together together(stop, 2, true);
  std::array branches{run_into(value, std::move(work)), sleep(ring, duration, is_late)};
  together.start(branches);
  co_await together;
  if (branches[0].thrown()) branches[0].take();  // although it was late
  co_return Timed<T>(is_late && together.first(branches) == 1, *std::move(value));
}

// Runs `work` with a Stop of its own, which is requested with that of whoever awaits, too.
template <class T>
task<T> with_stop(Stop& stop, task<T> work) {
  struct Both : StopListener {
    explicit Both(Stop& requested) : stop(requested) {}
    Stop& stop;
  } both(stop);
  Stop* const outer = co_await CurrentStop{};
  if (outer != nullptr && outer->requested()) stop.request();
  else if (outer != nullptr) {
    both.listen(*outer, [](StopListener& told) { static_cast<Both&>(told).stop.request(); });
  }
  std::optional<value_or_unit<T>> value;
  Together together(stop, 1, false);
  std::array branches{run_into(value, std::move(work))};
  together.start(branches);
  co_await together;
  if constexpr (!std::is_void_v<T>) co_return *std::move(value);
}

}  // namespace weir
