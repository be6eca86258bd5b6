// Flows that run while other threads send to them. Nothing here sleeps.
#include <atomic>
#include <set>
#include <thread>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

// Upstream reduces; fold gives the same sums, and the 0 it begins with is among them already.
TEST(FlowThreads, B15_run_yields) {
  Channel<int> in;
  std::set<int> seen;
  std::atomic<int> sums{-1};
  Graph graph;
  flow(source_stream(in) >> fold(forever, zero, sum) >> for_each([&](int total) {
         seen.insert(total);
         sums.store(total, std::memory_order_release);
         sums.notify_one();
         if (total == 45) graph.stop();
       }))
      .install(graph);
  std::thread sender([&] {
    int total = 0;
    for (int v = 0; v < 10; ++v) {
      in.send(v);
      total += v;
      for (int now = sums.load(); now != total; now = sums.load()) sums.wait(now);
    }
  });
  graph.run();
  sender.join();
  EXPECT_EQ(seen, (std::set{0, 1, 3, 6, 10, 15, 21, 28, 36, 45}));
}

TEST(FlowThreads, TwoFlowsOnTwoThreadsPassItemsBothWays) {
  constexpr int rounds = 1000;
  Channel<int> there(4);
  Channel<int> back(4);
  Graph near;
  Graph far;
  std::vector<int> seen;
  flow(source_stream(there) >> map([](int v) { return v + 1; }) >> for_each([&](int v) {
         back.send(v);
         if (v == rounds) far.stop();
       }))
      .install(far);
  static constexpr node<"balls"> balls;
  flow(balls = union_() >> for_each([&](int v) { there.send(v); }),
       source_iter(std::vector{0}) >> balls,
       source_stream(back) >> inspect([&](int v) {
         seen.push_back(v);
         if (v == rounds) near.stop();
       }) >>
           filter([](int v) { return v < rounds; }) >> balls)
      .install(near);
  std::thread other([&] { far.run(); });
  near.run();
  other.join();
  EXPECT_EQ(seen, numbers(1, rounds + 1));
}

}  // namespace
}  // namespace weir
