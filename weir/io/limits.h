// Every limit of io: what a source reads ahead, what a destination holds back, what is awaited.
//
//   a source       2 chunks of chunk_bytes, or of the longest line so far if that is more
//   a destination  unwritten_mark_bytes + what one tick gives it, twice
//   futures        in_flight_max of them, and what one tick makes beyond that
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

struct FutureLimits {
  // Futures of one operator that have begun and not been given on, or streams that are open; the
  // rest waits in order.
  std::uint32_t in_flight_max = 1024;
};

// What streams that never wait give in one tick of a flow that goes on; the next tick gives more.
inline constexpr std::uint32_t stream_burst_items_max = 1024;

// Missed moments of an interval that come in one tick; older ones are left out.
inline constexpr std::uint64_t interval_burst_items_max = 1024;

// Of one exchange between workers. Its items: workers * workers * mailbox_items, and at each worker
// late_mark_items + what one tick sends.
struct ExchangeLimits {
  // From one worker to another, and not taken yet.
  std::uint32_t mailbox_items = 4096;
  // Of what has come, into one tick.
  std::uint32_t admit_items_per_tick = 16'384;
  // Of a worker, for which the mailboxes had no room: above it what feeds the exchange there is
  // suspended, until half of it is left.
  std::uint32_t late_mark_items = 4096;
};

constexpr bool consistent(ExchangeLimits const& limits) {
  return limits.mailbox_items > 0 && limits.mailbox_items <= 1u << 30 &&
         limits.admit_items_per_tick > 0;
}
static_assert(consistent(ExchangeLimits{}));

constexpr bool consistent(FileLimits const& limits) {
  return limits.chunk_bytes > 0 && limits.chunk_bytes <= 1u << 30 && limits.line_bytes_max > 0 &&
         limits.line_bytes_max <= 1u << 30 && limits.whole_bytes_max > 0 &&
         limits.whole_bytes_max <= 1u << 30;
}
static_assert(consistent(FileLimits{}));

}  // namespace weir
