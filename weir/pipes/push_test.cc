// Pushes by hand.
#include "weir/pipes/push.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "weir/flow/name.h"
#include "weir/pipes/operators/demux.h"
#include "weir/pipes/operators/enumerate.h"
#include "weir/pipes/operators/filter.h"
#include "weir/pipes/operators/filter_map.h"
#include "weir/pipes/operators/flat_map.h"
#include "weir/pipes/operators/inspect.h"
#include "weir/pipes/operators/map.h"
#include "weir/pipes/operators/partition.h"
#include "weir/pipes/operators/tee.h"
#include "weir/pipes/operators/unique.h"
#include "weir/pipes/operators/unzip.h"
#include "weir/pipes/pull.h"

namespace weir {
namespace {

constexpr auto twice = [](int v) { return 2 * v; };
constexpr auto is_odd = [](int v) { return v % 2 != 0; };

TEST(PushForEach, TakesItemsInEveryShape) {
  std::vector<int> out;
  TickTime const time;
  Context const context{.current_tick = 100, .time = &time};
  std::int64_t budget = 10;
  pivot(pull::from(std::vector{1, 2}), push::for_each([&](Context const& now, int v) {
          out.push_back(v + static_cast<int>(now.current_tick));
        }),
        budget, context);
  pivot(pull::once(std::pair(3, 4)), push::for_each([&](int a, int b) { out.push_back(a * b); }));
  EXPECT_EQ(out, (std::vector{101, 102, 12}));
}

struct Line {  // as a Handoff
  using value_type = std::string;
  std::vector<std::string> items;
  void push(std::string item) { items.push_back(std::move(item)); }
};

TEST(PushInto, AppendsToContainersAndOutputs) {
  std::vector<std::unique_ptr<int>> owners;
  pivot(pull::once(std::make_unique<int>(7)), push::into(owners));
  EXPECT_EQ(*owners.at(0), 7);
  Line line;
  pivot(pull::from(std::vector<std::string>{"a", "b"}), push::into(line));
  EXPECT_EQ(line.items, (std::vector<std::string>{"a", "b"}));
}

TEST(PushThrough, OperatorsBeforeAPush) {
  std::vector<int> out;
  auto line = map(twice) >> filter([](int v) { return v != 4; }) >> flat_map([](int v) {
                return std::vector{v, v + 1};
              }) >>
              push::into(out);
  pivot(pull::from(std::vector{1, 2, 3}), line);
  EXPECT_EQ(out, (std::vector{2, 3, 6, 7}));
}

TEST(PushThrough, OnePushTakesItemsOfSeveralTypes) {
  std::string seen;
  auto line = map([](auto v) { return std::pair(v, v); }) >>
              push::for_each([&](auto a, auto) { seen += a; });
  pivot(pull::once('x'), line);
  pivot(pull::once(std::string("yz")), line);
  EXPECT_EQ(seen, "xyz");
}

TEST(PushThrough, StateIsForItemsThatAreNamed) {
  std::vector<int> out;
  auto line = push::of<int>(map(twice) >> unique() >> enumerate() >>
                            map([](std::size_t i, int v) { return static_cast<int>(i) + v; }) >>
                            push::into(out));
  pivot(pull::from(std::vector{1, 2, 1}), line);
  pivot(pull::from(std::vector{2, 3}), line);
  EXPECT_EQ(out, (std::vector{2, 5, 8}));
  out.clear();
  line.end_tick();
  pivot(pull::from(std::vector{2}), line);
  EXPECT_EQ(out, std::vector{4});
}

TEST(PushThrough, StateOfARunEndsWhenThePullHasNoMore) {
  std::vector<int> out;
  auto line = push::of<int>(unique(none) >> push::into(out));
  auto ones = pull::repeat_n(1, 4);
  std::int64_t budget = 2;
  EXPECT_FALSE(pivot(ones, line, budget));
  budget = 5;
  EXPECT_TRUE(pivot(ones, line, budget));
  pivot(pull::once(1), line);
  EXPECT_EQ(out, (std::vector{1, 1}));
}

TEST(PushOutputs, EachOfThemIsGivenEachItem) {
  std::vector<int> doubled;
  std::vector<int> odd;
  std::vector<int> all;
  auto sink = push::into(all);
  auto tee_of_three =
      push::outputs(map(twice) >> push::into(doubled), filter(is_odd) >> push::into(odd), sink);
  pivot(pull::from(std::vector{1, 2, 3}), tee_of_three);
  EXPECT_EQ(doubled, (std::vector{2, 4, 6}));
  EXPECT_EQ(odd, (std::vector{1, 3}));
  EXPECT_EQ(all, (std::vector{1, 2, 3}));
  pivot(pull::from(std::vector{1}), tee() >> push::outputs(sink, sink));
  EXPECT_EQ(all, (std::vector{1, 2, 3, 1, 1}));
}

TEST(PushOutputs, OnlyTheLastIsGivenTheItemItself) {
  std::vector<std::string> moved;
  char const* seen = nullptr;
  pivot(pull::from(std::vector{std::string(100, 'x')}),
        push::outputs(push::for_each([&](std::string const& text) { seen = text.data(); }),
                      push::into(moved)));
  EXPECT_EQ(moved.at(0).data(), seen);
  std::vector<std::string> copies;
  pivot(pull::once(std::string(100, 'y')), push::outputs(push::into(copies), push::into(moved)));
  EXPECT_EQ(copies, std::vector{std::string(100, 'y')});
  EXPECT_EQ(moved.back(), copies.back());
  // What cannot be copied may be looked at by the others.
  std::vector<std::unique_ptr<int>> owners;
  int looks = 0;
  pivot(pull::once(std::make_unique<int>(7)),
        push::outputs(push::for_each([&](std::unique_ptr<int> const&) { ++looks; }),
                      push::into(owners)));
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(*owners.at(0), 7);
}

TEST(PushUnion, APushWithANameHasSeveralCallers) {
  std::vector<int> out;
  auto sink = push::of<int>(unique() >> push::into(out));
  auto odd = map(twice) >> sink;
  auto even = filter([](int v) { return v > 2; }) >> sink;
  pivot(pull::from(std::vector{1, 2, 3, 4}),
        partition([](int v, int) { return is_odd(v) ? 0 : 1; }) >> push::outputs(odd, even));
  EXPECT_EQ(out, (std::vector{2, 6, 4}));
  pivot(pull::from(std::vector{1, 4, 8}), sink);
  EXPECT_EQ(out, (std::vector{2, 6, 4, 1, 8}));
}

TEST(PushPorts, PartitionAndUnzipGiveToEachItsOwn) {
  std::vector<int> by_three[3];
  pivot(
      pull::from(std::vector{0, 1, 2, 3, 4, 5, 6}),
      partition([](int v, int n) { return v % n; }) >>
          push::outputs(push::into(by_three[0]), push::into(by_three[1]), push::into(by_three[2])));
  EXPECT_EQ(by_three[0], (std::vector{0, 3, 6}));
  EXPECT_EQ(by_three[1], (std::vector{1, 4}));
  EXPECT_EQ(by_three[2], (std::vector{2, 5}));
  std::vector<int> numbers;
  std::vector<std::string> words;
  pivot(pull::once(std::pair(1, std::string("one"))),
        unzip() >> push::outputs(push::into(numbers), push::into(words)));
  EXPECT_EQ(numbers, std::vector{1});
  EXPECT_EQ(words, std::vector<std::string>{"one"});
}

TEST(PushPorts, NamesMayComeInAnyOrder) {
  std::vector<int> evens;
  std::vector<int> odds;
  auto const parity = [](int v, int even, int odd) { return is_odd(v) ? odd : even; };
  pivot(pull::from(std::vector{1, 2, 3}),
        partition<"evens", "odds">(parity) >>
            push::outputs(push::at(port<"odds">, push::into(odds)),
                          push::at(port<"evens">, push::into(evens))));
  EXPECT_EQ(evens, std::vector{2});
  EXPECT_EQ(odds, (std::vector{1, 3}));
  pivot(pull::once(7),
        partition<"evens", "odds">(parity) >> push::outputs(push::into(evens), push::into(odds)));
  EXPECT_EQ(odds, (std::vector{1, 3, 7}));
}

TEST(PushPorts, DemuxGivesToEachAlternativeItsOwn) {
  using Request = std::variant<int, std::string>;
  std::vector<int> numbers;
  std::vector<std::string> words;
  pivot(pull::from(std::vector<Request>{1, "one", 2}),
        demux() >> push::outputs(push::at(is<std::string>, push::into(words)),
                                 push::at(is<int>, push::into(numbers))));
  EXPECT_EQ(numbers, (std::vector{1, 2}));
  EXPECT_EQ(words, std::vector<std::string>{"one"});
}

TEST(PushPorts, EachOutputHasTheStateForItsOwnItems) {
  std::vector<int> numbers;
  std::vector<std::string> words;
  using Pair = std::pair<int, std::string>;
  auto both = push::of<Pair>(
      unzip() >> push::outputs(unique() >> push::into(numbers), unique() >> push::into(words)));
  pivot(pull::from(std::vector<Pair>{{1, "a"}, {1, "b"}, {2, "a"}}), both);
  EXPECT_EQ(numbers, (std::vector{1, 2}));
  EXPECT_EQ(words, (std::vector<std::string>{"a", "b"}));
  using Request = std::variant<int, std::string>;
  numbers.clear();
  auto requests = push::of<Request>(
      demux() >> push::outputs(push::at(is<std::string>, push::into(words)),
                               push::at(is<int>, unique() >> push::into(numbers))));
  pivot(pull::from(std::vector<Request>{1, "one", 1}), requests);
  EXPECT_EQ(numbers, std::vector{1});
}

TEST(PushThrows, WhatTheOthersGotTheyKeep) {
  std::vector<int> out;
  auto both = push::outputs(push::into(out), push::for_each([](int v) {
                              if (v == 2) throw std::runtime_error("unwanted");
                            }));
  auto numbers = pull::from(std::vector{1, 2, 3});
  std::int64_t budget = 10;
  EXPECT_THROW(pivot(numbers, both, budget), std::runtime_error);
  EXPECT_EQ(out, (std::vector{1, 2}));
  EXPECT_TRUE(pivot(numbers, both, budget));
  EXPECT_EQ(out, (std::vector{1, 2, 3}));
  EXPECT_EQ(budget, 7);
}

}  // namespace
}  // namespace weir
