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
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/block.h"
#include "weir/base/context.h"
#include "weir/base/slice.h"
#include "weir/flow/concerning.h"
#include "weir/flow/emit.h"
#include "weir/flow/installed_flow.h"
#include "weir/flow/spec.h"
#include "weir/flow/states.h"
#include "weir/flow/types.h"
#include "weir/flow/watch.h"
#include "weir/pipes/pack.h"
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

  using Held = States<Spec>;
  using Concerned = Concerning<Spec>;
  using Chosen = typename Concerned::Chosen;
  using Nodes = std::make_index_sequence<node_count>;
  using Edges = std::make_index_sequence<edge_count>;
  using Subgraphs = std::make_index_sequence<subgraph_count>;

  template <std::size_t Node>
  using EmitOf = Emit<Engine, Spec, Node>;

 public:
  explicit Engine(typename Spec::Statements&& statements)
      : statements_(std::move(statements)), states_{Held::make(statements_, Nodes{})} {}

  void register_with(Graph& graph) {
    context_ = &graph.context();
    fill_subgraphs(Subgraphs{});
    for (Subgraph& subgraph : subgraphs_) graph.add(subgraph);
    connect_buffers(graph, Edges{});
    attach_ends(graph, Nodes{});
  }
  // For each node the handoff that its attach() has connected.
  Slice<HandoffBase const* const> ends() const { return ends_; }

 private:
  // ---- 1. state ----

  template <std::size_t Node>
  auto& op() {
    return Spec::template operator_at<Node>(statements_);
  }

  // ---- 2. one function of each (node, port): what an Emit calls ----

 public:
  Context const& context() const { return *context_; }

  // Along an edge, from its source, or (`FromBuffer`) out of its handoff. Into a node with one
  // caller it is inlined; where several meet there is one function that all of them call, or the
  // code of a ladder of diamonds would double with every rung.
  template <std::size_t Edge, bool FromBuffer = false, class Item>
  [[gnu::always_inline]] void give(Item&& item) {
    constexpr PlanEdge const& edge = plan.edges[Edge];
    if constexpr (edge.kind == EdgeKind::handoff && !FromBuffer) {
      get<Edge>(buffers_).push(std::forward<Item>(item));
    } else {
      if constexpr (edge.marks) get<Edge>(buffers_).set();
      constexpr auto target = static_cast<std::size_t>(edge.target);
      constexpr bool named = plan.nodes[target].info.named_input_count() > 0;
      if constexpr (named || plan.nodes[target].input_count == 1) {
        push_on<target, named ? edge.port : 0>(std::forward<Item>(item), EmitOf<target>{this});
      } else {
        push_shared<target, Passed<Item&&>>(std::forward<Item>(item));
      }
    }
  }
  template <std::size_t Node, class Item>
  void push_shared(Item item) {
    push_on<Node, 0>(static_cast<Item&&>(item), EmitOf<Node>{this});
  }
  template <std::size_t Node, int AtPort, class Item, class Next>
  [[gnu::always_inline]] void push_on(Item&& item, Next const& next) {
    auto& state = get<Node>(states_);
    // (Those without a state tell of a throwing function themselves, see call().)
    Watch<Engine, Node, !std::is_same_v<std::remove_cvref_t<decltype(state)>, Stateless>> watch{
        this};
    op<Node>().template push<AtPort>(state, std::forward<Item>(item), next);
    watch.pass();
  }

  // A block of items that come along an edge.
  template <std::size_t Edge, class Item>
  [[gnu::always_inline]] void append(Item const (&items)[block_size]) {
    constexpr PlanEdge const& edge = plan.edges[Edge];
    if constexpr (edge.kind == EdgeKind::handoff) {
      get<Edge>(buffers_).append(items, block_size);
    } else {
      op<static_cast<std::size_t>(edge.target)>().append(items, block_size);
    }
  }

  // The node has thrown, which ends the tick. (The first is told of: what it threw passes others on
  // its way.)
  [[gnu::noinline, gnu::cold]] void blame(std::size_t node) {
    PlanNode const& thrower = plan.nodes[node];
    Subgraph& subgraph = subgraphs_[static_cast<std::size_t>(thrower.subgraph)];
    if (subgraph.blamed.empty()) subgraph.blamed = thrower.title();
  }

 private:
  // ---- 3. subgraphs ----

  template <std::size_t Which>
  static Status run_subgraph(void* self, Activation& activation) {
    auto& engine = *static_cast<Engine*>(self);
    constexpr PlanSubgraph subgraph = plan.subgraphs[Which];
    bool finished = true;
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      ((finished &=
        engine.template run_entry<static_cast<std::size_t>(subgraph.first_entry) + I>(activation)),
       ...);
    }
    (std::make_index_sequence<static_cast<std::size_t>(subgraph.entry_count)>{});
    engine.template finish_batches<Which>();
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
      return get<index>(buffers_).drain(EntryEmit<Engine, Spec, index>{this}, activation.budget);
    } else if constexpr (entry.kind == EntryKind::source) {
      Watch<Engine, index> watch{this};
      bool const finished = op<index>().drain(EmitOf<index>{this}, activation.budget);
      watch.pass();
      return finished;
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
    Watch<Engine, Node> watch{this};
    bool finished;
    if constexpr (Kind == EntryKind::flush) {
      finished = op<Node>().flush(get<Node>(states_), EmitOf<Node>{this}, budget, begin);
    } else {
      finished = op<Node>().replay(get<Node>(states_), EmitOf<Node>{this}, budget, begin);
    }
    watch.pass();
    return finished;
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
  [[gnu::always_inline]] void finish_batches() {
    constexpr Chosen nodes = Concerned::template batching<Which>;
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      (finish<nodes.items[I]>(), ...);
    }
    (std::make_index_sequence<nodes.count>{});
  }
  template <std::size_t Node>
  void finish() {
    Watch<Engine, Node> watch{this};
    op<Node>().finish(get<Node>(states_), EmitOf<Node>{this});
    watch.pass();
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
    Watch<Engine, Node> watch{this};
    op<Node>().end_tick(get<Node>(states_));
    watch.pass();
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
          subgraph.name = planned.name;
          subgraph.stratum = static_cast<Stratum>(planned.stratum);
          subgraph.replays = planned.replays;
        }(),
        ...);
  }
  template <std::size_t... Edge>
  void connect_buffers(Graph& graph, std::index_sequence<Edge...>) {
    (
        [&] {
          constexpr PlanEdge const& edge = plan.edges[Edge];
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
            constexpr auto which = static_cast<std::size_t>(plan.nodes[Node].subgraph);
            ends_[Node] =
                attach_end(graph, op<Node>(), subgraphs_[which], plan.view(), Index{Node});
          }
        }(),
        ...);
  }

  typename Spec::Statements statements_;
  typename Held::OfNodes states_;
  typename Held::OfEdges buffers_;
  Context const* context_ = nullptr;  // the graph's
  std::array<bool, entry_count == 0 ? 1 : entry_count> unfinished_{};
  std::array<Subgraph, subgraph_count> subgraphs_;
  std::array<HandoffBase const*, node_count> ends_{};
};

}  // namespace weir
