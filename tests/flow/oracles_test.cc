// difference, unique and fold against slow, obviously right ones: random batches tick by tick,
// every combination of lifetimes, every one also with a budget that makes the tick yield.
#include <set>
#include <string>

#include "tests/flow/oracle.h"

namespace weir {
namespace {

constexpr int seeds = 12;
constexpr int ticks = 25;

template <class Pos, class Neg>
void compare_difference(std::uint64_t seed, Pos pos_lifetime, Neg neg_lifetime) {
  SCOPED_TRACE("difference(" + lifetimes(pos_lifetime, neg_lifetime) + "), seed " +
               std::to_string(seed));
  Random random(seed);
  Channel<int> plus;
  Channel<int> minus;
  Out<int> out;
  static constexpr node<"d"> d;
  Running df(flow(source_stream(plus) >> d[pos], source_stream(minus) >> d[neg],
                  d = difference(pos_lifetime, neg_lifetime) >> out.collect()),
             random_budget(random));
  std::vector<int> kept;
  std::set<int> excluded;
  auto const some = [&] { return static_cast<int>(random.below(15)); };
  for (int i = 0; i < ticks; ++i) {
    auto const new_plus = batch<int>(random, some);
    auto const new_minus = random.once_in(3) ? batch<int>(random, some) : std::vector<int>();
    send(plus, new_plus);
    send(minus, new_minus);
    kept.insert(kept.end(), new_plus.begin(), new_plus.end());
    excluded.insert(new_minus.begin(), new_minus.end());
    std::vector<int> expected;
    for (int const v : kept) {
      if (!excluded.contains(v)) expected.push_back(v);
    }
    df.run_tick();
    ASSERT_EQ(out.bag(), sorted(expected)) << "tick " << i;
    forget(kept, pos_lifetime);
    forget(excluded, neg_lifetime);
  }
}

TEST(Oracle, Difference) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for_all_pairs_of_lifetimes([&](auto p, auto n) { compare_difference(seed, p, n); });
    if (HasFatalFailure()) return;
  }
}

template <class Lifetime>
void compare_unique_and_fold(std::uint64_t seed, Lifetime lifetime) {
  SCOPED_TRACE(lifetimes(lifetime) + ", seed " + std::to_string(seed));
  Random random(seed);
  Channel<int> in;
  Out<int> first;
  Out<std::string> all;
  Out<int> count;
  static constexpr node<"items"> items;
  Running df(flow(items = source_stream(in) >> tee(), items >> unique(lifetime) >> first.collect(),
                  items >> fold(
                               lifetime, [] { return std::string(); },
                               [](std::string& text, int v) { text += std::to_string(v) + " "; }) >>
                      all.collect(),
                  items >> unique(lifetime) >> fold(lifetime, zero, [](int& n, int) { ++n; }) >>
                      count.collect()),
             random_budget(random));
  std::vector<int> seen;
  std::string text;
  int distinct = 0;
  for (int i = 0; i < ticks; ++i) {
    auto const some = batch<int>(
        random, [&] { return static_cast<int>(random.below(random.once_in(9) ? 99 : 9)); });
    send(in, some);
    std::vector<int> firsts;
    for (int const v : some) {
      text += std::to_string(v) + " ";
      if (std::find(seen.begin(), seen.end(), v) != seen.end()) continue;
      seen.push_back(v);
      firsts.push_back(v);
      ++distinct;
    }
    df.run_tick();
    ASSERT_EQ(first.take(), firsts) << "tick " << i;
    ASSERT_EQ(all.take(), std::vector{text}) << "tick " << i;
    ASSERT_EQ(count.take(), std::vector{distinct}) << "tick " << i;
    forget(seen, lifetime);
    forget(text, lifetime);
    if (!lives_forever<Lifetime>) distinct = 0;
  }
}

TEST(Oracle, UniqueAndFold) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    compare_unique_and_fold(seed, none);
    compare_unique_and_fold(seed, tick);
    compare_unique_and_fold(seed, forever);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace weir
