// weir::flow(statement, ...): a flow as a value, checked by the compiler; install() puts it to work.
//
//   auto flow = weir::flow(
//       reached = union_(),
//       source_iter(std::vector{0}) >> reached,
//       reached >> for_each([](int v) { ... }));
//   auto handle = worker.add(std::move(flow));
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "weir/flow/engine.h"
#include "weir/flow/mistakes.h"
#include "weir/flow/spec.h"
#include "weir/flow/types.h"
#include "weir/plan/plan.h"
#include "weir/sched/graph.h"

namespace weir {

template <class Spec>
class [[nodiscard("weir: a flow does nothing until it is added to a worker or a graph")]] Flow {
 public:
  explicit Flow(typename Spec::Statements&& statements) : statements_(std::move(statements)) {}

  static PlanView plan() { return Spec::plan.view(); }

  // Moves the flow onto the heap, owned by `graph`, and registers its subgraphs there.
  void install(Graph& graph) && {
    if constexpr (Types<Spec>::all_known) {
      auto engine = std::make_unique<Engine<Spec>>(std::move(statements_));
      engine->register_with(graph);
      graph.adopt(std::move(engine));
    }
  }

 private:
  typename Spec::Statements statements_;
};

// What a flow with a mistake in its graph becomes, so that the mistake is the only error.
struct BrokenFlow {
  static PlanView plan() { return {}; }
  void install(Graph&) && {}
};

template <class T>
concept is_statement = requires { StatementOf<T>::size; };

template <is_statement... Statement>
auto flow(Statement... statement) {
  using Made = Spec<Statement...>;
  constexpr Diagnostic found = Made::plan.diagnostic;
  constexpr auto size = [](std::string_view text) { return text.size() + 1; };
  static_assert(mistake_in_flow<found.check, node_name<size(found.node)>(found.node),
                                node_name<size(found.other)>(found.other),
                                node_name<size(found.port)>(found.port)>::none);
  if constexpr (found.ok()) {
    return Flow<Made>(typename Made::Statements{{std::move(statement)}...});
  } else {
    return BrokenFlow{};
  }
}

}  // namespace weir
