// A workload: what a flow of Weir does and, beside it, the best plain loop that does the same, on
// the same tables and into the same sinks. What the optimiser may not see through is the same in
// both.
//
//   struct Increments {
//     static std::uint64_t expected(Inputs const&);                       // in another way
//     template <class Sink> static auto by_hand(Inputs const&, Sink);     // run([=] { for ... })
//     template <class Sink> static auto as_flow(Inputs const&, Sink);     // run_tick(flow(...))
//   };
//   constexpr Workload list[] = {workload<Increments>("increments")};
//
// Both are compiled with two sinks: one that costs nothing, which is measured, and one that adds up
// what comes out of the run, which is checked against `expected`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "bench/black_box.h"
#include "bench/inputs.h"
#include "weir/sched/graph.h"

namespace weir::bench {

struct Use {
  void operator()(std::uint64_t item) const { consume(item); }
};

struct AddUp {
  std::uint64_t* sum;
  void operator()(std::uint64_t item) const { *sum += item; }
};

// Everything is ready; only this run is measured. It can run once.
class Prepared {
 public:
  Prepared() = default;
  Prepared(Prepared const&) = delete;
  Prepared& operator=(Prepared const&) = delete;
  virtual ~Prepared() = default;
  virtual void run() = 0;
};

template <class Function>
std::unique_ptr<Prepared> run(Function function) {
  struct Calls final : Prepared {
    explicit Calls(Function given) : function(std::move(given)) {}
    void run() override { function(); }
    Function function;
  };
  return std::make_unique<Calls>(std::move(function));
}

// A tick of a graph that has this flow: the first one, unless there were `ticks_before`.
template <class Flow>
std::unique_ptr<Prepared> run_tick(Flow flow, std::size_t ticks_before = 0) {
  auto graph = std::make_unique<Graph>();
  std::move(flow).install(*graph);
  for (std::size_t i = 0; i < ticks_before; ++i) graph->run_tick();
  return run([graph = std::move(graph)] { graph->run_tick(); });
}

struct Side {
  std::unique_ptr<Prepared> (*measured)(Inputs const&, Use);
  std::unique_ptr<Prepared> (*checked)(Inputs const&, AddUp);
};

struct Workload {
  std::string_view name;
  std::uint64_t (*expected)(Inputs const&);
  Side hand;
  Side weir;
};

template <class W>
constexpr Workload workload(std::string_view name) {
  return {name,
          &W::expected,
          {&W::template by_hand<Use>, &W::template by_hand<AddUp>},
          {&W::template as_flow<Use>, &W::template as_flow<AddUp>}};
}

std::span<Workload const> chain_workloads();
std::span<Workload const> diamond_workloads();
std::span<Workload const> reachability_workloads();
std::span<Workload const> stateless_workloads();
std::span<Workload const> blocking_workloads();
std::span<Workload const> table_workloads();
std::span<Workload const> tick_workloads();
std::span<Workload const> future_workloads();

}  // namespace weir::bench
