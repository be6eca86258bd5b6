// What a user function may ask about the moment it is called in: take a `Context const&` first.
#pragma once

#include <cstdint>

namespace weir {

struct Context {
  std::uint64_t current_tick = 0;
};

}  // namespace weir
