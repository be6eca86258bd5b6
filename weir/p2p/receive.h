// What to make of what comes: functions of fetch's state and the time.
//
//   an op ─▶ judge ─▶ the store ─▶ note_stored          it is not wanted any more, of nobody
//              │                └▶ note_not_stored      it is asked for again, later
//              └▶ refused: not asked of that peer, or not the bytes that its id names (blamed)
#pragma once

#include <cstdint>

#include "weir/p2p/fetch_state.h"
#include "weir/p2p/message.h"

namespace weir {

enum class Verdict : std::uint8_t {
  accepted,     // for the store
  duplicate,    // it was asked for, and has come from somebody else meanwhile
  unsolicited,  // it was not asked of that peer
  damaged,      // these are not the bytes that its id names
};

// An op that the peer has sent. What is not accepted goes nowhere; who sends much of it is banned.
Verdict judge(FetchState& state, PeerNumber peer, OpField const& op, Instant now);
// What the store is told beside the op.
Bytes metadata_for(FetchState const& state, PeerNumber peer, OpId const& id);
// Anything at all has come from the peer; `version` as it says.
void note_answer(FetchState& state, PeerNumber peer, std::uint32_t version, Instant now);
// It says that it does not hold the op.
void note_absent(FetchState& state, PeerNumber peer, OpId const& id, Instant now);

// The store has written the op of `size` bytes.
void note_stored(FetchState& state, OpId const& id, std::uint32_t size);
enum class NotStored : std::uint8_t {
  failed,   // nothing can be written now
  refused,  // it has no room for this op
};
// It has not: the op stays wanted, and is asked for again when the store may have recovered.
void note_not_stored(FetchState& state, OpId const& id, std::uint32_t size, NotStored why,
                     Instant now);

// What it has sent is no message at all, or worse.
void blame(FetchState& state, PeerNumber peer);

}  // namespace weir
