#include "weir/crypto/sha256.h"

#include <new>
#include <utility>

#include "weir/crypto/openssl.h"

namespace weir {

namespace {

// Found once: looking an algorithm up by name costs more than hashing a small input.
EVP_MD const* algorithm() {
  static EVP_MD const* const found = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  WEIR_ASSERT(found != nullptr);  // every provider has it
  return found;
}

}  // namespace

Digest sha256(std::span<std::byte const> bytes) {
  Digest digest;
  int const done = EVP_Digest(bytes.data(), bytes.size(), openssl::octets(digest.data()), nullptr,
                              algorithm(), nullptr);
  WEIR_ASSERT(done == 1);
  return digest;
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr) throw std::bad_alloc();
}
Sha256::Sha256(Sha256&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)),
      begun_(std::exchange(other.begun_, false)) {}
Sha256& Sha256::operator=(Sha256&& other) noexcept {
  std::swap(context_, other.context_);
  std::swap(begun_, other.begun_);
  return *this;
}
Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::begin() {
  WEIR_ASSERT(!begun_);
  WEIR_ASSERT(context_ != nullptr);  // it was moved from
  int const done = EVP_DigestInit_ex2(context_, algorithm(), nullptr);
  WEIR_ASSERT(done == 1);
  begun_ = true;
}

void Sha256::update(std::span<std::byte const> bytes) {
  if (!begun_) begin();
  int const done = EVP_DigestUpdate(context_, bytes.data(), bytes.size());
  WEIR_ASSERT(done == 1);
}

Digest Sha256::finish() {
  if (!begun_) begin();
  Digest digest;
  int const done = EVP_DigestFinal_ex(context_, openssl::octets(digest.data()), nullptr);
  WEIR_ASSERT(done == 1);
  begun_ = false;
  return digest;
}

Digest Sha256::of(std::span<std::byte const> bytes) {
  WEIR_ASSERT(!begun_);
  update(bytes);
  return finish();
}

}  // namespace weir
