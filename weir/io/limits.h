// Every limit of io: what a source reads ahead, and what a destination holds back.
//
//   a source       2 chunks of chunk_bytes, or of the longest line so far if that is more
//   a destination  unwritten_mark_bytes + what one tick gives it, twice
#pragma once

#include <cstdint>

namespace weir {

struct FileLimits {
  // Read at once, and with that what one tick is given at most; a longer line is given alone.
  std::uint32_t chunk_bytes = 256u << 10;
  // A longer line ends the flow.
  std::uint32_t line_bytes_max = 16u << 20;
  // So does a longer file, where the whole of it is one value.
  std::uint32_t whole_bytes_max = 256u << 20;
  // Given to a file and not written yet: above it the tick is held, until half of it is left.
  std::uint32_t unwritten_mark_bytes = 1u << 20;
};

// Missed moments of an interval that come in one tick; older ones are left out.
inline constexpr std::uint64_t interval_burst_items_max = 1024;

constexpr bool consistent(FileLimits const& limits) {
  return limits.chunk_bytes > 0 && limits.chunk_bytes <= 1u << 30 && limits.line_bytes_max > 0 &&
         limits.line_bytes_max <= 1u << 30 && limits.whole_bytes_max > 0 &&
         limits.whole_bytes_max <= 1u << 30;
}
static_assert(consistent(FileLimits{}));

}  // namespace weir
