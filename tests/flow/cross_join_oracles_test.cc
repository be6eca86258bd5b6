// cross_join and cross_join_multiset against a slow, obviously right one.
#include <set>
#include <string>

#include "tests/flow/join_oracle.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;

constexpr int seeds = 12;

template <class Items>
std::vector<Pair> all_pairs(Items const& lefts, Items const& rights) {
  std::vector<Pair> all;
  for (int const l : lefts) {
    for (int const r : rights) all.push_back({l, r});
  }
  return sorted(all);
}

template <class Items, class Make, class Left, class Right>
void compare(std::string const& name, Make make, std::uint64_t seed, Left left, Right right,
             bool replays) {
  compare_join<Items>(
      name, make, seed, left, right, replays,
      [](Random& random) { return static_cast<int>(random.below(20)); },
      [](Items const& lefts, Items const& rights) { return all_pairs(lefts, rights); });
}

TEST(CrossJoinOracle, CrossJoin) {
  auto const make = [](auto l, auto r) { return cross_join(l, r); };
  auto const make_no_replay = [](auto l, auto r) { return cross_join_no_replay(l, r); };
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for_all_pairs_of_lifetimes(
        [&](auto l, auto r) { compare<std::set<int>>("cross_join", make, seed, l, r, true); });
    compare<std::set<int>>("cross_join_no_replay", make_no_replay, seed, forever, forever, false);
    if (HasFatalFailure()) return;
  }
}

TEST(CrossJoinOracle, CrossJoinMultiset) {
  auto const make = [](auto l, auto r) { return cross_join_multiset(l, r); };
  auto const make_no_replay = [](auto l, auto r) { return cross_join_multiset_no_replay(l, r); };
  using Items = std::multiset<int>;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for_all_pairs_of_lifetimes(
        [&](auto l, auto r) { compare<Items>("cross_join_multiset", make, seed, l, r, true); });
    compare<Items>("cross_join_multiset_no_replay", make_no_replay, seed, forever, forever, false);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace weir
