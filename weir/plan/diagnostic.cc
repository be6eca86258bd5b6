#include "weir/plan/diagnostic.h"

namespace weir {

std::string explain(Diagnostic const&) { return {}; }

}  // namespace weir
