// spin(): gives one unit{} in every tick and asks for the next one, as if something had come from
// outside: the flow never rests.
#pragma once

#include <cstdint>

#include "weir/base/hash.h"
#include "weir/pipes/operator.h"
#include "weir/sched/graph.h"

namespace weir {

struct Spin : Operator {
  static constexpr OperatorInfo info{.name = "spin", .inputs = {0, 0}, .source = true};
  Graph* graph = nullptr;
  Subgraph* subgraph = nullptr;
  std::uint64_t next_tick = 0;  // in which it has given nothing yet

  static consteval auto output() { return Type<unit>{}; }
  void attach(Graph& in, Subgraph& reader) {
    graph = &in;
    subgraph = &reader;
    next_tick = in.tick();
  }
  // Once in a tick, however often its subgraph runs in it.
  bool drain(auto const& emit, std::int64_t& budget) {
    if (graph->tick() < next_tick) return true;
    if (budget <= 0) return false;
    --budget;
    next_tick = graph->tick() + 1;
    graph->schedule(*subgraph);
    emit(unit{});
    return true;
  }
};

inline Spin spin() { return {}; }

}  // namespace weir
