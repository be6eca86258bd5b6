// zip, zip_longest: pairs by position.
#include <memory>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Pair = std::pair<int, std::string>;
static constexpr node<"z"> z;

TEST(Zip, F14_zip) {
  Out<Pair> out;
  Running df(flow(source_iter(numbers(0, 5)) >> z[_0],
                  source_iter(std::vector<std::string>{"Hello", "World"}) >> z[_1],
                  z = zip() >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), (std::vector<Pair>{{0, "Hello"}, {1, "World"}}));
}

using Item = EitherOrBoth<int, std::string>;
static_assert(!borrows<Item>);
static_assert(borrows<EitherOrBoth<int, View>> && borrows<EitherOrBoth<View, int>>);

TEST(ZipLongest, F14_zip_longest) {
  for (std::int64_t const items : {std::int64_t{1} << 40, std::int64_t{1}, std::int64_t{2}}) {
    Out<Item> out;
    Running df(flow(source_iter(numbers(0, 5)) >> z[_0],
                    source_iter(std::vector<std::string>{"Hello", "World"}) >> z[_1],
                    z = zip_longest() >> out.collect()),
               {.items = items});
    df.run_tick();
    EXPECT_EQ(out.take(), (std::vector<Item>{Both<int, std::string>{0, "Hello"},
                                             Both<int, std::string>{1, "World"}, Left<int>{2},
                                             Left<int>{3}, Left<int>{4}}));
    df.run_tick();
    EXPECT_EQ(out.take(), std::vector<Item>());
  }
}

TEST(ZipLongest, GivesWhatIsLeftOverOfEitherSideAndForgetsIt) {
  Channel<int> first;
  Channel<std::string> second;
  Out<Item> out;
  Running df(flow(source_stream(first) >> z[_0], source_stream(second) >> z[_1],
                  z = zip_longest(tick) >> out.collect()));
  send(second, {"a", "b"});
  first.send(1);
  df.run_tick();
  EXPECT_EQ(out.take(),
            (std::vector<Item>{Both<int, std::string>{1, "a"}, Right<std::string>{"b"}}));
  first.send(2);
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<Item>{Left<int>{2}});
}

// Leftovers of the first tick meet what comes on the other side in the second.
template <class First, class Second>
std::vector<std::vector<Pair>> zipped(First first_lifetime, Second second_lifetime) {
  Channel<int> first;
  Channel<std::string> second;
  Out<Pair> out;
  Running df(flow(source_stream(first) >> z[_0], source_stream(second) >> z[_1],
                  z = zip(first_lifetime, second_lifetime) >> out.collect()));
  std::vector<std::vector<Pair>> given;
  auto const run = [&](std::vector<int> const& numbers, std::vector<std::string> const& words) {
    send(first, numbers);
    send(second, words);
    df.run_tick();
    given.push_back(out.take());
  };
  run({1, 2}, {"a"});
  run({3}, {"b", "c", "d"});
  run({4}, {});
  return given;
}
using Given = std::vector<std::vector<Pair>>;

TEST(Zip, KeepsWhatIsLeftOverAsLongAsItLives) {
  EXPECT_EQ(zipped(tick, tick), (Given{{{1, "a"}}, {{3, "b"}}, {}}));
  EXPECT_EQ(zipped(none, none), (Given{{{1, "a"}}, {{3, "b"}}, {}}));
  EXPECT_EQ(zipped(forever, tick), (Given{{{1, "a"}}, {{2, "b"}, {3, "c"}}, {}}));
  EXPECT_EQ(zipped(tick, forever), (Given{{{1, "a"}}, {{3, "b"}}, {{4, "c"}}}));
  EXPECT_EQ(zipped(forever, forever), (Given{{{1, "a"}}, {{2, "b"}, {3, "c"}}, {{4, "d"}}}));
}

TEST(Zip, OfOneLifetimeHasItForBoth) {
  Channel<int> first;
  Channel<int> second;
  Out<std::pair<int, int>> out;
  Running df(flow(source_stream(first) >> z[_0], source_stream(second) >> z[_1],
                  z = zip(forever) >> out.collect()));
  first.send(1);
  df.run_tick();
  second.send(2);
  df.run_tick();
  EXPECT_EQ(out.ticked(), (Ticked<std::pair<int, int>>{{1, {1, 2}}}));
}

TEST(Zip, TakesWhatCanOnlyBeMoved) {
  using Number = std::unique_ptr<int>;
  Channel<Number> first;
  Channel<Number> second;
  Out<int> out;
  Running df(flow(source_stream(first) >> z[_0], source_stream(second) >> z[_1],
                  z = zip() >> map([](Number a, Number b) { return *a * *b; }) >> out.collect()));
  for (int i = 1; i < 4; ++i) {
    first.send(std::make_unique<int>(i));
    second.send(std::make_unique<int>(i));
  }
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 4, 9}));
}

}  // namespace
}  // namespace weir
