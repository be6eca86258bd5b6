// scan: one optional for each item, until an empty one.
#include <optional>
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

auto running_sum = [](int& total, int item) { return std::optional(total += item); };
// The same, which ends when the total exceeds ten.
auto up_to_ten = [](int& total, int item) {
  total += item;
  return total > 10 ? std::nullopt : std::optional(total);
};

template <class Op>
std::vector<std::vector<int>> scanned(Op op, std::vector<std::vector<int>> const& batches) {
  Channel<int> in;
  Out<int> out;
  Running df(flow(source_stream(in) >> std::move(op) >> out.collect()));
  std::vector<std::vector<int>> given;
  for (std::vector<int> const& batch : batches) {
    send(in, batch);
    df.run_tick();
    given.push_back(out.take());
  }
  return given;
}
using Given = std::vector<std::vector<int>>;

TEST(Scan, C18_scan_tick) {
  EXPECT_EQ(scanned(scan(zero, running_sum), {{1, 2}, {3, 4}, {}}), (Given{{1, 3}, {3, 7}, {}}));
  EXPECT_EQ(scanned(scan(none, zero, running_sum), {{1, 2}, {3, 4}, {}}),
            (Given{{1, 3}, {3, 7}, {}}));
}
TEST(Scan, C18_scan_static) {
  EXPECT_EQ(scanned(scan(forever, zero, running_sum), {{1, 2}, {3, 4}, {}}),
            (Given{{1, 3}, {6, 10}, {}}));
}

TEST(Scan, AnEmptyOptionalEndsItUntilItsLifetimeDoes) {
  std::vector<std::vector<int>> const batches{{4, 5, 6, 1}, {1}, {7, 8}, {2}};
  EXPECT_EQ(scanned(scan(tick, zero, up_to_ten), batches), (Given{{4, 9}, {1}, {7}, {2}}));
  EXPECT_EQ(scanned(scan(none, zero, up_to_ten), batches), (Given{{4, 9}, {1}, {7}, {2}}));
  EXPECT_EQ(scanned(scan(forever, zero, up_to_ten), batches), (Given{{4, 9}, {}, {}, {}}));
}

// Two runs of a subgraph in a tick, because of the cycle.
TEST(Scan, OfNoneBeginsAgainInEveryRunAndOfATickDoesNot) {
  static constexpr node<"u"> u;
  static constexpr node<"t"> t;
  Out<int> of_tick;
  Out<int> of_none;
  Running df(
      flow(source_iter(std::vector{1, 2}) >> u, u = union_() >> tee(),
           u >> filter([](int v) { return v < 20; }) >> map([](int v) { return v + 10; }) >> u,
           t = u >> tee(), t >> scan(tick, zero, running_sum) >> of_tick.collect(),
           t >> scan(none, zero, running_sum) >> of_none.collect()));
  df.run_tick();
  EXPECT_EQ(of_tick.take(), (std::vector{1, 3, 14, 26, 47, 69}));
  EXPECT_EQ(of_none.take(), (std::vector{1, 3, 14, 26, 21, 43}));
}

using Counted = std::pair<int, std::string>;
auto joined = [](Counted& all, std::string const& word) {
  all.second += (all.first++ == 0 ? "" : ", ") + word;
  return std::optional(all);
};
auto nothing_yet = [] { return Counted(); };

TEST(Scan, C20_scan_types) {
  Channel<std::string> in;
  Out<Counted> out;
  Out<Counted> pushed;
  static constexpr node<"n"> n;
  Running df(flow(n = source_stream(in) >> tee(), n >> scan(nothing_yet, joined) >> out.collect(),
                  n >> null(), n >> scan(nothing_yet, joined) >> pushed.collect()));
  send(in, {"hello", "world"});
  df.run_tick();
  std::vector<Counted> const expected{{1, "hello"}, {2, "hello, world"}};
  EXPECT_EQ(out.take(), expected);
  EXPECT_EQ(pushed.take(), expected);
}

TEST(Scan, CallsItsFunctionInAllShapes) {
  using Pair = std::pair<int, int>;
  static constexpr node<"n"> n;
  Out<int> parts;
  Out<int> with_context;
  Out<std::string> own;
  Running df(flow(
      n = source_iter(std::vector<Pair>{{1, 2}, {3, 4}}) >> tee(),
      n >> scan(zero, [](int& all, int a, int b) { return std::optional(all += a * b); }) >>
          parts.collect(),
      n >> scan(zero,
                [](Context const& context, int& all, Pair const& pair) {
                  return std::optional(all += pair.first + static_cast<int>(context.current_tick));
                }) >>
          with_context.collect(),
      n >> scan([] { return 0; },
                [](int& all, Pair&& pair) -> std::optional<std::string> {
                  all += pair.second;
                  return std::to_string(all);
                }) >>
          own.collect()));
  df.run_tick();
  EXPECT_EQ(parts.take(), (std::vector{2, 14}));
  EXPECT_EQ(with_context.take(), (std::vector{1, 4}));
  EXPECT_EQ(own.take(), (std::vector<std::string>{"2", "6"}));
}

}  // namespace
}  // namespace weir
