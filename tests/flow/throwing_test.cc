// A user function that throws ends its flow between two items and is reported by its node.
#include <stdexcept>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"doubled"> doubled;
static constexpr node<"halves"> halves;
static constexpr node<"both"> both;

[[noreturn]] void refuse(char const* why) { throw std::runtime_error(why); }

std::string thrower_of(Running& df) {
  return df.graph.failure() == nullptr ? "nobody" : df.graph.failure()->node;
}

TEST(Throwing, ANodeIsReportedByTheNameItHas) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{1, 2, 3, 4}) >> map(same) >> doubled,
                  doubled = map([](int v) {
                    if (v == 3) refuse("three");
                    return 2 * v;
                  }),
                  doubled >> filter([](int) { return true; }) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(thrower_of(df), "doubled");
  EXPECT_EQ(df.graph.failure()->what, "three");
  // Between items: those before it went all the way, it and those behind it nowhere.
  EXPECT_EQ(out.take(), (std::vector{2, 4}));
  df.run_available();
  EXPECT_TRUE(out.take().empty());
}

TEST(Throwing, ANodeWithoutANameIsReportedByItsOperator) {
  Running df(flow(source_iter(std::vector{1}) >> map(same) >>
                  for_each([](int) { refuse("for no reason"); })));
  df.run_tick();
  EXPECT_EQ(thrower_of(df), "for_each");
}

TEST(Throwing, WhoCallsTheThrowerIsNotBlamed) {
  // Both ways into the union are functions that call it; it is the one that throws that counts.
  Running df(flow(source_iter(std::vector{1, 2}) >> map(same) >> both,
                  source_iter(std::vector{3}) >> both, both = union_() >> tee(),
                  both >> for_each([](int) {}), both >> halves,
                  halves = flat_map([](int v) {
                             if (v == 3) refuse("odd");
                             return std::array{v};
                           }) >>
                           for_each([](int) {})));
  df.run_tick();
  EXPECT_EQ(thrower_of(df), "flat_map");
}

TEST(Throwing, WhatAFlushCallsIsBlamedToo) {
  Running df(
      flow(source_iter(std::vector{1, 2}) >>
               fold([] { return 0; }, [](int& total, int v) { total += v; }) >> halves,
           halves = map([](int) -> int { refuse("after the flush"); }) >> for_each([](int) {})));
  df.run_tick();
  EXPECT_EQ(thrower_of(df), "map");
}

TEST(Throwing, WhatTheStateIsMadeOfIsBlamed) {
  static constexpr node<"total"> total;
  int made = 0;
  Running df(flow(source_iter(std::vector{1}) >> total,
                  total = fold(
                      [&made] {
                        if (++made == 2) refuse("only once");
                        return 0;
                      },
                      sum),
                  total >> for_each([](int) {})));
  df.run_tick();
  EXPECT_EQ(thrower_of(df), "total");
}

TEST(Throwing, InTheMiddleOfABlock) {
  std::vector<int> out;
  Running df(flow(source_iter(numbers(0, 200)) >> doubled, doubled = map([](int v) {
                                                             if (v == 100) refuse("a hundred");
                                                             return v;
                                                           }),
                  doubled >> dest(out)));
  df.run_tick();
  EXPECT_EQ(thrower_of(df), "doubled");
  EXPECT_EQ(out, numbers(0, 64));  // what had left in a block before
}

TEST(Throwing, OtherFlowsGoOn) {
  Out<int> out;
  Channel<int> in;
  Running failing(flow(source_stream(in) >> for_each([](int) { refuse("here"); })));
  Running other(flow(source_iter(std::vector{1}) >> out.collect()));
  send(in, {1});
  failing.run_tick();
  other.run_tick();
  EXPECT_EQ(thrower_of(failing), "for_each");
  EXPECT_EQ(out.take(), (std::vector{1}));
  EXPECT_FALSE(failing.graph.can_start());
}

}  // namespace
}  // namespace weir
