// What fetch knows, as plain values: what is wanted, of whom, and how those do. Everything that is
// decided is a function of it and of the time, in want.h (whom to ask for what) and receive.h (what
// to make of what comes); nothing here reads a clock or touches a socket.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "weir/base/clock.h"
#include "weir/base/queue.h"
#include "weir/base/random.h"
#include "weir/p2p/counters.h"
#include "weir/p2p/fetch_policy.h"
#include "weir/p2p/pending.h"

namespace weir {

enum class LinkState : std::uint8_t { down, connecting, up };

struct FetchPeer {
  std::array<PairList, pair_state_count> lists{};  // by PairState
  LinkState link = LinkState::down;
  bool changed = false;      // it is on the list of those to be looked at
  bool banned = false;       // it has sent too much that is wrong
  bool probing = false;      // it was unresponsive: one id, until it answers
  bool idle = false;         // it could be asked for more, and nothing is queued for it
  bool speaks_weir = false;  // it has said so
  bool starved = false;      // it is on the list of those to whom nothing could be promised

  std::uint32_t failures = 0;  // in a row
  Instant back_off_until = 0;
  Instant opened_at = 0;
  Instant heard_at = 0;

  // Of answers, as RFC 6298 smooths them; 0: none has come yet.
  Duration latency = 0;
  Duration deviation = 0;
  std::uint32_t window = 0;              // ids
  std::uint32_t op_bytes = 0;            // smoothed, of the ops it sends; 0: none has come yet
  std::uint32_t hedge_next = no_number;  // the first of those asked that may be asked elsewhere

  // Since its connection began.
  std::uint64_t received_bytes = 0;  // of ops
  std::uint64_t promised_bytes = 0;  // that it may have sent, all in all
  std::uint64_t kept_bytes = 0;      // of the room, for what of that is still to come
  Instant promised_at = 0;           // when it last got something after it had nothing
  std::vector<OpId> cancelled;       // to be said with the next request

  std::uint32_t unanswered = 0;  // asked of it, and not wanted any more: may still come
  std::uint32_t blame = 0;       // ops that were refused

  Instant due = never;
  std::uint32_t due_place = no_number;
};

// Says for good which pair it means: pairs go, and their numbers are used again.
struct Ticket {
  std::uint32_t pair = no_number;
  std::uint32_t use = 0;
  Instant at = 0;
};
struct Deadline {
  Instant at = never;
  std::uint32_t op = no_number;
  std::uint32_t use = 0;
};

// The same of an op.
struct OpTicket {
  std::uint32_t op = no_number;
  std::uint32_t use = 0;
};

// Whether the bytes are those that the id names.
struct VerifyOp {
  bool (*check)(void* context, OpId const& id, View bytes) = nullptr;
  void* context = nullptr;
  bool operator()(OpId const& id, View bytes) const { return check(context, id, bytes); }
};

// When the op of these bytes was made, in microseconds since 1970.
struct OpTime {
  std::uint64_t (*time)(View bytes) = nullptr;
};

struct FetchState {
  FetchState(FetchPolicy const& its_policy, std::uint64_t seed);

  FetchPolicy const policy;
  VerifyOp verify{};  // where the policy asks for it
  Random random;
  Pending pending;
  std::vector<FetchPeer> peers;      // by number
  std::vector<PeerNumber> changed;   // to be looked at
  std::vector<PeerNumber> due;       // a heap by FetchPeer::due
  Queue<Ticket> order;               // in order: what is to be asked
  Queue<Ticket> again;               // comes back to the queue reinsert_time after `at`
  Ticket next_again{};               // the first of them, once it was looked at
  std::vector<Deadline> deadlines;   // a heap
  std::vector<PeerNumber> starved;   // to whom nothing could be promised
  std::uint32_t sending_count = 0;   // in order: pairs whose peers are being connected to
  std::uint32_t idle_count = 0;      // peers
  std::uint64_t room_bytes = 0;      // that the store has, for what is promised and storing
  std::uint64_t storing_bytes = 0;   // the store has them, and has not said so
  std::uint64_t promised_bytes = 0;  // kept for what peers may still send
  std::uint64_t hedged_bytes = 0;    // asked twice, by the size of the ops so far
  // The peer that answers soonest of those that are connected, and how soon; 0: nobody has.
  PeerNumber quickest = no_number;
  Duration quickest_latency = 0;
  Instant store_retry_at = 0;
  // What the store's want-list does not know yet, where one is kept.
  bool keeps_list = false;
  Queue<OpTicket> to_list;      // they have come to be wanted
  std::vector<OpId> to_unlist;  // they are not wanted any more, and have not been stored
  FetchCounters counters;
};

// ---- what both want.h and receive.h do

FetchPeer& peer_of(FetchState& state, PeerNumber peer);
void mark_changed(FetchState& state, PeerNumber peer);
void move_pair(FetchState& state, std::uint32_t pair, PairState to);
// It is to be asked: in order behind all others, or when its peer has room.
void queue_pair(FetchState& state, std::uint32_t pair);
// It is queued again after reinsert_time, unless something else happens to it.
void queue_later(FetchState& state, std::uint32_t pair, Instant now);
// It is not asked any more, for whatever reason, and lies on no other list yet.
void end_asking(FetchState& state, std::uint32_t pair);
// Nobody is asked for the op: those it may come from are.
void release_sources(FetchState& state, std::uint32_t op);
// The pair, and the op if that was its last source.
void drop_pair(FetchState& state, std::uint32_t pair);
// The op with all its pairs. Who was asked may still send it.
void drop_op(FetchState& state, std::uint32_t op);
// Whoever is asked for the op need not send it.
void withdraw(FetchState& state, std::uint32_t op);
// All that is wanted of the peer; what may come from others is asked of those.
void drop_peer(FetchState& state, PeerNumber peer);
// The same, and nothing of it is remembered: its number is somebody else's from now on.
void forget_peer(FetchState& state, PeerNumber peer);
// It does not answer, or cannot be reached.
void back_off(FetchState& state, PeerNumber peer, Instant now);
// It has answered.
void note_heard(FetchState& state, PeerNumber peer, Instant now);
// How soon it answers is no measure for others any more.
void forget_latency(FetchState& state, PeerNumber peer);
// The store has room for so much; at first, as the policy says. True: peers that had to do without
// are to be looked at.
bool set_room(FetchState& state, std::uint64_t bytes);
// Those to whom nothing could be promised are looked at again.
void feed_starved(FetchState& state);
void set_due(FetchState& state, PeerNumber peer, Instant due);
void set_idle(FetchState& state, FetchPeer& peer, bool idle);

}  // namespace weir
