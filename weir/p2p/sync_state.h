// What sync knows, and what it decides, as plain values and functions of them and the time: which
// ops are held, which peers are there, and what either is to be told.
//
//   opened ─▶ in line ─▶ a session ─▶ … ─▶ done ─▶ in line again after session_period
//                          ▲    │            or: sooner, when it has left something out
//                          │    └─▶ needed ─▶ fetch
//                          └── answered; or held, while too much is wanted of that peer already
//
// A session (reconcile.h) is between two connected nodes; each pair has one at a time. Who has
// dialled begins it, at once; afterwards whoever's pause ends first. If both begin at the same time
// the dialled one gives way. What is new after that is published: told in a message, and asked for
// by fetch. Whoever is told more than it takes finds the rest in a session.
//
// Nothing grows without bound: sessions, ids that wait to be published, ids that are asked of one
// peer because of what it says. A peer may say what it likes: it costs its own share.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/clock.h"
#include "weir/base/owner.h"
#include "weir/base/queue.h"
#include "weir/base/random.h"
#include "weir/base/slice.h"
#include "weir/net/connection_id.h"
#include "weir/net/token_bucket.h"
#include "weir/p2p/counters.h"
#include "weir/p2p/op_tree.h"
#include "weir/p2p/pending.h"
#include "weir/p2p/reconcile.h"
#include "weir/p2p/sync_message.h"

namespace weir {

struct SyncPolicy {
  // Between two sessions with a peer; each pause is drawn from half of it to one and a half. The
  // same of retry_time, which is for a session that could not be, or has left something out.
  Duration session_period = 60 * seconds;
  Duration retry_time = 2 * seconds;
  // For an answer. An answer of ours waits for room at most half as long.
  Duration session_timeout = 30 * seconds;
  std::uint32_t sessions_max = 8;  // that we have begun, and as many that others have
  // One that has found so many ops ends, and another one begins.
  std::uint32_t session_needed_max = 1u << 20;
  ReconcileLimits reconcile{.needed_max = 1u << 22};

  // Ops that are wanted of one peer because of what it says, one message more or less; and no more
  // than its part where half of `pending_max` is shared by all that are connected.
  std::uint32_t pending_per_peer_max = 1u << 18;
  std::uint32_t pending_max = 4u << 20;
  // Ids that a peer may publish in a second; what is more is left to a session.
  std::uint32_t learnt_per_second_max = 1u << 16;
  // Ids that wait to be told to one peer; if there are more a session tells it.
  std::uint32_t publish_ids_max = 1u << 15;
  std::uint32_t publish_ids_per_message_max = 4096;
  // A peer that has not read so much is told nothing new meanwhile.
  std::uint64_t unread_bytes_max = 1u << 20;
  Duration unread_look_time = 50 * milliseconds;
  // Ops that are wanted of anybody: each is asked of every peer.
  std::uint32_t wanted_max = 1u << 16;
};

constexpr bool consistent(SyncPolicy const& policy) {
  return consistent(policy.reconcile) && policy.sessions_max > 0 && policy.session_period > 0 &&
         policy.retry_time > 0 && policy.session_timeout > 1 && policy.learnt_per_second_max > 0 &&
         policy.session_needed_max < policy.reconcile.needed_max &&
         policy.publish_ids_per_message_max > 0 &&
         policy.publish_ids_per_message_max <= published_ids_max &&
         policy.publish_ids_per_message_max <= policy.publish_ids_max;
}
static_assert(consistent(SyncPolicy{}));

struct SyncSession {
  SyncSession(OpTree const& held, ReconcileLimits const& limits, std::uint64_t its_number,
              bool is_ours)
      : talk(held, limits), number(its_number), ours(is_ours) {}

  Reconciliation talk;
  std::uint64_t const number;
  bool const ours;
  bool waits_for_room = false;  // its answer does
  std::string answer{};         // … which is this
  Instant deadline = never;     // for their answer, or for room
};

struct SyncPeer {
  ConnectionId connection{};
  bool dialled = false;            // by us
  bool in_line = false;            // a session with it is to be begun when another has ended
  bool publishing = false;         // it is on the list of those that are to be told something
  bool left_out = false;           // something was, that a session has to find soon
  Owner<SyncSession> session{};    // null: none
  std::uint64_t ended_theirs = 0;  // the last session of theirs that has ended; 0: none
  Instant session_due = never;     // to begin one; `never` while there is one, or it is in line
  Instant theirs_begun = 0;        // when they have begun one; 0: never
  Instant publish_due = never;     // to look whether it reads
  Instant due = never;             // as it stands in SyncState::due
  std::vector<TimedId> to_publish{};
  TokenBucket learnt{};

  bool connected() const { return connection.valid(); }
};

// What is to be done because of what has happened.
struct SyncActions {
  struct Message {
    ConnectionId connection;
    Bytes data;
  };
  struct Needed {
    PeerNumber peer = no_number;
    std::vector<OpId> ids;
  };
  struct Refusal {
    PeerNumber peer = no_number;
    std::string reason;
  };
  std::vector<Message> messages;
  std::vector<Needed> needed;     // to be fetched, if they are not held
  std::vector<OpId> cancelled;    // not wanted of anybody any more
  std::vector<Refusal> refusals;  // their connections are to be closed

  void clear();
};

// What is asked of fetch and of the links.
struct SyncOutside {
  // Ops that are wanted of it.
  std::uint64_t (*pending_of)(void* context, PeerNumber peer) = nullptr;
  // Bytes that were sent to it and that it has not read.
  std::uint64_t (*unread_bytes)(void* context, PeerNumber peer) = nullptr;
  void* context = nullptr;
};

struct OpIdHash {
  std::uint64_t seed = 0;
  std::size_t operator()(OpId const& id) const { return static_cast<std::size_t>(id.hash(seed)); }
};

struct SyncState {
  SyncState(SyncPolicy const& its_policy, std::uint64_t seed);

  SyncPolicy const policy;
  SyncOutside outside{};
  Random random;
  OpTree held;                     // all ops of this node
  bool loaded = false;             // … as far as is known; before that there are no sessions
  std::vector<TimedId> discarded;  // before all was loaded
  std::unordered_set<OpId, OpIdHash> wanted;  // of anybody
  std::vector<SyncPeer> peers;                // by number
  std::vector<PeerNumber> connected;
  std::vector<PeerNumber> publishing;
  Queue<PeerNumber> line;  // to begin a session with
  std::uint32_t ours_count = 0;
  std::uint32_t theirs_count = 0;
  std::vector<PeerNumber> waiting;  // their sessions wait for room
  std::uint64_t session_number = 0;
  std::set<std::pair<Instant, PeerNumber>> due;
  SyncActions actions;
  SyncCounters counters;
};

// ---- what is held

// Before begin(): what the store has had all along.
void note_held(SyncState& state, TimedId const& op);
// All of that is known.
void begin(SyncState& state, Instant now);
// It is new, and published to all who are not among those that are known to have it.
void note_stored(SyncState& state, TimedId const& op, Slice<PeerNumber const> known_by);
void note_discarded(SyncState& state, TimedId const& op);

// ---- what is wanted of anybody

// Ops that are not held. Returns how many of them, the first ones, are wanted now.
std::size_t want_of_all(SyncState& state, Slice<OpId const> ids);
void unwant(SyncState& state, OpId const& id);

// ---- peers

void note_opened(SyncState& state, PeerNumber peer, ConnectionId connection, bool dialled,
                 Instant now);
void note_closed(SyncState& state, PeerNumber peer);
void note_message(SyncState& state, PeerNumber peer, SyncMessage const& message, Instant now);
// A session with it begins now, or when the one that there is has ended.
void reconcile_soon(SyncState& state, PeerNumber peer, Instant now);
// Not all that it has said could be asked of it.
void note_left_out(SyncState& state, PeerNumber peer, std::size_t count, Instant now);

// Whatever is due by now: sessions begin, go on or end, and what is to be published is.
void act(SyncState& state, Instant now);
// When there is something to do though nothing has happened.
Instant next_due(SyncState const& state);
// There is something to do at once.
bool is_busy(SyncState const& state);

}  // namespace weir
