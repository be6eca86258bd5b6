// partition: each item to one of several outputs, as a function says.
#include <memory>
#include <stdexcept>

#include "tests/flow/flow_testing.h"
#include "weir/plan/describe.h"

namespace weir {
namespace {

using Strings = std::vector<std::string>;

static constexpr node<"p"> p;
static constexpr node<"out"> joined;

auto at_port(int number) {
  return map([number](int v) { return std::to_string(v) + " " + std::to_string(number); });
}

TEST(Partition, A8_partition_indexed) {
  Out<std::string> out;
  Running df(flow(p = source_iter(numbers(0, 20)) >> partition([](int v, int n) { return v % n; }),
                  p[_2] >> at_port(2) >> joined, p[_1] >> at_port(1) >> joined,
                  p[_3] >> at_port(3) >> joined, p[_0] >> at_port(0) >> joined,
                  joined = union_() >> out.collect()));
  df.run_available();
  Strings expected;
  for (int const v : numbers(0, 20)) {
    expected.push_back(std::to_string(v) + " " + std::to_string(v % 4));
  }
  EXPECT_EQ(out.take(), expected);
}

TEST(Partition, ByNamesOfItsOutputs) {
  In<int> in;
  Out<int> evens("evens");
  Out<int> odds("odds");
  FlowScript script([&] {
    return flow(p = source_stream(in) >> partition<"evens", "odds">([](int v, int even, int odd) {
                      return v % 2 == 0 ? even : odd;
                    }),
                p[port<"odds">] >> odds.collect(), p[port<"evens">] >> evens.collect());
  });
  script.tick({in.gets(1, 2, 3, 4)}, {evens.gives(2, 4), odds.gives(1, 3)});
  script.tick({in.gets(5)}, {odds.gives(5)});
  EXPECT_EQ(script.differences(), "");
}

TEST(Partition, TheFunctionTakesItemsPartsAndTheContext) {
  Out<int> first;
  Out<int> second;
  using Pair = std::pair<int, int>;
  std::vector<Pair> const items{{0, 10}, {1, 11}};
  auto const largest = [](auto a, auto b) { return a > b ? a : b; };
  auto const run = [&](auto choose) {
    Running df(flow(p = source_iter(items) >> partition(choose),
                    p[_0] >> map(largest) >> first.collect(),
                    p[_1] >> map(largest) >> second.collect()));
    df.run_tick();
    EXPECT_EQ(df.failed_node(), "");
    EXPECT_EQ(first.take(), std::vector{10});
    EXPECT_EQ(second.take(), std::vector{11});
  };
  run([](Pair const& item, int) { return item.first; });
  run([](Pair item, auto) { return item.first == 1; });
  run([](int a, int, int n) { return static_cast<std::uint8_t>(a % n); });
  run([](Context const& context, Pair const& item, int) {
    return static_cast<std::uint64_t>(item.first) + context.current_tick;
  });
  run([](Context const&, int a, int, int) { return a; });
}

TEST(Partition, OfWhatCanOnlyBeMoved) {
  std::vector<int> evens;
  std::vector<int> odds;
  auto const into = [](std::vector<int>& seen) {
    return for_each([&seen](std::unique_ptr<int> v) { seen.push_back(*v); });
  };
  Running df(flow(p = source_iter(numbers(0, 5)) >>
                      map([](int v) { return std::make_unique<int>(v); }) >>
                      partition([](std::unique_ptr<int> const& v, int n) { return *v % n; }),
                  p[_0] >> into(evens), p[_1] >> into(odds)));
  df.run_tick();
  EXPECT_EQ(evens, (std::vector{0, 2, 4}));
  EXPECT_EQ(odds, (std::vector{1, 3}));
}

TEST(Partition, ANumberThatIsNoOutputEndsTheFlow) {
  for (int const wrong : {2, -1}) {
    Out<int> out;
    Running df(flow(p = source_iter(numbers(0, 9)) >>
                        partition([wrong](int v, int) { return v == 3 ? wrong : v % 2; }),
                    p[_0] >> out.collect(), p[_1] >> out.collect()));
    df.run_tick();
    EXPECT_EQ(df.failed_node(), "p");
    EXPECT_EQ(df.failure()->what, "partition(f): f returned " + std::to_string(wrong) +
                                      ", but there are outputs 0 to 1 only; the item is 3");
    EXPECT_EQ(out.take(), numbers(0, 3));
  }
}

TEST(Partition, AFunctionThatThrowsIsReportedByItsNode) {
  Out<int> out;
  Running df(flow(p = source_iter(numbers(0, 3)) >> partition([](int v, int) -> int {
                        if (v == 1) throw std::runtime_error("one");
                        return 0;
                      }),
                  p[_0] >> out.collect(), p[_1] >> out.collect()));
  df.run_tick();
  EXPECT_EQ(df.failed_node(), "p");
  EXPECT_EQ(df.failure()->what, "one");
}

TEST(Partition, APictureNamesThePorts) {
  auto const numbered = flow(
      p = source_iter(numbers(0, 3)) >>
          partition<"few", "many">([](int v, int few, int many) { return v < 2 ? few : many; }),
      p[port<"few">] >> null(), p[port<"many">] >> null());
  std::string const picture = to_mermaid(numbered.plan());
  EXPECT_NE(picture.find("n1 -->|\"few\"| n2"), picture.npos) << picture;
  EXPECT_NE(picture.find("n1 -->|\"many\"| n3"), picture.npos) << picture;
}

}  // namespace
}  // namespace weir
