// A random flow of a few operators, from a seed.
#pragma once

#include <cstdint>

#include "tests/oracle/shape.h"

namespace weir::oracle {

Shape random_shape(std::uint64_t seed);

}  // namespace weir::oracle
