// Items that reach a buffer in blocks: none is lost, doubled or put elsewhere, however many come.
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"split"> split;
static constexpr node<"later"> later;

constexpr int lengths[] = {0, 1, 63, 64, 65, 127, 128, 129, 1000};

TEST(Blocks, IntoAVector) {
  for (int const length : lengths) {
    std::vector<int> out{-1};
    Running df(flow(source_iter(numbers(0, length)) >> map([](int v) { return v + 1; }) >>
                    map([](int v) { return v - 1; }) >> dest(out)));
    df.run_tick();
    EXPECT_EQ(out, numbers(-1, length));
  }
}

TEST(Blocks, IntoHandoffsAndWhatElseFollows) {
  for (int const length : lengths) {
    Out<int> next_tick;
    Out<int> odd;
    std::vector<int> all;
    Running df(
        flow(source_iter(numbers(0, length)) >> split, split = map(same) >> tee(),
             split >> map([](int v) { return 2 * v; }) >> defer_tick() >> next_tick.collect(),
             split >> filter([](int v) { return v % 2 == 1; }) >> odd.collect(),
             split >> inspect([](int const&) {}) >> dest(all)));
    df.run_tick();
    EXPECT_EQ(all, numbers(0, length));
    EXPECT_EQ(odd.take().size(), static_cast<std::size_t>(length / 2));
    EXPECT_TRUE(next_tick.take().empty());
    df.run_tick();
    std::vector<int> doubled;
    for (int const v : all) doubled.push_back(2 * v);
    EXPECT_EQ(next_tick.take(), doubled);
  }
}

TEST(Blocks, FromAHandoffIntoTheNext) {
  for (int const length : lengths) {
    Out<int> out;
    Running df(flow(source_iter(numbers(0, length)) >> defer_tick() >>
                        map([](int v) { return v + 1; }) >> later,
                    later = defer_tick() >> out.collect()));
    df.run_available();
    EXPECT_EQ(out.take(), numbers(1, length + 1));
    EXPECT_EQ(df.current_tick(), length == 0 ? 1u : 3u);
  }
}

TEST(Blocks, ABudgetCutsThem) {
  for (std::int64_t const budget : {1, 63, 64, 65, 100}) {
    std::vector<int> out;
    Running df(flow(source_iter(numbers(0, 300)) >> map(same) >> dest(out)), {.items = budget});
    EXPECT_EQ(df.graph.run_tick(), Status::yielded);
    EXPECT_EQ(out, numbers(0, static_cast<int>(budget)));
    df.run_tick();
    EXPECT_EQ(out, numbers(0, 300));
  }
}

TEST(Blocks, LeaveOutWhatIsNoPlainValue) {
  std::vector<std::string> words;
  for (int const v : numbers(0, 100))
    words.push_back("a word of more than fifteen letters " + std::to_string(v));
  std::vector<std::string> out;
  Running df(flow(source_iter(words) >> map(same) >> dest(out)));
  df.run_tick();
  EXPECT_EQ(out, words);
}

TEST(Blocks, ConvertWhereTheOutputHoldsAnotherType) {
  std::vector<long> out;
  Running df(flow(source_iter(numbers(0, 100)) >> map(same) >> dest(out)));
  df.run_tick();
  EXPECT_EQ(out.size(), 100u);
  EXPECT_EQ(out.back(), 99L);
}

}  // namespace
}  // namespace weir
