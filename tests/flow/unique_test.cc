// unique: the first of equal items, once in its lifetime, in order.
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

// persist comes later: what it would replay is sent again in every tick.
template <class Lifetime>
std::vector<std::vector<int>> unique_of_two(Lifetime lifetime) {
  Channel<int> low;
  Channel<int> high;
  Out<int> out;
  static constexpr node<"m"> m;
  Running df(flow(m = union_() >> unique(lifetime) >> out.collect(), source_stream(low) >> m,
                  source_stream(high) >> m));
  std::vector<std::vector<int>> bags;
  for (int i = 0; i < 2; ++i) {
    send(low, numbers(0, 10));
    send(high, numbers(5, 15));
    df.run_tick();
    bags.push_back(out.bag());
  }
  return bags;
}

TEST(Unique, C17_unique_tick) {
  EXPECT_EQ(unique_of_two(tick), (std::vector{numbers(0, 15), numbers(0, 15)}));
}
TEST(Unique, C17_unique_static) {
  EXPECT_EQ(unique_of_two(forever), (std::vector{numbers(0, 15), std::vector<int>()}));
}
TEST(Unique, OfNoneLivesNoLongerThanATick) {
  EXPECT_EQ(unique_of_two(none), (std::vector{numbers(0, 15), numbers(0, 15)}));
}

TEST(Unique, KeepsTheOrderOfFirsts) {
  Out<std::string> out;
  Running df(flow(source_iter(std::vector<std::string>{"b", "a", "b", "c", "a"}) >> unique() >>
                  out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector<std::string>{"b", "a", "c"}));
}

}  // namespace
}  // namespace weir
