// A framing as a user writes one: "5:hello,", the netstrings of D. J. Bernstein (1997). The size is
// decimal, without superfluous zeros.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weir/net/custom_framing.h"

namespace weir {

struct Netstring {
  static constexpr std::uint32_t header_bytes_max = 11;  // ten digits and a colon
  static constexpr std::uint32_t trailer_bytes_max = 1;

  static FrameExtent measure(std::span<std::byte const> begun, std::uint32_t looked_at) {
    auto const digit = [&](std::size_t i) { return static_cast<char>(begun[i]); };
    std::size_t colon = looked_at;
    while (colon < begun.size() && digit(colon) >= '0' && digit(colon) <= '9') ++colon;
    bool const zeros = colon > 1 && digit(0) == '0';
    if (zeros || colon >= header_bytes_max) return FrameExtent::malformed();
    if (colon == begun.size()) return {};  // as far as it has come
    if (digit(colon) != ':' || colon == 0) return FrameExtent::malformed();
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < colon; ++i)
      size = size * 10 + static_cast<std::uint64_t>(digit(i) - '0');
    auto const header = static_cast<std::uint32_t>(colon + 1);
    if (size > UINT32_MAX - header - 1) return FrameExtent::malformed();
    std::uint64_t const whole = header + size + 1;
    if (begun.size() >= whole && digit(whole - 1) != ',') return FrameExtent::malformed();
    return FrameExtent::known(static_cast<std::uint32_t>(whole), header,
                              static_cast<std::uint32_t>(size));
  }
  static std::uint32_t write_header(std::uint32_t payload_size, std::byte* to) {
    char* const begin = reinterpret_cast<char*>(to);
    char* const end = std::to_chars(begin, begin + header_bytes_max, payload_size).ptr;
    *end = ':';
    return static_cast<std::uint32_t>(end - begin) + 1;
  }
  static std::uint32_t write_trailer(std::uint32_t, std::byte* to) {
    *to = std::byte{','};
    return 1;
  }
};

inline std::string netstring(std::string_view payload) {
  return std::to_string(payload.size()) + ":" + std::string(payload) + ",";
}

// Without a size: a frame ends with the first 0, which is no part of it.
struct ZeroEnded {
  static constexpr std::uint32_t header_bytes_max = 0;
  static constexpr std::uint32_t trailer_bytes_max = 1;

  static FrameExtent measure(std::span<std::byte const> begun, std::uint32_t looked_at) {
    for (auto i = looked_at; i < begun.size(); ++i)
      if (begun[i] == std::byte{0}) return FrameExtent::known(i + 1, 0, i);
    return {};
  }
  static std::uint32_t write_header(std::uint32_t, std::byte*) { return 0; }
  static std::uint32_t write_trailer(std::uint32_t, std::byte* to) {
    *to = std::byte{0};
    return 1;
  }
};

}  // namespace weir
