#include "weir/http/flow_views.h"

#include <algorithm>

namespace weir::http {

namespace {

std::vector<std::string> ids_of(GraphPlan const& plan) {
  std::vector<std::uint32_t> counts(plan.subgraphs.size());
  std::vector<std::string> ids;
  for (PlanNode const& node : plan.nodes) {
    if (node.subgraph == no_index) {
      ids.emplace_back();
      continue;
    }
    std::uint32_t& count = counts[static_cast<std::size_t>(node.subgraph)];
    ids.push_back(std::to_string(node.subgraph) + "." + std::to_string(count++));
  }
  return ids;
}

bool is_taken(std::vector<FlowView> const& views, std::string const& label) {
  return std::any_of(views.begin(), views.end(),
                     [&](FlowView const& view) { return view.label == label; });
}

}  // namespace

std::vector<FlowView> const& FlowViews::look() {
  auto const& flows = worker_.flows();
  for (std::size_t n = views_.size(); n < flows.size(); ++n) {  // a worker's flows stay
    std::string const number = std::to_string(n);
    std::string label = flows[n]->name.empty() ? number : flows[n]->name;
    while (is_taken(views_, label)) label += " (" + number + ")";  // once, unless somebody tries
    views_.push_back(
        {.flow = flows[n].get(), .label = std::move(label), .plan = {}, .node_ids = {}});
  }
  for (FlowView& view : views_) {
    std::uint64_t const generation = view.flow->graph.generation();
    if (view.generation == generation) continue;
    view.generation = generation;
    view.plan = plan_of(view.flow->graph);
    view.node_ids = ids_of(view.plan);
  }
  return views_;
}

}  // namespace weir::http
