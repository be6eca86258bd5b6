#include "weir/base/base64.h"

#include <array>
#include <cstdint>

namespace weir {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t bits_of_digit = 6;
constexpr std::uint32_t bits_of_byte = 8;
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> digits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

}  // namespace

std::string to_base64url(std::span<std::byte const> bytes) {
  std::string text;
  text.reserve((bytes.size() * bits_of_byte + bits_of_digit - 1) / bits_of_digit);
  std::uint32_t waiting = 0;
  std::uint32_t bits = 0;
  for (std::byte const byte : bytes) {
    waiting = waiting << bits_of_byte | std::to_integer<std::uint32_t>(byte);
    for (bits += bits_of_byte; bits >= bits_of_digit; bits -= bits_of_digit)
      text += alphabet[waiting >> (bits - bits_of_digit) & 63];
  }
  if (bits > 0) text += alphabet[waiting << (bits_of_digit - bits) & 63];
  return text;
}

std::optional<std::vector<std::byte>> from_base64url(std::string_view text) {
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() * bits_of_digit / bits_of_byte);
  std::uint32_t waiting = 0;
  std::uint32_t bits = 0;
  for (char const letter : text) {
    std::uint8_t const digit = digits[static_cast<unsigned char>(letter)];
    if (digit == no_digit) return std::nullopt;
    waiting = waiting << bits_of_digit | digit;
    bits += bits_of_digit;
    if (bits < bits_of_byte) continue;
    bits -= bits_of_byte;
    bytes.push_back(static_cast<std::byte>(waiting >> bits));
  }
  // What is left fills up the last digit; it is less than one, and zero.
  bool const whole = bits < bits_of_digit && (waiting & ((1u << bits) - 1)) == 0;
  if (!whole) return std::nullopt;
  return bytes;
}

}  // namespace weir
