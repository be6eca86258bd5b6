// join and join_multiset against a slow, obviously right one.
#include <map>
#include <set>
#include <string>

#include "tests/flow/join_oracle.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;
using Joined = std::pair<int, Pair>;

constexpr int seeds = 12;

template <class Items>
std::vector<Joined> all_matches(Items const& lefts, Items const& rights) {
  std::vector<Joined> all;
  for (Pair const& l : lefts) {
    for (Pair const& r : rights) {
      if (l.first == r.first) all.push_back({l.first, {l.second, r.second}});
    }
  }
  return sorted(all);
}

template <class Items, class Make, class Left, class Right>
void compare(std::string const& name, Make make, std::uint64_t seed, Left left, Right right,
             bool replays) {
  compare_join<Items>(
      name, make, seed, left, right, replays,
      [](Random& random) {
        return Pair{static_cast<int>(random.below(4)), static_cast<int>(random.below(6))};
      },
      [](Items const& lefts, Items const& rights) { return all_matches(lefts, rights); });
}

TEST(JoinOracle, Join) {
  auto const make = [](auto l, auto r) { return join(l, r); };
  auto const make_no_replay = [](auto l, auto r) { return join_no_replay(l, r); };
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for_all_pairs_of_lifetimes(
        [&](auto l, auto r) { compare<std::set<Pair>>("join", make, seed, l, r, true); });
    compare<std::set<Pair>>("join_no_replay", make_no_replay, seed, forever, forever, false);
    if (HasFatalFailure()) return;
  }
}

TEST(JoinOracle, JoinMultiset) {
  auto const make = [](auto l, auto r) { return join_multiset(l, r); };
  auto const make_no_replay = [](auto l, auto r) { return join_multiset_no_replay(l, r); };
  using Items = std::multiset<Pair>;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for_all_pairs_of_lifetimes(
        [&](auto l, auto r) { compare<Items>("join_multiset", make, seed, l, r, true); });
    compare<Items>("join_multiset_no_replay", make_no_replay, seed, forever, forever, false);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace weir
