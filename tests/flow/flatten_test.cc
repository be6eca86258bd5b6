// flatten: the elements of items that are ranges.
#include <array>
#include <list>
#include <memory>
#include <ranges>
#include <span>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Strings = std::vector<std::string>;

static constexpr node<"lists"> lists;

TEST(Flatten, GivesTheElementsInOrder) {
  Out<int> out;
  std::vector<std::vector<int>> const items{{1, 2}, {}, {3}};
  Running df(flow(source_iter(items) >> flatten() >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 2, 3}));
}

TEST(Flatten, OfEveryKindOfRange) {
  Out<int> out;
  Out<char> letters;
  Running df(flow(source_iter(std::vector<std::list<int>>{{1, 2}}) >> flatten() >> out.collect(),
                  source_iter(std::vector{std::array{3, 4}}) >> flatten<int>() >> out.collect(),
                  source_iter(std::vector{std::views::iota(5, 7)}) >> flatten() >> out.collect(),
                  source_iter(Strings{"ab", "c"}) >> flatten() >> letters.collect()));
  df.run_tick();
  EXPECT_EQ(out.bag(), numbers(1, 7));
  EXPECT_EQ(letters.take(), (std::vector{'a', 'b', 'c'}));
}

TEST(Flatten, MovesElementsOutOfItemsThatNobodyElseHas) {
  std::vector<int> out;
  Running df(flow(source_iter(std::vector{3, 4}) >> map([](int v) {
                    std::array<std::unique_ptr<int>, 2> both{std::make_unique<int>(v),
                                                             std::make_unique<int>(-v)};
                    return both;
                  }) >>
                  flatten() >> for_each([&](std::unique_ptr<int> v) { out.push_back(*v); })));
  df.run_tick();
  EXPECT_EQ(out, (std::vector{3, -3, 4, -4}));
}

TEST(Flatten, CopiesElementsOfItemsThatOthersHaveToo) {
  Strings table{"a word that is long enough to be on the heap", "b"};
  Strings const before = table;
  Out<std::string> shared;
  Out<std::string> own;
  Out<std::string> shown;
  Running df(flow(lists = source_iter(std::vector<Strings>{table}) >> tee(),
                  lists >> flatten() >> shared.collect(), lists >> flatten() >> own.collect(),
                  source_iter(std::vector{std::span(table)}) >> flatten() >> shown.collect()));
  df.run_tick();
  EXPECT_EQ(shared.take(), before);
  EXPECT_EQ(own.take(), before);
  EXPECT_EQ(shown.take(), before);
  EXPECT_EQ(table, before);
}

// What a const range cannot be asked for: a filter_view remembers where it begins.
TEST(Flatten, OfASharedItemThatOnlyItsOwnerCanRead) {
  std::vector const values = numbers(0, 6);
  auto const even = std::views::filter([](int v) { return v % 2 == 0; });
  Out<int> first;
  Out<int> second;
  Running df(
      flow(lists = source_iter(std::vector{0}) >> map([&](int) { return values | even; }) >> tee(),
           lists >> flatten() >> first.collect(), lists >> flatten() >> second.collect()));
  df.run_tick();
  EXPECT_EQ(first.take(), (std::vector{0, 2, 4}));
  EXPECT_EQ(second.take(), (std::vector{0, 2, 4}));
}

TEST(Flatten, OfElementsThatOnlyStandForTheirValues) {
  Out<bool> out;
  Running df(flow(source_iter(std::vector<std::vector<bool>>{{true, false}}) >> flatten() >>
                  defer_tick() >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), (std::vector{true, false}));
}

}  // namespace
}  // namespace weir
