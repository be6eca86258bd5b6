#include "weir/crypto/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace weir {
namespace {

std::span<std::byte const> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string hex(Digest const& digest) {
  std::string text;
  for (std::byte const byte : digest) {
    text += "0123456789abcdef"[static_cast<unsigned>(byte) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned>(byte) & 15];
  }
  return text;
}

// FIPS 180-4's examples.
constexpr std::string_view of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view of_abc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view of_a_million_a =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, of_known_inputs) {
  EXPECT_EQ(hex(sha256(bytes(""))), of_nothing);
  EXPECT_EQ(hex(sha256(bytes("abc"))), of_abc);
  EXPECT_EQ(hex(sha256(bytes(std::string(1'000'000, 'a')))), of_a_million_a);
  EXPECT_EQ(hex(sha256({})), of_nothing);
}

TEST(Sha256, one_hasher_serves_many_inputs) {
  Sha256 hasher;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(hex(hasher.of(bytes("abc"))), of_abc);
    EXPECT_EQ(hex(hasher.of({})), of_nothing);
    EXPECT_EQ(hex(hasher.finish()), of_nothing);
  }
}

TEST(Sha256, pieces_of_any_size_are_one_input) {
  std::string const text(1000, 'x');
  Digest const whole = sha256(bytes(text));
  Sha256 hasher;
  for (std::size_t piece : {1u, 7u, 63u, 64u, 65u, 999u, 1000u}) {
    for (std::size_t at = 0; at < text.size(); at += piece)
      hasher.update(bytes(std::string_view(text).substr(at, piece)));
    EXPECT_EQ(hasher.finish(), whole) << piece;
  }
}

TEST(Sha256, moves_with_what_it_has_begun) {
  Sha256 hasher;
  hasher.update(bytes("a"));
  Sha256 moved = std::move(hasher);
  moved.update(bytes("bc"));
  EXPECT_EQ(hex(moved.finish()), of_abc);
  hasher = std::move(moved);
  EXPECT_EQ(hex(hasher.of(bytes("abc"))), of_abc);
}

}  // namespace
}  // namespace weir
