// Plays a flow of the pool on both engines, and says where they differ.
//
// A script is a few ticks, or some dozens, of one running flow: what each source gets in each tick,
// little or much or nothing, and how the tick is run: as a whole, item by item, or cut anywhere.
// The next script begins with a new flow, so what lives forever stays small.
#pragma once

#include <cstdint>
#include <string>

namespace weir::oracle {

struct FusedFlow;

struct Played {
  // Empty where both engines agree; else the flow, the tick, what came and what should have, and
  // the shortest script that was found to do it.
  std::string difference;
  std::uint64_t scripts = 0;
  std::uint64_t ticks = 0;
  std::uint64_t yields = 0;
  std::uint64_t items = 0;  // that came out
};

// As many scripts as it takes to give the flow random input in at least `ticks` ticks. Whatever is
// random comes from the seed of the flow and the number of the script.
Played play(FusedFlow const& flow, std::uint64_t ticks);

}  // namespace weir::oracle
