// Names may be used before they are defined, stand for other names, and close cycles.
#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"f"> f;
static constexpr node<"g"> g;

TEST(ForwardRefs, A6_forward_refs_to_a_sink) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 10)) >> f, f = map(same) >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), numbers(0, 10));
}

TEST(ForwardRefs, A6_forward_refs_to_a_lone_sink) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 10)) >> f, f = out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), numbers(0, 10));
}

TEST(ForwardRefs, A6_forward_refs_to_a_source) {
  Out<int> out;
  Running df(flow(f >> out.collect(), f = source_iter(numbers(0, 10))));
  df.run_available();
  EXPECT_EQ(out.take(), numbers(0, 10));
}

TEST(ForwardRefs, A6_forward_refs_to_the_middle) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 10)) >> f, f >> out.collect(), f = map(same)));
  df.run_available();
  EXPECT_EQ(out.take(), numbers(0, 10));
}

TEST(ForwardRefs, ANameMayStandForAnotherName) {
  Out<int> out;
  static constexpr node<"h"> h;
  Running df(
      flow(source_iter(numbers(0, 3)) >> h, h = g, g = f, f = map(same), g >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.take(), numbers(0, 3));
}

// The steps of Collatz' sequence from 27, with the statements in the order that `arranged` gives
// them.
template <class Arranged>
std::vector<int> collatz(Arranged arranged) {
  Out<int> out;
  static constexpr node<"all"> all;
  static constexpr node<"even"> even;
  static constexpr node<"odd"> odd;
  Running df(arranged(all = union_() >> unique() >> tee(), source_iter(std::vector{27}) >> all,
                      all >> filter([](int v) { return v % 2 == 0; }) >> even,
                      even = map([](int v) { return v / 2; }),
                      all >> filter([](int v) { return v % 2 != 0; }) >> odd,
                      odd = map([](int v) { return 3 * v + 1; }), even >> all, odd >> all,
                      all >> out.collect()));
  df.run_available();
  EXPECT_EQ(df.current_tick(), 1u);
  return out.take();
}

TEST(ForwardRefs, TheStatementsMayComeInAnyOrder) {
  auto const forward = collatz([](auto... s) { return flow(std::move(s)...); });
  auto const backward =
      collatz([](auto a, auto b, auto c, auto d, auto e, auto h, auto i, auto j, auto k) {
        return flow(std::move(k), std::move(j), std::move(i), std::move(h), std::move(e),
                    std::move(d), std::move(c), std::move(b), std::move(a));
      });
  ASSERT_EQ(forward.size(), 112u);  // the famous 111 steps
  EXPECT_EQ(forward[1], 82);
  EXPECT_EQ(forward.back(), 1);
  EXPECT_EQ(backward, forward);
}

}  // namespace
}  // namespace weir
