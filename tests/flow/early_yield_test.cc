// A tick that yields is the same tick: whatever the budget, the same comes out of it.
#include <array>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/flow/flow_testing.h"
#include "weir/base/random.h"

namespace weir {
namespace {

// Gives what came in this tick, sorted: an operator that flushes but does not replay, so that its
// subgraph runs because something came, and stops wherever the budget ends.
struct Sorted : Operator {
  static constexpr OperatorInfo info{
      .name = "sorted", .blocking_inputs = 0b1, .flushes = true, .ends_ticks = true};

  template <class Item>
  struct State {
    std::vector<Item> items;
    std::size_t given = 0;
  };
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  void push(auto& state, auto&& item, auto const&) {
    state.items.push_back(item);
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if (begin) std::sort(state.items.begin(), state.items.end());
    for (; state.given < state.items.size(); ++state.given, --budget) {
      if (budget <= 0) return false;
      emit(state.items[state.given]);
    }
    return true;
  }
  void end_tick(auto& state) {
    state.items.clear();
    state.given = 0;
  }
};

// ---- random flows: the compiler rolls the dice ----

constexpr std::uint64_t rolled(std::uint64_t seed, std::uint64_t which, std::uint64_t sides) {
  Random random(seed * 1000 + which);
  return random.below(sides);
}

template <std::uint64_t Seed, std::uint64_t Which>
auto random_operator() {
  constexpr std::uint64_t roll = rolled(Seed, Which, 11);
  if constexpr (roll == 0) return map([](int v) { return (v * 3 + 1) % 200; });
  else if constexpr (roll == 1) return filter([](int v) { return v % 4 != 0; });
  else if constexpr (roll == 2) return flat_map([](int v) { return std::array{v, v / 2}; });
  else if constexpr (roll == 3) return flat_map([](int v) { return numbers(v, v + v % 3); });
  else if constexpr (roll == 4) return unique(tick);
  else if constexpr (roll == 5) return unique(forever);
  else if constexpr (roll == 6) return inspect([](int) {});
  else if constexpr (roll == 7)
    return fold(forever, zero, [](int& all, int v) { all = (all + v) % 97; });
  else if constexpr (roll == 8) return defer_tick();
  else if constexpr (roll == 9) return Sorted();
  else {
    return filter_map([](Context const& context, int v) {
      return v % 5 == 0 ? std::nullopt
                        : std::optional(v + static_cast<int>(context.current_tick % 2));
    });
  }
}

template <std::uint64_t Seed, std::uint64_t First, std::size_t... I>
auto random_chain(std::index_sequence<I...>) {
  return (... >> random_operator<Seed, First + I>());
}
template <std::uint64_t Seed, std::uint64_t First>
auto random_chain() {
  return random_chain<Seed, First>(std::make_index_sequence<3>{});
}

template <std::uint64_t Seed, std::uint64_t Which>
auto random_lifetime() {
  if constexpr (rolled(Seed, Which, 2) == 0) return tick;
  else return forever;
}

struct Ends {
  Channel<int> in;
  Channel<int> other_in;
  Out<int> out;
};

inline constexpr auto keyed = [](int v) { return std::pair{v % 6, v % 20}; };

static constexpr node<"t"> t;
static constexpr node<"u"> u;
static constexpr node<"j"> j;
static constexpr node<"d"> d;
static constexpr node<"k"> k;

// Branches that meet again in a union, a join and a difference.
template <std::uint64_t Seed>
auto make_branches(Ends& ends) {
  return flow(
      t = source_stream(ends.in) >> tee(), u = union_() >> tee(), t >> random_chain<Seed, 0>() >> u,
      source_stream(ends.other_in) >> random_chain<Seed, 10>() >> u, t >> map(keyed) >> j[_0],
      u >> map(keyed) >> j[_1],
      j = join(random_lifetime<Seed, 20>(), random_lifetime<Seed, 21>()) >>
          map([](int key, std::pair<int, int> v) { return key + 10 * v.first + v.second; }) >>
          tee(),
      j >> random_chain<Seed, 30>() >> d[pos], u >> random_chain<Seed, 40>() >> d[neg],
      d = difference(random_lifetime<Seed, 22>(), random_lifetime<Seed, 23>()) >>
          ends.out.collect(),
      j >> ends.out.collect());
}

// A cycle within the tick and one through the next.
template <std::uint64_t Seed>
auto make_cycles(Ends& ends) {
  return flow(u = union_() >> unique(tick) >> tee(), source_stream(ends.in) >> u,
              u >> filter([](int v) { return v < 300; }) >> flat_map([](int v) {
                return std::array{v + 7, v + 50};
              }) >>
                  u,
              u >> random_chain<Seed, 0>() >> t, t = tee(), t >> ends.out.collect(),
              t >> filter([](int v) { return v > 3; }) >> map([](int v) { return v / 2; }) >>
                  defer_tick() >> k,
              k = union_() >> random_chain<Seed, 10>() >> tee(), source_stream(ends.other_in) >> k,
              k >> ends.out.collect(),
              k >> filter([](int v) { return v % 2 != 0; }) >> map([](int v) { return v / 3; }) >>
                  defer_tick() >> u);
}

// One stratum after another: joins that replay into joins, behind folds and sorts.
template <std::uint64_t Seed>
auto make_strata(Ends& ends) {
  return flow(t = source_stream(ends.in) >> tee(), t >> map(keyed) >> j[_0],
              source_stream(ends.other_in) >> map(keyed) >> j[_1],
              j = join(forever) >> map([](int key, std::pair<int, int> v) {
                    return key * 20 + v.first + v.second;
                  }) >>
                  tee(),
              j >> map(keyed) >> k[_0], t >> random_chain<Seed, 0>() >> map(keyed) >> k[_1],
              k = join(forever, random_lifetime<Seed, 20>()) >>
                  map([](int key, std::pair<int, int> v) { return key + v.first * v.second; }) >> u,
              j >> Sorted() >> random_chain<Seed, 10>() >> u,
              u = union_() >> fold(tick, zero, sum) >> ends.out.collect());
}

template <class Make>
Ticked<int> outcome(Make make, std::uint64_t seed, TickBudget budget, std::uint64_t& yields) {
  Random random(seed);
  Ends ends;
  Running df(make(ends), budget);
  for (int i = 0; i < 12; ++i) {
    for (std::uint64_t n = random.below(9); n > 0; --n) {
      ends.in.send(static_cast<int>(random.below(120)));
      if (random.once_in(2)) ends.other_in.send(static_cast<int>(random.below(120)));
    }
    df.run_tick();
  }
  yields = df.graph.counters().yields;
  EXPECT_EQ(df.graph.failure(), nullptr);
  EXPECT_EQ(df.current_tick(), 12u);
  return ends.out.ticked_bag();
}

template <class Make>
void compare_budgets(Make make, char const* name) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    std::uint64_t yields = 0;
    auto const whole = outcome(make, seed, {}, yields);
    EXPECT_EQ(yields, 0u);
    EXPECT_FALSE(whole.empty());
    for (std::int64_t const items : {1, 2, 7, 64}) {
      SCOPED_TRACE(std::string(name) + ", budget " + std::to_string(items) + ", seed " +
                   std::to_string(seed));
      ASSERT_EQ(outcome(make, seed, {.items = items}, yields), whole);
      if (items == 1) {
        EXPECT_GT(yields, 12u);
      }
    }
    SCOPED_TRACE(std::string(name) + ", no time, seed " + std::to_string(seed));
    ASSERT_EQ(outcome(make, seed, {.time = 0}, yields), whole);
  }
}

TEST(EarlyYield, OfRandomBranchesChangesNothing) {
  compare_budgets([](Ends& ends) { return make_branches<1>(ends); }, "branches 1");
  compare_budgets([](Ends& ends) { return make_branches<2>(ends); }, "branches 2");
  compare_budgets([](Ends& ends) { return make_branches<3>(ends); }, "branches 3");
}

TEST(EarlyYield, OfRandomCyclesChangesNothing) {
  compare_budgets([](Ends& ends) { return make_cycles<1>(ends); }, "cycles 1");
  compare_budgets([](Ends& ends) { return make_cycles<2>(ends); }, "cycles 2");
  compare_budgets([](Ends& ends) { return make_cycles<3>(ends); }, "cycles 3");
}

TEST(EarlyYield, OfRandomStrataChangesNothing) {
  compare_budgets([](Ends& ends) { return make_strata<1>(ends); }, "strata 1");
  compare_budgets([](Ends& ends) { return make_strata<2>(ends); }, "strata 2");
  compare_budgets([](Ends& ends) { return make_strata<3>(ends); }, "strata 3");
}

// ---- flushes ----

TEST(EarlyYield, AFlushGoesOnWhereItStopped) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> Sorted() >> out.collect()), {.items = 2});
  df.run_tick();
  send(in, {5, 3, 1, 4, 2});
  int turns = 1;
  while (df.graph.run_tick() == Status::yielded) ++turns;
  EXPECT_EQ(turns, 5);  // five taken and five given, two at a time
  EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}}));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<int>());
  send(in, {7, 6});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{6, 7}));
}

TEST(EarlyYield, WhatIsSentToAYieldedTickWaitsForTheNext) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> out.collect()), {.items = 2});
  send(in, {1, 2, 3});
  EXPECT_EQ(df.graph.run_tick(), Status::yielded);
  send(in, {4});
  df.run_tick();
  df.run_tick();
  EXPECT_EQ(out.ticked(), (Ticked<int>{{0, 1}, {0, 2}, {0, 3}, {1, 4}}));
}

TEST(EarlyYield, WhatThrowsInAYieldedTickEndsTheFlowToo) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 10)) >> map([](int v) {
                    if (v == 5) throw std::runtime_error("five");
                    return v;
                  }) >>
                  out.collect()),
             {.items = 2});
  int turns = 0;
  while (df.graph.run_tick() == Status::yielded) ++turns;
  EXPECT_EQ(turns, 2);
  EXPECT_NE(df.graph.failure(), nullptr);
  EXPECT_EQ(out.take(), numbers(0, 5));
}

}  // namespace
}  // namespace weir
