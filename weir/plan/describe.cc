#include "weir/plan/describe.h"

namespace weir {

std::string to_mermaid(PlanView const&) { return {}; }
std::string to_dot(PlanView const&) { return {}; }
std::string to_json(PlanView const&) { return {}; }

}  // namespace weir
