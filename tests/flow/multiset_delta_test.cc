// multiset_delta: what there is more of than in the tick before.
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

std::vector<std::vector<int>> deltas(std::vector<std::vector<int>> const& batches) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> multiset_delta() >> out.collect()));
  std::vector<std::vector<int>> given;
  for (std::vector<int> const& batch : batches) {
    send(in, batch);
    df.run_tick();
    given.push_back(out.take());
  }
  return given;
}
using Given = std::vector<std::vector<int>>;

TEST(MultisetDelta, C14_multiset_delta) {
  EXPECT_EQ(deltas({{3, 4, 3}, {3, 5, 3, 3}}), (Given{{3, 4, 3}, {5, 3}}));
  EXPECT_EQ(deltas({{3, 4, 3}, {3, 4, 3, 3}}), (Given{{3, 4, 3}, {3}}));
}

TEST(MultisetDelta, LooksBackAtTheLastTickInWhichAnythingCame) {
  EXPECT_EQ(deltas({{1, 2}, {}, {2, 3}}), (Given{{1, 2}, {}, {3}}));
}

TEST(MultisetDelta, ForgetsWhatDidNotComeAgain) {
  EXPECT_EQ(deltas({{1, 2}, {2}, {1, 2, 2}}), (Given{{1, 2}, {}, {1, 2}}));
}

// Nothing came here, so the tick does not count, though the operator is fused with one that ran.
TEST(MultisetDelta, RemembersPastARunOfOthers) {
  Channel<int> in;
  Channel<int> other;
  Out<int> out;
  static constexpr node<"both"> both;
  Running df(flow(source_stream(in) >> multiset_delta() >> both, source_stream(other) >> both,
                  both = union_() >> out.collect()));
  in.send(1);
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{1});
  other.send(7);
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{7});
  in.send(1);
  df.run_tick();
  EXPECT_TRUE(out.take().empty());
}

}  // namespace
}  // namespace weir
