// fold_keyed, reduce_keyed: one accumulated value for each key.
#include <memory>
#include <string>
#include <tuple>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Words = std::vector<std::pair<std::string, int>>;

// What comes out tick by tick when these batches go in; with a budget of one item too.
template <class Op>
std::vector<Words> keyed(Op op, std::vector<Words> const& batches) {
  std::vector<Words> given;
  for (std::int64_t const budget : {TickBudget{}.items, std::int64_t{1}}) {
    Channel<std::pair<std::string, int>> in;
    Out<std::pair<std::string, int>> out;
    Running df(flow(source_stream(in) >> op >> out.collect()), {.items = budget});
    std::vector<Words> now;
    for (Words const& batch : batches) {
      send(in, batch);
      df.run_tick();
      now.push_back(out.take());
    }
    if (given.empty()) given = now;
    EXPECT_EQ(given, now) << "budget " << budget;
  }
  return given;
}

template <class Lifetime>
auto sums(Lifetime lifetime) {
  return fold_keyed(lifetime, zero, sum);
}

TEST(FoldKeyed, C6_fold_keyed_tick) {
  Out<std::pair<std::string, int>> out;
  Running df(
      flow(source_iter(Words{{"a", 1}, {"a", 2}}) >> fold_keyed(zero, sum) >> out.collect()));
  for (int i = 0; i < 3; ++i) df.run_tick();
  EXPECT_EQ(out.take(), (Words{{"a", 3}}));
}

TEST(FoldKeyed, D3_fold_keyed_sum) {
  Out<std::pair<std::string, int>> out;
  Running df(
      flow(source_iter(Words{{"123", 33}, {"123", 52}, {"123", 72}, {"123", 83}, {"123", 78}}) >>
           sums(forever) >> out.collect()));
  df.run_tick();
  df.run_available();
  EXPECT_EQ(out.ticked(),
            (Ticked<std::pair<std::string, int>>{{0, {"123", 318}}, {1, {"123", 318}}}));
}

std::vector<Words> const batches{{{"b", 1}, {"a", 2}, {"b", 3}}, {}, {{"c", 4}, {"a", 5}}, {}};
std::vector<Words> const tick_by_tick{{{"b", 4}, {"a", 2}}, {}, {{"c", 4}, {"a", 5}}, {}};
std::vector<Words> const all_in_every_tick{{{"b", 4}, {"a", 2}},
                                           {{"b", 4}, {"a", 2}},
                                           {{"b", 4}, {"a", 7}, {"c", 4}},
                                           {{"b", 4}, {"a", 7}, {"c", 4}}};
std::vector<Words> const what_changed{{{"b", 4}, {"a", 2}}, {}, {{"c", 4}, {"a", 7}}, {}};

TEST(FoldKeyed, GivesEachKeyInTheOrderTheyCame) {
  EXPECT_EQ(keyed(sums(none), batches), tick_by_tick);
  EXPECT_EQ(keyed(sums(tick), batches), tick_by_tick);
  EXPECT_EQ(keyed(sums(forever), batches), all_in_every_tick);
}

TEST(FoldKeyedNoReplay, GivesWhatChanged) {
  EXPECT_EQ(keyed(fold_keyed_no_replay(zero, sum), batches), what_changed);
  EXPECT_EQ(keyed(fold_keyed_no_replay(forever, zero, sum), batches), what_changed);
  EXPECT_EQ(keyed(fold_keyed_no_replay(tick, zero, sum), batches), tick_by_tick);
}

TEST(ReduceKeyed, BeginsWithTheFirstValueOfAKey) {
  auto const longest = [](int& most, int some) { most = std::max(most, some); };
  std::vector<Words> const some{{{"b", -1}, {"a", 2}, {"b", -3}}, {}, {{"a", 5}, {"b", -2}}};
  EXPECT_EQ(keyed(reduce_keyed(longest), some),
            (std::vector<Words>{{{"b", -1}, {"a", 2}}, {}, {{"a", 5}, {"b", -2}}}));
  EXPECT_EQ(keyed(reduce_keyed(none, longest), some),
            (std::vector<Words>{{{"b", -1}, {"a", 2}}, {}, {{"a", 5}, {"b", -2}}}));
  EXPECT_EQ(
      keyed(reduce_keyed(forever, longest), some),
      (std::vector<Words>{{{"b", -1}, {"a", 2}}, {{"b", -1}, {"a", 2}}, {{"b", -1}, {"a", 5}}}));
  EXPECT_EQ(keyed(reduce_keyed_no_replay(longest), some),
            (std::vector<Words>{{{"b", -1}, {"a", 2}}, {}, {{"a", 5}, {"b", -1}}}));
}

TEST(FoldKeyed, TakesValuesThatCanOnlyBeMoved) {
  using Text = std::unique_ptr<std::string>;
  using Keyed = std::pair<int, Text>;
  Channel<Keyed> in;
  Out<std::pair<int, std::string>> out;
  Running df(flow(source_stream(in) >> fold_keyed([] { return std::make_unique<std::string>(">"); },
                                                  [](Text& text, Text some) { *text += *some; }) >>
                  reduce_keyed([](Text&, Text) {}) >> map([](int key, Text const& text) {
                    return std::pair{key, *text};
                  }) >>
                  out.collect()));
  in.send(Keyed{7, std::make_unique<std::string>("a")});
  in.send(Keyed{8, std::make_unique<std::string>("b")});
  in.send(Keyed{7, std::make_unique<std::string>("c")});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector<std::pair<int, std::string>>{{7, ">ac"}, {8, ">b"}}));
}

TEST(FoldKeyed, TakesTuplesOfTwoParts) {
  using Item = std::tuple<std::string, int>;
  Out<std::pair<std::string, int>> sums_of_tuples;
  Out<std::pair<std::string, int>> reduced;
  static constexpr node<"n"> n;
  Running df(flow(n = source_iter(std::vector<Item>{{"a", 1}, {"b", 2}, {"a", 3}}) >> tee(),
                  n >> fold_keyed(zero, sum) >> sums_of_tuples.collect(),
                  n >> reduce_keyed(sum) >> reduced.collect()));
  df.run_tick();
  EXPECT_EQ(sums_of_tuples.take(), (Words{{"a", 4}, {"b", 2}}));
  EXPECT_EQ(reduced.take(), (Words{{"a", 4}, {"b", 2}}));
}

TEST(FoldKeyed, CallsItsFunctionInAllShapes) {
  using Pair = std::pair<int, int>;
  using Item = std::pair<char, Pair>;
  static constexpr node<"n"> n;
  Out<std::pair<char, int>> parts;
  Out<std::pair<char, int>> with_context;
  Out<std::pair<char, std::vector<Pair>>> by_member;
  Running df(
      flow(n = source_iter(std::vector<Item>{{'a', {1, 2}}, {'a', {3, 4}}}) >> tee(),
           n >> fold_keyed(zero, [](int& all, int a, int b) { all += a * b; }) >> parts.collect(),
           n >> fold_keyed(zero,
                           [](Context const& context, int& all, Pair pair) {
                             all += pair.first + static_cast<int>(context.current_tick);
                           }) >>
               with_context.collect(),
           n >> fold_keyed([] { return std::vector<Pair>(); },
                           static_cast<void (std::vector<Pair>::*)(Pair const&)>(
                               &std::vector<Pair>::push_back)) >>
               by_member.collect()));
  df.run_tick();
  EXPECT_EQ(parts.take(), (std::vector<std::pair<char, int>>{{'a', 14}}));
  EXPECT_EQ(with_context.take(), (std::vector<std::pair<char, int>>{{'a', 4}}));
  EXPECT_EQ(by_member.take(),
            (std::vector<std::pair<char, std::vector<Pair>>>{{'a', {{1, 2}, {3, 4}}}}));
}

}  // namespace
}  // namespace weir
