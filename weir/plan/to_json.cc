#include "weir/plan/describe.h"
#include "weir/plan/escape.h"
#include "weir/plan/remarks.h"

namespace weir {

std::string_view text(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::direct:
      return "direct";
    case EdgeKind::handoff:
      return "handoff";
    case EdgeKind::blocking:
      return "blocking";
  }
  return {};
}

std::string_view text(Delay delay) {
  switch (delay) {
    case Delay::none:
      return "none";
    case Delay::tick:
      return "tick";
    case Delay::tick_lazy:
      return "tick_lazy";
    case Delay::iteration:
      return "iteration";
  }
  return {};
}

namespace {

// One object, on a line of its own.
class Row {
 public:
  Row& text(std::string_view key, std::string_view value) {
    return add(key, '"' + escape(Language::json, value) + '"');
  }
  Row& number(std::string_view key, int value) { return add(key, std::to_string(value)); }
  // A position in another array, null where there is none.
  Row& reference(std::string_view key, Index value) {
    return add(key, value == no_index ? "null" : std::to_string(value));
  }
  Row& truth(std::string_view key, bool value) { return add(key, value ? "true" : "false"); }
  std::string done() const { return "{" + members_ + "}"; }

 private:
  Row& add(std::string_view key, std::string_view value) {
    if (!members_.empty()) members_ += ", ";
    members_ += '"';
    members_ += key;
    members_ += "\": ";
    members_ += value;
    return *this;
  }
  std::string members_;
};

std::string to_row(PlanNode const& node) {
  return Row()
      .text("operator", node.info.name)
      .text("name", node.name)
      .text("entry_name", node.entry_name)
      .number("stratum", node.stratum)
      .reference("subgraph", node.subgraph)
      .truth("pull", node.pull)
      .done();
}

std::string to_row(PlanEdge const& edge) {
  return Row()
      .reference("source", edge.source)
      .reference("target", edge.target)
      .text("source_port", edge.source_port)
      .text("target_port", edge.target_port)
      .number("input", edge.port)
      .text("kind", weir::text(edge.kind))
      .text("delay", weir::text(edge.delay))
      .done();
}

std::string to_row(PlanSubgraph const& subgraph) {
  Row row;
  row.number("stratum", subgraph.stratum).truth("replays", subgraph.replays);
  if (subgraph.loop != no_index) row.reference("loop", subgraph.loop);
  return row.done();
}

std::string to_row(PlanLoop const& loop) {
  return Row().text("name", loop.name).reference("parent", loop.parent).done();
}

std::string to_row(Remark const& remark) {
  return Row().reference("node", remark.node).text("text", remark.text).done();
}

template <class Things>
std::string to_array(std::string_view key, Things const& things) {
  std::string array = "  \"" + std::string(key) + "\": [";
  for (std::size_t i = 0; i < things.size(); ++i) {
    array += i == 0 ? "\n    " : ",\n    ";
    array += to_row(things[i]);
  }
  return array + (things.empty() ? "]" : "\n  ]");
}

}  // namespace

std::string to_json(PlanView const& plan) {
  std::vector<Remark> const remarks = remarks_on(plan);
  return "{\n" + to_array("nodes", plan.nodes) + ",\n" + to_array("edges", plan.edges) + ",\n" +
         to_array("subgraphs", plan.subgraphs) +
         (plan.loops.empty() ? "" : ",\n" + to_array("loops", plan.loops)) +
         (remarks.empty() ? "" : ",\n" + to_array("remarks", remarks)) + "\n}\n";
}

}  // namespace weir
