// join and join_multiset against a slow, obviously right one.
#include <map>
#include <set>
#include <string>

#include "tests/flow/oracle.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;
using Joined = std::pair<int, Pair>;

constexpr int seeds = 12;
constexpr int ticks = 25;

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

// `make(left, right)` is the operator; `Items` is a set or a multiset, as it is.
template <class Items, class Make, class Left, class Right>
void compare(std::string const& name, Make make, std::uint64_t seed, Left left, Right right,
             bool replays) {
  SCOPED_TRACE(name + "(" + lifetimes(left, right) + "), seed " + std::to_string(seed));
  Random random(seed);
  Channel<Pair> left_in;
  Channel<Pair> right_in;
  Out<Joined> out;
  static constexpr node<"j"> j;
  Running df(flow(source_stream(left_in) >> j[_0], source_stream(right_in) >> j[_1],
                  j = make(left, right) >> out.collect()),
             random_budget(random));
  Items lefts;
  Items rights;
  std::vector<Joined> before;
  auto const some = [&] {
    return Pair{static_cast<int>(random.below(4)), static_cast<int>(random.below(6))};
  };
  for (int i = 0; i < ticks; ++i) {
    auto const new_lefts = batch<Pair>(random, some);
    auto const new_rights = batch<Pair>(random, some);
    send(left_in, new_lefts);
    send(right_in, new_rights);
    lefts.insert(new_lefts.begin(), new_lefts.end());
    rights.insert(new_rights.begin(), new_rights.end());
    std::vector<Joined> const all = all_matches(lefts, rights);
    std::vector<Joined> expected;
    if (replays) expected = all;
    else
      std::set_difference(all.begin(), all.end(), before.begin(), before.end(),
                          std::back_inserter(expected));
    df.run_tick();
    ASSERT_EQ(out.bag(), expected) << "tick " << i;
    forget(lefts, left);
    forget(rights, right);
    before = all_matches(lefts, rights);
  }
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
