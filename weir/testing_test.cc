// The test kit: what it says when a flow is right, and when it is not.
#include "weir/testing.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>

#include "weir/io/interval.h"
#include "weir/sim/peer.h"
#include "weir/weir.h"

namespace weir {
namespace {

constexpr auto twice = [](int v) { return 2 * v; };

std::string text_of(auto const& value) {
  std::string text;
  append_value(text, value);
  return text;
}

struct Point {
  int x;
};
std::ostream& operator<<(std::ostream& out, Point const& point) { return out << "x=" << point.x; }
struct Opaque {
  std::uint32_t bits;
};
enum class Colour : std::uint8_t { red, green };

TEST(ValueText, IsAsAPersonWouldWriteIt) {
  EXPECT_EQ(text_of(-7), "-7");
  EXPECT_EQ(text_of(~std::uint64_t{0}), "18446744073709551615");
  EXPECT_EQ(text_of(true), "true");
  EXPECT_EQ(text_of(0.5), "0.5");
  EXPECT_EQ(text_of('a'), "\"a\"");
  EXPECT_EQ(text_of(std::string("a \"b\"\n")), "\"a \\\"b\\\"\\x0a\"");
  EXPECT_EQ(text_of(Bytes("abc")), "\"abc\"");
  EXPECT_EQ(text_of(std::pair{1, std::string("one")}), "(1, \"one\")");
  EXPECT_EQ(text_of(std::tuple{1, 2, 3}), "(1, 2, 3)");
  EXPECT_EQ(text_of(std::vector<std::pair<int, int>>{{1, 2}, {3, 4}}), "{(1, 2), (3, 4)}");
  EXPECT_EQ(text_of(std::map<int, bool>{{1, false}}), "{(1, false)}");
  EXPECT_EQ(text_of(std::array{1, 2}), "{1, 2}");
  EXPECT_EQ(text_of(std::optional<int>()), "nothing");
  EXPECT_EQ(text_of(std::optional(3)), "3");
  EXPECT_EQ(text_of(Colour::green), "1");
  EXPECT_EQ(text_of(Point{4}), "x=4");
  EXPECT_EQ(text_of(Opaque{0}), "(4 bytes)");
}

// ---- step by step ----

TEST(FlowTest, RunsTickByTick) {
  TestInput<int> in;
  TestOutput<int> out;
  FlowTest test(flow(source_stream(in) >> map(twice) >> out.collect()));
  in.give({1, 2});
  in.give(3);
  test.run_tick();
  EXPECT_EQ(out.take(), (std::vector{2, 4, 6}));
  in.give(std::vector{7});
  EXPECT_EQ(out.take(), std::vector<int>());
  EXPECT_EQ(test.run_available(), 1u);
  EXPECT_EQ(out.ticked(), (Ticked<int>{{1, 14}}));
  EXPECT_EQ(test.current_tick(), 2u);
}

TEST(FlowTest, TakesWhatIsGivenBeforeItBegins) {
  TestInput<std::pair<int, std::string>> in;
  in.give({{2, "two"}, {1, "one"}});
  in.give(std::pair{3, "three"});
  TestOutput<std::pair<int, std::string>> out;
  FlowTest test(flow(source_stream(in) >> out.collect()));
  test.run_tick();
  EXPECT_EQ(out.bag(),
            (std::vector<std::pair<int, std::string>>{{1, "one"}, {2, "two"}, {3, "three"}}));
}

TEST(FlowTest, RunsAWholeTickHoweverOftenItYields) {
  TestInput<int> in;
  TestOutput<int> out;
  FlowTest test(flow(source_stream(in) >> out.collect()), {.items = 2});
  in.give({1, 2, 3, 4, 5});
  test.run_tick();
  EXPECT_EQ(out.take(), (std::vector{1, 2, 3, 4, 5}));
  EXPECT_EQ(test.graph().counters().yields, 2u);
  EXPECT_EQ(test.current_tick(), 1u);
}

TEST(FlowTest, PassesWhatCanOnlyBeMoved) {
  TestInput<std::unique_ptr<int>> in;
  TestOutput<std::unique_ptr<int>> out;
  FlowTest test(flow(source_stream(in) >> out.collect()));
  in.give(std::make_unique<int>(7));
  test.run_tick();
  std::vector<std::unique_ptr<int>> const items = out.take();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(*items[0], 7);
}

TEST(FlowTest, OneInputMayFeedOneFlowAfterAnother) {
  TestInput<int> in;
  TestOutput<int> out;
  for (int i = 0; i < 2; ++i) {
    FlowTest test(flow(source_stream(in) >> out.collect()));
    in.give(i);
    test.run_tick();
    EXPECT_EQ(out.take(), std::vector{i});
    in.give(99);  // nobody takes it
  }
}

TEST(FlowTest, MayOutliveItsInputIfItRunsNoMore) {
  TestOutput<int> out;
  std::optional<TestInput<int>> in(std::in_place);
  FlowTest test(flow(source_stream(*in) >> out.collect()));
  in->give(1);
  test.run_tick();
  in.reset();
  EXPECT_EQ(out.take(), std::vector{1});
}

TEST(FlowTest, TimeIsWhatTheTestSays) {
  TestInput<int> in;
  TestOutput<Instant> out;
  FlowTest test(flow(source_stream(in) >>
                     map([](Context const& context, int) { return context.now(); }) >>
                     out.collect()));
  in.give(1);
  test.run_tick();
  EXPECT_EQ(out.take(), std::vector<Instant>{0});
  in.give({1, 2});
  test.advance(3 * seconds);
  EXPECT_EQ(out.take(), (std::vector<Instant>{3 * seconds, 3 * seconds}));
}

TEST(FlowTest, SaysWhoseFunctionThrew) {
  TestInput<int> in;
  TestOutput<int> out;
  static constexpr node<"checked"> checked;
  FlowTest test(flow(checked = source_stream(in) >> map([](int v) {
                                 if (v == 3) throw std::runtime_error("three is refused");
                                 return v;
                               }),
                     checked >> out.collect()));
  in.give(1);
  test.run_tick();
  EXPECT_EQ(test.failed_node(), "");
  EXPECT_EQ(test.failure(), nullptr);
  in.give(3);
  test.run_tick();
  EXPECT_EQ(test.failed_node(), "checked");
  EXPECT_EQ(test.failure()->what, "three is refused");
}

// ---- on a worker ----

TEST(TestWorker, EchoesToAPeerOfTheSimulatedNetwork) {
  for (bool const hostile : {false, true}) {
    TestWorker worker(seed_of_tests(3), hostile ? SimOptions::hostile() : SimOptions::calm());
    Endpoint* const server = worker->listen(Address::loopback(0)).value();
    FlowTest test(worker, flow(source_tcp(*server) >> dest_tcp(*server)));
    auto const peer = make_sim_peer(worker.world());
    peer->connect(server->address());
    worker.advance(10 * milliseconds);
    std::string const frame("\0\0\0\5hello", 9);
    ASSERT_EQ(peer->send(frame), frame.size());
    std::string got;
    for (int i = 0; i < 20; ++i) {
      worker.advance(1 * milliseconds);
      got += peer->receive();
    }
    EXPECT_EQ(got, frame) << "seed " << worker.seed();
    EXPECT_EQ(test.failed_node(), "");
  }
}

TEST(TestWorker, SeveralFlowsShareItsTime) {
  TestWorker worker;
  TestInput<int> in;
  TestOutput<Instant> first;
  TestOutput<int> second;
  FlowTest one(worker, flow(source_stream(in) >>
                            map([](Context const& context, int) { return context.now(); }) >>
                            first.collect()));
  FlowTest other(worker, flow(source_iter(std::vector{1, 2}) >> defer_tick() >> second.collect()));
  Instant const start = worker->clock().now();
  worker.advance(2 * seconds);
  in.give(1);
  worker.advance();
  EXPECT_EQ(first.take(), std::vector<Instant>{start + 2 * seconds});
  EXPECT_EQ(second.ticked(), (Ticked<int>{{1, 1}, {1, 2}}));
}

TEST(TestWorker, RunsTheTimersOfItsFlows) {
  TestWorker worker;
  TestOutput<Instant> out;
  Instant const start = worker->clock().now();
  FlowTest test(worker, flow(source_interval(*worker, 1 * seconds) >> out.collect()));
  worker.advance(1500 * milliseconds);
  EXPECT_EQ(out.take(), (std::vector<Instant>{start, start + 1 * seconds}));
  worker.advance(500 * milliseconds);
  EXPECT_EQ(out.take(), (std::vector<Instant>{start + 2 * seconds}));
}

// ---- scripts ----

auto doubling(TestInput<int>& in, TestOutput<int>& out) {
  return [&] { return flow(source_stream(in) >> map(twice) >> out.collect()); };
}

std::string first_line(std::string const& text) { return text.substr(0, text.find('\n')); }

TEST(FlowScript, IsSilentWhenAllIsAsItSays) {
  TestInput<int> in;
  TestOutput<int> out;
  FlowScript script(doubling(in, out));
  script.tick({in.gets(1, 2)}, {out.gives(2, 4)});
  script.tick();
  script.tick({in.gets({5, 4})}, {out.gives_bag(8, 10)});
  script.run_available({in.gets(std::vector{6})}, {out.gives(12)});
  EXPECT_EQ(script.differences(), "");
  EXPECT_EQ(script.differences(), "");  // as often as one likes
}

TEST(FlowScript, SaysWhatWasDifferentAndInWhichTick) {
  TestInput<int> in;
  TestOutput<int> out;
  FlowScript script(doubling(in, out));
  script.tick({in.gets(1, 2)}, {out.gives(2, 4)});
  script.tick({in.gets(3, 1)}, {out.gives(2, 6)});
  script.tick({in.gets(3, 1)}, {out.gives_bag(2, 7)});
  script.tick({in.gets(9)});
  script.tick({}, {out.gives(1)});
  std::string const seed = std::to_string(seed_of_tests());
  EXPECT_EQ(script.differences(),
            "tick 1, output `out`: expected the sequence {2, 6}, got {6, 2}\n"
            "tick 2, output `out`: expected the bag {2, 7}, got {6, 2}\n"
            "tick 3, output `out`: expected nothing, got {18}\n"
            "tick 4, output `out`: expected the sequence {1}, got nothing\n"
            "seed " +
                seed + ": WEIR_SEED=" + seed + " plays it again\n");
}

TEST(FlowScript, CallsOutputsByTheirNamesAndCutsLongOnesShort) {
  TestInput<int> in;
  TestOutput<int> all("all");
  TestOutput<int> odd("odd");
  static constexpr node<"t"> t;
  FlowScript script([&] {
    return flow(t = source_stream(in) >> tee(), t >> all.collect(),
                t >> filter([](int v) { return v % 2 != 0; }) >> odd.collect());
  });
  script.tick({in.gets(std::vector<int>(30, 1))},
              {all.gives(std::vector<int>(30, 1)), odd.gives(1)});
  std::string ones = "1";
  for (int i = 1; i < 20; ++i) ones += ", 1";
  EXPECT_EQ(
      first_line(script.differences()),
      "tick 0, output `odd`: expected the sequence {1}, got {" + ones + ", … 30 items in all}");
}

// An operator that is wrong only where a tick yields.
struct Forgetful : Operator {
  static constexpr OperatorInfo info{
      .name = "forgetful", .blocking_inputs = 0b1, .flushes = true, .ends_ticks = true};
  template <class Item>
  struct State {
    std::vector<Item> items;
  };
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  void push(auto& state, auto&& item, auto const&) {
    state.items.push_back(item);
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    for (auto const& item : state.items) {  // from the start each time
      if (budget-- <= 0) return budget = 0, state.items.clear(), false;
      emit(item);
    }
    return true;
  }
  void end_tick(auto& state) { state.items.clear(); }
};
TEST(FlowScript, FindsWhatIsWrongOnlyUnderABudget) {
  TestInput<int> in;
  TestOutput<int> out;
  FlowScript script([&] { return flow(source_stream(in) >> Forgetful() >> out.collect()); });
  script.tick({in.gets(1, 2, 3)}, {out.gives(1, 2, 3)});
  EXPECT_EQ(first_line(script.differences()),
            "with a budget of 1 item, tick 0, output `out`: expected the sequence {1, 2, 3}, "
            "got {1}");
}

TEST(FlowScript, RunsWhatIsAvailable) {
  TestInput<int> in;
  TestOutput<int> out;
  FlowScript script([&] { return flow(source_stream(in) >> defer_tick() >> out.collect()); });
  script.run_available({in.gets(1)}, {out.gives(1)});
  script.run_available({in.gets(2)}, {out.gives(1)});
  EXPECT_EQ(first_line(script.differences()),
            "ticks 2 to 3, output `out`: expected the sequence {1}, got {2}");
}

TEST(FlowScript, ExpectsAFunctionToThrow) {
  TestInput<int> in;
  TestOutput<int> out;
  auto const make = [&] {
    return flow(source_stream(in) >> map([](int v) {
                  if (v == 3) throw std::runtime_error("three is refused");
                  return v;
                }) >>
                out.collect());
  };
  FlowScript right(make);
  right.tick({in.gets(1)}, {out.gives(1)});
  right.fails({in.gets(1, 2, 3, 4)}, "map");
  EXPECT_EQ(right.differences(), "");
  FlowScript unexpected(make);
  unexpected.tick({in.gets(3)}, {out.gives(3)});
  unexpected.tick({in.gets(4)}, {out.gives(4)});
  EXPECT_EQ(first_line(unexpected.differences()),
            "tick 0: the flow ended: node `map` threw: three is refused");
  FlowScript missing(make);
  missing.fails({in.gets(1)}, "map");
  EXPECT_EQ(first_line(missing.differences()),
            "tick 0: expected node `map` to throw, but nothing was thrown");
}

TEST(FlowScript, MayRunOnAWorkerAndLetTimePass) {
  TestInput<int> in;
  TestOutput<int> out;
  FlowScript script(
      [&](TestWorker&) { return flow(source_stream(in) >> defer_tick() >> out.collect()); });
  script.tick({in.gets(1)});
  script.advance(1 * seconds, {out.gives(1)});
  script.advance(1 * seconds);
  EXPECT_EQ(script.differences(), "");
}

TEST(FlowScript, ComparesWhatCannotBeSorted) {
  struct Unsorted {
    int v;
    bool operator==(Unsorted const&) const = default;
  };
  TestInput<Unsorted> in;
  TestOutput<Unsorted> out;
  FlowScript script([&] { return flow(source_stream(in) >> out.collect()); });
  script.tick({in.gets(Unsorted{1}, Unsorted{2})}, {out.gives_bag(Unsorted{2}, Unsorted{1})});
  EXPECT_EQ(script.differences(), "");
}

}  // namespace
}  // namespace weir
