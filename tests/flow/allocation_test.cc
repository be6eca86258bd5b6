// After warm-up a tick allocates nothing. Every malloc of this program is counted, and operator new
// with it.
#include <atomic>
#include <cstdlib>

#include "tests/flow/flow_testing.h"

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

}  // namespace
}  // namespace weir
