// Whom to ask for what: functions of fetch's state and the time.
//
//   want ─▶ queued ─▶ take_requests ─▶ asked ─▶ (receive.h) answered
//             ▲                          │
//             └── note_due, note_link ◀──┘ no answer in time, the peer is gone, somebody is idle
//
// In order (profile compatible) everything goes through one queue, as the seed of fetch has it:
// taken one by one; left for later if its peer is on the back-off list; asked; and queued again,
// asked or not, after reinsert_time.
//
// Otherwise a pair is on its peer's queue, and each of several peers that an op may come from has
// it. Who comes to it first asks; the others then find it asked for, and park it until that fails.
// So an op is downloaded once, however many have it, and nobody waits for anybody.
#pragma once

#include <cstdint>
#include <vector>

#include "weir/base/slice.h"
#include "weir/p2p/fetch_state.h"

namespace weir {

struct WantedOp {
  OpId id;
  Bytes metadata{};          // handed to the store with the op, if that comes from this peer
  Instant deadline = never;  // then it is not wanted any more
};

// One message to one peer; its ids lie in Requests.
struct PlannedRequest {
  PeerNumber peer = no_number;
  std::uint32_t first_id = 0;
  std::uint32_t id_count = 0;
  std::uint32_t first_cancelled = 0;
  std::uint32_t cancelled_count = 0;
  std::uint64_t credit = 0;  // 0: nothing is promised
};

struct Requests {
  std::vector<PlannedRequest> planned;
  std::vector<OpId> ids;
  std::vector<OpId> cancelled;
  std::vector<PeerNumber> connect;  // they are to be connected to

  void clear();
  Slice<OpId const> ids_of(PlannedRequest const& one) const {
    return {ids.data() + one.first_id, one.id_count};
  }
  Slice<OpId const> cancelled_of(PlannedRequest const& one) const {
    return {cancelled.data() + one.first_cancelled, one.cancelled_count};
  }
};

// False: nothing more can be remembered, or the peer has been banned.
bool want(FetchState& state, WantedOp const& wanted, PeerNumber peer);
// It is not wanted any more. False: it was not.
bool cancel(FetchState& state, OpId const& id);

enum class LinkChange : std::uint8_t {
  opened,
  failed,  // it could not be connected to
  ended,   // it was
};
void note_link(FetchState& state, PeerNumber peer, LinkChange change, Instant now);

// What is wanted of one peer is wanted of the other: they are the same, and `from` is nobody.
void move_peer(FetchState& state, PeerNumber from, PeerNumber to);

// Whatever is due by now.
void note_due(FetchState& state, Instant now);
// When something will be.
Instant next_due(FetchState& state);

// What is to be sent now, and to whom; it counts as sent.
void take_requests(FetchState& state, Instant now, Requests& requests);

// How long an answer of that peer may take.
Duration timeout_of(FetchState const& state, FetchPeer const& peer);

}  // namespace weir
