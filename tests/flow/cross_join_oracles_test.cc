// cross_join and cross_join_multiset against a slow, obviously right one.
#include <set>
#include <string>

#include "tests/flow/oracle.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;

constexpr int seeds = 12;
constexpr int ticks = 20;

template <class Items>
std::vector<Pair> all_pairs(Items const& lefts, Items const& rights) {
  std::vector<Pair> all;
  for (int const l : lefts) {
    for (int const r : rights) all.push_back({l, r});
  }
  return sorted(all);
}

// `make(left, right)` is the operator; `Items` is a set or a multiset, as it is.
template <class Items, class Make, class Left, class Right>
void compare(std::string const& name, Make make, std::uint64_t seed, Left left, Right right,
             bool replays) {
  SCOPED_TRACE(name + "(" + lifetimes(left, right) + "), seed " + std::to_string(seed));
  Random random(seed);
  Channel<int> left_in;
  Channel<int> right_in;
  Out<Pair> out;
  static constexpr node<"c"> c;
  Running df(flow(source_stream(left_in) >> c[_0], source_stream(right_in) >> c[_1],
                  c = make(left, right) >> out.collect()),
             random_budget(random));
  Items lefts;
  Items rights;
  std::vector<Pair> before;
  auto const some = [&] { return static_cast<int>(random.below(20)); };
  for (int i = 0; i < ticks; ++i) {
    auto const new_lefts = batch<int>(random, some);
    auto const new_rights = batch<int>(random, some);
    send(left_in, new_lefts);
    send(right_in, new_rights);
    lefts.insert(new_lefts.begin(), new_lefts.end());
    rights.insert(new_rights.begin(), new_rights.end());
    std::vector<Pair> const all = all_pairs(lefts, rights);
    std::vector<Pair> expected;
    if (replays) expected = all;
    else
      std::set_difference(all.begin(), all.end(), before.begin(), before.end(),
                          std::back_inserter(expected));
    df.run_tick();
    ASSERT_EQ(out.bag(), expected) << "tick " << i;
    forget(lefts, left);
    forget(rights, right);
    before = all_pairs(lefts, rights);
  }
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
