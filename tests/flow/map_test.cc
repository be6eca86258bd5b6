// map, filter, filter_map, inspect, for_each: one item in, and how a function may take it.
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

TEST(Map, L1_linear) {
  Out<int> out;
  Running df(
      flow(source_iter(numbers(0, 5)) >> map([](int v) { return v * 10; }) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{0, 10, 20, 30, 40}));
}

TEST(Filter, KeepsWhatIsTrueInOrder) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 10)) >> filter([](int v) { return v % 3 == 0; }) >>
                  out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{0, 3, 6, 9}));
}

TEST(FilterMap, GivesOnWhatIsInTheOptional) {
  Out<std::string> out;
  Running df(flow(source_iter(numbers(0, 6)) >> filter_map([](int v) -> std::optional<std::string> {
                    if (v % 2 == 0) return std::nullopt;
                    return std::to_string(v);
                  }) >>
                  out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector<std::string>{"1", "3", "5"}));
}

TEST(Inspect, A3_inspect_sink) {
  std::vector<int> seen;
  Running df(
      flow(source_iter(std::vector{1, 2, 3, 4}) >> inspect([&](int v) { seen.push_back(v); })));
  df.run_available();
  EXPECT_EQ(seen, (std::vector{1, 2, 3, 4}));
}

TEST(Inspect, PassesItemsThrough) {
  std::vector<int> seen;
  Out<int> out;
  Running df(flow(source_iter(std::vector{1, 2}) >> inspect([&](int v) { seen.push_back(v); }) >>
                  map([](int v) { return -v; }) >> out.collect()));
  df.run_available();
  EXPECT_EQ(seen, (std::vector{1, 2}));
  EXPECT_EQ(out.take(), (std::vector{-1, -2}));
}

// ---- how a function may take an item ----

using Strings = std::vector<std::string>;

std::string text_of(std::uint64_t in_tick, int number, std::string const& word) {
  return std::to_string(in_tick) + std::to_string(number) + word;
}

TEST(UserFunction, TakesTheItemOrItsPartsAndBeforeThemTheContext) {
  Out<std::string> out;
  std::vector const pairs{std::pair{1, std::string("a")}, std::pair{2, std::string("b")}};
  Running df(flow(source_iter(pairs) >>
                  map([](std::pair<int, std::string> const& item) { return item; }) >>
                  map([](int number, std::string word) {
                    return std::tuple{number, word, number};
                  }) >>
                  filter([](int number, std::string const&, int) { return number > 0; }) >>
                  filter([](Context const& context, int, std::string const&, int) {
                    return context.current_tick == 0;
                  }) >>
                  inspect([](Context const&, std::tuple<int, std::string, int> const&) {}) >>
                  inspect([](int, std::string const&, int) {}) >>
                  filter_map([](int number, std::string word, int) {
                    return std::optional(std::pair{number, word});
                  }) >>
                  flat_map([](Context const& context, int number, std::string word) {
                    return std::vector{text_of(context.current_tick, number, word), word};
                  }) >>
                  map([](Context const& context, std::string word) {
                    return std::pair{context.current_tick, word};
                  }) >>
                  map([](std::uint64_t, std::string word) { return word; }) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (Strings{"01a", "a", "02b", "b"}));
}

TEST(UserFunction, KnowsTheTick) {
  Channel<int> in;
  Ticked<int> seen;
  Running df(flow(source_stream(in) >> map([](Context const& context, int v) {
                    return std::pair{context.current_tick, v};
                  }) >>
                  for_each([&](Context const& context, std::uint64_t in_tick, int v) {
                    EXPECT_EQ(context.current_tick, in_tick);
                    seen.emplace_back(in_tick, v);
                  })));
  for (int v = 0; v < 3; ++v) {
    in.send(v);
    df.run_tick();
  }
  EXPECT_EQ(seen, (Ticked<int>{{0, 0}, {1, 1}, {2, 2}}));
}

int twice(int v) { return 2 * v; }

struct Person {
  std::string name;
  int age = 0;
  bool grown() const { return age >= 18; }
};

TEST(UserFunction, MayBeAFunctionAMemberOrGeneric) {
  Out<std::string> out;
  Out<int> doubled;
  static constexpr node<"people"> people;
  Running df(flow(people = source_iter(std::vector{Person{"Ann", 30}, Person{"Bob", 7}}) >> tee(),
                  people >> filter(&Person::grown) >> map(&Person::name) >> out.collect(),
                  people >> map(&Person::age) >> map(twice) >> map(&twice) >>
                      map([](auto v) { return v + 1; }) >>
                      map([total = 0](int v) mutable { return total += v; }) >> doubled.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), Strings{"Ann"});
  EXPECT_EQ(doubled.take(), (std::vector{121, 150}));
}

TEST(UserFunction, AGenericOneGetsAPairWholeAndTwoParametersItsParts) {
  Out<int> whole;
  Out<int> parts;
  static constexpr node<"pairs"> pairs;
  Running df(
      flow(pairs = source_iter(std::vector{std::pair{1, 2}}) >> tee(),
           pairs >> map([](auto pair) { return pair.first * 10 + pair.second; }) >> whole.collect(),
           pairs >> map([](auto a, auto b) { return a * 100 + b; }) >> parts.collect()));
  df.run_tick();
  EXPECT_EQ(whole.take(), std::vector{12});
  EXPECT_EQ(parts.take(), std::vector{102});
}

TEST(UserFunction, ReturnsAReferenceWithoutGivingItsTargetAway) {
  std::vector<std::string> table{"a word that is long enough to be on the heap",
                                 "another one of them"};
  Out<std::string> out;
  Running df(flow(source_iter(std::vector{0, 1, 0}) >>
                  map([&](int i) -> std::string& { return table[static_cast<std::size_t>(i)]; }) >>
                  map([](std::string word) { return word; }) >> out.collect()));
  auto const before = table;
  df.run_tick();
  EXPECT_EQ(out.take(), (Strings{table[0], table[1], table[0]}));
  EXPECT_EQ(table, before);
}

TEST(UserFunction, ThatWantsItsOwnItemGetsACopyWhereATeeSharesIt) {
  Out<std::string> out;
  Out<std::string> other;
  static constexpr node<"words"> words;
  Running df(
      flow(words = source_iter(Strings{"a word that is long enough to be on the heap"}) >> tee(),
           words >> map([](std::string&& word) { return std::move(word) + "!"; }) >> out.collect(),
           words >> fold([] { return std::string(); },
                         [](std::string& all, std::string&& word) { all = std::move(word); }) >>
               out.collect(),
           words >> other.collect()));
  df.run_tick();
  EXPECT_EQ(other.take(), Strings{"a word that is long enough to be on the heap"});
  EXPECT_EQ(out.take(), (Strings{"a word that is long enough to be on the heap!",
                                 "a word that is long enough to be on the heap"}));
}

// ---- items that can only be moved ----

using Owned = std::unique_ptr<int>;

TEST(MoveOnlyItems, PassThroughOperatorsAndHandoffs) {
  std::vector<Owned> in;
  for (int i = 0; i < 6; ++i) in.push_back(std::make_unique<int>(i));
  std::vector<int> out;
  static constexpr node<"again"> again;
  Running df(flow(source_iter(std::move(in)) >> again,
                  again = union_() >> filter([](Owned const& v) { return *v < 100; }) >>
                          inspect([](Owned const& v) { EXPECT_NE(v, nullptr); }) >>
                          map([](Owned v) { return v; }) >> defer_tick() >>
                          filter_map([&](Owned v) -> std::optional<Owned> {
                            out.push_back(*v);
                            if (*v >= 3) return std::nullopt;
                            return std::make_unique<int>(*v + 10);
                          }) >>
                          flat_map([](Owned v) {
                            std::vector<Owned> both;
                            both.push_back(std::move(v));
                            return both;
                          }),
                  again >> again));
  df.run_available();
  EXPECT_EQ(out, (std::vector{0, 1, 2, 3, 4, 5, 10, 11, 12}));
}

TEST(MoveOnlyItems, ComeFromChannels) {
  Channel<Owned> in;
  std::vector<int> out;
  Running df(flow(source_stream(in) >> for_each([&](Owned v) { out.push_back(*v); })));
  for (int i = 0; i < 3; ++i) in.send(std::make_unique<int>(i));
  df.run_tick();
  EXPECT_EQ(out, (std::vector{0, 1, 2}));
}

}  // namespace
}  // namespace weir
