#include "weir/net/peer_limit.h"

#include <netinet/in.h>

#include <cstring>

#include "weir/base/assert.h"

namespace weir {

// {IPv6 prefix, 0} or {0, IPv4 address + 1}: no two kinds are equal, as the prefix of an address
// that stands for an IPv4 one is not used.
PeerLimit::Origin PeerLimit::origin_of(Address const& peer) {
  if (peer.family() == Family::ipv4) {
    sockaddr_in const& ipv4 = *reinterpret_cast<sockaddr_in const*>(peer.raw());
    return {0, std::uint64_t{ntohl(ipv4.sin_addr.s_addr)} + 1};
  }
  in6_addr const& ipv6 = reinterpret_cast<sockaddr_in6 const*>(peer.raw())->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&ipv6)) {
    std::uint32_t ipv4 = 0;
    std::memcpy(&ipv4, ipv6.s6_addr + 12, sizeof(ipv4));
    return {0, std::uint64_t{ntohl(ipv4)} + 1};
  }
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, ipv6.s6_addr, sizeof(prefix));
  return {prefix, 0};
}

bool PeerLimit::enter(ConnectionId id, Address const& peer, std::uint32_t count_max) {
  if (peer.empty() || peer.family() == Family::local) return true;
  Origins::iterator const origin = origins_.try_emplace(origin_of(peer)).first;
  Known& known = origin->second;
  if (count_max > 0 && known.count >= count_max) return false;
  ++known.count;
  bool const fresh = entered_.emplace(id, origin).second;
  WEIR_ASSERT(fresh);
  return true;
}

TokenBucket* PeerLimit::bucket_of(ConnectionId id) {
  auto const entered = entered_.find(id);
  return rate_.limited() && entered != entered_.end() ? &entered->second->second.bucket : nullptr;
}

void PeerLimit::leave(ConnectionId id, Instant now) {
  auto const entered = entered_.find(id);
  if (entered == entered_.end()) return;
  Origins::iterator const origin = entered->second;
  entered_.erase(entered);
  Known& known = origin->second;
  WEIR_ASSERT(known.count > 0);
  if (--known.count == 0 && !known.left) {
    known.left = true;
    left_.push(origin);
  }
  forget_some(now);
}

// Two for each that leaves, so the list does not grow while there is something to forget.
void PeerLimit::forget_some(Instant now) {
  for (int i = 0; i < 2 && !left_.empty(); ++i) {
    Origins::iterator const origin = left_.pop();
    Known& known = origin->second;
    known.left = false;
    if (known.count > 0) continue;
    bool const paid = !rate_.limited() || known.bucket.full(rate_, now);
    if (paid || left_.size() >= left_count_max) {
      origins_.erase(origin);
    } else {
      known.left = true;
      left_.push(origin);
    }
  }
}

}  // namespace weir
