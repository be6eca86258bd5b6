#include "weir/flow/inspect.h"

#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "weir/flow/installed_flow.h"
#include "weir/sched/handoff.h"
#include "weir/sched/loop.h"
#include "weir/sched/subgraph.h"

namespace weir {

namespace {

constexpr std::size_t count_max = std::numeric_limits<Index>::max();

class Inspection {
 public:
  explicit Inspection(Graph const& graph) : graph_(graph) {}

  GraphPlan run() {
    add_loops();
    add_subgraphs();
    for (auto const& program : graph_.programs()) {
      if (auto const* flow = dynamic_cast<InstalledFlow const*>(program.get())) add_flow(*flow);
    }
    for (Subgraph const* subgraph : graph_.subgraphs()) add_hand_written(*subgraph);
    for (HandoffBase const* handoff : graph_.handoffs()) add_handoff(*handoff);
    return std::move(plan_);
  }

 private:
  enum class Reads { no, yes };
  using Ends = std::unordered_map<HandoffBase const*, Index>;
  struct Known {
    Index number = no_index;
    InstalledFlow const* flow = nullptr;
    std::size_t first_node = 0;  // its nodes are among [first_node, last_node)
    std::size_t last_node = 0;
  };

  std::string_view keep(std::string_view text) { return plan_.texts.emplace_back(text); }

  Index add_node(PlanNode const& node) {
    if (plan_.nodes.size() == count_max) return no_index;
    plan_.nodes.push_back(node);
    return static_cast<Index>(plan_.nodes.size() - 1);
  }
  void add_edge(PlanEdge const& edge, EdgeHandoff const& handoff) {
    bool const whole = edge.source != no_index && edge.target != no_index;
    if (!whole || plan_.edges.size() == count_max) return;
    plan_.edges.push_back(edge);
    plan_.handoffs.push_back(handoff);
  }

  void add_loops() {
    for (auto const& loop : graph_.loops()) {
      loops_[loop.get()] = static_cast<Index>(plan_.loops.size());
      Index const parent = loop->parent() == nullptr ? no_index : loops_[loop->parent()];
      plan_.loops.push_back({keep(loop->name()), parent});
    }
  }

  void add_subgraphs() {
    for (Subgraph const* subgraph : graph_.subgraphs()) {
      if (plan_.subgraphs.size() == count_max) return;
      known_[subgraph].number = static_cast<Index>(plan_.subgraphs.size());
      PlanSubgraph& planned = plan_.subgraphs.emplace_back();
      planned.name = keep(subgraph->name);
      planned.stratum = subgraph->stratum;
      planned.loop = subgraph->loop == nullptr ? no_index : loops_[subgraph->loop];
      planned.replays = subgraph->replays;
      planned.ends_ticks = subgraph->end_tick != nullptr;
    }
  }

  void add_flow(InstalledFlow const& flow) {
    std::size_t const first = plan_.nodes.size();
    std::vector<Index> numbers;
    for (std::size_t n = 0; n < flow.plan.nodes.size(); ++n) {
      PlanNode node = flow.plan.nodes[n];
      auto const in_flow = static_cast<std::size_t>(node.subgraph);
      node.subgraph = known_[graph_.subgraphs()[flow.first_subgraph + in_flow]].number;
      numbers.push_back(add_node(node));
      if (flow.ends[n] != nullptr && numbers.back() != no_index)
        note_end(*flow.ends[n], numbers.back());
    }
    for (std::size_t s = 0; s < flow.plan.subgraphs.size(); ++s) {
      Known& known = known_[graph_.subgraphs()[flow.first_subgraph + s]];
      known.flow = &flow;
      known.first_node = first;
      known.last_node = plan_.nodes.size();
    }
    std::size_t next = 0;
    for (PlanEdge edge : flow.plan.edges) {
      bool const buffers = edge.kind == EdgeKind::handoff;
      HandoffBase const* const handoff = buffers || edge.marks ? flow.handoffs[next++] : nullptr;
      edge.source = numbers[static_cast<std::size_t>(edge.source)];
      edge.target = numbers[static_cast<std::size_t>(edge.target)];
      add_edge(edge, buffers ? EdgeHandoff{handoff, true, true} : EdgeHandoff{});
    }
  }

  void add_hand_written(Subgraph const& subgraph) {
    Known& known = known_[&subgraph];
    if (known.number == no_index || known.flow != nullptr) return;
    PlanNode node;
    node.info.name = plan_.subgraphs[static_cast<std::size_t>(known.number)].name;
    node.stratum = subgraph.stratum;
    node.subgraph = known.number;
    known.first_node = plan_.nodes.size();
    add_node(node);
    known.last_node = plan_.nodes.size();
  }

  // What is between two subgraphs of one flow is among the edges of its plan.
  bool is_inside_a_flow(HandoffBase const& handoff) {
    if (handoff.reader == nullptr || handoff.writers().empty()) return false;
    InstalledFlow const* const flow = known_[handoff.reader].flow;
    for (Subgraph const* writer : handoff.writers()) {
      if (known_[writer].flow != flow) return false;
    }
    return flow != nullptr;
  }

  void add_handoff(HandoffBase const& handoff) {
    if (is_inside_a_flow(handoff)) return;
    PlanEdge edge;
    edge.kind = EdgeKind::handoff;
    edge.delay = handoff.delay;
    bool const leaves = handoff.reader == nullptr;
    bool const enters = handoff.writers().empty();
    if (leaves && enters) return;
    std::string_view const name = keep(handoff.name);
    if (!leaves && !enters) edge.target_port = name;
    edge.target =
        leaves ? add_outside(name, Reads::yes) : node_at(*handoff.reader, handoff, Reads::yes);
    bool const carries = handoff.carries_items;
    EdgeHandoff on{carries ? &handoff : nullptr, carries,
                   carries && (leaves || is_end(edge.target, handoff, reading_ends_))};
    if (enters) {
      edge.source = add_outside(name, Reads::no);
      add_edge(edge, on);
    }
    bool const shared = handoff.writers().size() > 1 || shared_ends_.contains(&handoff);
    for (Subgraph const* writer : handoff.writers()) {
      edge.source = node_at(*writer, handoff, Reads::no);
      on.counts_source = carries && !shared && is_end(edge.source, handoff, writing_ends_);
      add_edge(edge, on);
    }
  }

  void note_end(HandoffBase const& handoff, Index node) {
    // Who is given answers from outside reads them, although it is no source.
    bool const reads = plan_.nodes[static_cast<std::size_t>(node)].info.source ||
                       (handoff.reader != nullptr && handoff.writers().empty());
    auto& ends = reads ? reading_ends_ : writing_ends_;
    if (!ends.emplace(&handoff, node).second) shared_ends_.insert(&handoff);
  }
  // The node, as it is known, has that end, and is not only the one that is likely to have it.
  bool is_end(Index node, HandoffBase const& handoff, Ends const& ends) {
    if (node == no_index) return false;
    auto const subgraph =
        static_cast<std::size_t>(plan_.nodes[static_cast<std::size_t>(node)].subgraph);
    if (known_[graph_.subgraphs()[subgraph]].flow == nullptr) return true;
    auto const end = ends.find(&handoff);
    return end != ends.end() && end->second == node;
  }

  Index add_outside(std::string_view name, Reads reads) {
    PlanNode node;
    node.info.name = name;
    node.pull = reads == Reads::no;
    return add_node(node);
  }

  // The node of `subgraph` at an end of `handoff`. In a flow that is the one that attached it;
  // where somebody did that by hand, the first one that can be it.
  Index node_at(Subgraph const& subgraph, HandoffBase const& handoff, Reads reads) {
    Known const& known = known_[&subgraph];
    auto const is_of_it = [&](std::size_t n) { return plan_.nodes[n].subgraph == known.number; };
    Ends const& ends = reads == Reads::yes ? reading_ends_ : writing_ends_;
    auto const end = ends.find(&handoff);
    if (end != ends.end() && is_of_it(static_cast<std::size_t>(end->second))) return end->second;
    Index found = no_index;
    for (std::size_t n = known.first_node; n < known.last_node; ++n) {
      if (!is_of_it(n)) continue;
      OperatorInfo const& info = plan_.nodes[n].info;
      bool const fits = reads == Reads::yes ? info.source : info.outputs.most == 0;
      if (fits) return static_cast<Index>(n);
      if (found == no_index) found = static_cast<Index>(n);
    }
    return found;
  }

  Graph const& graph_;
  GraphPlan plan_;
  std::unordered_map<Loop const*, Index> loops_;
  std::unordered_map<Subgraph const*, Known> known_;
  Ends reading_ends_;  // nodes of flows
  Ends writing_ends_;
  std::unordered_set<HandoffBase const*> shared_ends_;  // of several of them
};

}  // namespace

GraphPlan plan_of(Graph const& graph) { return Inspection(graph).run(); }

}  // namespace weir
