// cross_join: cases by name, lifetimes.
#include <string>

#include "tests/flow/crossed.h"

namespace weir {
namespace {

constexpr auto make = [](auto left, auto right) { return cross_join(left, right); };

TEST(CrossJoin, E3_cross_join_set) {
  Out<std::string> out;
  Running df(flow(source_iter(std::vector{1, 2, 2, 3}) >> crossed[_0],
                  source_iter(std::vector<std::string>{"a", "b", "c", "c"}) >> crossed[_1],
                  crossed = cross_join() >> map([](int l, std::string const& r) {
                              return std::to_string(l) + r;
                            }) >>
                            out.collect()));
  df.run_available();
  EXPECT_EQ(out.bag(),
            (std::vector<std::string>{"1a", "1b", "1c", "2a", "2b", "2c", "3a", "3b", "3c"}));
}

TEST(CrossJoin, E5_join_lifetimes) { compare_lifetimes(make); }
TEST(CrossJoin, E6_join_replay_static) { compare_replays(make); }

TEST(CrossJoin, WithoutReplayGivesOnlyWhatIsNew) {
  Channel<int> left;
  Channel<int> right;
  Out<Pair> out;
  Running df(flow(source_stream(left) >> crossed[_0], source_stream(right) >> crossed[_1],
                  crossed = cross_join_no_replay() >> out.collect()));
  send(left, {1});
  send(right, {3});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{Pair{1, 3}}));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<Pair>());
  send(right, {3, 4});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{Pair{1, 4}}));
}

}  // namespace
}  // namespace weir
