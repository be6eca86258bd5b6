// Every policy of fetch, and the two profiles: structs of values that are read where something is
// decided.
//
//   compatible_profile   what kitsune2's CoreFetch did when its documentation was written: requests
//                        of one id, in the order of the calls, asked again until they are answered
//   weir_profile         many ids to a request, one download of an op however many peers have it,
//                        time-outs from measured latency, negative answers, credit, hashes verified
#pragma once

#include <cstdint>

#include "weir/base/clock.h"
#include "weir/store/op.h"

namespace weir {

struct FetchPolicy {
  // ---- whom to ask, and when
  // Requests leave in the order in which they were added, whoever they are for; each (op, peer) has
  // its own. Otherwise each peer has a queue, and an op is asked of one peer at a time.
  bool in_order = false;
  // In order: so many may be on their way to peers that are being connected to. 0: none ever.
  std::uint32_t parallel_requests_max = 0;
  std::uint32_t ids_per_request_max = 1;
  // What has not been answered after so long is queued again.
  Duration reinsert_time = 30 * seconds;

  // ---- peers that do not answer: unresponsive for a time that doubles with each failure
  Duration back_off_first = 20 * seconds;
  Duration back_off_max = 600 * seconds;
  // When so many have been waited for, and it fails once more, all that is wanted of it is dropped.
  // 0: at once.
  std::uint32_t back_off_count = 4;
  // Each is drawn evenly between nothing and its bound, and none is the last.
  bool full_jitter = false;

  // ---- how much to ask of a peer (not in order)
  std::uint32_t window_first = 64;  // ids that are asked and not answered
  std::uint32_t window_max = 4096;
  std::uint32_t window_bytes_max = 8u << 20;  // the same, by the size of the ops it has sent
  // The window grows while answers come sooner than that, and shrinks when they take twice as long.
  Duration latency_target = 100 * milliseconds;
  // Of a request: before anything is known, and whatever is measured.
  Duration timeout_first = 5 * seconds;
  Duration timeout_min = 250 * milliseconds;
  Duration timeout_max = 15 * seconds;
  // An op that a peer has not sent after twice the latency of an idle one is asked of that, too, as
  // long as that has cost no more than such a share of all bytes (and so many ops in any case).
  bool hedge = false;
  std::uint32_t hedge_per_mille = 10;
  std::uint32_t hedge_ops_min = 64;
  Duration hedge_time_min = 20 * milliseconds;
  // Bytes of ops that peers have been promised room for and that the store has not written yet; 0:
  // nothing is promised.
  std::uint64_t room_bytes = 0;
  // After the store has failed nothing is asked for so long.
  Duration store_retry_time = 0;

  // ---- what comes
  bool solicited_only = false;  // what was not asked of that peer is refused
  bool verify = false;          // the id is the hash of the bytes, or the op is refused
  // So many refused ops, and nothing more is asked of a peer or taken from it.
  std::uint32_t blame_max = 3;

  // ---- serving
  bool fair = false;         // peers take turns; otherwise requests are answered as they came
  bool tell_absent = false;  // what is not held is said so
  std::uint32_t response_bytes_max = 256u << 10;  // of ops in a response; one may be larger
  std::uint32_t serve_bytes_per_tick = 1u << 20;
  std::uint32_t requests_queued_max = 16'384;  // not fair: of all peers; further ones are dropped
  std::uint32_t ids_queued_max = 16'384;       // fair: of one peer; further ids are dropped

  // ---- bounds
  // (op, peer) pairs; about 115 bytes each, 40 for each further peer of the same op.
  std::uint32_t pairs_max = 4u << 20;
  std::uint32_t peers_max = 1u << 20;
  // Ids that all peers together wait for: 32 bytes each.
  std::uint32_t ids_queued_total_max = 4u << 20;
};

inline constexpr FetchPolicy compatible_profile{
    .in_order = true,
    .parallel_requests_max = 2,
    .ids_per_request_max = 1,
    .response_bytes_max = 1u << 20,
    .serve_bytes_per_tick = 16u << 20,
};

inline constexpr FetchPolicy weir_profile{
    .ids_per_request_max = 1024,
    .back_off_first = 1 * seconds,
    .back_off_max = 300 * seconds,
    .full_jitter = true,
    .hedge = true,
    .room_bytes = 64u << 20,
    .store_retry_time = 1 * seconds,
    .solicited_only = true,
    .verify = true,
    .fair = true,
    .tell_absent = true,
};

constexpr bool consistent(FetchPolicy const& policy) {
  return policy.ids_per_request_max > 0 && policy.window_first > 0 &&
         policy.window_first <= policy.window_max && policy.back_off_first > 0 &&
         policy.back_off_first <= policy.back_off_max && policy.timeout_min > 0 &&
         policy.timeout_min <= policy.timeout_first && policy.timeout_first <= policy.timeout_max &&
         policy.response_bytes_max > 0 && policy.serve_bytes_per_tick > 0 && policy.pairs_max > 0 &&
         policy.window_max <= policy.ids_queued_max && policy.reinsert_time > 0;
}
static_assert(consistent(compatible_profile));
static_assert(consistent(weir_profile));

}  // namespace weir
