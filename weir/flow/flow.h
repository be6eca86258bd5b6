// weir::flow(statement, ...): a flow as a value, checked by the compiler; install() puts it to
// work.
//
//   auto flow = weir::flow(
//       reached = union_(),
//       source_iter(std::vector{0}) >> reached,
//       reached >> for_each([](int v) { ... }));
//   auto handle = worker.add(std::move(flow));
#pragma once

#include <type_traits>
#include <utility>

#include "weir/base/owner.h"
#include "weir/flow/copies.h"
#include "weir/flow/engine.h"
#include "weir/flow/installed_flow.h"
#include "weir/flow/mistakes.h"
#include "weir/flow/spec.h"
#include "weir/flow/statements.h"
#include "weir/flow/types.h"
#include "weir/plan/plan.h"
#include "weir/sched/graph.h"

namespace weir {

template <class Spec>
class [[nodiscard("weir: a flow does nothing until it is added to a worker or a graph")]] Flow {
 public:
  explicit Flow(typename Spec::Statements && statements) : statements_(std::move(statements)) {}

  static PlanView plan() { return Spec::plan.view(); }

  // Moves the flow onto the heap, owned by `graph`, and registers its subgraphs there.
  void install(Graph & graph)&& {
    auto engine = make_owner<Engine<Spec>>(std::move(statements_));
    std::size_t const first_subgraph = graph.subgraphs().size();
    std::size_t const first_handoff = graph.handoffs().size();
    engine->register_with(graph);
    graph.adopt(make_owner<InstalledFlow>(plan(), first_subgraph,
                                          graph.handoffs().from(first_handoff), engine->ends()));
    graph.adopt(std::move(engine));
  }

 private:
  typename Spec::Statements statements_;
};

// What a flow with a mistake becomes, so that the mistake is the only error.
struct BrokenFlow {
  static PlanView plan() { return {}; }
  void install(Graph&) && {}
};

template <class T>
concept is_statement = requires {
  StatementOf<T>::size;
};

template <class... Statement>
auto flow(Statement... statement) {
  if constexpr ((is_statement_list<Statement> || ...)) {
    return with_each([](auto... one) { return flow(std::move(one)...); },
                     as_list(std::move(statement))...);
  } else if constexpr ((std::is_same_v<Statement, BrokenStatement> || ...)) {
    return BrokenFlow{};
  } else if constexpr (!(is_statement<Statement> && ...)) {
    static_assert(
        (is_statement<Statement> && ...),
        "weir: flow(statement, ...): each statement is a chain, `a >> b`, or a definition, "
        "`name = a >> b`; a node or an operator alone is neither");
    return BrokenFlow{};
  } else {
    using Made = Spec<Statement...>;
    if constexpr (!Made::plan.diagnostic.ok()) {
      static_cast<void>(sizeof(typename GraphMistake<Made>::type));
      return BrokenFlow{};
    } else if constexpr (Types<Made>::wrong.kind != WrongItem::nothing) {
      static_cast<void>(sizeof(typename ItemMistake<Made>::type));
      return BrokenFlow{};
    } else {
      return Flow<Made>(typename Made::Statements{{std::move(statement)}...});
    }
  }
}

}  // namespace weir
