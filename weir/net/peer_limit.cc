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
  WEIR_ASSERT(count_max > 0);
  if (peer.empty() || peer.family() == Family::local) return true;
  Origin const origin = origin_of(peer);
  auto const found = counts_.find(origin);
  if (found != counts_.end() && found->second >= count_max) return false;
  if (found != counts_.end()) ++found->second;
  else counts_.emplace(origin, 1);
  bool const fresh = entered_.emplace(id, origin).second;
  WEIR_ASSERT(fresh);
  return true;
}

void PeerLimit::leave(ConnectionId id) {
  auto const entered = entered_.find(id);
  if (entered == entered_.end()) return;
  auto const count = counts_.find(entered->second);
  WEIR_ASSERT(count != counts_.end());
  WEIR_ASSERT(count->second > 0);
  if (--count->second == 0) counts_.erase(count);
  entered_.erase(entered);
}

}  // namespace weir
