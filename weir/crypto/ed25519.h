// Ed25519 keys (RFC 8032): who somebody is, and proof of it. They are bytes, or PEM text; a
// signature is 64 bytes.
//
//   Ed25519Key const key = Ed25519Key::generate();
//   Ed25519Signature const signature = key.sign(bytes);
//   key.public_key().verify(bytes, signature);
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/result.h"

struct evp_pkey_st;

namespace weir {

using Ed25519Signature = std::array<std::byte, 64>;

struct Ed25519PublicKey {
  std::array<std::byte, 32> bytes{};

  // Of `-----BEGIN PUBLIC KEY-----`.
  static Result<Ed25519PublicKey> from_pem(std::string_view pem);
  std::string to_pem() const;
  // False for bytes that are no key, too.
  bool verify(std::span<std::byte const> message, Ed25519Signature const& signature) const;

  friend bool operator==(Ed25519PublicKey const&, Ed25519PublicKey const&) = default;
};

// The private half. Its memory is wiped when it dies; copies of its bytes are the caller's to wipe.
class Ed25519Key {
 public:
  using Seed = std::array<std::byte, 32>;

  // From the system's randomness.
  static Ed25519Key generate();
  // The private key as RFC 8032 has it; any 32 bytes are one.
  static Ed25519Key from_seed(Seed const& seed);
  // Of `-----BEGIN PRIVATE KEY-----` (PKCS #8), without a pass phrase.
  static Result<Ed25519Key> from_pem(std::string_view pem);

  Ed25519Key(Ed25519Key&& other) noexcept;
  Ed25519Key& operator=(Ed25519Key&& other) noexcept;
  ~Ed25519Key();

  Seed seed() const;
  std::string to_pem() const;
  Ed25519PublicKey public_key() const;
  Ed25519Signature sign(std::span<std::byte const> message) const;

  // For crypto.
  evp_pkey_st* handle() const { return key_; }

 private:
  explicit Ed25519Key(evp_pkey_st* key) : key_(key) {}

  evp_pkey_st* key_;
};

}  // namespace weir
