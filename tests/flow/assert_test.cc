// assert_ and assert_eq: what a flow expects of its items.
#include <list>
#include <memory>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"checked"> checked;

std::string what_of(Running const& df) {
  return df.failure() == nullptr ? std::string() : df.failure()->what;
}

TEST(Assert, LetsPassWhatItsFunctionIsTrueFor) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 3)) >> assert_([](int v) { return v < 3; }) >>
                  assert_([](Context const& context, int) { return context.current_tick == 0; }) >>
                  out.collect()));
  df.run_available();
  EXPECT_EQ(what_of(df), "");
  EXPECT_EQ(out.take(), numbers(0, 3));
}

TEST(Assert, EndsTheFlowAtTheFirstItemForWhichItIsFalse) {
  std::vector<int> seen;
  auto const small = [](int v) { return v < 2; };
  Running df(
      flow(source_iter(numbers(0, 9)) >> inspect([&](int v) { seen.push_back(v); }) >> checked,
           checked = assert_(small)));
  df.run_available();
  EXPECT_EQ(seen, numbers(0, 3));
  EXPECT_EQ(df.failed_node(), "checked");
  EXPECT_EQ(what_of(df), "assert_(f): f is false for the item: 2");
}

TEST(AssertEq, A11_assert_eq_panics) {
  Running as_a_sink(flow(source_iter(std::vector{0}) >> assert_eq({1})));
  as_a_sink.run_available();
  EXPECT_EQ(what_of(as_a_sink), "assert_eq(range): item 0 should have been 1, but what came is 0");
  EXPECT_EQ(as_a_sink.failed_node(), "assert_eq");
  Running in_front_of_null(flow(source_iter(std::vector{0}) >> assert_eq({1}) >> null()));
  in_front_of_null.run_available();
  EXPECT_NE(what_of(in_front_of_null), "");
  Running twice(
      flow(source_iter(std::vector{1, 2, 3}) >> assert_eq({1, 2, 3}) >> assert_eq({1, 2, 3})));
  twice.run_available();
  EXPECT_EQ(what_of(twice), "");
}

TEST(AssertEq, GoesOnWhereTheLastTickStopped) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> assert_eq(std::vector{1, 2, 3}) >> out.collect()),
             {.items = 1});
  send(in, {1, 2});
  df.run_tick();
  df.run_tick();
  send(in, {3});
  df.run_tick();
  EXPECT_EQ(out.ticked(), (Ticked<int>{{0, 1}, {0, 2}, {2, 3}}));
  send(in, {4});
  df.run_tick();
  EXPECT_EQ(what_of(df), "assert_eq(range): one more than the expected 3 items came: 4");
}

TEST(AssertEq, TellsWhoAsksHowManyItemsAreMissing) {
  Channel<std::string> in;
  Expected expected(std::list<std::string>{"a", "b", "c"});
  EXPECT_EQ(expected.missing(), 3u);
  Running df(flow(source_stream(in) >> assert_eq(expected)));
  send(in, {"a", "b"});
  df.run_tick();
  EXPECT_EQ(expected.missing(), 1u);
  EXPECT_EQ(expected.seen(), 2u);
  send(in, {"c"});
  df.run_tick();
  EXPECT_EQ(expected.missing(), 0u);
  EXPECT_EQ(what_of(df), "");
}

TEST(AssertEq, ComparesIntegersAsNumbers) {
  Running df(flow(source_iter(std::vector<std::uint64_t>{1, 2, ~std::uint64_t{0}}) >>
                  assert_eq({1, 2, -1})));
  df.run_tick();
  EXPECT_EQ(what_of(df),
            "assert_eq(range): item 2 should have been -1, but what came is "
            "18446744073709551615");
  Running bits(flow(source_iter(std::vector{true, false}) >> assert_eq(std::vector{true, false})));
  bits.run_tick();
  EXPECT_EQ(what_of(bits), "");
}

TEST(AssertEq, OfWhatCanOnlyBeMoved) {
  struct Boxed {
    std::unique_ptr<int> value;
    bool operator==(int other) const { return *value == other; }
  };
  std::vector<int> out;
  Running df(flow(
      source_iter(numbers(0, 3)) >> map([](int v) { return Boxed{std::make_unique<int>(v)}; }) >>
      assert_eq(numbers(0, 3)) >> for_each([&](Boxed box) { out.push_back(*box.value); })));
  df.run_tick();
  EXPECT_EQ(what_of(df), "");
  EXPECT_EQ(out, numbers(0, 3));
}

}  // namespace
}  // namespace weir
