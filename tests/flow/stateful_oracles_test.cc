// The operators that accumulate and keep, against slow, obviously right ones: random batches tick
// by tick, every lifetime, budgets that make the tick yield, and a cycle that runs a subgraph
// several times in a tick.
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "tests/flow/oracle.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;
using Pairs = std::vector<Pair>;
using Numbers = std::vector<int>;

constexpr std::uint64_t seeds = 10;
constexpr std::uint64_t tick_count = 16;

void send_batch(Channel<int>& in, Random& random) {
  send(in, batch<int>(random, [&] { return static_cast<int>(random.below(12)); }));
}

constexpr auto one = [] { return 1; };
constexpr auto mix_in = [](int& all, int item) { all = (all * 7 + item) % 1009; };
constexpr auto keyed = [](int v) { return Pair{v % 5, v}; };
// Ends now and then.
constexpr auto scan_some = [](int& all, int item) {
  all += item + 1;
  return all % 9 == 0 ? std::nullopt : std::optional(all);
};

static constexpr node<"t"> t;
static constexpr node<"u"> u;

// Items that come in tick by tick, and, where `limit` is large, others that they bring round a
// cycle.
struct Feed {
  Channel<int> in;
  Out<int> fed;  // what leaves it, in order
  int limit;

  explicit Feed(int most) : limit(most) {}

  auto brings_more() {
    return filter([this](int v) { return v < limit; }) >> map([](int v) { return 2 * v + 5; });
  }
};

// The items of each tick, and all until then.
template <class Run, class Check>
void compare_ticks(Feed& feed, Random& random, Run run, Check check) {
  Numbers all;
  for (std::uint64_t now = 0; now < tick_count; ++now) {
    SCOPED_TRACE("tick " + std::to_string(now));
    send_batch(feed.in, random);
    run();
    Numbers const came = feed.fed.take();
    all.insert(all.end(), came.begin(), came.end());
    check(now, came, all);
    if (testing::Test::HasFailure()) return;
  }
}

// ---- one value ----

template <class Lifetime>
void compare_folds(std::uint64_t seed, Lifetime lifetime, int limit) {
  SCOPED_TRACE(lifetimes(lifetime) + ", seed " + std::to_string(seed) + ", limit " +
               std::to_string(limit));
  constexpr bool stays = lives_forever<Lifetime>;
  Random random(seed);
  Feed feed(limit);
  Out<int> folds;
  Out<int> changed_folds;
  Out<int> reduced;
  Out<int> changed_reduced;
  Out<int> scanned;
  Running df(flow(t = union_() >> tee(), source_stream(feed.in) >> t, t >> feed.brings_more() >> t,
                  t >> feed.fed.collect(), t >> fold(lifetime, one, mix_in) >> folds.collect(),
                  t >> fold_no_replay(lifetime, one, mix_in) >> changed_folds.collect(),
                  t >> reduce(lifetime, mix_in) >> reduced.collect(),
                  t >> reduce_no_replay(lifetime, mix_in) >> changed_reduced.collect(),
                  t >> scan(lifetime, one, scan_some) >> scanned.collect()),
             random_budget(random));
  int scan_all = 1;
  bool scan_ended = false;
  auto const run = [&] { df.run_tick(); };
  compare_ticks(feed, random, run, [&](auto now, Numbers const& came, Numbers const& all) {
    Numbers const& live = stays ? all : came;
    int folded = 1;
    for (int const v : live) mix_in(folded, v);
    EXPECT_EQ(folds.take(), Numbers{folded});
    EXPECT_EQ(changed_folds.take(), now == 0 || !came.empty() ? Numbers{folded} : Numbers());

    int reduction = live.empty() ? 0 : live[0];
    for (std::size_t i = 1; i < live.size(); ++i) mix_in(reduction, live[i]);
    EXPECT_EQ(reduced.take(), live.empty() ? Numbers() : Numbers{reduction});
    EXPECT_EQ(changed_reduced.take(), came.empty() ? Numbers() : Numbers{reduction});

    if (!stays) {
      scan_all = 1;
      scan_ended = false;
    }
    Numbers scans;
    for (int const v : came) {
      if (scan_ended) break;
      auto const given = scan_some(scan_all, v);
      if (given) scans.push_back(*given);
      else scan_ended = true;
    }
    EXPECT_EQ(scanned.take(), scans);
  });
}

// Where a subgraph runs several times in a tick, `none` would be another story for scan.
template <class Compare>
void for_all_lifetimes_and_cycles(Compare compare) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    compare(seed, none, 0);
    compare(seed, tick, 0);
    compare(seed, tick, 40);
    compare(seed, forever, 0);
    compare(seed, forever, 40);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(StatefulOracle, FoldReduceAndScan) {
  for_all_lifetimes_and_cycles(
      [](std::uint64_t seed, auto lifetime, int limit) { compare_folds(seed, lifetime, limit); });
}

// ---- one value a key ----

// What came, key by key in the order of the keys' first items.
std::vector<std::pair<int, Numbers>> by_key(Numbers const& items) {
  std::vector<std::pair<int, Numbers>> groups;
  for (int const v : items) {
    auto const has_key = [&](auto const& group) { return group.first == v % 5; };
    auto const found = std::find_if(groups.begin(), groups.end(), has_key);
    if (found == groups.end()) groups.push_back({v % 5, {v}});
    else found->second.push_back(v);
  }
  return groups;
}

Pairs folded_by_key(Numbers const& items) {
  Pairs all;
  for (auto const& [key, values] : by_key(items)) {
    all.push_back({key, 1});
    for (int const v : values) mix_in(all.back().second, v);
  }
  return all;
}

Pairs reduced_by_key(Numbers const& items) {
  Pairs all;
  for (auto const& [key, values] : by_key(items)) {
    all.push_back({key, values[0]});
    for (std::size_t i = 1; i < values.size(); ++i) mix_in(all.back().second, values[i]);
  }
  return all;
}

// Those of `all` whose keys are among the items, in the order these came.
Pairs those_of(Numbers const& items, Pairs const& all) {
  Pairs found;
  for (auto const& [key, values] : by_key(items)) {
    for (Pair const& entry : all) {
      if (entry.first == key) found.push_back(entry);
    }
  }
  return found;
}

template <class Lifetime>
void compare_keyed(std::uint64_t seed, Lifetime lifetime, int limit) {
  SCOPED_TRACE(lifetimes(lifetime) + ", seed " + std::to_string(seed) + ", limit " +
               std::to_string(limit));
  constexpr bool stays = lives_forever<Lifetime>;
  Random random(seed);
  Feed feed(limit);
  Out<Pair> folds;
  Out<Pair> changed_folds;
  Out<Pair> reduced;
  Out<Pair> changed_reduced;
  Running df(flow(t = union_() >> tee(), source_stream(feed.in) >> t, t >> feed.brings_more() >> t,
                  t >> feed.fed.collect(), u = t >> map(keyed) >> tee(),
                  u >> fold_keyed(lifetime, one, mix_in) >> folds.collect(),
                  u >> fold_keyed_no_replay(lifetime, one, mix_in) >> changed_folds.collect(),
                  u >> reduce_keyed(lifetime, mix_in) >> reduced.collect(),
                  u >> reduce_keyed_no_replay(lifetime, mix_in) >> changed_reduced.collect()),
             random_budget(random));
  auto const run = [&] { df.run_tick(); };
  compare_ticks(feed, random, run, [&](auto, Numbers const& came, Numbers const& all) {
    Pairs const folds_now = folded_by_key(stays ? all : came);
    EXPECT_EQ(folds.take(), folds_now);
    EXPECT_EQ(changed_folds.take(), those_of(came, folds_now));
    Pairs const reduced_now = reduced_by_key(stays ? all : came);
    EXPECT_EQ(reduced.take(), reduced_now);
    EXPECT_EQ(changed_reduced.take(), those_of(came, reduced_now));
  });
}

TEST(StatefulOracle, FoldKeyedAndReduceKeyed) {
  for_all_lifetimes_and_cycles(
      [](std::uint64_t seed, auto lifetime, int limit) { compare_keyed(seed, lifetime, limit); });
}

// ---- all items ----

void compare_kept(std::uint64_t seed, int limit) {
  SCOPED_TRACE("seed " + std::to_string(seed) + ", limit " + std::to_string(limit));
  Random random(seed);
  Feed feed(limit);
  Out<int> persisted;
  Out<int> twice;
  Out<int> delta;
  Out<int> sorted_up;
  Out<int> sorted_down;
  // The delta looks back at the last tick in which it ran, so persist does not share its subgraph.
  Running df(flow(t = union_() >> tee(), source_stream(feed.in) >> t, t >> feed.brings_more() >> t,
                  t >> feed.fed.collect(), u = t >> handoff() >> persist() >> tee(),
                  u >> persisted.collect(), u >> persist() >> twice.collect(),
                  t >> multiset_delta() >> delta.collect(), t >> sort() >> sorted_up.collect(),
                  t >> sort_by_key([](int v) { return -v; }) >> sorted_down.collect()),
             random_budget(random));
  std::multiset<int> before;
  Numbers all_twice;
  auto const run = [&] { df.run_tick(); };
  compare_ticks(feed, random, run, [&](auto, Numbers const& came, Numbers const& all) {
    EXPECT_EQ(persisted.take(), all);
    all_twice.insert(all_twice.end(), all.begin(), all.end());
    EXPECT_EQ(twice.take(), all_twice);

    Numbers more;
    for (int const v : came) {
      auto const found = before.find(v);
      if (found == before.end()) more.push_back(v);
      else before.erase(found);
    }
    EXPECT_EQ(delta.take(), more);
    if (!came.empty()) before = {came.begin(), came.end()};

    Numbers in_order = sorted(came);
    EXPECT_EQ(sorted_up.take(), in_order);
    std::reverse(in_order.begin(), in_order.end());
    EXPECT_EQ(sorted_down.take(), in_order);
  });
}

TEST(StatefulOracle, PersistDeltaAndSort) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    compare_kept(seed, 0);
    compare_kept(seed, 40);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace weir
