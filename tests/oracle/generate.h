// A random flow of a few operators, from a seed: one of which a little input does not make more
// than the oracle takes.
#pragma once

#include <cstdint>

#include "tests/oracle/shape.h"

namespace weir::oracle {

Shape random_shape(std::uint64_t seed);

}  // namespace weir::oracle
