// zip, zip_longest, chain and chain_first_n against slow, obviously right ones: random batches tick
// by tick, every pair of lifetimes, budgets that make the tick yield, and an input that comes round
// a cycle.
#include <algorithm>
#include <string>

#include "tests/flow/oracle.h"

namespace weir {
namespace {

using Pair = std::pair<int, int>;
using Numbers = std::vector<int>;

constexpr std::uint64_t seeds = 12;

void send_batch(Channel<int>& in, Random& random) {
  send(in, batch<int>(random, [&] { return static_cast<int>(random.below(20)); }));
}

static constexpr node<"a"> a;
static constexpr node<"b"> b;
static constexpr node<"z"> z;
static constexpr node<"longest"> longest;
static constexpr node<"all"> all;
static constexpr node<"some"> some;

template <class First, class Second>
void compare_zip(std::uint64_t seed, First first_lifetime, Second second_lifetime, int limit) {
  SCOPED_TRACE(lifetimes(first_lifetime, second_lifetime) + ", seed " + std::to_string(seed) +
               ", limit " + std::to_string(limit));
  Random random(seed);
  Channel<int> first_in;
  Channel<int> second_in;
  Out<int> first_fed;
  Out<int> second_fed;
  Out<Pair> out;
  Running df(flow(a = union_() >> tee(), source_stream(first_in) >> a,
                  a >> filter([limit](int v) { return v < limit; }) >>
                      map([](int v) { return 2 * v + 5; }) >> a,
                  a >> first_fed.collect(), a >> z[_0], b = source_stream(second_in) >> tee(),
                  b >> second_fed.collect(), b >> z[_1],
                  z = zip(first_lifetime, second_lifetime) >> out.collect()),
             random_budget(random));
  Numbers firsts;
  Numbers seconds;
  for (int i = 0; i < 20; ++i) {
    send_batch(first_in, random);
    send_batch(second_in, random);
    df.run_tick();
    for (int const v : first_fed.take()) firsts.push_back(v);
    for (int const v : second_fed.take()) seconds.push_back(v);
    std::size_t const count = std::min(firsts.size(), seconds.size());
    std::vector<Pair> expected;
    for (std::size_t k = 0; k < count; ++k) expected.push_back({firsts[k], seconds[k]});
    ASSERT_EQ(out.take(), expected) << "tick " << i;
    auto const paired = static_cast<std::ptrdiff_t>(count);
    firsts.erase(firsts.begin(), firsts.begin() + paired);
    seconds.erase(seconds.begin(), seconds.begin() + paired);
    if (!lives_forever<First>) firsts.clear();
    if (!lives_forever<Second>) seconds.clear();
  }
}

TEST(ZipOracle, Zip) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    compare_zip(seed, none, none, 0);
    compare_zip(seed, none, forever, 0);
    compare_zip(seed, tick, none, 0);
    compare_zip(seed, tick, tick, 40);
    compare_zip(seed, tick, forever, 40);
    compare_zip(seed, forever, tick, 40);
    compare_zip(seed, forever, forever, 40);
    if (HasFailure()) return;
  }
}

void compare_ordered(std::uint64_t seed, std::size_t most) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  using Either = EitherOrBoth<int, int>;
  Random random(seed);
  Channel<int> first_in;
  Channel<int> second_in;
  Out<int> second_fed;
  Out<Either> either;
  Out<int> chained;
  Out<int> limited;
  Running df(
      flow(a = source_stream(first_in) >> tee(), b = union_() >> tee(),
           source_stream(second_in) >> b,
           b >> filter([](int v) { return v < 15; }) >> map([](int v) { return 2 * v + 5; }) >> b,
           b >> second_fed.collect(), a >> longest[_0], b >> longest[_1],
           longest = zip_longest() >> either.collect(), a >> all[_0], b >> all[_1],
           all = chain() >> chained.collect(), a >> some[_0], b >> some[_1],
           some = chain_first_n(most) >> limited.collect()),
      random_budget(random));
  for (int i = 0; i < 20; ++i) {
    Numbers firsts;
    for (std::uint64_t n = random.below(6); n > 0; --n) firsts.push_back(static_cast<int>(n));
    send(first_in, firsts);
    send_batch(second_in, random);
    df.run_tick();
    Numbers const seconds = second_fed.take();
    std::vector<Either> expected;
    for (std::size_t k = 0; k < std::max(firsts.size(), seconds.size()); ++k) {
      if (k >= seconds.size()) expected.push_back(Left<int>{firsts[k]});
      else if (k >= firsts.size()) expected.push_back(Right<int>{seconds[k]});
      else expected.push_back(Both<int, int>{firsts[k], seconds[k]});
    }
    ASSERT_EQ(either.take(), expected) << "tick " << i;
    Numbers in_turn = firsts;
    in_turn.insert(in_turn.end(), seconds.begin(), seconds.end());
    ASSERT_EQ(chained.take(), in_turn) << "tick " << i;
    if (in_turn.size() > most) in_turn.resize(most);
    ASSERT_EQ(limited.take(), in_turn) << "tick " << i;
  }
}

TEST(ZipOracle, ZipLongestAndChain) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    compare_ordered(seed, seed % 7);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace weir
