// What fetch, serving and sync count, since their beginning.
#pragma once

#include <cstdint>

namespace weir {

struct FetchCounters {
  std::uint64_t ids_added = 0;
  std::uint64_t ids_asked = 0;
  std::uint64_t requests = 0;
  std::uint64_t ops_received = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t ops_stored = 0;
  std::uint64_t ops_duplicate = 0;
  std::uint64_t bytes_duplicate = 0;
  std::uint64_t ops_unsolicited = 0;
  std::uint64_t ops_damaged = 0;
  std::uint64_t absent = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t hedged = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t store_failures = 0;
  std::uint64_t dropped = 0;  // requests that were given up with their peer, or their deadline
};

struct ServeCounters {
  std::uint64_t ids_requested = 0;
  std::uint64_t ids_dropped = 0;  // because too many were queued
  std::uint64_t ops_served = 0;
  std::uint64_t bytes_served = 0;
  std::uint64_t ids_absent = 0;
  std::uint64_t ids_cancelled = 0;
};

struct SyncCounters {
  std::uint64_t sessions_begun = 0;  // by us
  std::uint64_t sessions_taken = 0;  // by others
  std::uint64_t sessions_done = 0;   // to the end
  std::uint64_t sessions_cut = 0;    // ended before, by either side
  std::uint64_t sessions_lost = 0;   // with their connection
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t bytes_sent = 0;  // all that is beside the ops, of this module
  std::uint64_t bytes_received = 0;
  std::uint64_t needed = 0;     // ops found in sessions
  std::uint64_t learnt = 0;     // ops that were published to us and are not held
  std::uint64_t published = 0;  // ids told, to each peer
  std::uint64_t left_out = 0;   // ids that were not told, or not asked for: left to a session
  std::uint64_t refused = 0;    // messages
};

}  // namespace weir
