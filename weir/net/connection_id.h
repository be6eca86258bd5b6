// Who a frame is from or for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>  // has std::hash, and costs less than <functional>

#include "weir/base/hash.h"

namespace weir {

// A place in the connection table of one net, and how often that place has been used: never the
// same for two connections of a process, so a late answer cannot reach the wrong peer. The upper 8
// bits of `slot` are the number of the net (its worker), because items travel between workers.
struct ConnectionId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // 0: nobody

  static constexpr std::uint32_t place_bits = 24;
  static constexpr std::uint32_t place_mask = (1u << place_bits) - 1;

  constexpr bool valid() const { return generation != 0; }
  constexpr std::uint32_t place() const { return slot & place_mask; }
  constexpr std::uint32_t net_number() const { return slot >> place_bits; }

  constexpr std::uint64_t hash() const {
    return mix(std::uint64_t{generation} << 32 | std::uint64_t{slot});
  }
  friend constexpr bool operator==(ConnectionId, ConnectionId) = default;
};

}  // namespace weir

template <>
struct std::hash<weir::ConnectionId> {
  std::size_t operator()(weir::ConnectionId id) const noexcept {
    return static_cast<std::size_t>(id.hash());
  }
};
