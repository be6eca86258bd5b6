// An op: bytes named by an id of 32 bytes, made at a time that is the same wherever the op is held.
//
// In profile `weir` the id is the SHA-256 of the bytes; a store takes whatever id it is given.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/bytes.h"
#include "weir/base/hash.h"

namespace weir {

inline constexpr std::size_t op_id_bytes = 32;
// No store takes a larger op. (A frame of kitsune2's has at most as many.)
inline constexpr std::uint32_t op_bytes_max = 100u << 20;

struct OpId {
  std::array<std::byte, op_id_bytes> bytes{};

  // Exactly 32 bytes, or nothing.
  static std::optional<OpId> of(std::span<std::byte const> bytes) {
    if (bytes.size() != op_id_bytes) return std::nullopt;
    OpId id;
    std::memcpy(id.bytes.data(), bytes.data(), op_id_bytes);
    return id;
  }
  // 64 hexadecimal digits of either case, or nothing.
  static std::optional<OpId> of_hex(std::string_view digits);
  // 64 digits in lower case.
  std::string hex() const;

  // The `n`-th 8 bytes, as they lie in memory.
  std::uint64_t word(std::size_t n) const {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + n * sizeof word, sizeof word);
    return word;
  }
  // Of all 32 bytes. Who keeps ids that strangers chose gives a seed that they cannot know: without
  // it they could make a million ids with one hash.
  std::uint64_t hash(std::uint64_t seed = 0) const {
    std::uint64_t hash = seed;
    for (std::size_t n = 0; n < op_id_bytes / sizeof hash; ++n) hash = mix(hash ^ word(n)) + seed;
    return mix(hash);
  }

  friend bool operator==(OpId const& a, OpId const& b) {
    return std::memcmp(a.bytes.data(), b.bytes.data(), op_id_bytes) == 0;
  }
  // As the bytes are read from left to right.
  friend std::strong_ordering operator<=>(OpId const& a, OpId const& b) {
    return std::memcmp(a.bytes.data(), b.bytes.data(), op_id_bytes) <=> 0;
  }
};

struct Op {
  OpId id{};
  std::uint64_t created_at = 0;  // microseconds since 1970
  Bytes bytes{};
  // What whoever asked for the op said of it; for a store that knows what to do with that. It never
  // travels, and no store of ours keeps it.
  Bytes metadata{};
};

}  // namespace weir
