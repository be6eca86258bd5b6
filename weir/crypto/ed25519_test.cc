#include "weir/crypto/ed25519.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

namespace weir {
namespace {

std::span<std::byte const> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

template <std::size_t size>
std::array<std::byte, size> from_hex(std::string_view text) {
  std::array<std::byte, size> made{};
  auto const digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<std::byte>(digit(text[2 * i]) * 16 + digit(text[2 * i + 1]));
  return made;
}

// RFC 8032, 7.1: tests 1 and 2.
TEST(Ed25519, signs_as_the_rfc_does) {
  Ed25519Key const first = Ed25519Key::from_seed(
      from_hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(first.public_key().bytes,
            from_hex<32>("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  EXPECT_EQ(first.sign({}),
            from_hex<64>("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"));
  Ed25519Key const second = Ed25519Key::from_seed(
      from_hex<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(second.sign(bytes("\x72")),
            from_hex<64>("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
}

TEST(Ed25519, verifies_what_its_key_has_signed_and_nothing_else) {
  Ed25519Key const key = Ed25519Key::generate();
  Ed25519Signature signature = key.sign(bytes("hello"));
  Ed25519PublicKey const who = key.public_key();
  EXPECT_TRUE(who.verify(bytes("hello"), signature));
  EXPECT_FALSE(who.verify(bytes("hellp"), signature));
  EXPECT_FALSE(who.verify({}, signature));
  EXPECT_FALSE(Ed25519Key::generate().public_key().verify(bytes("hello"), signature));
  signature[40] ^= std::byte{1};
  EXPECT_FALSE(who.verify(bytes("hello"), signature));
}

TEST(Ed25519, bytes_that_are_no_point_verify_nothing) {
  Ed25519PublicKey nobody;
  nobody.bytes.fill(std::byte{0xff});
  EXPECT_FALSE(nobody.verify(bytes("hello"), Ed25519Signature{}));
}

TEST(Ed25519, comes_back_from_its_bytes_and_from_pem) {
  Ed25519Key const key = Ed25519Key::generate();
  EXPECT_EQ(Ed25519Key::from_seed(key.seed()).public_key(), key.public_key());
  std::string const pem = key.to_pem();
  EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(Ed25519Key::from_pem(pem).value().seed(), key.seed());
  std::string const public_pem = key.public_key().to_pem();
  EXPECT_TRUE(public_pem.starts_with("-----BEGIN PUBLIC KEY-----\n"));
  EXPECT_EQ(Ed25519PublicKey::from_pem(public_pem).value(), key.public_key());
}

TEST(Ed25519, keys_made_at_random_differ) {
  EXPECT_NE(Ed25519Key::generate().public_key(), Ed25519Key::generate().public_key());
}

TEST(Ed25519, text_that_is_no_key_is_refused_with_a_sentence) {
  std::string const key = Ed25519Key::generate().to_pem();
  EXPECT_NE(Ed25519Key::from_pem("hello").error().message.find("no private key in PEM form"),
            std::string::npos);
  EXPECT_FALSE(Ed25519Key::from_pem("").ok());
  EXPECT_FALSE(Ed25519Key::from_pem(key.substr(0, key.size() / 2)).ok());
  EXPECT_FALSE(Ed25519PublicKey::from_pem(key).ok());
  EXPECT_FALSE(Ed25519Key::from_pem(std::string(2u << 20, 'x')).ok());
  // An X25519 key: PEM, and of the wrong kind.
  std::string_view const other =
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VuAyEAhSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=\n"
      "-----END PUBLIC KEY-----\n";
  EXPECT_EQ(Ed25519PublicKey::from_pem(other).error().message,
            "this is a public key of another kind than Ed25519");
}

TEST(Ed25519, moves) {
  Ed25519Key key = Ed25519Key::generate();
  Ed25519PublicKey const who = key.public_key();
  Ed25519Key moved = std::move(key);
  EXPECT_EQ(moved.public_key(), who);
  key = std::move(moved);
  EXPECT_EQ(key.public_key(), who);
}

}  // namespace
}  // namespace weir
