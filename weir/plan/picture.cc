#include "weir/plan/picture.h"

namespace weir {

namespace {

std::string node_id(Index node) { return "n" + std::to_string(node); }

// `my_join = join` where the name begins, `tee (my_join)` where it ends elsewhere.
std::string label_of(PlanNode const& node) {
  std::string const title(node.info.name);
  if (!node.entry_name.empty()) return std::string(node.entry_name) + " = " + title;
  if (!node.name.empty()) return title + " (" + std::string(node.name) + ")";
  return title;
}

std::string label_of(Delay delay) {
  switch (delay) {
    case Delay::none:
      return "handoff";
    case Delay::tick:
      return "handoff, next tick";
    case Delay::tick_lazy:
      return "handoff, next tick if any";
    case Delay::iteration:
      return "handoff, next iteration";
  }
  return {};
}

std::string ports_of(PlanEdge const& edge) {
  std::string ports(edge.source_port);
  if (!edge.source_port.empty() && !edge.target_port.empty()) ports += "\n";
  return ports += edge.target_port;
}

std::string every(PlanSubgraph const& subgraph) {
  return subgraph.loop == no_index ? ", every tick" : ", every iteration";
}

}  // namespace

Picture draw(PlanView const& plan) {
  Picture picture;
  for (PlanLoop const& loop : plan.loops) {
    picture.loops.push_back({"loop " + std::string(loop.name), loop.parent});
  }
  for (std::size_t s = 0; s < plan.subgraphs.size(); ++s) {
    PlanSubgraph const& subgraph = plan.subgraphs[s];
    picture.boxes.push_back({"subgraph " + std::to_string(s) + ", stratum " +
                                 std::to_string(subgraph.stratum) +
                                 (subgraph.replays ? every(subgraph) : ""),
                             {},
                             subgraph.loop});
  }
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    PlanNode const& node = plan.nodes[n];
    PictureNode drawn{node_id(static_cast<Index>(n)), label_of(node),
                      node.pull ? Look::pull : Look::push};
    if (node.subgraph == no_index) picture.between_boxes.push_back(drawn);
    else picture.boxes[static_cast<std::size_t>(node.subgraph)].nodes.push_back(drawn);
  }
  for (std::size_t e = 0; e < plan.edges.size(); ++e) {
    PlanEdge const& edge = plan.edges[e];
    std::string const source = node_id(edge.source);
    std::string const target = node_id(edge.target);
    if (edge.kind != EdgeKind::handoff) {
      bool const blocking = edge.kind == EdgeKind::blocking;
      picture.arrows.push_back({source, target, ports_of(edge), blocking, false});
      continue;
    }
    std::string const handoff = "h" + std::to_string(e);
    bool const delayed = edge.delay != Delay::none;
    picture.between_boxes.push_back({handoff, label_of(edge.delay), Look::handoff});
    picture.arrows.push_back({source, handoff, {}, false, false});
    picture.arrows.push_back({handoff, target, ports_of(edge), false, delayed});
  }
  return picture;
}

}  // namespace weir
