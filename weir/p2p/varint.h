// Numbers of 1 to 10 bytes, 7 bits in each, the lowest first; all but the last have their top bit
// set. As protobuf has them.
#pragma once

#include <cstdint>
#include <optional>

namespace weir {

// Of what `next_byte()` gives; nothing where that is more than 64 bits.
template <class NextByte>
std::optional<std::uint64_t> read_varint(NextByte next_byte) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    std::uint8_t const part = next_byte();
    if (shift == 63 && part > 1) break;
    number |= std::uint64_t{part & 0x7Fu} << shift;
    if (part < 0x80) return number;
  }
  return std::nullopt;
}

}  // namespace weir
