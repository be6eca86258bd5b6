// Pulls by hand, against what std::ranges and plain loops give.
#include "weir/pipes/pull.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/random.h"
#include "weir/pipes/operators/enumerate.h"
#include "weir/pipes/operators/filter.h"
#include "weir/pipes/operators/filter_map.h"
#include "weir/pipes/operators/flat_map.h"
#include "weir/pipes/operators/fold.h"
#include "weir/pipes/operators/inspect.h"
#include "weir/pipes/operators/map.h"
#include "weir/pipes/operators/scan.h"
#include "weir/pipes/operators/sort.h"
#include "weir/pipes/operators/unique.h"
#include "weir/pipes/push.h"
#include "weir/pipes/zip.h"

namespace weir {
namespace {

constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();

// All that a pull gives when it is asked for `each` items at a time.
template <class P>
auto collect(P&& pull, std::int64_t each = all) {
  std::vector<ItemOf<P>> out;
  auto sink = push::into(out);
  for (bool finished = false; !finished;) {
    std::int64_t budget = each;
    std::size_t const before = out.size();
    finished = pivot(pull, sink, budget);
    EXPECT_GE(budget, 0);
    EXPECT_TRUE(finished || budget == 0) << "it stopped for no reason";
    if (std::remove_cvref_t<P>::at_most_one) {
      EXPECT_LE(out.size() - before, static_cast<std::size_t>(each - budget));
    }
  }
  return out;
}

constexpr auto twice = [](int v) { return 2 * v; };
constexpr auto is_odd = [](int v) { return v % 2 != 0; };
constexpr auto add = [](int& sum, int v) { sum += v; };
constexpr auto with_negative = [](int v) { return std::array{v, -v}; };

// ---- from ----

TEST(PullFrom, ANamedRangeIsReferredToAndAnotherOneMovedIn) {
  std::vector<int> named{1, 2, 3};
  auto referring = pull::from(named);
  named[1] = 20;
  EXPECT_EQ(collect(referring), (std::vector{1, 20, 3}));
  EXPECT_EQ(collect(pull::from(std::vector{4, 5})), (std::vector{4, 5}));
  int const plain[] = {6, 7};
  EXPECT_EQ(collect(pull::from(plain)), (std::vector{6, 7}));
}

TEST(PullFrom, ItemsOfANamedRangeStayAndThoseOfAnotherOneAreMovedOut) {
  std::vector<std::string> named{std::string(100, 'x')};
  char const* const letters = named[0].data();
  auto copies = collect(pull::from(named));
  EXPECT_EQ(named[0].size(), 100u);
  EXPECT_NE(copies[0].data(), letters);
  auto moved = collect(pull::from(std::move(named)));
  EXPECT_EQ(moved[0].data(), letters);

  std::vector<std::unique_ptr<int>> owners;
  owners.push_back(std::make_unique<int>(7));
  auto taken = collect(pull::from(std::move(owners)) >>
                       filter([](std::unique_ptr<int> const& one) { return *one == 7; }));
  EXPECT_EQ(*taken.at(0), 7);
}

TEST(PullFrom, AnyRangeOfTheStandardLibrary) {
  EXPECT_EQ(collect(pull::from(std::views::iota(3, 6)), 2), (std::vector{3, 4, 5}));
  EXPECT_EQ(collect(pull::from(std::list{1, 2, 3}), 1), (std::vector{1, 2, 3}));
  std::vector const v{1, 2, 3, 4, 5};
  auto odd_squares =
      v | std::views::filter(is_odd) | std::views::transform([](int one) { return one * one; });
  EXPECT_EQ(collect(pull::from(odd_squares), 2), (std::vector{1, 9, 25}));
  EXPECT_EQ(collect(pull::from(v | std::views::reverse)), (std::vector{5, 4, 3, 2, 1}));
  EXPECT_EQ(collect(pull::from(std::string_view("ab"))), (std::vector{'a', 'b'}));
  EXPECT_EQ(collect(pull::from(std::vector<int>{})), std::vector<int>{});
}

TEST(PullFrom, ProxiesStandForTheirValues) {
  std::vector<bool> const bits{true, false, true};
  EXPECT_EQ(collect(pull::from(bits) >> map([](bool bit) { return bit ? 1 : 0; }), 1),
            (std::vector{1, 0, 1}));
  static_assert(std::is_same_v<ItemOf<decltype(pull::from(bits))>, bool>);
}

TEST(PullFrom, AStreamIsNotReadBeforeItMustBe) {
  std::istringstream text("1 2 3");
  auto numbers = pull::from(std::views::istream<int>(text));
  std::vector<int> out;
  auto sink = push::into(out);
  std::int64_t budget = 2;
  EXPECT_FALSE(pivot(numbers, sink, budget));
  EXPECT_EQ(out, (std::vector{1, 2}));
  EXPECT_EQ(text.tellg(), 3);  // behind the 2: whoever types the 3 may take his time
  budget = 0;
  EXPECT_FALSE(pivot(numbers, sink, budget));
  budget = 10;
  EXPECT_TRUE(pivot(numbers, sink, budget));
  EXPECT_EQ(out, (std::vector{1, 2, 3}));
  EXPECT_EQ(budget, 9);
}

TEST(PullFrom, AnInfiniteRangeEndsWithTheBudget) {
  auto naturals = pull::from(std::views::iota(0));
  std::vector<int> out;
  for (int turn = 0; turn < 3; ++turn) {
    std::int64_t budget = 2;
    EXPECT_FALSE(pivot(naturals, push::into(out), budget));
  }
  EXPECT_EQ(out, (std::vector{0, 1, 2, 3, 4, 5}));
}

// Anything with a value_type and drain().
struct Pile {
  using value_type = int;
  std::vector<int> items;
  bool drain(auto&& push, std::int64_t& budget) {
    while (!items.empty() && budget > 0) {
      --budget;
      int const last = items.back();
      items.pop_back();
      push(last);
    }
    return items.empty();
  }
};

TEST(PullFrom, WhatAnInputHoldsNowAndAgainWhatItHoldsLater) {
  Pile pile{{3, 2, 1}};
  auto doubled = pull::from(pile) >> map(twice);
  EXPECT_EQ(collect(doubled, 2), (std::vector{2, 4, 6}));
  EXPECT_EQ(collect(doubled), std::vector<int>{});
  pile.items = {9};
  EXPECT_EQ(collect(doubled), std::vector{18});
}

TEST(PullOnce, TheSmallSources) {
  EXPECT_EQ(collect(pull::once(std::string("a"))), std::vector<std::string>{"a"});
  EXPECT_EQ(collect(pull::empty<int>()), std::vector<int>{});
  EXPECT_EQ(collect(pull::repeat_n(7, 3), 2), (std::vector{7, 7, 7}));
  EXPECT_EQ(collect(pull::repeat_n(7, -1)), std::vector<int>{});
  EXPECT_EQ(*collect(pull::once(std::make_unique<int>(5)))[0], 5);
}

// ---- through operators ----

TEST(PullThrough, OperatorsThatGiveAtOnce) {
  auto pairs = pull::from(std::views::iota(0, 4)) >> map(twice) >>
               filter([](int v) { return v != 2; }) >> enumerate() >>
               map([](std::size_t i, int v) { return static_cast<int>(i) * 100 + v; });
  for (std::int64_t each : {1, 2, 3, 100}) {
    auto again = pull::from(std::views::iota(0, 4)) >> map(twice) >>
                 filter([](int v) { return v != 2; }) >> enumerate() >>
                 map([](std::size_t i, int v) { return static_cast<int>(i) * 100 + v; });
    EXPECT_EQ(collect(again, each), (std::vector{0, 104, 206}));
  }
  EXPECT_EQ(collect(pairs), (std::vector{0, 104, 206}));
}

TEST(PullThrough, AChainOfOperatorsIsAValue) {
  auto steps = map(twice) >> filter([](int v) { return v > 2; }) >> flat_map(with_negative);
  EXPECT_EQ(collect(pull::from(std::vector{1, 2, 3}) >> std::move(steps)),
            (std::vector{4, -4, 6, -6}));
}

TEST(PullThrough, StateLivesUntilItsTickIsEnded) {
  Pile pile{{1, 2, 1}};
  auto distinct = pull::from(pile) >> unique() >> map(twice);
  EXPECT_EQ(collect(distinct, 1), (std::vector{2, 4}));
  pile.items = {1, 3};
  EXPECT_EQ(collect(distinct), std::vector{6});
  distinct.end_tick();
  pile.items = {1};
  EXPECT_EQ(collect(distinct), std::vector{2});
}

TEST(PullThrough, StateOfARunEndsWhenThereIsNoMore) {
  Pile pile{{1, 1, 1}};
  auto distinct = pull::from(pile) >> unique(none);
  EXPECT_EQ(collect(distinct, 1), std::vector{1});
  pile.items = {1};
  EXPECT_EQ(collect(distinct), std::vector{1});
}

TEST(PullThrough, OperatorsThatWaitGiveWhenThereIsNoMore) {
  std::vector const v{3, 1, 2, 5, 4};
  for (std::int64_t each : {1, 2, 3, 100}) {
    EXPECT_EQ(collect(pull::from(v) >> sort() >> map(twice), each), (std::vector{2, 4, 6, 8, 10}));
    EXPECT_EQ(collect(pull::from(v) >> fold([] { return 0; }, add), each), std::vector{15});
  }
}

TEST(PullThrough, OperatorsThatWaitGiveAgainWhenMoreHasCome) {
  Pile pile{{1, 2}};
  auto sum = pull::from(pile) >> fold([] { return 0; }, add);
  EXPECT_EQ(collect(sum), std::vector{3});
  EXPECT_EQ(collect(sum), std::vector<int>{});
  pile.items = {10};
  EXPECT_EQ(collect(sum), std::vector{13});
  sum.end_tick();
  EXPECT_EQ(collect(sum), std::vector{0});  // in every tick one value, without input the first
}

TEST(PullThrough, AFunctionMayAskForTheTick) {
  TickTime const time;
  Context const context{.current_tick = 7, .time = &time};
  std::vector<int> out;
  std::int64_t budget = all;
  pivot(pull::from(std::vector{1, 2}) >>
            map([](Context const& now, int v) { return v * static_cast<int>(now.current_tick); }),
        push::into(out), budget, context);
  EXPECT_EQ(out, (std::vector{7, 14}));
}

// ---- several pulls ----

TEST(PullChain, AllOfTheFirstThenAllOfTheSecond) {
  std::vector const v{1, 2};
  for (std::int64_t each : {1, 2, 3, 4, 100}) {
    auto three = pull::chain(pull::from(v), pull::once(7) >> map(twice),
                             pull::from(std::list{8, 9}) >> flat_map(with_negative));
    EXPECT_EQ(collect(three, each), (std::vector{1, 2, 14, 8, -8, 9, -9}));
  }
}

TEST(PullFirstN, AsksForNoMoreThanItGives) {
  Pile pile{{5, 4, 3, 2, 1}};
  EXPECT_EQ(collect(pull::first_n(pull::from(pile), 2), 1), (std::vector{1, 2}));
  EXPECT_EQ(pile.items, (std::vector{5, 4, 3}));
  auto odd = pull::from(pile) >> filter(is_odd);
  EXPECT_EQ(collect(pull::first_n(odd, 1)), std::vector{3});
  EXPECT_EQ(pile.items, (std::vector{5, 4}));
  EXPECT_EQ(collect(pull::first_n(pull::from(pile) >> flat_map(with_negative), 1)), std::vector{4});
  EXPECT_EQ(pile.items, std::vector{5});
  Pile pairs{{3, 2, 1}};
  EXPECT_EQ(collect(pull::first_n(pull::from(pairs) >> flat_map(with_negative), 2)),
            (std::vector{1, -1}));
  EXPECT_EQ(pairs.items, (std::vector{3, 2}));
  EXPECT_EQ(collect(pull::first_n(pull::from(pile), 0)), std::vector<int>{});
  EXPECT_EQ(collect(pull::first_n(pull::from(pile), 10)), std::vector{5});
}

TEST(PullZip, F14_zip) {
  auto pairs = pull::zip(pull::from(std::views::iota(0, 5)),
                         pull::from(std::vector<std::string>{"Hello", "World"}));
  EXPECT_EQ(collect(pairs), (std::vector<std::pair<int, std::string>>{{0, "Hello"}, {1, "World"}}));
}

TEST(PullZip, F14_zip_longest) {
  using Item = EitherOrBoth<int, std::string>;
  std::vector<Item> const expected{Both<int, std::string>{0, "Hello"},
                                   Both<int, std::string>{1, "World"}, Left<int>{2}, Left<int>{3},
                                   Left<int>{4}};
  for (std::int64_t each : {1, 2, 3, 100}) {
    auto items = pull::zip_longest(pull::from(std::views::iota(0, 5)),
                                   pull::from(std::vector<std::string>{"Hello", "World"}));
    EXPECT_EQ(collect(items, each), expected);
  }
}

TEST(PullZip, NeitherSideIsReadFarAhead) {
  Pile many;
  for (int i = 1000; i > 0; --i) many.items.push_back(i);
  Pile few{{3, 2, 1}};
  EXPECT_EQ(collect(pull::zip(pull::from(many), pull::from(few))).size(), 3u);
  EXPECT_EQ(many.items.size(), 1000 - block_size);
  Pile least{{4}};
  EXPECT_EQ(collect(pull::zip(pull::from(std::vector{1, 2}), pull::from(least))).size(), 1u);
  least.items = {7, 6, 5};
  EXPECT_EQ(collect(pull::zip(pull::from(least), pull::from(std::vector{1, 2}))).size(), 2u);
  EXPECT_EQ(least.items, std::vector{7});
}

TEST(PullZip, WhatWasLeftOverMeetsWhatComesLater) {
  Pile left{{3, 2, 1}};
  Pile right{{10}};
  auto pairs = pull::zip(pull::from(left), pull::from(right));
  using Pairs = std::vector<std::pair<int, int>>;
  EXPECT_EQ(collect(pairs), (Pairs{{1, 10}}));
  right.items = {30, 20};
  EXPECT_EQ(collect(pairs), (Pairs{{2, 20}, {3, 30}}));
  right.items = {40};
  EXPECT_EQ(collect(pairs), Pairs{});
  left.items = {4};
  EXPECT_EQ(collect(pairs), (Pairs{{4, 40}}));
  left.items = {5};
  EXPECT_EQ(collect(pairs), Pairs{});
  pairs.end_tick();
  left.items = {6};
  right.items = {60};
  EXPECT_EQ(collect(pairs), (Pairs{{6, 60}}));
}

// ---- exceptions ----

struct Unwanted : std::runtime_error {
  Unwanted() : std::runtime_error("unwanted") {}
};

// Throws at every item of `unwanted`, and goes on.
template <class P>
std::vector<int> collect_around(P&& pull, int unwanted, std::int64_t each) {
  std::vector<int> out;
  auto sink = push::for_each([&](int v) {
    if (v == unwanted) throw Unwanted();
    out.push_back(v);
  });
  bool finished = false;
  for (int turns = 0; turns < 1000 && !finished; ++turns) {
    std::int64_t budget = each;
    try {
      finished = pivot(pull, sink, budget);
    } catch (Unwanted const&) {
      EXPECT_GE(budget, 0);
      EXPECT_LT(budget, each) << "what threw was paid for";
    }
  }
  EXPECT_TRUE(finished);
  return out;
}

TEST(PullThrows, TheNextPivotGoesOnBehindTheItem) {
  std::vector const v{1, 2, 3, 4};
  std::list<int> const list(v.begin(), v.end());
  for (std::int64_t each : {1, 2, 3, 4, 100}) {
    EXPECT_EQ(collect_around(pull::from(v), 2, each), (std::vector{1, 3, 4}));
    EXPECT_EQ(collect_around(pull::from(list), 2, each), (std::vector{1, 3, 4}));
    EXPECT_EQ(collect_around(pull::from(v), 4, each), (std::vector{1, 2, 3}));
    EXPECT_EQ(collect_around(pull::from(list), 4, each), (std::vector{1, 2, 3}));
    EXPECT_EQ(collect_around(pull::chain(pull::from(v), pull::from(list)), 3, each),
              (std::vector{1, 2, 4, 1, 2, 4}));
    EXPECT_EQ(collect_around(pull::first_n(pull::from(v), 3), 2, each), (std::vector{1, 3}));
    EXPECT_EQ(collect_around(pull::repeat_n(5, 3), 5, each), std::vector<int>{});
    auto const sum = [](int a, int b) { return a * b; };
    EXPECT_EQ(collect_around(pull::zip(pull::from(v), pull::from(list)) >> map(sum), 9, each),
              (std::vector{1, 4, 16}));
    auto const same = filter([](int) { return true; });
    EXPECT_EQ(
        collect_around(pull::zip(pull::from(list) >> same, pull::from(list)) >> map(sum), 9, each),
        (std::vector{1, 4, 16}));
  }
}

// ---- at random ----

// Gives between none and three items for one.
std::vector<int> some_of(int v) {
  std::vector<int> out;
  for (int i = 0; i < (v & 3); ++i) out.push_back(v + i);
  return out;
}

std::vector<int> random_numbers(Random& random) {
  std::vector<int> out(random.below(200));
  for (int& v : out) v = static_cast<int>(random.below(1000));
  return out;
}

std::int64_t random_budget(Random& random) {
  return random.once_in(3) ? all : static_cast<std::int64_t>(1 + random.below(100));
}

TEST(PullAtRandom, LinesAgreeWithRanges) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::vector<int> const v = random_numbers(random);
    auto expected = v | std::views::transform(twice) |
                    std::views::filter([](int one) { return one % 3 != 0; }) |
                    std::views::transform([](int one) { return one / 2; });
    std::vector<int> flat;
    for (int one : expected) std::ranges::copy(some_of(one), std::back_inserter(flat));
    std::int64_t const each = random_budget(random);
    auto line = pull::from(v) >> map(twice) >> filter([](int one) { return one % 3 != 0; }) >>
                map([](int one) { return one / 2; });
    EXPECT_EQ(collect(pull::from(expected), each), collect(line, each));
    auto flat_line =
        pull::from(v) >> map(twice) >>
        filter_map([](int one) { return one % 3 != 0 ? std::optional(one / 2) : std::nullopt; }) >>
        flat_map(some_of);
    EXPECT_EQ(collect(flat_line, each), flat);
    auto const count = static_cast<std::int64_t>(random.below(100));
    auto first = pull::first_n(pull::from(v) >> flat_map(some_of), count);
    std::vector<int> first_expected;
    for (int one : v) std::ranges::copy(some_of(one), std::back_inserter(first_expected));
    first_expected.resize(std::min(first_expected.size(), static_cast<std::size_t>(count)));
    EXPECT_EQ(collect(first, each), first_expected);
  }
}

std::vector<std::pair<int, int>> zipped(std::vector<int> const& a, std::vector<int> const& b) {
  std::vector<std::pair<int, int>> out;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) out.emplace_back(a[i], b[i]);
  return out;
}

std::vector<EitherOrBoth<int, int>> zipped_longest(std::vector<int> const& a,
                                                   std::vector<int> const& b) {
  std::vector<EitherOrBoth<int, int>> out;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i >= b.size()) out.emplace_back(Left<int>{a[i]});
    else if (i >= a.size()) out.emplace_back(Right<int>{b[i]});
    else out.emplace_back(Both<int, int>{a[i], b[i]});
  }
  return out;
}

TEST(PullAtRandom, ZipsAgreeWithIndexing) {
  auto const is_kept = [](int one) { return one % 3 != 0; };
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::vector<int> const v = random_numbers(random);
    std::vector<int> const w = random_numbers(random);
    std::vector<int> kept;
    std::ranges::copy_if(v, std::back_inserter(kept), is_kept);
    std::vector<int> flat;
    for (int one : w) std::ranges::copy(some_of(one), std::back_inserter(flat));
    std::int64_t const each = random_budget(random);
    auto const narrow = [&] { return pull::from(v) >> filter(is_kept); };
    auto const wide = [&] { return pull::from(w) >> flat_map(some_of); };
    EXPECT_EQ(collect(pull::zip(pull::from(v), pull::from(w)), each), zipped(v, w));
    EXPECT_EQ(collect(pull::zip(narrow(), pull::from(w)), each), zipped(kept, w));
    EXPECT_EQ(collect(pull::zip(pull::from(w), narrow()), each), zipped(w, kept));
    EXPECT_EQ(collect(pull::zip(narrow(), wide()), each), zipped(kept, flat));
    EXPECT_EQ(collect(pull::zip(wide(), narrow()), each), zipped(flat, kept));
    EXPECT_EQ(collect(pull::zip(wide(), pull::from(v)), each), zipped(flat, v));
    EXPECT_EQ(collect(pull::zip_longest(pull::from(v), pull::from(w)), each), zipped_longest(v, w));
    EXPECT_EQ(collect(pull::zip_longest(narrow(), pull::from(w)), each), zipped_longest(kept, w));
    EXPECT_EQ(collect(pull::zip_longest(narrow(), wide()), each), zipped_longest(kept, flat));
    EXPECT_EQ(collect(pull::zip_longest(wide(), narrow()), each), zipped_longest(flat, kept));
  }
}

}  // namespace
}  // namespace weir
