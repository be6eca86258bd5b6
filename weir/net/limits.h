// Every limit of net, and the sum of the memory they allow.
//
// A mark is where pressure begins: data stops being asked for, and is asked for again at half of
// it. A limit is where somebody is told no. Memory beyond a mark is what was already on its way
// when it was reached, so it is bounded by what one step can bring: the receive pool, or what one
// tick may admit.
//
//   lanes                  graphs that have endpoints; each has a receive pool of its own
//     pool                 pool_bytes_max
//     frames of a tick     admit_bytes_per_tick + one frame
//   unfinished frames      unfinished_hard_limit_bytes + one frame + 2 pools per lane
//   pressure               egress_total_mark_bytes (twice that with several endpoints: egress.h)
//                          + a pool, one tick's frames, egress_untried_mark_bytes per lane
//
// Beside that, each by limits of its own: a LazyDialer (waiting_total_bytes_max), a datagram
// endpoint (its buffers, and untried_mark_bytes); an endpoint that speaks TLS (what a tick has
// admitted and what waits to be sent are its plaintext and its ciphertext; to each of the two come
// 16 chunks of 256 KiB: tls_endpoint.h), and each of its connections (two records of 16 KiB and
// what OpenSSL keeps beside them, about 26 KiB).
//
// A flow may multiply what it is given (a broadcast). Its frames then wait as views in a handoff,
// 32 bytes each, in a tick that is held until the peers have caught up or were closed.
#pragma once

#include <cstdint>

#include "weir/base/clock.h"

namespace weir {

struct Limits {
  // ---- frames
  // A longer one is refused as soon as it is announced.
  std::uint32_t frame_bytes_max = 16u << 20;
  // Owned memory of frames that have begun and not ended. Over it only the oldest of those that
  // need more goes on; the others have what one receive has brought, and keep it.
  std::uint64_t unfinished_total_mark_bytes = 32u << 20;
  // Who needs more above that is closed (slow), unless it is the oldest.
  std::uint64_t unfinished_hard_limit_bytes = 256u << 20;

  // ---- ingress: what one tick of a graph may be given; one frame may exceed the bytes
  std::uint32_t admit_bytes_per_tick = 1u << 20;
  std::uint32_t admit_items_per_tick = 8192;

  // ---- egress: only what a send attempt left behind counts
  // Of one connection: over it nothing more is received from that connection.
  std::uint64_t egress_connection_mark_bytes = 1u << 20;
  // Of all connections together: over it nothing more is received that could end up there.
  std::uint64_t egress_total_mark_bytes = 128u << 20;
  // Of one endpoint, not offered to the kernel yet: what one attempt can leave behind at once.
  std::uint64_t egress_untried_mark_bytes = 16u << 20;
  // Of one connection: over it the policy of its endpoint applies (SlowPolicy).
  std::uint64_t egress_hard_limit_bytes = 64u << 20;
  // Offered to the kernel in one send.
  std::uint32_t send_bytes_max = 1u << 20;
  std::uint32_t send_parts_max = 64;

  // ---- connections
  std::uint32_t connection_count_max = 65'536;
  std::uint32_t accept_backlog_count = 4096;
  // Events of one endpoint that no tick has taken yet: with so many nobody is accepted, or dialled
  // again.
  std::uint32_t event_count_mark = 4096;

  // ---- the receive pool of a lane; 0: what suits the kernel, together pool_bytes_max
  std::uint32_t pool_buffer_count = 0;
  std::uint32_t pool_buffer_bytes = 0;

  // ---- time
  Duration connect_time_max = 10 * seconds;
  // After so long over a total mark, those who cause it are closed (slow), where the policy is to
  // close.
  Duration pressure_time_max = 5 * seconds;
  // A connection over its mark that takes nothing for so long may have twice as much, while there
  // is room; and after so long, if there is none, it is closed (slow), where the policy is to
  // close.
  Duration stall_time = 100 * milliseconds;
  Duration standing_time_max = 30 * seconds;
  // Between attempts to accept when descriptors are exhausted and none of ours is freed.
  Duration accept_retry_time = 100 * milliseconds;
};

inline constexpr std::uint64_t pool_bytes_max = 4u << 20;

constexpr std::uint64_t pool_bytes(Limits const& limits) {
  if (limits.pool_buffer_count == 0 || limits.pool_buffer_bytes == 0) return pool_bytes_max;
  return std::uint64_t{limits.pool_buffer_count} * limits.pool_buffer_bytes;
}

// The sum: what net may hold at most for `lane_count` graphs with one endpoint each. (Beside it
// each connection has its fixed size, see connection.h.)
constexpr std::uint64_t memory_bytes_max(Limits const& limits, std::uint64_t lane_count) {
  std::uint64_t const pool = pool_bytes(limits);
  std::uint64_t const frame = limits.frame_bytes_max + 4u;
  std::uint64_t const admitted = limits.admit_bytes_per_tick + frame;
  std::uint64_t const unfinished =
      limits.unfinished_hard_limit_bytes + frame + 2 * lane_count * pool;
  std::uint64_t const share = lane_count > 1 ? 2 : 1;
  std::uint64_t const pressure = share * limits.egress_total_mark_bytes +
                                 lane_count * (pool + admitted + limits.egress_untried_mark_bytes);
  return lane_count * (pool + admitted) + unfinished + pressure;
}

// What must hold of any limits, however small.
constexpr bool consistent(Limits const& limits) {
  return limits.frame_bytes_max > 0 && limits.frame_bytes_max <= 1u << 30 &&
         limits.admit_bytes_per_tick > 0 && limits.admit_items_per_tick > 0 &&
         limits.egress_total_mark_bytes > 0 && limits.send_bytes_max > 0 &&
         limits.send_bytes_max <= 1u << 30 && limits.send_parts_max > 0 &&
         limits.send_parts_max <= 64 && limits.connection_count_max > 0 &&
         limits.connection_count_max < 1u << 24 && limits.accept_backlog_count > 0 &&
         limits.event_count_mark > 0;
}

// What makes the defaults sensible: marks lie below limits, a whole frame fits below the hard
// limit, a tick cannot outrun the total, and what one send takes makes room for resuming.
constexpr bool sensible(Limits const& limits) {
  return consistent(limits) &&
         limits.egress_connection_mark_bytes < limits.egress_hard_limit_bytes &&
         limits.egress_hard_limit_bytes <= limits.egress_total_mark_bytes / 2 &&
         2 * std::uint64_t{limits.frame_bytes_max} <= limits.egress_hard_limit_bytes &&
         limits.frame_bytes_max <= limits.unfinished_total_mark_bytes &&
         limits.unfinished_total_mark_bytes < limits.unfinished_hard_limit_bytes &&
         limits.admit_bytes_per_tick <= pool_bytes(limits) &&
         8 * pool_bytes(limits) <= limits.egress_total_mark_bytes &&
         limits.send_bytes_max <= limits.egress_connection_mark_bytes;
}
static_assert(sensible(Limits{}));
static_assert(memory_bytes_max(Limits{}, 1) <= 512u << 20);

}  // namespace weir
