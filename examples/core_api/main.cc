// A graph written by hand against the Core API (docs/core-api.md): numbers come in, tick by tick;
// each tick has a sum, and each number a walk to 1 (halve it if it is even, else take 3n + 1).
//
//   core_api           prints what happens, and in the end the graph as a Mermaid flowchart
//   core_api --dot     prints only the graph: core_api --dot | dot -Tsvg > core_api.svg

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <string>

#include "weir/flow/inspect.h"
#include "weir/plan/describe.h"
#include "weir/sched/ends.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"
#include "weir/sched/loop.h"
#include "weir/sched/state.h"
#include "weir/sched/tee.h"

namespace example {
namespace {

using weir::Activation;
using weir::from;
using weir::Handoff;
using weir::to;
using weir::uses;

struct Walk {
  int start;
  int value;
  int steps;
};

class Numbers {
 public:
  Numbers() {
    add_source();
    add_sum();
    add_walks();
  }

  // Whatever is given now is in the graph's next tick.
  void run(std::initializer_list<int> numbers) {
    for (int const number : numbers) input_.give(number);
    graph_.run_available();
  }

  // A graph grows between ticks: one more reader of the tee, and a subgraph behind it.
  Handoff<int>& add_record() {
    Handoff<int>& reader = numbers_.add_reader("to record");
    auto& record = graph_.make_state<int>(weir::forever);
    graph_.make_subgraph("record", 0, from(reader), to(), uses(record), [](auto& in, int& largest) {
      in.drain([&](int number) {
        if (number > largest) std::printf("        %d is the largest so far\n", number);
        largest = std::max(largest, number);
      });
    });
    return reader;
  }
  // And a reader that is dropped is given nothing more.
  void drop(Handoff<int>& reader) { numbers_.drop(reader); }

  weir::GraphPlan plan() const { return weir::plan_of(graph_); }

 private:
  void add_source() {
    graph_.make_subgraph("source", 0, from(input_), to(numbers_), [](auto& in, auto& out) {
      in.drain([&](int number) {
        if (number > 0) out.push(number);
      });
    });
  }

  // State that lives for a tick: each tick has a sum of its own.
  void add_sum() {
    auto& sum = graph_.make_state<int>(weir::tick);
    graph_.make_subgraph("sum", 1, from(numbers_.add_reader("to sum")), to(), uses(sum),
                         [](Activation& activation, auto& in, int& total) {
                           bool const all = in.drain([&](int number) { total += number; });
                           if (all) std::printf("tick %d: sum %d\n", int(activation.tick), total);
                         });
  }

  // A loop in stratum 2: an iteration is one step of every walk. What has arrived leaves it.
  void add_walks() {
    weir::Loop& loop = graph_.make_loop("walk", 2, 2);
    auto& next = graph_.make_handoff<Walk>("next step", weir::Delay::iteration);
    auto& arrived = graph_.make_handoff<Walk>("arrived");
    graph_.make_subgraph("step", loop.at(0), from(numbers_.add_reader("to walk"), next),
                         to(next, arrived), [](auto& in, auto& begun, auto& again, auto& out) {
                           auto const step = [&](Walk walk) {
                             if (walk.value == 1) return out.push(walk);
                             bool const even = walk.value % 2 == 0;
                             int const value = even ? walk.value / 2 : 3 * walk.value + 1;
                             again.push({walk.start, value, walk.steps + 1});
                           };
                           in.drain([&](int number) { step({number, number, 0}); });
                           begun.drain(step);
                         });
    graph_.make_subgraph("print", 3, from(arrived), to(), [](auto& in) {
      in.drain([](Walk walk) {
        std::printf("        %d comes to 1 in %d steps\n", walk.start, walk.steps);
      });
    });
  }

  weir::Input<int> input_{"input"};
  weir::Graph graph_;
  weir::TeeingHandoff<int>& numbers_ = graph_.make_tee<int>("numbers");
};

void tell() {
  Numbers numbers;
  numbers.run({6, 1, -5});
  Handoff<int>& record = numbers.add_record();
  numbers.run({27, 3});
  numbers.run({9});
  numbers.drop(record);
  numbers.run({97});
  std::printf("\n%s", to_mermaid(numbers.plan().view()).c_str());
}

void draw() {
  Numbers numbers;
  numbers.add_record();
  std::fputs(to_dot(numbers.plan().view()).c_str(), stdout);
}

}  // namespace
}  // namespace example

int main(int count, char** arguments) {
  if (count == 1) {
    example::tell();
  } else if (count == 2 && std::strcmp(arguments[1], "--dot") == 0) {
    example::draw();
  } else {
    std::fputs("usage: core_api [--dot]\n", stderr);
    return 2;
  }
}
