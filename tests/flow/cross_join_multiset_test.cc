// cross_join_multiset: cases by name, lifetimes, budgets.
#include <algorithm>

#include "tests/flow/crossed.h"

namespace weir {
namespace {

constexpr auto make = [](auto left, auto right) { return cross_join_multiset(left, right); };

TEST(CrossJoinMultiset, GivesEachPairAsOftenAsItsHalvesCame) {
  Out<Pair> out;
  Running df(flow(source_iter(std::vector{1, 2, 2}) >> crossed[_0],
                  source_iter(std::vector{5, 5}) >> crossed[_1],
                  crossed = cross_join_multiset() >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.bag(),
            (std::vector{Pair{1, 5}, Pair{1, 5}, Pair{2, 5}, Pair{2, 5}, Pair{2, 5}, Pair{2, 5}}));
}

TEST(CrossJoinMultiset, E5_join_lifetimes) { compare_lifetimes(make); }
TEST(CrossJoinMultiset, E6_join_replay_static) { compare_replays(make); }

TEST(CrossJoinMultiset, WithoutReplayGivesOnlyWhatIsNew) {
  Channel<int> left;
  Channel<int> right;
  Out<Pair> out;
  Running df(flow(source_stream(left) >> crossed[_0], source_stream(right) >> crossed[_1],
                  crossed = cross_join_multiset_no_replay() >> out.collect()));
  send(left, {1});
  send(right, {3});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{Pair{1, 3}}));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<Pair>());
  send(right, {3, 4});
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector{Pair{1, 3}, Pair{1, 4}}));
}

// ---- persist_across_handoffs: what is replayed meets what comes in the same tick, once ----

template <class F>
void give_a_then_b(F make_flow) {
  Channel<int> a;
  Channel<int> b;
  Out<Pair> out;
  Running df(make_flow(a, b, out));
  send(a, {0});
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<Pair>());
  send(b, {1});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{Pair{0, 1}}));
}

TEST(CrossJoinMultiset, C10_persist_across_handoffs_direct) {
  give_a_then_b([](Channel<int>& a, Channel<int>& b, Out<Pair>& out) {
    return flow(source_stream(a) >> persist() >> crossed[_0], source_stream(b) >> crossed[_1],
                crossed = cross_join_multiset(tick) >> out.collect());
  });
}

TEST(CrossJoinMultiset, C10_persist_across_handoffs_one) {
  static constexpr node<"t"> t;
  static constexpr node<"u"> u;
  give_a_then_b([](Channel<int>& a, Channel<int>& b, Out<Pair>& out) {
    return flow(source_stream(a) >> persist() >> crossed[_0], t = source_stream(b) >> tee(),
                t >> handoff() >> u, t >> filter([](int) { return false; }) >> u,
                u = union_() >> crossed[_1], crossed = cross_join_multiset(tick) >> out.collect());
  });
}

TEST(CrossJoinMultiset, C10_persist_across_handoffs_two) {
  static constexpr node<"t"> t;
  static constexpr node<"itself"> itself;
  give_a_then_b([](Channel<int>& a, Channel<int>& b, Out<Pair>& out) {
    return flow(source_stream(a) >> persist() >> crossed[_0], t = source_stream(b) >> tee(),
                t >> handoff() >> itself[_0], t >> handoff() >> itself[_1],
                itself = cross_join() >> map([](int left, int) { return left; }) >> crossed[_1],
                crossed = cross_join_multiset(tick) >> out.collect());
  });
}

// ---- budgets and order ----

// A replay gives all pairs of the first left item, then all of the next one, and stops anywhere.
TEST(CrossJoinMultiset, AReplayGoesOnWhereItStopped) {
  std::vector<Pair> expected;
  for (int l : numbers(0, 4)) {
    for (int r : numbers(0, 5)) expected.push_back({l, r});
  }
  for (std::int64_t const budget : {1, 3, 5, 7, 100}) {
    Out<Pair> out;
    Running df(
        flow(source_iter(numbers(0, 4)) >> crossed[_0], source_iter(numbers(0, 5)) >> crossed[_1],
             crossed = cross_join_multiset(forever) >> out.collect()),
        {.items = budget});
    df.run_tick();
    out.take();
    for (std::size_t given = 0; given < expected.size();) {
      df.graph.run_tick();
      std::vector<Pair> const some = out.take();
      ASSERT_EQ(some.size(),
                std::min<std::size_t>(static_cast<std::size_t>(budget), expected.size() - given));
      ASSERT_TRUE(std::equal(some.begin(), some.end(), expected.begin() + std::ptrdiff_t(given)));
      given += some.size();
    }
    EXPECT_FALSE(df.graph.mid_tick()) << budget;
  }
}

TEST(CrossJoinMultiset, ItemsNeedNoEquality) {
  struct Plain {
    int number;
  };
  Out<int> out;
  Running df(flow(source_iter(std::vector{Plain{20}}) >> crossed[_0],
                  source_iter(std::vector{Plain{3}}) >> crossed[_1],
                  crossed = cross_join_multiset() >>
                            map([](Plain l, Plain r) { return l.number + r.number; }) >>
                            out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{23});
}

}  // namespace
}  // namespace weir
