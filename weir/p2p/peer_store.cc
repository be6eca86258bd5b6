#include "weir/p2p/peer_store.h"

#include <algorithm>

#include "weir/base/assert.h"

namespace weir {

std::string_view text(Access access) {
  switch (access) {
    case Access::granted:
      return "granted";
    case Access::blocked:
      return "the peer is blocked";
    case Access::not_allowed:
      return "the peer is not on the allow-list";
  }
  WEIR_ASSERT(false);
  return {};
}

std::string_view text(RecordNews news) {
  switch (news) {
    case RecordNews::added:
      return "added";
    case RecordNews::renewed:
      return "renewed";
    case RecordNews::left:
      return "left";
    case RecordNews::known:
      return "this record, or a newer one, is known";
    case RecordNews::not_alive:
      return "the record has expired, or its times cannot be true";
    case RecordNews::other_space:
      return "the record is of another space";
    case RecordNews::refused:
      return "the access rules refuse the peer";
    case RecordNews::no_room:
      return "there is no room for another peer";
  }
  WEIR_ASSERT(false);
  return {};
}

// ---- access -------------------------------------------------------------------------------------

void AccessRules::forget(PeerId const& peer) {
  allowed_.erase(peer);
  blocked_.erase(peer);
}

Access AccessRules::decide(PeerId const& peer) const {
  if (blocked_.contains(peer)) return Access::blocked;
  if (has_allow_list() && !allowed_.contains(peer)) return Access::not_allowed;
  return Access::granted;
}

// ---- records ------------------------------------------------------------------------------------

PeerStore::PeerStore(std::string space, AccessRules const& rules, PeerStoreLimits const& limits)
    : space_(std::move(space)), rules_(rules), limits_(limits) {
  WEIR_ASSERT(limits.peer_count_max > 0);
}

RecordNews PeerStore::insert(SignedPeerRecord const& record, UnixTime now) {
  if (record.record.space != space_) return RecordNews::other_space;
  if (!check_lifetime(record.record, now).ok()) return RecordNews::not_alive;
  if (rules_.decide(record.record.peer) != Access::granted) return RecordNews::refused;
  auto const found = records_.find(record.record.peer);
  if (found == records_.end()) {
    if (!make_room(record.record.expires_at)) return RecordNews::no_room;
    records_.emplace(record.record.peer, record);
    return record.record.tombstone ? RecordNews::left : RecordNews::added;
  }
  if (found->second.record.created_at >= record.record.created_at) return RecordNews::known;
  bool const was_gone = found->second.record.tombstone;
  found->second = record;
  if (record.record.tombstone) return RecordNews::left;
  return was_gone ? RecordNews::added : RecordNews::renewed;
}

bool PeerStore::make_room(UnixTime expires_at) {
  if (records_.size() < limits_.peer_count_max) return true;
  auto const soonest =
      std::min_element(records_.begin(), records_.end(), [](auto const& a, auto const& b) {
        return a.second.record.expires_at < b.second.record.expires_at;
      });
  if (soonest->second.record.expires_at >= expires_at) return false;
  records_.erase(soonest);
  return true;
}

void PeerStore::prune(UnixTime now) {
  std::erase_if(records_, [&](auto const& one) {
    return one.second.record.expires_at <= now || rules_.decide(one.first) != Access::granted;
  });
}

SignedPeerRecord const* PeerStore::find(PeerId const& peer) const {
  auto const found = records_.find(peer);
  if (found == records_.end() || found->second.record.tombstone) return nullptr;
  return &found->second;
}

std::vector<SignedPeerRecord const*> PeerStore::all() const {
  std::vector<SignedPeerRecord const*> all;
  for (auto const& [peer, record] : records_)
    if (!record.record.tombstone && record.record.url) all.push_back(&record);
  return all;
}

}  // namespace weir
