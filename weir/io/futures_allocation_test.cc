// After warm-up no future costs an allocation: neither one that is ready, nor one that waits.
#include <gtest/gtest.h>

#include <vector>

#include "tests/counted_new.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/resolve_futures.h"

namespace weir {
namespace {

std::vector<std::coroutine_handle<>> waiting;

struct Future {
  int number;
  bool await_ready() const { return number % 2 == 0; }
  void await_suspend(std::coroutine_handle<> waiter) const { waiting.push_back(waiter); }
  int await_resume() const { return number; }
};

std::uint64_t allocations_after_warm_up(auto resolve) {
  waiting.reserve(64);
  Input<int> input;
  std::uint64_t count = 0;
  Graph graph;
  flow(source_stream(input) >> map([](int number) { return Future{number}; }) >>
       std::move(resolve) >> for_each([&](int) { ++count; }))
      .install(graph);
  constexpr std::uint64_t rounds = 20;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    counting = round > rounds / 2;
    for (int i = 0; i < 100; ++i) input.give(i);
    while (count < round * 100) {
      graph.run_tick();
      for (std::coroutine_handle<> const waiter : waiting) waiter.resume();
      waiting.clear();
    }
    counting = false;
  }
  return std::exchange(allocations, 0);
}

TEST(FuturesAllocation, after_warm_up_a_future_allocates_nothing) {
  FutureLimits const limits{.in_flight_max = 16};
  EXPECT_EQ(allocations_after_warm_up(resolve_futures(limits)), 0u);
  EXPECT_EQ(allocations_after_warm_up(resolve_futures_ordered(limits)), 0u);
  EXPECT_EQ(allocations_after_warm_up(resolve_futures_blocking(limits)), 0u);
  EXPECT_EQ(allocations_after_warm_up(resolve_futures_blocking_ordered(limits)), 0u);
}

}  // namespace
}  // namespace weir
