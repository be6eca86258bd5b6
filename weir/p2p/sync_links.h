// Whom a node stays connected to, as plain values and functions of them and the time: peers that
// were named to it always, others while there is room.
//
// Who cannot be reached, or does not stay, is dialled again after a time drawn evenly from nothing
// to a bound that doubles with each failure. Who is connected is not dialled, whoever did it.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "weir/base/clock.h"
#include "weir/base/random.h"
#include "weir/p2p/pending.h"
#include "weir/p2p/want.h"

namespace weir {

struct LinkPolicy {
  Duration back_off_first = 1 * seconds;
  Duration back_off_max = 60 * seconds;
  // What ends sooner was a failure, too.
  Duration steady_time = 60 * seconds;
  // Of whom nothing is heard so long after being dialled (because it is known by another number
  // already, say), that has failed.
  Duration dial_time_max = 30 * seconds;
  // Peers that nobody has named: so many are connected, or being dialled, at the same time.
  std::uint32_t links_max = 32;
  // Being dialled at the same time.
  std::uint32_t dials_max = 8;
  // Known at the same time.
  std::uint32_t peers_max = 8192;
};

constexpr bool consistent(LinkPolicy const& policy) {
  return policy.back_off_first > 0 && policy.back_off_first <= policy.back_off_max &&
         policy.dials_max > 0;
}
static_assert(consistent(LinkPolicy{}));

enum class KeepLink : std::uint8_t {
  always,
  while_there_is_room,
};

struct KeptLink {
  enum class State : std::uint8_t { down, dialling, up };

  KeepLink keep = KeepLink::always;
  State state = State::down;
  std::uint32_t failures = 0;
  Instant opened_at = 0;
  Instant due = 0;  // to be dialled, if it is down; to have failed, if it is being dialled
};

struct LinkKeeper {
  LinkKeeper(LinkPolicy const& its_policy, std::uint64_t seed) : policy(its_policy), random(seed) {}

  LinkPolicy const policy;
  Random random;
  std::unordered_map<PeerNumber, KeptLink> links;
  std::uint32_t dialling = 0;  // dialling <= policy.dials_max, but for who is dialled by others
  std::uint32_t others = 0;    // that nobody has named, and are not down
  Instant due = never;         // the earliest of those that have to be looked at
  std::uint64_t dials = 0;     // ever
};

// From now on. False: too many are known.
bool keep_link(LinkKeeper& keeper, PeerNumber peer, KeepLink keep, bool is_connected, Instant now);
// Not any more; a connection that there is stays.
void drop_link(LinkKeeper& keeper, PeerNumber peer);
// That number means another peer, which is connected.
void rename_link(LinkKeeper& keeper, PeerNumber from, PeerNumber to, Instant now);
// Who is known as `was` is known as `is` from now on.
void move_link(LinkKeeper& keeper, PeerNumber was, PeerNumber is);
void note_kept_link(LinkKeeper& keeper, PeerNumber peer, LinkChange change, Instant now);
// Those that are to be dialled now; they count as being dialled.
void take_dials(LinkKeeper& keeper, Instant now, std::vector<PeerNumber>& dials);

}  // namespace weir
