// What the scheduler costs, in nanoseconds per tick, with its counters on. The names are those that
// ticks_section.cc looks for:
//
//   empty_tick               run_tick with nothing to do
//   one_item_one_subgraph    one item given to an input, one tick: through one subgraph …
//   one_item_two_subgraphs   … two, with a handoff between them …
//   one_item_ten_subgraphs   … ten: what each further activation costs
//   one_item_flow            through a flow of two operators, which is one subgraph

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "bench/black_box.h"
#include "weir/base/clock.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"
#include "weir/sched/input.h"

namespace weir::bench {
namespace {

using Item = std::uint64_t;

// input ─▶ subgraph ─handoff─▶ subgraph ─handoff─▶ … : each adds 1, the last one keeps the item.
class Ladder {
 public:
  explicit Ladder(int subgraphs) {
    std::vector<Handoff<Item>*> between;
    for (int i = 1; i < subgraphs; ++i) between.push_back(&graph_.make_handoff<Item>());
    for (int i = 0; i < subgraphs; ++i) {
      Handoff<Item>* const from = i == 0 ? nullptr : between[static_cast<std::size_t>(i - 1)];
      Handoff<Item>* const to = i == subgraphs - 1 ? nullptr : between[static_cast<std::size_t>(i)];
      add_subgraph(from, to);
    }
    graph_.run_tick();  // the first one runs everything
  }

  void run_tick(Item item) {
    input_.give(item);
    graph_.run_tick();
    consume(last_);
  }

 private:
  void add_subgraph(Handoff<Item>* from, Handoff<Item>* to) {
    auto const give = [this, to](Item item) {
      if (to == nullptr) last_ = item + 1;
      else to->push(item + 1);
    };
    auto const run = [this, from, give](Activation& activation) {
      bool const done = from == nullptr ? input_.drain(give, activation.budget)
                                        : from->drain(give, activation.budget);
      return done ? Status::done : Status::yielded;
    };
    Subgraph& subgraph = graph_.make_subgraph("step", 0, {}, {}, run);
    if (from == nullptr) input_.attach(graph_, subgraph);
    else graph_.connect(nullptr, *from, &subgraph);
    if (to != nullptr) graph_.connect(&subgraph, *to, nullptr);
  }

  Input<Item> input_;
  Graph graph_;
  Item last_ = 0;
};

void run_ladder(benchmark::State& state, int subgraphs) {
  Ladder ladder(subgraphs);
  Item item = 0;
  for (auto _ : state) ladder.run_tick(++item);
}

void empty_tick(benchmark::State& state) {
  Graph graph;
  graph.make_subgraph("idle", 0, {}, {}, [](Activation&) {});
  graph.run_tick();
  for (auto _ : state) graph.run_tick();
}

void one_item_flow(benchmark::State& state) {
  Input<Item> input;
  Graph graph;
  flow(source_stream(input) >> map([](Item item) { return item + 1; }) >>
       for_each([](Item item) { consume(item); }))
      .install(graph);
  graph.run_tick();
  Item item = 0;
  for (auto _ : state) {
    input.give(++item);
    graph.run_tick();
  }
}

// For comparison: the clock read that every activation's busy time costs.
void clock_read(benchmark::State& state) {
  for (auto _ : state) consume(cycles());
}

BENCHMARK(empty_tick);
BENCHMARK_CAPTURE(run_ladder, one, 1)->Name("one_item_one_subgraph");
BENCHMARK_CAPTURE(run_ladder, two, 2)->Name("one_item_two_subgraphs");
BENCHMARK_CAPTURE(run_ladder, ten, 10)->Name("one_item_ten_subgraphs");
BENCHMARK(one_item_flow);
BENCHMARK(clock_read);

}  // namespace
}  // namespace weir::bench

BENCHMARK_MAIN();
