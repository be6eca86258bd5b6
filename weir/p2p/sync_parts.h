// What the flow of sync works on, beside what it shares with those of fetch (fetch_parts.h).
#pragma once

#include <cstdint>
#include <vector>

#include "weir/base/context.h"
#include "weir/p2p/alarm.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/sync_links.h"
#include "weir/p2p/sync_state.h"
#include "weir/sched/input.h"

namespace weir {

class Fetch;

struct SyncParts {
  SyncParts(Fetch& its_fetch, SyncPolicy const& policy, LinkPolicy const& link_policy,
            std::uint64_t seed);

  Fetch& fetch;
  FetchParts& parts;  // of the fetch
  SyncState state;
  LinkKeeper keeper;
  Alarm alarm;
  Input<unit> woken{"sync"};
  bool wake_given = false;  // `woken` has been given something
  SyncActions now{};        // to be done in this tick
  std::vector<PeerNumber> dials;
  std::vector<PeerNumber> sources;  // of an op that was stored
};

// The next tick looks at the state.
void wake(SyncParts& sync);
void note_stored_op(SyncParts& sync, StoredOp const& op);

}  // namespace weir
