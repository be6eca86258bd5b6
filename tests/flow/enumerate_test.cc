// enumerate: items with their numbers.
#include <memory>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Numbered = std::pair<std::size_t, int>;

static constexpr node<"around"> around;

TEST(Enumerate, CountsFromZeroInEachTick) {
  In<int> in;
  Out<Numbered> out;
  FlowScript script([&] { return flow(source_stream(in) >> enumerate() >> out.collect()); });
  script.tick({in.gets(7, 8, 9)}, {out.gives({{0, 7}, {1, 8}, {2, 9}})});
  script.tick();
  script.tick({in.gets(7)}, {out.gives({{0, 7}})});
  EXPECT_EQ(script.differences(), "");
}

TEST(Enumerate, ForeverGoesOnCounting) {
  In<int> in;
  Out<Numbered> out;
  FlowScript script([&] { return flow(source_stream(in) >> enumerate(forever) >> out.collect()); });
  script.tick({in.gets(7, 8)}, {out.gives({{0, 7}, {1, 8}})});
  script.tick({in.gets(7, 9)}, {out.gives({{2, 7}, {3, 9}})});
  EXPECT_EQ(script.differences(), "");
}

// Round a cycle within one tick its subgraph runs several times.
template <class Lifetime>
std::vector<Numbered> enumerated_round_a_cycle(Lifetime lifetime) {
  Out<Numbered> out;
  Running df(flow(
      source_iter(std::vector{0}) >> around, around = union_() >> tee(),
      around >> filter([](int v) { return v < 3; }) >> map([](int v) { return v + 1; }) >> around,
      around >> enumerate(lifetime) >> out.collect()));
  df.run_tick();
  return out.take();
}

TEST(Enumerate, NoneCountsFromZeroInEachRun) {
  EXPECT_EQ(enumerated_round_a_cycle(tick),
            (std::vector<Numbered>{{0, 0}, {1, 1}, {2, 2}, {3, 3}}));
  // The second run of the subgraph gives both what the first left in the handoff and its own.
  auto const of_runs = enumerated_round_a_cycle(none);
  ASSERT_EQ(of_runs.size(), 4u);
  EXPECT_EQ(of_runs.front(), (Numbered{0, 0}));
  EXPECT_LT(of_runs.back().first, 3u);
}

TEST(Enumerate, OfWhatCanOnlyBeMoved) {
  std::vector<Numbered> seen;
  Running df(
      flow(source_iter(numbers(5, 7)) >> map([](int v) { return std::make_unique<int>(v); }) >>
           enumerate() >>
           for_each([&](std::size_t i, std::unique_ptr<int> v) { seen.emplace_back(i, *v); })));
  df.run_tick();
  EXPECT_EQ(seen, (std::vector<Numbered>{{0, 5}, {1, 6}}));
}

}  // namespace
}  // namespace weir
