#include "weir/plan/remarks.h"

namespace weir {

namespace {

bool unites(OperatorInfo const& info) {
  return info.named_input_count() == 0 && info.inputs.most == any_number;
}
// To all of its outputs what it gives; those with names have their own rules.
bool splits(OperatorInfo const& info) {
  return info.output_ports == OutputPorts::alike && info.outputs.most == any_number;
}

std::string the(PlanNode const& node, std::string_view name) {
  std::string const title = "The " + std::string(node.info.name);
  return name.empty() ? title : title + " `" + std::string(name) + "`";
}

}  // namespace

std::vector<Remark> remarks_on(PlanView const& plan) {
  std::vector<Remark> remarks;
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    PlanNode const& node = plan.nodes[n];
    auto const remark = [&](std::string text) {
      remarks.push_back({static_cast<Index>(n), std::move(text)});
    };
    if (unites(node.info) && node.input_count < 2) {
      std::string_view const name = node.entry_name.empty() ? node.name : node.entry_name;
      remark(the(node, name) +
             " has one input alone, so it unites nothing; remove it, or lead what is missing "
             "into it.");
    }
    if (splits(node.info) && node.output_count == 1) {
      remark(the(node, node.name) +
             " has one output alone, so it splits nothing; remove it, or use what it gives once "
             "more.");
    }
    if (splits(node.info) && node.output_count == 0) {
      remark(the(node, node.name) +
             " has no output, so its items are dropped; use them, or say null() in its place.");
    }
  }
  return remarks;
}

}  // namespace weir
