#include "weir/io/end_flow.h"

#include <stdexcept>
#include <utility>

namespace weir {

void end_flow(std::string sentence) { throw std::runtime_error(std::move(sentence)); }

}  // namespace weir
