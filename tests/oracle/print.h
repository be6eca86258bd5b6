// A shape as C++: the statements of its flow.
#pragma once

#include <string>
#include <vector>

#include "tests/oracle/shape.h"

namespace weir::oracle {

inline constexpr int name_count = 64;  // n0, n1, …: declared in fused.h

std::vector<std::string> statements_of(Shape const& shape);
// A source file with these flows, each registered in fused_flows().
std::string source_of(std::vector<Shape> const& shapes);

}  // namespace weir::oracle
