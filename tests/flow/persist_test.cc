// persist: everything again in every tick.
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

TEST(Persist, C1_persist_each_tick) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{1}) >> persist() >> out.collect()));
  for (std::uint64_t i = 1; i <= 3; ++i) {
    df.run_tick();
    EXPECT_EQ(df.current_tick(), i);
  }
  EXPECT_EQ(out.take(), (std::vector{1, 1, 1}));
}

TEST(Persist, GivesTheOldBeforeTheNewAndEachOnce) {
  Channel<std::string> in;
  Out<std::string> out;
  Running df(flow(source_stream(in) >> persist() >> out.collect()), {.items = 2});
  using Words = std::vector<std::string>;
  df.run_tick();
  EXPECT_EQ(out.take(), Words());
  send(in, {"a", "b", "c"});
  df.run_tick();
  EXPECT_EQ(out.take(), (Words{"a", "b", "c"}));
  send(in, {"d", "e"});
  df.run_tick();
  EXPECT_EQ(out.take(), (Words{"a", "b", "c", "d", "e"}));
  df.run_tick();
  EXPECT_EQ(out.take(), (Words{"a", "b", "c", "d", "e"}));
}

TEST(Persist, C8_double_persist) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{1}) >> persist() >> persist() >> fold(zero, sum) >>
                  out.collect()));
  for (int i = 0; i < 10; ++i) df.run_tick();
  EXPECT_EQ(out.take(), numbers(1, 11));
}

TEST(Persist, C8_double_persist_push) {
  Out<int> out;
  static constexpr node<"first"> first;
  static constexpr node<"second"> second;
  Running df(flow(first = source_iter(std::vector{1}) >> persist() >> tee(), first >> null(),
                  second = first >> persist() >> tee(), second >> null(),
                  second >> fold(zero, sum) >> out.collect()));
  for (int i = 0; i < 10; ++i) df.run_tick();
  EXPECT_EQ(out.take(), numbers(1, 11));
}

TEST(Persist, C11_persist_pull_push) {
  Out<int> p;
  Out<int> q;
  static constexpr node<"first"> first;
  Running df(flow(first = source_iter(std::vector{1, 2, 3}) >> persist() >> tee(),
                  first >> p.collect(), first >> persist() >> q.collect()));
  df.run_available();
  EXPECT_EQ(p.take(), (std::vector{1, 2, 3}));
  EXPECT_EQ(q.take(), (std::vector{1, 2, 3}));
}

TEST(Persist, B11_persist_next_stratum) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{0}) >> persist() >> next_stratum() >> out.collect()));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(out.take(), std::vector{0});
}

// A replay alone starts no tick, so run() sleeps until it is stopped.
TEST(Persist, B11_persist_next_stratum_under_run) {
  Out<int> out;
  Graph* graph = nullptr;
  static constexpr node<"all"> all;
  Running df(flow(all = source_iter(std::vector{0}) >> persist() >> next_stratum() >> tee(),
                  all >> out.collect(), all >> for_each([&graph](int) { graph->stop(); })));
  graph = &df.graph;
  df.graph.run();
  EXPECT_EQ(out.take(), std::vector{0});
}

TEST(Persist, B12_no_spin) {
  Running df(flow(source_iter(std::vector{1}) >> next_stratum() >> persist() >> defer_tick_lazy() >>
                  null()));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(df.run_available(), 1u);
}

TEST(Persist, B12_no_spin_in_a_cycle) {
  static constexpr node<"items"> items;
  static constexpr node<"doubled"> doubled;
  Running df(flow(source_iter(std::vector{1}) >> items, items = union_(),
                  doubled = items >> persist() >> fold(zero, sum) >> defer_tick_lazy() >>
                            filter([](int) { return false; }) >> tee(),
                  doubled >> null(), doubled >> items));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(df.run_available(), 1u);
}

TEST(Persist, GivesSharedItemsWithoutTakingThem) {
  using Words = std::vector<std::string>;
  static constexpr node<"n"> n;
  static constexpr node<"kept"> kept;
  Out<std::string> first;
  Out<std::string> second;
  Running df(
      flow(n = source_iter(Words{"a word that lies on the heap", "b"}) >> tee(),
           n >> first.collect(), kept = n >> persist() >> tee(),
           kept >> map([](std::string text) { return std::move(text) += "!"; }) >> second.collect(),
           kept >> second.collect()));
  df.run_tick();
  EXPECT_EQ(first.bag(), (Words{"a word that lies on the heap", "b"}));
  Words const both{"a word that lies on the heap", "a word that lies on the heap!", "b", "b!"};
  EXPECT_EQ(second.bag(), both);
  df.run_tick();
  EXPECT_EQ(first.bag(), Words());
  EXPECT_EQ(second.bag(), both);
}

// ---- with others ----

TEST(Persist, C15_persist_delta) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> persist() >> multiset_delta() >> out.collect()));
  in.send(1);
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{1});
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<int>());
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<int>());
}

}  // namespace
}  // namespace weir
