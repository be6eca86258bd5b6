// null: takes everything, gives nothing.
#include "tests/flow/flow_testing.h"
#include "weir/plan/describe.h"

namespace weir {
namespace {

static constexpr node<"around"> around;

TEST(Null, A12_null_all) {
  Out<int> from_nothing;
  Out<std::string> behind;
  Out<int> untyped;
  Running df(flow(null<int>() >> from_nothing.collect(), source_iter(numbers(0, 1)) >> null(),
                  source_iter(numbers(1, 5)) >> null<std::string>() >> behind.collect(),
                  source_iter(numbers(1, 5)) >> null() >> untyped.collect(),
                  source_iter(numbers(1, 5)) >> null<int>()));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(from_nothing.take(), std::vector<int>());
  EXPECT_EQ(behind.take(), std::vector<std::string>());
  EXPECT_EQ(untyped.take(), std::vector<int>());
}

TEST(Null, A3_inspect_sink_behind_which_is_null) {
  std::vector<int> seen;
  Running df(
      flow(source_iter(numbers(1, 5)) >> inspect([&](int v) { seen.push_back(v); }) >> null()));
  df.run_available();
  EXPECT_EQ(seen, numbers(1, 5));
}

TEST(Null, FeedsAnInputThatHasNothingYet) {
  Out<int> out;
  static constexpr node<"only"> only;
  Running df(flow(source_iter(numbers(0, 3)) >> only[pos], null<int>() >> only[neg],
                  only = difference() >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), numbers(0, 3));
}

// A cycle that is cut: it takes its type from the null, and nothing comes round it.
TEST(Null, InACycle) {
  Out<int> out;
  Running df(flow(around = union_() >> tee(), around >> null<int>() >> around,
                  source_iter(numbers(0, 3)) >> around, around >> out.collect()));
  EXPECT_EQ(df.run_available(), 1u);
  EXPECT_EQ(out.take(), numbers(0, 3));
}

TEST(Null, IsDrawnAsASourceOnlyWhereItIsOne) {
  auto const both = flow(null<int>() >> map(same) >> null<char>() >> for_each([](char) {}));
  std::string const picture = to_mermaid(both.plan());
  EXPECT_NE(picture.find("n0([\"null\"]):::pull"), picture.npos) << picture;
  EXPECT_NE(picture.find("n2(\"null\"):::push"), picture.npos) << picture;
}

}  // namespace
}  // namespace weir
