// source_iter over ranges of every kind, once, in order, and resumed where a budget ended.
#include <array>
#include <forward_list>
#include <list>
#include <memory>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

template <class T, class Range>
std::vector<T> given_by(Range range, std::int64_t budget) {
  Out<T> out;
  Running df(flow(source_iter(std::move(range)) >> out.collect()), {.items = budget});
  df.run_tick();
  EXPECT_EQ(df.current_tick(), 1u);
  df.run_tick();  // once means once
  return out.take();
}

class SourceIter : public testing::TestWithParam<std::int64_t> {};
INSTANTIATE_TEST_SUITE_P(Budget, SourceIter, testing::Values(1, 2, 1000));

TEST_P(SourceIter, GivesContainers) {
  EXPECT_EQ(given_by<int>(std::vector{1, 2, 3}, GetParam()), (std::vector{1, 2, 3}));
  EXPECT_EQ(given_by<int>(std::array{1, 2, 3}, GetParam()), (std::vector{1, 2, 3}));
  EXPECT_EQ(given_by<int>(std::list{1, 2, 3}, GetParam()), (std::vector{1, 2, 3}));
  EXPECT_EQ(given_by<int>(std::forward_list{1, 2, 3}, GetParam()), (std::vector{1, 2, 3}));
  EXPECT_EQ(given_by<int>(std::set{3, 1, 2}, GetParam()), (std::vector{1, 2, 3}));
  EXPECT_EQ(given_by<char>(std::string("abc"), GetParam()), (std::vector{'a', 'b', 'c'}));
  EXPECT_EQ(given_by<bool>(std::vector{true, false, true}, GetParam()),
            (std::vector{true, false, true}));
  EXPECT_TRUE(given_by<int>(std::vector<int>(), GetParam()).empty());
}

TEST_P(SourceIter, GivesViews) {
  std::vector<std::string> const words{"one", "two", "three"};
  EXPECT_EQ(given_by<std::string>(std::span(words), GetParam()), words);
  EXPECT_EQ(given_by<std::string>(std::views::all(words), GetParam()), words);
  EXPECT_EQ(given_by<int>(std::views::iota(0, 4), GetParam()), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(given_by<std::size_t>(words | std::views::transform(&std::string::size), GetParam()),
            (std::vector<std::size_t>{3, 3, 5}));
  EXPECT_EQ(given_by<int>(std::views::iota(0) | std::views::take_while([](int v) { return v < 3; }),
                          GetParam()),
            (std::vector{0, 1, 2}));
}

// Its iterator has no default value.
TEST_P(SourceIter, GivesWhatAStreamHolds) {
  std::istringstream text("1 2 3");
  EXPECT_EQ(given_by<int>(std::ranges::istream_view<int>(text), GetParam()),
            (std::vector{1, 2, 3}));
}

TEST(SourceIterOnce, MovesItsOwnElementsAndCopiesThoseOfOthers) {
  std::vector<std::unique_ptr<int>> owned;
  owned.push_back(std::make_unique<int>(7));
  std::vector<int> out;
  Running of_own(flow(source_iter(std::move(owned)) >>
                      for_each([&](std::unique_ptr<int> v) { out.push_back(*v); })));
  of_own.run_tick();
  EXPECT_EQ(out, std::vector{7});

  std::vector<std::string> words{"a word that is long enough to be on the heap"};
  std::vector<std::string> const before = words;
  Out<std::string> seen;
  Running of_others(flow(source_iter(std::span(words)) >> seen.collect()));
  of_others.run_tick();
  EXPECT_EQ(seen.take(), before);
  EXPECT_EQ(words, before);
}

// An endless source is no reason to hang: it gives what the budget allows, and the tick never ends.
TEST(SourceIterOnce, MayBeEndless) {
  Out<int> out;
  Running df(flow(source_iter(std::views::iota(0)) >> out.collect()), {.items = 3});
  EXPECT_EQ(df.graph.run_tick(), Status::yielded);
  EXPECT_EQ(df.graph.run_tick(), Status::yielded);
  EXPECT_EQ(out.take(), numbers(0, 6));
  EXPECT_TRUE(df.graph.mid_tick());
}

}  // namespace
}  // namespace weir
