// Plays a flow of the pool on both engines, and says where they differ.
#pragma once

#include <cstdint>
#include <string>

namespace weir::oracle {

struct FusedFlow;

struct Played {
  // Empty where both engines agree.
  std::string difference;
  std::uint64_t ticks = 0;
  std::uint64_t items = 0;  // that came out
};

// `scripts` of random inputs, each with ticks that never yield, that yield after each item, and
// that yield at random.
Played play(FusedFlow const& flow, int scripts);

}  // namespace weir::oracle
