// Which peers are known, by their records, and who is let in.
//
// A record is taken if it is signed (read_peer_record), of our space, alive, newer than the one
// that is held, and of nobody who is blocked. So an old record that is sent once more changes
// nothing, and a peer that has left stays away until its last record has expired everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "weir/p2p/peer_record.h"

namespace weir {

enum class Access : std::uint8_t {
  granted,
  blocked,      // it is on the block-list
  not_allowed,  // there is an allow-list, and it is not on it
};
std::string_view text(Access access);

// With an allow-list only those on it are let in; without one everybody is who is not blocked.
class AccessRules {
 public:
  void allow(PeerId const& peer) { allowed_.insert(peer); }
  void block(PeerId const& peer) { blocked_.insert(peer); }
  // From the list it is on.
  void forget(PeerId const& peer);

  Access decide(PeerId const& peer) const;
  bool has_allow_list() const { return !allowed_.empty(); }

 private:
  std::unordered_set<PeerId, PeerIdHash> allowed_;
  std::unordered_set<PeerId, PeerIdHash> blocked_;
};

enum class RecordNews : std::uint8_t {
  added,
  renewed,
  left,  // it was known, and is gone
  // and nothing has changed:
  known,      // this record, or a newer one, is held
  not_alive,  // by its times
  other_space,
  refused,  // by the access rules
  no_room,
};
std::string_view text(RecordNews news);
constexpr bool is_taken(RecordNews news) { return news <= RecordNews::left; }

struct PeerStoreLimits {
  std::uint32_t peer_count_max = 4096;  // beyond, who expires soonest gives way to who lives longer
};

class PeerStore {
 public:
  // The rules outlive it.
  PeerStore(std::string space, AccessRules const& rules, PeerStoreLimits const& limits = {});

  RecordNews insert(SignedPeerRecord const& record, UnixTime now);
  // What has expired by `now`, and who has been blocked meanwhile.
  void prune(UnixTime now);

  // Null: unknown, or gone.
  SignedPeerRecord const* find(PeerId const& peer) const;
  // Alive and dialled somewhere; in no order.
  std::vector<SignedPeerRecord const*> all() const;
  // Tombstones included.
  std::size_t size() const { return records_.size(); }

 private:
  bool make_room(UnixTime expires_at);

  std::string const space_;
  AccessRules const& rules_;
  PeerStoreLimits const limits_;
  std::unordered_map<PeerId, SignedPeerRecord, PeerIdHash> records_;
};

}  // namespace weir
