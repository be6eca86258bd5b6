// The engine makes subgraphs of a flow. Three jobs:
//
//   1. hold the state: the operators, their states, and the handoffs on those edges that need one;
//   2. make one function of each (node, port): `push`. It hands the operator an Emit, which knows
//      at compile time where each output leads: into another push (a plain call, so whole chains
//      fuse), into a handoff, or into the state of an operator that waits;
//   3. register the subgraphs: each one's run function is its entries (replays, flushes, sources,
//      handoffs) one after another, each of which can stop when the budget ends and go on later.
//
// Whatever can be computed is a field of the plan; nothing here decides anything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/context.h"
#include "weir/flow/concerning.h"
#include "weir/flow/pack.h"
#include "weir/flow/spec.h"
#include "weir/flow/types.h"
#include "weir/sched/graph.h"
#include "weir/sched/subgraph.h"

namespace weir {

template <class Spec>
class Engine final : public Program {
  static constexpr auto& plan = Spec::plan;
  static constexpr std::size_t node_count = Spec::node_count;
  static constexpr std::size_t edge_count = Spec::edge_count;
  static constexpr auto subgraph_count = static_cast<std::size_t>(plan.subgraph_count);
  static constexpr auto entry_count = static_cast<std::size_t>(plan.entry_count);

  using Typed = Types<Spec>;
  using Concerned = Concerning<Spec>;
  using Chosen = typename Concerned::Chosen;
  using Nodes = std::make_index_sequence<node_count>;
  using Edges = std::make_index_sequence<edge_count>;
  using Subgraphs = std::make_index_sequence<subgraph_count>;

  template <class Indices>
  struct StatePack;
  template <std::size_t... Node>
  struct StatePack<std::index_sequence<Node...>>
      : PackElement<Node, typename Typed::template StateOf<Node>::type>... {};
  template <class Indices>
  struct BufferPack;
  template <std::size_t... Edge>
  struct BufferPack<std::index_sequence<Edge...>>
      : PackElement<Edge, typename Typed::template BufferOf<Edge>::type>... {};

 public:
  explicit Engine(typename Spec::Statements&& statements)
      : statements_(std::move(statements)), states_{initial_states(statements_, Nodes{})} {}

  void register_with(Graph& graph) {
    fill_subgraphs(Subgraphs{});
    for (Subgraph& subgraph : subgraphs_) graph.add(subgraph);
    connect_buffers(graph, Edges{});
    attach_ends(graph, Nodes{});
  }

 private:
  // ---- 1. state ----

  template <std::size_t Node>
  auto& op() {
    return Spec::template operator_at<Node>(statements_);
  }

  template <std::size_t Node>
  static auto initial_state(typename Spec::Statements& statements) {
    using State = typename Typed::template StateOf<Node>::type;
    auto& op = Spec::template operator_at<Node>(statements);
    if constexpr (!std::is_same_v<State, Stateless> && requires {
                    op.template initial_state<typename Typed::template ItemOnEdge<
                        static_cast<std::size_t>(plan.nodes[Node].typed_by)>>();
                  }) {
      return op.template initial_state<typename Typed::template ItemOnEdge<static_cast<std::size_t>(
          plan.nodes[Node].typed_by)>>();
    } else {
      return State{};
    }
  }
  template <std::size_t... Node>
  static StatePack<Nodes> initial_states(typename Spec::Statements& statements,
                                         std::index_sequence<Node...>) {
    return {{initial_state<Node>(statements)}...};
  }

  // ---- 2. one function of each (node, port) ----

  template <std::size_t Node>
  struct Emit {
    Engine* engine;

    Context const& context() const { return engine->context_; }

    template <class Item>
    [[gnu::always_inline]] void operator()(Item&& item) const {
      constexpr auto first = static_cast<std::size_t>(plan.out_begin[Node]);
      constexpr auto count = static_cast<std::size_t>(plan.out_begin[Node + 1]) - first;
      if constexpr (count > 0) {
        [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
          (engine->template give<plan.out_edges[first + I]>(std::as_const(item)), ...);
        }
        (std::make_index_sequence<count - 1>{});
        engine->template give<plan.out_edges[first + count - 1]>(std::forward<Item>(item));
      }
    }
  };

  // Inputs without names are all the same, so all that flow into a union share one function.
  static consteval int port_of(PlanEdge const& edge) {
    bool const named =
        plan.nodes[static_cast<std::size_t>(edge.target)].info.named_input_count() > 0;
    return named ? edge.port : 0;
  }

  template <Index AlongEdge, class Item>
  [[gnu::always_inline]] void give(Item&& item) {
    constexpr auto edge_index = static_cast<std::size_t>(AlongEdge);
    constexpr PlanEdge edge = plan.edges[edge_index];
    constexpr auto target = static_cast<std::size_t>(edge.target);
    if constexpr (edge.kind == EdgeKind::handoff) {
      get<edge_index>(buffers_).push(std::forward<Item>(item));
    } else {
      if constexpr (edge.marks) get<edge_index>(buffers_).set();
      push<target, port_of(edge)>(std::forward<Item>(item));
    }
  }

  // Inlined where there is one caller; where several meet, one function that all of them call, or
  // the code of a ladder of diamonds would double with every rung.
  template <std::size_t Node, int AtPort, class Item>
  [[gnu::always_inline]] void push(Item&& item) {
    constexpr bool one_caller =
        plan.nodes[Node].input_count == 1 || plan.nodes[Node].info.named_input_count() > 0;
    if constexpr (one_caller) {
      op<Node>().template push<AtPort>(get<Node>(states_), std::forward<Item>(item),
                                       Emit<Node>{this});
    } else {
      push_shared<Node, AtPort>(std::forward<Item>(item));
    }
  }
  template <std::size_t Node, int AtPort, class Item>
  void push_shared(Item&& item) {
    op<Node>().template push<AtPort>(get<Node>(states_), std::forward<Item>(item),
                                     Emit<Node>{this});
  }

  // ---- 3. subgraphs ----

  template <std::size_t Which>
  static Status run_subgraph(void* self, Activation& activation) {
    auto& engine = *static_cast<Engine*>(self);
    constexpr PlanSubgraph subgraph = plan.subgraphs[Which];
    engine.context_.current_tick = activation.tick;
    bool finished = true;
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      ((finished &=
        engine.template run_entry<static_cast<std::size_t>(subgraph.first_entry) + I>(activation)),
       ...);
    }
    (std::make_index_sequence<static_cast<std::size_t>(subgraph.entry_count)>{});
    if (!finished) return Status::yielded;
    if constexpr (subgraph.ends_runs) engine.template end_run<Which>();
    return Status::done;
  }

  // True when the entry has nothing left.
  template <std::size_t Which>
  [[gnu::always_inline]] bool run_entry(Activation& activation) {
    constexpr PlanEntry entry = plan.entries[Which];
    constexpr auto index = static_cast<std::size_t>(entry.index);
    if constexpr (entry.kind == EntryKind::handoff) {
      return get<index>(buffers_).drain(
          [this](auto&& item) __attribute__((always_inline)) {
            this->template push<static_cast<std::size_t>(plan.edges[index].target),
                                port_of(plan.edges[index])>(std::move(item));
          },
          activation.budget);
    } else if constexpr (entry.kind == EntryKind::source) {
      return op<index>().drain(Emit<index>{this}, activation.budget);
    } else {
      bool const marked = take_marks<index>();
      bool const begin = marked || activation.first_in_tick;
      if (!begin && !unfinished_[Which]) return true;
      bool const finished = give_held<entry.kind, index>(activation.budget, begin);
      unfinished_[Which] = !finished;
      return finished;
    }
  }

  template <EntryKind Kind, std::size_t Node>
  bool give_held(std::int64_t& budget, bool begin) {
    if constexpr (Kind == EntryKind::flush) {
      return op<Node>().flush(get<Node>(states_), Emit<Node>{this}, budget, begin);
    } else {
      return op<Node>().replay(get<Node>(states_), Emit<Node>{this}, budget, begin);
    }
  }

  template <std::size_t Node>
  bool take_marks() {
    constexpr Chosen edges = Concerned::template marks_into<Node>;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (static_cast<int>(get<edges.items[I]>(buffers_).take()) + ... + 0) > 0;
    }
    (std::make_index_sequence<edges.count>{});
  }

  template <std::size_t Which>
  static void end_tick_of_subgraph(void* self) {
    auto& engine = *static_cast<Engine*>(self);
    constexpr Chosen nodes = Concerned::template nodes_with<Which, &OperatorInfo::ends_ticks>;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (engine.template end_tick<nodes.items[I]>(), ...);
    }
    (std::make_index_sequence<nodes.count>{});
  }
  template <std::size_t Node>
  void end_tick() {
    op<Node>().end_tick(get<Node>(states_));
    take_marks<Node>();  // where no flush has taken them
  }
  template <std::size_t Which>
  void end_run() {
    constexpr Chosen nodes = Concerned::template nodes_with<Which, &OperatorInfo::ends_runs>;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (op<nodes.items[I]>().end_run(get<nodes.items[I]>(states_)), ...);
    }
    (std::make_index_sequence<nodes.count>{});
  }

  template <std::size_t... Which>
  void fill_subgraphs(std::index_sequence<Which...>) {
    (
        [&] {
          constexpr PlanSubgraph planned = plan.subgraphs[Which];
          static_assert(planned.stratum < stratum_last, "weir: this flow has more strata than fit");
          Subgraph& subgraph = subgraphs_[Which];
          subgraph.run = &run_subgraph<Which>;
          subgraph.end_tick = planned.ends_ticks ? &end_tick_of_subgraph<Which> : nullptr;
          subgraph.self = this;
          subgraph.name = title_of(Index{Which});
          subgraph.stratum = static_cast<Stratum>(planned.stratum);
          subgraph.replays = planned.replays;
        }(),
        ...);
  }
  // A subgraph is called after the last of its nodes that the user gave a name, or after its first
  // operator.
  static consteval std::string_view title_of(Index subgraph) {
    std::string_view title;
    for (PlanNode const& node : plan.nodes) {
      if (node.subgraph == subgraph && (title.empty() || !node.name.empty())) title = node.title();
    }
    return title;
  }

  template <std::size_t... Edge>
  void connect_buffers(Graph& graph, std::index_sequence<Edge...>) {
    (
        [&] {
          constexpr PlanEdge edge = plan.edges[Edge];
          if constexpr (edge.kind == EdgeKind::handoff || edge.marks) {
            constexpr PlanNode source = plan.nodes[static_cast<std::size_t>(edge.source)];
            constexpr PlanNode target = plan.nodes[static_cast<std::size_t>(edge.target)];
            auto& buffer = get<Edge>(buffers_);
            buffer.name = target.title();
            buffer.delay = edge.delay;
            graph.connect(&subgraphs_[static_cast<std::size_t>(source.subgraph)], buffer,
                          &subgraphs_[static_cast<std::size_t>(target.subgraph)]);
          }
        }(),
        ...);
  }

  // Sources and destinations outside the flow learn which subgraph reads or writes them.
  template <std::size_t... Node>
  void attach_ends(Graph& graph, std::index_sequence<Node...>) {
    (
        [&] {
          if constexpr (requires { op<Node>().attach(graph, subgraphs_[0]); }) {
            op<Node>().attach(graph,
                              subgraphs_[static_cast<std::size_t>(plan.nodes[Node].subgraph)]);
          }
        }(),
        ...);
  }

  typename Spec::Statements statements_;
  StatePack<Nodes> states_;
  BufferPack<Edges> buffers_;
  Context context_;
  std::array<bool, entry_count == 0 ? 1 : entry_count> unfinished_{};
  std::array<Subgraph, subgraph_count> subgraphs_;
};

}  // namespace weir
