// What the tests of flows share: a place where items end up, a flow that runs by hand, and
// sequences.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"

namespace weir {

template <class T>
using Ticked = std::vector<std::pair<std::uint64_t, T>>;

template <class T>
std::vector<T> sorted(std::vector<T> items) {
  std::sort(items.begin(), items.end());
  return items;
}

// Where the items of a flow end up, with the tick in which they came. Outlives the flow.
template <class T>
class Out {
 public:
  // Ends a chain.
  auto collect() {
    return for_each([this](Context const& context, T item) {
      items_.emplace_back(context.current_tick, std::move(item));
    });
  }
  // What came since it was last asked: in order, as a bag (sorted), with the ticks.
  std::vector<T> take() {
    std::vector<T> items;
    for (auto& [in_tick, item] : items_) items.push_back(std::move(item));
    items_.clear();
    return items;
  }
  std::vector<T> bag() { return sorted(take()); }
  Ticked<T> ticked() { return std::exchange(items_, {}); }
  // A bag per tick.
  Ticked<T> ticked_bag() { return sorted(ticked()); }

 private:
  Ticked<T> items_;
};

// A flow in a graph of its own.
struct Running {
  Graph graph;

  template <class F>
  explicit Running(F flow, TickBudget budget = {}) {
    graph.set_budget(budget);
    std::move(flow).install(graph);
  }
  // One whole tick, however often it yields.
  void run_tick() {
    while (graph.run_tick() == Status::yielded) {  // each turn uses up a budget
    }
  }
  std::uint64_t run_available() { return graph.run_available(); }
  std::uint64_t current_tick() const { return graph.tick(); }
};

template <class T>
void send(Channel<T>& channel, std::initializer_list<std::type_identity_t<T>> items) {
  for (T const& item : items) channel.send(item);
}
template <class T>
void send(Channel<T>& channel, std::vector<T> const& items) {
  for (T const& item : items) channel.send(item);
}

// The numbers [begin, end).
inline std::vector<int> numbers(int begin, int end) {
  std::vector<int> all;
  for (int i = begin; i < end; ++i) all.push_back(i);
  return all;
}

inline constexpr auto sum = [](int& total, int item) { total += item; };
inline constexpr auto zero = [] { return 0; };
inline constexpr auto same = [](auto item) { return item; };

}  // namespace weir
