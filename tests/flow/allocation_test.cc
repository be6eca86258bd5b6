// After warm-up a tick allocates nothing. Every malloc of this program is counted, and operator new
// with it.
#include <atomic>
#include <cstdlib>

#include "tests/flow/flow_testing.h"
#include "weir/sched/ends.h"
#include "weir/sched/tee.h"

#if defined(__SANITIZE_ADDRESS__)
#define WEIR_TEST_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEIR_TEST_ADDRESS_SANITIZER 1
#endif
#endif

namespace {
std::atomic<std::uint64_t> allocations{0};
}  // namespace

#ifdef WEIR_TEST_ADDRESS_SANITIZER
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(void const volatile*,
                                                                  std::size_t),
                                                         void (*)(void const volatile*));
namespace {
bool const hooked =
    __sanitizer_install_malloc_and_free_hooks(
        [](void const volatile*, std::size_t) { ++allocations; }, [](void const volatile*) {}) != 0;
}  // namespace
#else
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* malloc(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
namespace {
bool const hooked = true;
}  // namespace
#endif

namespace weir {
namespace {

// The allocations of the ticks after the first few, each fed by `feed(number of the tick)`.
template <class Feed>
std::uint64_t allocations_after_warm_up(Running& df, Feed feed) {
  constexpr int warm_up = 5;
  std::uint64_t before = 0;
  for (int i = 0; i < 3 * warm_up; ++i) {
    if (i == warm_up) before = allocations.load();
    feed(i);
    df.run_tick();
  }
  EXPECT_EQ(df.graph.failure(), nullptr);
  return allocations.load() - before;
}

TEST(Allocation, IsCounted) {
  ASSERT_TRUE(hooked);
  std::uint64_t const before = allocations.load();
  void* volatile raw = std::malloc(100);  // volatile: or the compiler sees that nobody needs it
  std::free(raw);
  EXPECT_EQ(allocations.load() - before, 1u);
  int* volatile made = new int(7);
  delete made;
  EXPECT_EQ(allocations.load() - before, 2u);
}

TEST(Allocation, OfATickThroughMapUniqueFoldAndForEachIsNone) {
  Channel<int> in;
  long total = 0;
  static constexpr node<"t"> t;
  Running df(flow(t = source_stream(in) >> map([](int v) { return v * 2; }) >> tee(),
                  t >> unique() >> for_each([&](int v) { total += v; }),
                  t >> unique(forever) >> for_each([&](int v) { total += v; }),
                  t >> fold(zero, sum) >> for_each([&](int v) { total += v; })));
  EXPECT_EQ(allocations_after_warm_up(df,
                                      [&](int i) {
                                        for (int v = 0; v < 500; ++v)
                                          in.send(v * (i % 2 + 1) % 400);
                                      }),
            0u);
  EXPECT_NE(total, 0);
}

TEST(Allocation, OfATickThroughJoinIsNoneHoweverManyValuesAKeyHas) {
  using Pair = std::pair<int, int>;
  Channel<int> in;
  long total = 0;
  static constexpr node<"t"> t;
  static constexpr node<"few"> few;
  static constexpr node<"many"> many;
  auto const count = [&](int, Pair) { ++total; };
  Running df(flow(t = source_stream(in) >> tee(),
                  t >> map([](int v) {
                    return Pair{v, 1};
                  }) >>
                      few[_0],
                  t >> map([](int v) {
                    return Pair{v, 2};
                  }) >>
                      few[_1],
                  few = join() >> for_each(count),
                  t >> map([](int v) {
                    return Pair{v % 10, v};
                  }) >>
                      many[_0],
                  t >> map([](int v) {
                    return Pair{v % 7, v};
                  }) >>
                      many[_1],
                  many = join(tick) >> for_each(count)));
  EXPECT_EQ(allocations_after_warm_up(df,
                                      [&](int i) {
                                        for (int v = 0; v < 300; ++v) in.send(v + i % 3);
                                      }),
            0u);
  EXPECT_GT(total, 15 * 300);
}

// A table that was large goes on small, and grows again in the memory that it has.
TEST(Allocation, OfTicksOfManySizesIsNone) {
  using Pair = std::pair<int, int>;
  Channel<int> in;
  long total = 0;
  static constexpr node<"t"> t;
  static constexpr node<"j"> j;
  Running df(flow(t = source_stream(in) >> unique() >> map([](int v) {
                        return Pair{v, v};
                      }) >>
                      tee(),
                  t >> j[_0], t >> j[_1], j = join() >> for_each([&](int, Pair) { ++total; })));
  EXPECT_EQ(allocations_after_warm_up(df,
                                      [&](int i) {
                                        int const count = i % 2 == 0 ? 3000 : 1 + i;
                                        for (int v = 0; v < count; ++v) in.send(v);
                                      }),
            0u);
  EXPECT_GT(total, 8 * 3000);
}

TEST(Allocation, OfATickThroughHandoffsDifferenceAndEncodeIsNone) {
  Channel<int> in;
  long total = 0;
  using Number = IntegersCodec<std::uint32_t>;
  static constexpr node<"t"> t;
  static constexpr node<"d"> d;
  static constexpr node<"u"> u;
  Running df(
      flow(t = source_stream(in) >> tee(), t >> d[pos],
           t >> filter([](int v) { return v % 3 == 0; }) >> defer_tick() >> d[neg],
           d = difference() >> u, u = union_() >> tee(),
           u >> filter([](int v) { return v > 100; }) >> map([](int v) { return v / 2; }) >> u,
           u >> map([](int v) { return std::tuple{static_cast<std::uint32_t>(v)}; }) >>
               encode(Number()) >> decode(Number(), [](View) {}) >>
               for_each([&](std::uint32_t v) { total += v; })));
  EXPECT_EQ(allocations_after_warm_up(df,
                                      [&](int) {
                                        for (int v = 0; v < 5000; ++v) in.send(v);
                                      }),
            0u);
  EXPECT_NE(total, 0);
}

TEST(Allocation, OfATickThroughWhatKeepsAndAccumulatesIsNone) {
  Channel<int> in;
  long total = 0;
  static constexpr node<"t"> t;
  static constexpr node<"z"> z;
  static constexpr node<"c"> c;
  auto const count = for_each([&](auto const&) { ++total; });
  auto const keyed = [](int v) { return std::pair{v % 100, v}; };
  auto const never_seen = [](Context const& context, int v) {
    return v + 1000 * static_cast<int>(context.current_tick);
  };
  Running df(flow(t = source_stream(in) >> tee(), t >> sort() >> count, t >> reduce(sum) >> count,
                  t >> map(keyed) >> fold_keyed(zero, sum) >> count,
                  t >> map(keyed) >> fold_keyed_no_replay(zero, sum) >> count,
                  t >> map(never_seen) >> multiset_delta() >> count, t >> z[_0],
                  t >> filter([](int v) { return v % 2 == 0; }) >> z[_1], z = zip() >> count,
                  t >> c[_0], t >> c[_1], c = chain() >> count));
  EXPECT_EQ(allocations_after_warm_up(df,
                                      [&](int i) {
                                        for (int v = 0; v < 300; ++v) in.send(v + i % 3);
                                      }),
            0u);
  EXPECT_GT(total, 15 * 300);
}

// A tee, state of every lifetime, and a loop in a loop.
TEST(Allocation, OfATickOfHandWrittenSubgraphsIsNone) {
  Running df(flow(source_iter(std::vector{1}) >> for_each([](int) {})));
  Graph& graph = df.graph;
  Input<int> input;
  auto& tee = graph.make_tee<int>();
  Loop& outer = graph.make_loop("outer", 1, 3);
  Loop& inner = graph.make_loop("inner", 2, 2, {.parent = &outer, .iterations_max = 3});
  auto& next = graph.make_handoff<int>("next", Delay::iteration);
  auto& to_inner = graph.make_handoff<int>("to inner");
  graph.make_subgraph("source", 0, from(input), to(tee),
                      [](auto& in, auto& out) { in.drain([&](int v) { out.push(v); }); });
  graph.make_subgraph("outer", outer.at(0), from(tee.add_reader(), next), to(next, to_inner),
                      [](auto& in, auto& again, auto& to_next, auto& out) {
                        auto const give = [&](int v) {
                          out.push(v);
                          if (v > 0) to_next.push(v / 2);
                        };
                        in.drain(give);
                        again.drain(give);
                      });
  auto& all = graph.make_state<std::vector<int>>(none);
  auto& batch = graph.make_state<std::vector<int>>(inner);
  auto& of_tick = graph.make_state<std::vector<int>>(tick);
  long total = 0;
  graph.make_subgraph("inner", inner.at(0), from(to_inner), to(), uses(all, batch, of_tick),
                      [&](Activation& activation, auto& in, auto& a, auto& b, auto& c) {
                        in.drain([&](int v) {
                          for (auto* kept : {&a, &b, &c}) kept->push_back(v);
                        });
                        total += static_cast<long>(a.size() + b.size() + c.size());
                        activation.repeat();
                      });
  graph.make_subgraph("count", 0, from(tee.add_reader()), to(), uses(of_tick),
                      [&](auto& in, auto&) { in.drain([&](int v) { total += v; }); });
  EXPECT_EQ(allocations_after_warm_up(df,
                                      [&](int) {
                                        for (int v = 0; v < 200; ++v) input.give(v);
                                      }),
            0u);
  EXPECT_GT(total, 200);
}

}  // namespace
}  // namespace weir
