// How many connections of one endpoint come from the same address, where that is limited.
//
// An address counts without its port number. An IPv6 address counts as its first 64 bits, because
// whoever has one has all of those; one that stands for an IPv4 address counts as that. UNIX
// sockets have no address that would tell their peers apart: they do not count.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

#include "weir/net/connection_id.h"
#include "weir/ring/address.h"

namespace weir {

class PeerLimit {
 public:
  // Counts `id` in, unless its address has `count_max` already: false.
  bool enter(ConnectionId id, Address const& peer, std::uint32_t count_max);
  // Counts it out, if it was in.
  void leave(ConnectionId id);
  bool empty() const { return entered_.empty(); }

 private:
  using Origin = std::pair<std::uint64_t, std::uint64_t>;

  static Origin origin_of(Address const& peer);

  std::map<Origin, std::uint32_t> counts_;
  std::unordered_map<ConnectionId, Origin> entered_;
};

}  // namespace weir
