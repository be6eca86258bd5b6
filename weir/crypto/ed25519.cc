#include "weir/crypto/ed25519.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <new>
#include <utility>

#include "weir/crypto/openssl.h"

namespace weir {

using openssl::octets;

// ---- public -------------------------------------------------------------------------------------

namespace {

openssl::Key handle_of(Ed25519PublicKey const& key) {
  return openssl::Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                  octets(key.bytes.data()), key.bytes.size()));
}

Ed25519PublicKey public_part(EVP_PKEY* key) {
  Ed25519PublicKey found;
  std::size_t size = found.bytes.size();
  int const done = EVP_PKEY_get_raw_public_key(key, octets(found.bytes.data()), &size);
  WEIR_ASSERT(done == 1);
  WEIR_ASSERT(size == found.bytes.size());
  return found;
}

}  // namespace

Result<Ed25519PublicKey> Ed25519PublicKey::from_pem(std::string_view pem) {
  openssl::Bio const bio = openssl::bio_over(pem);
  openssl::Key const key(
      bio == nullptr ? nullptr : PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return openssl::error_of("this is no public key in PEM form");
  if (EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519)
    return Error{0, "this is a public key of another kind than Ed25519"};
  return public_part(key.get());
}

std::string Ed25519PublicKey::to_pem() const {
  openssl::Key const key = handle_of(*this);
  openssl::Bio const bio = openssl::bio_to_fill();
  if (key == nullptr || bio == nullptr || PEM_write_bio_PUBKEY(bio.get(), key.get()) != 1)
    throw std::bad_alloc();
  return openssl::text_of(bio);
}

bool Ed25519PublicKey::verify(std::span<std::byte const> message,
                              Ed25519Signature const& signature) const {
  openssl::Key const key = handle_of(*this);
  openssl::DigestContext const context(EVP_MD_CTX_new());
  if (context == nullptr) throw std::bad_alloc();
  bool const verified =
      key != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), octets(signature.data()), signature.size(),
                       octets(message.data()), message.size()) == 1;
  if (!verified) ERR_clear_error();
  return verified;
}

// ---- private ------------------------------------------------------------------------------------

Ed25519Key Ed25519Key::generate() {
  EVP_PKEY* const key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  WEIR_ASSERT(key != nullptr);  // the system has no randomness
  return Ed25519Key(key);
}

Ed25519Key Ed25519Key::from_seed(Seed const& seed) {
  EVP_PKEY* const key =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(seed.data()), seed.size());
  WEIR_ASSERT(key != nullptr);
  return Ed25519Key(key);
}

Result<Ed25519Key> Ed25519Key::from_pem(std::string_view pem) {
  Result<openssl::Key> read = openssl::private_key_of(pem);
  if (!read) return read.error();
  if (EVP_PKEY_get_id(read.value().get()) != EVP_PKEY_ED25519)
    return Error{0, "this is a private key of another kind than Ed25519"};
  return Ed25519Key(read.value().release());
}

Ed25519Key::Ed25519Key(Ed25519Key&& other) noexcept : key_(std::exchange(other.key_, nullptr)) {}
Ed25519Key& Ed25519Key::operator=(Ed25519Key&& other) noexcept {
  std::swap(key_, other.key_);
  return *this;
}
Ed25519Key::~Ed25519Key() { EVP_PKEY_free(key_); }

Ed25519Key::Seed Ed25519Key::seed() const {
  Seed seed;
  std::size_t size = seed.size();
  int const done = EVP_PKEY_get_raw_private_key(key_, octets(seed.data()), &size);
  WEIR_ASSERT(done == 1);
  WEIR_ASSERT(size == seed.size());
  return seed;
}

std::string Ed25519Key::to_pem() const {
  openssl::Bio const bio = openssl::bio_to_fill();
  int const done = bio == nullptr ? 0
                                  : PEM_write_bio_PKCS8PrivateKey(bio.get(), key_, nullptr, nullptr,
                                                                  0, nullptr, nullptr);
  if (done != 1) throw std::bad_alloc();
  return openssl::text_of(bio);
}

Ed25519PublicKey Ed25519Key::public_key() const { return public_part(key_); }

Ed25519Signature Ed25519Key::sign(std::span<std::byte const> message) const {
  openssl::DigestContext const context(EVP_MD_CTX_new());
  if (context == nullptr) throw std::bad_alloc();
  Ed25519Signature signature;
  std::size_t size = signature.size();
  bool const done = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_) == 1 &&
                    EVP_DigestSign(context.get(), octets(signature.data()), &size,
                                   octets(message.data()), message.size()) == 1;
  WEIR_ASSERT(done);
  WEIR_ASSERT(size == signature.size());
  return signature;
}

}  // namespace weir
