// sort, sort_by_key: the items of a tick in order.
#include <limits>
#include <memory>
#include <string>
#include <tuple>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Words = std::vector<std::string>;

TEST(Sort, GivesTheItemsOfATickInOrder) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> sort() >> out.collect()), {.items = 2});
  send(in, {5, 3, 1, 4, 2, 3});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 2, 3, 3, 4, 5}));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<int>());
  send(in, {9, 7, 8});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{7, 8, 9}));
}

TEST(Sort, TakesAnotherOrder) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{2, 3, 1}) >> sort([](int a, int b) { return a > b; }) >>
                  out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{3, 2, 1}));
}

TEST(Sort, PutsNaNLast) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> items;
  for (int i = 0; i < 200; ++i) items.push_back(i % 3 == 0 ? nan : i * 37 % 101);
  Out<double> out;
  Out<double> by_key;
  static constexpr node<"n"> n;
  Running df(flow(n = source_iter(items) >> tee(), n >> sort() >> out.collect(),
                  n >> sort_by_key(same) >> by_key.collect()));
  df.run_tick();
  for (auto const& given : {out.take(), by_key.take()}) {
    ASSERT_EQ(given.size(), 200u);
    EXPECT_TRUE(std::is_sorted(given.begin(), given.begin() + 133));
    EXPECT_TRUE(std::all_of(given.begin() + 133, given.end(), [](double d) { return d != d; }));
  }
}

// (A std::vector<bool> holds no bools.)
TEST(Sort, TakesBoolsAsChainAndPersistDo) {
  static constexpr node<"n"> n;
  static constexpr node<"c"> c;
  Out<bool> out;
  Out<bool> chained;
  Running df(flow(n = source_iter(std::vector{true, false, true}) >> persist() >> tee(),
                  n >> sort() >> out.collect(), n >> c[_0], n >> c[_1],
                  c = chain() >> chained.collect()));
  for (int i = 0; i < 2; ++i) {
    df.run_tick();
    EXPECT_EQ(out.take(), (std::vector{false, true, true}));
    EXPECT_EQ(chained.take(), (std::vector{true, false, true, true, false, true}));
  }
}

struct Person {
  std::string name;
  int age = 0;
  std::unique_ptr<int> cannot_be_copied{};
};

TEST(SortByKey, SortsByWhatTheFunctionGives) {
  auto const names = [](auto key) {
    Channel<Person> in;
    Out<std::string> out;
    Running df(flow(source_stream(in) >> sort_by_key(key) >>
                    map([](Person const& person) { return person.name; }) >> out.collect()));
    in.send(Person{"Carol", 30});
    in.send(Person{"alice", 40});
    in.send(Person{"Bob", 20});
    df.run_tick();
    return out.take();
  };
  EXPECT_EQ(names(&Person::age), (Words{"Bob", "Carol", "alice"}));
  EXPECT_EQ(names(&Person::name), (Words{"Bob", "Carol", "alice"}));
  EXPECT_EQ(names([](Person const& person) { return -person.age; }),
            (Words{"alice", "Carol", "Bob"}));
  EXPECT_EQ(names([](Person const& person) { return person.name.size(); }).front(), "Bob");
}

TEST(SortByKey, CallsItsFunctionInAllShapes) {
  using Pair = std::pair<int, std::string>;
  std::vector<Pair> const pairs{{2, "a"}, {1, "c"}, {3, "b"}};
  static constexpr node<"n"> n;
  Out<Pair> parts;
  Out<Pair> with_context;
  Out<Pair> by_reference;
  Running df(flow(
      n = source_iter(pairs) >> tee(),
      n >> sort_by_key([](int number, std::string const&) { return number; }) >> parts.collect(),
      n >> sort_by_key([](Context const&, Pair const& pair) {
        return std::tie(pair.second, pair.first);
      }) >>
          with_context.collect(),
      n >> sort_by_key([](Pair const& pair) -> std::string const& { return pair.second; }) >>
          by_reference.collect()));
  df.run_tick();
  EXPECT_EQ(parts.take(), (std::vector<Pair>{{1, "c"}, {2, "a"}, {3, "b"}}));
  EXPECT_EQ(with_context.take(), (std::vector<Pair>{{2, "a"}, {3, "b"}, {1, "c"}}));
  EXPECT_EQ(by_reference.take(), (std::vector<Pair>{{2, "a"}, {3, "b"}, {1, "c"}}));
}

TEST(Sort, WhatTheOrderThrowsEndsTheFlow) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{2, 3, 1}) >>
                  sort([](int, int) -> bool { throw std::runtime_error("no order"); }) >>
                  out.collect()));
  df.run_tick();
  ASSERT_NE(df.graph.failure(), nullptr);
  EXPECT_EQ(df.graph.failure()->node, "sort");
  EXPECT_EQ(out.take(), std::vector<int>());
}

}  // namespace
}  // namespace weir
