// How many connections of one endpoint come from the same address, and how much they send, where
// one of these is limited.
//
// An address counts without its port number. An IPv6 address counts as its first 64 bits, because
// whoever has one has all of those; one that stands for an IPv4 address counts as that. UNIX
// sockets have no address that would tell their peers apart: they do not count.
//
// An address that has sent more than its rate is remembered until that is paid off, though it has
// no connection any more; of such at most left_count_max.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

#include "weir/base/clock.h"
#include "weir/base/queue.h"
#include "weir/net/connection_id.h"
#include "weir/net/token_bucket.h"
#include "weir/ring/address.h"

namespace weir {

class PeerLimit {
 public:
  static constexpr std::size_t left_count_max = 4096;

  // `rate`: of each address.
  explicit PeerLimit(ByteRate const& rate) : rate_(rate) {}

  // Counts `id` in, unless its address has `count_max` already: false. 0: any number.
  bool enter(ConnectionId id, Address const& peer, std::uint32_t count_max);
  // What its address has sent, until it leaves. Null: it does not count.
  TokenBucket* bucket_of(ConnectionId id);
  // Counts it out, if it was in.
  void leave(ConnectionId id, Instant now);
  // Addresses that are remembered.
  std::size_t size() const { return origins_.size(); }

 private:
  using Origin = std::pair<std::uint64_t, std::uint64_t>;
  struct Known {
    std::uint32_t count = 0;
    bool left = false;  // is on that list
    TokenBucket bucket;
  };
  using Origins = std::map<Origin, Known>;

  static Origin origin_of(Address const& peer);
  void forget_some(Instant now);

  ByteRate const rate_;
  Origins origins_;
  std::unordered_map<ConnectionId, Origins::iterator> entered_;
  Queue<Origins::iterator> left_;  // had no connection any more, but something to pay off
};

}  // namespace weir
