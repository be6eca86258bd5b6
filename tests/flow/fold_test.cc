// fold: one value in every tick.
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

template <class Lifetime>
std::vector<int> folded_over_three_ticks(Lifetime lifetime) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{1}) >> fold(lifetime, zero, sum) >> out.collect()));
  for (int i = 0; i < 3; ++i) df.run_tick();
  return out.take();
}

TEST(Fold, C2_fold_tick) { EXPECT_EQ(folded_over_three_ticks(tick), (std::vector{1, 0, 0})); }
TEST(Fold, C3_fold_static) { EXPECT_EQ(folded_over_three_ticks(forever), (std::vector{1, 1, 1})); }
TEST(Fold, OfNoneIsAsOfATick) { EXPECT_EQ(folded_over_three_ticks(none), (std::vector{1, 0, 0})); }

template <class Lifetime>
void fold_vectors(Lifetime lifetime, std::vector<int> const& second) {
  using Numbers = std::vector<int>;
  Channel<Numbers> in;
  Out<Numbers> out;
  Running df(flow(source_stream(in) >> fold(
                                           lifetime, [] { return Numbers(); },
                                           [](Numbers& all, Numbers const& some) {
                                             all.insert(all.end(), some.begin(), some.end());
                                           }) >>
                  out.collect()));
  EXPECT_EQ(df.current_tick(), 0u);
  send(in, {{1, 2}, {3, 4}});
  df.run_tick();
  EXPECT_EQ(df.current_tick(), 1u);
  EXPECT_EQ(out.take(), (std::vector<Numbers>{{1, 2, 3, 4}}));
  send(in, {{5, 6}, {7, 8}});
  df.run_tick();
  EXPECT_EQ(df.current_tick(), 2u);
  EXPECT_EQ(out.take(), (std::vector<Numbers>{second}));
  EXPECT_EQ(df.run_available(), 1u);
}

TEST(Fold, D1_fold_vec_tick) { fold_vectors(tick, {5, 6, 7, 8}); }
TEST(Fold, D1_fold_vec_static) { fold_vectors(forever, {1, 2, 3, 4, 5, 6, 7, 8}); }

TEST(Fold, L2_fold) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 5)) >> fold(zero, sum) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{10});
}

TEST(Fold, L6_two_folds) {
  Out<int> out;
  Running df(flow(source_iter(numbers(1, 5)) >> fold(zero, sum) >>
                  map([](int v) { return v * 2; }) >> fold(zero, sum) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{20});
}

template <class Lifetime>
std::vector<int> folded_stream(Lifetime lifetime, std::vector<std::vector<int>> const& batches) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> fold(lifetime, zero, sum) >> out.collect()));
  for (std::vector<int> const& batch : batches) {
    send(in, batch);
    df.run_tick();
  }
  return out.take();
}

TEST(Fold, L11_fold_static_over_ticks) {
  EXPECT_EQ(folded_stream(forever, {{1}, {2}, {10}}), (std::vector{1, 3, 13}));
}
TEST(Fold, L12_fold_tick_over_ticks) {
  EXPECT_EQ(folded_stream(tick, {{1, 2}, {10}}), (std::vector{3, 10}));
}

TEST(Fold, B14_external_event_resume) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> fold(forever, zero, sum) >> out.collect()));
  std::uint64_t ticks = 0;
  auto const expect = [&](int value) {
    EXPECT_EQ(out.take(), std::vector{value});
    EXPECT_EQ(df.current_tick(), ++ticks);
  };
  for (int i = 0; i < 3; ++i) {
    df.run_tick();
    expect(0);
  }
  df.run_available();
  expect(0);
  in.send(1);
  df.run_tick();
  expect(1);
  in.send(2);
  df.run_available();
  expect(3);
  df.run_available();
  expect(3);
}

TEST(Fold, MayBeASinkAndMayFoldIntoAnotherType) {
  std::string seen;
  Out<std::string> out;
  static constexpr node<"n"> n;
  Running df(flow(n = source_iter(numbers(0, 3)) >> tee(),
                  n >> fold([&] { return &seen; },
                            [](std::string* text, int v) { *text += std::to_string(v); }),
                  n >> fold([] { return std::string("<"); },
                            [](std::string& text, int v) { text += std::to_string(v); }) >>
                      out.collect()));
  df.run_tick();
  EXPECT_EQ(seen, "012");
  EXPECT_EQ(out.take(), std::vector<std::string>{"<012"});
}

template <class Lifetime>
std::vector<std::vector<int>> changed_folds(Lifetime lifetime) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> fold_no_replay(lifetime, zero, sum) >> out.collect()));
  std::vector<std::vector<int>> given;
  for (std::vector<int> const& batch : {std::vector<int>(), {1, 2}, {}, {10}, {}}) {
    send(in, batch);
    df.run_tick();
    given.push_back(out.take());
  }
  return given;
}

TEST(FoldNoReplay, GivesInTheFirstTickAndThenWhatChanged) {
  using Given = std::vector<std::vector<int>>;
  EXPECT_EQ(changed_folds(none), (Given{{0}, {3}, {}, {10}, {}}));
  EXPECT_EQ(changed_folds(tick), (Given{{0}, {3}, {}, {10}, {}}));
  EXPECT_EQ(changed_folds(forever), (Given{{0}, {3}, {}, {13}, {}}));
}

TEST(Fold, TakesAndMakesWhatCanOnlyBeMoved) {
  using Text = std::unique_ptr<std::string>;
  Channel<Text> in;
  Out<std::string> out;
  auto const empty = [] { return std::make_unique<std::string>(); };
  Running df(flow(source_stream(in) >> fold(empty, [](Text& all, Text some) { *all += *some; }) >>
                  map([](Text text) { return *text; }) >> out.collect()));
  in.send(std::make_unique<std::string>("a"));
  in.send(std::make_unique<std::string>("b"));
  df.run_tick();
  in.send(std::make_unique<std::string>("c"));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector<std::string>{"ab", "c"}));
}

struct Totals {
  int items = 0;
  int product = 1;
  int& add(int a, int b) {
    product *= a * b;
    return ++items;
  }
};

TEST(Fold, CallsItsFunctionInAllShapes) {
  using Pair = std::pair<int, int>;
  static constexpr node<"n"> n;
  Out<int> parts;
  Out<int> with_context;
  Out<int> with_both;
  Out<int> own;
  Out<int> by_member;
  Running df(
      flow(n = source_iter(std::vector<Pair>{{1, 2}, {3, 4}}) >> tee(),
           n >> fold(zero, [](int& all, int a, int b) { all += a * b; }) >> parts.collect(),
           n >> fold(zero,
                     [](Context const& context, int& all, Pair const& pair) {
                       all += pair.second + static_cast<int>(context.current_tick);
                     }) >>
               with_context.collect(),
           n >> fold(zero, [](Context const&, int& all, int a, int) { all += a; }) >>
               with_both.collect(),
           n >> fold(zero, [](int& all, Pair&& pair) { all += pair.first; }) >> own.collect(),
           n >> fold([] { return Totals(); }, &Totals::add) >>
               map([](Totals const& totals) { return 100 * totals.items + totals.product; }) >>
               by_member.collect()));
  df.run_tick();
  EXPECT_EQ(parts.take(), std::vector{14});
  EXPECT_EQ(with_context.take(), std::vector{6});
  EXPECT_EQ(with_both.take(), std::vector{4});
  EXPECT_EQ(own.take(), std::vector{4});
  EXPECT_EQ(by_member.take(), std::vector{224});
}

TEST(Fold, WhatInitThrowsAtTheEndOfATickEndsTheFlow) {
  int inits = 0;
  auto const init = [&inits] {
    if (++inits > 1) throw std::runtime_error("only once");
    return 0;
  };
  Running df(flow(source_iter(numbers(0, 3)) >> fold(init, sum)));
  EXPECT_NO_THROW(df.run_available());
  ASSERT_NE(df.graph.failure(), nullptr);
  EXPECT_EQ(df.graph.failure()->what, "only once");
  EXPECT_EQ(df.graph.failure()->node, "fold");
}

}  // namespace
}  // namespace weir
