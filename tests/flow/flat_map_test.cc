// flat_map over every kind of range a function may return.
#include <array>
#include <list>
#include <memory>
#include <ranges>
#include <span>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Strings = std::vector<std::string>;

// A flow of one flat_map(f) over `items`, and what comes out.
template <class T, class Item, class F>
std::vector<T> flat_mapped(std::vector<Item> items, F function) {
  Out<T> out;
  Running df(flow(source_iter(std::move(items)) >> flat_map(std::move(function)) >> out.collect()));
  df.run_tick();
  return out.take();
}

TEST(FlatMap, OverContainersMadeByTheFunction) {
  EXPECT_EQ(flat_mapped<int>(std::vector{1, 2},
                             [](int v) {
                               return std::array{v, 10 * v};
                             }),
            (std::vector{1, 10, 2, 20}));
  EXPECT_EQ(flat_mapped<int>(std::vector{0, 2, 1}, [](int v) { return numbers(0, v); }),
            (std::vector{0, 1, 0}));
  EXPECT_EQ(flat_mapped<std::string>(
                std::vector{2},
                [](int v) { return std::list<std::string>(static_cast<std::size_t>(v), "word"); }),
            (Strings{"word", "word"}));
}

TEST(FlatMap, OverTheItemItself) {
  std::vector<Strings> const items{{"a", "b"}, {}, {"c"}};
  EXPECT_EQ(flat_mapped<std::string>(items, [](Strings words) { return words; }),
            (Strings{"a", "b", "c"}));
  EXPECT_EQ(flat_mapped<std::string>(items,
                                     [](Strings&& words) -> Strings&& { return std::move(words); }),
            (Strings{"a", "b", "c"}));
  EXPECT_EQ(flat_mapped<char>(Strings{"ab", "c"}, [](std::string word) { return word; }),
            (std::vector{'a', 'b', 'c'}));
}

// What a view or a reference shows belongs to somebody else: it is copied, never moved out.
TEST(FlatMap, OverWhatBelongsToOthers) {
  Strings table{"a word that is long enough to be on the heap",
                "another word just as long as that"};
  Strings const before = table;
  std::vector const once{0};
  EXPECT_EQ(flat_mapped<std::string>(once, [&](int) -> Strings& { return table; }), before);
  EXPECT_EQ(table, before);
  EXPECT_EQ(flat_mapped<std::string>(once, [&](int) -> Strings const& { return table; }), before);
  EXPECT_EQ(flat_mapped<std::string>(once, [&](int) { return std::span(table); }), before);
  EXPECT_EQ(table, before);
  EXPECT_EQ(flat_mapped<std::string>(once, [&](int) { return std::views::all(table); }), before);
  EXPECT_EQ(table, before);
  EXPECT_EQ(flat_mapped<std::string>(once, [&](int) { return table | std::views::drop(1); }),
            Strings{before[1]});
  EXPECT_EQ(table, before);
  EXPECT_EQ(flat_mapped<std::string>(once,
                                     [&](int) {
                                       return table | std::views::filter([](std::string const& w) {
                                                return !w.empty();
                                              });
                                     }),
            before);
  EXPECT_EQ(table, before);
  EXPECT_EQ(flat_mapped<int>(once, [](int) { return std::views::iota(3, 6); }),
            (std::vector{3, 4, 5}));
  EXPECT_EQ(flat_mapped<std::size_t>(
                once, [&](int) { return table | std::views::transform(&std::string::size); }),
            (std::vector{before[0].size(), before[1].size()}));
}

TEST(FlatMap, OverElementsThatOnlyStandForTheirValues) {
  EXPECT_EQ(flat_mapped<bool>(std::vector{0},
                              [](int) {
                                return std::vector{true, false, true};
                              }),
            (std::vector{true, false, true}));
  // Kept over a tick, when the range they stood for is long gone.
  Out<bool> out;
  Running df(flow(source_iter(std::vector{0}) >> flat_map([](int) {
                    return std::vector{true, false, true};
                  }) >>
                  defer_tick() >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), (std::vector{true, false, true}));
}

TEST(FlatMap, OverElementsThatCanOnlyBeMoved) {
  std::vector<int> out;
  Running df(flow(source_iter(std::vector{3, 4}) >> flat_map([](int v) {
                    std::array<std::unique_ptr<int>, 2> both{std::make_unique<int>(v),
                                                             std::make_unique<int>(-v)};
                    return both;
                  }) >>
                  for_each([&](std::unique_ptr<int> v) { out.push_back(*v); })));
  df.run_tick();
  EXPECT_EQ(out, (std::vector{3, -3, 4, -4}));
}

TEST(FlatMap, OverAnItemThatATeeShares) {
  Out<std::string> first;
  Out<std::string> second;
  static constexpr node<"lists"> lists;
  Strings const words{"a word that is long enough to be on the heap", "b"};
  auto const whole = [](auto&& list) -> decltype(auto) {
    return std::forward<decltype(list)>(list);
  };
  Running df(flow(lists = source_iter(std::vector<Strings>{words}) >> tee(),
                  lists >> flat_map(whole) >> first.collect(),
                  lists >> flat_map(whole) >> second.collect()));
  df.run_tick();
  EXPECT_EQ(first.take(), words);
  EXPECT_EQ(second.take(), words);
}

}  // namespace
}  // namespace weir
