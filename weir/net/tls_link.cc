#include "weir/net/tls_link.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace weir {

namespace {

constexpr std::uint32_t record_bytes_max = TlsSession::record_bytes_max;
constexpr std::uint32_t gathered_bytes_max = 1u << 20;

}  // namespace

CloseReason close_reason_of(TlsFailure failure) {
  switch (failure) {
    case TlsFailure::missing:
      return CloseReason::credentials_missing;
    case TlsFailure::expired:
      return CloseReason::credentials_expired;
    case TlsFailure::wrong:
      return CloseReason::credentials_wrong;
    case TlsFailure::refused:
      return CloseReason::credentials_refused;
    case TlsFailure::downgraded:
      return CloseReason::downgraded;
    case TlsFailure::broken:
      return CloseReason::tls_broken;
    case TlsFailure::nothing:
      break;
  }
  WEIR_ASSERT(!"a TlsFailure that ends nothing");
  return {};
}

void TlsLink::write(void* to, std::span<std::byte const> ciphertext) {
  auto& link = *static_cast<TlsLink*>(to);
  while (!ciphertext.empty()) {  // ends: each turn takes a part, nearly always all
    auto const size = static_cast<std::uint32_t>(
        std::min<std::size_t>(ciphertext.size(), TlsEndpoint::chunk_bytes));
    FrameArena::Space const space = link.endpoint_.ciphertext().allocate(size);
    std::memcpy(space.data, ciphertext.data(), size);
    link.out_.append(space.data, size, space.storage);
    ciphertext = ciphertext.subspan(size);
  }
}

// ---- in -----------------------------------------------------------------------------------------

void TlsLink::shake_hands(BufferQueue& input) {
  while (!input.empty() && session_.state() == TlsSession::State::handshake) {
    View const first = input.front();
    input.skip(session_.receive(first.span(), endpoint_.staging()).taken);
  }
}

Buffer TlsLink::decrypt(BufferQueue& input) {
  WEIR_ASSERT(session_.state() != TlsSession::State::handshake);
  FrameArena& arena = endpoint_.plaintext();
  FrameArena::Space const space = arena.allocate(decrypted_bytes_max);
  std::uint32_t used = 0;
  while (!input.empty() && decrypted_bytes_max - used >= record_bytes_max) {
    TlsSession::Progress const progress =
        session_.receive(input.front().span(), {space.data + used, decrypted_bytes_max - used});
    used += progress.given;
    input.skip(progress.taken);
    if (session_.state() == TlsSession::State::open) {
      WEIR_ASSERT(progress.taken > 0 || progress.given > 0);
      continue;
    }
    input.clear();  // what comes behind an end, or a failure, means nothing
  }
  arena.give_back(decrypted_bytes_max - used);
  if (used == 0) return {};
  space.storage.retain();
  return Buffer(space.data, used, space.storage);
}

// ---- out ----------------------------------------------------------------------------------------

// Whole records are encrypted from where they lie; what is smaller is gathered to one first.
std::uint64_t TlsLink::encrypt(SegmentQueue& plaintext, std::uint64_t bytes_max) {
  std::array<iovec, 64> parts;
  std::uint64_t encrypted = 0;
  while (!plaintext.empty() && encrypted < bytes_max) {
    SegmentQueue::Gathered const gathered = plaintext.gather(parts, gathered_bytes_max);
    bool const all = gathered.bytes == plaintext.bytes();
    for (std::uint32_t i = 0; i < gathered.parts; ++i) {
      auto const* const data = static_cast<std::byte const*>(parts[i].iov_base);
      bool const last = all && i + 1 == gathered.parts;
      if (!encrypt_part({data, parts[i].iov_len}, last)) return encrypted;
    }
    encrypted += gathered.bytes;
    plaintext.consume(gathered.bytes);
  }
  send_staged();
  return encrypted;
}

bool TlsLink::encrypt_part(std::span<std::byte const> bytes, bool last) {
  std::span<std::byte> const staging = endpoint_.staging();
  while (!bytes.empty()) {  // ends: each turn takes some
    std::size_t size = std::min<std::size_t>(record_bytes_max - staged_, bytes.size());
    if (staged_ == 0 && (last || size == record_bytes_max)) {
      size = last ? bytes.size() : bytes.size() / record_bytes_max * record_bytes_max;
      if (!session_.send(bytes.first(size))) return false;
    } else {
      std::memcpy(staging.data() + staged_, bytes.data(), size);
      staged_ += static_cast<std::uint32_t>(size);
      if (staged_ == record_bytes_max && !send_staged()) return false;
    }
    bytes = bytes.subspan(size);
  }
  return true;
}

bool TlsLink::send_staged() {
  std::uint32_t const size = std::exchange(staged_, 0);
  return size == 0 || session_.send(endpoint_.staging().first(size));
}

bool TlsLink::say_end() {
  if (!session_.is_open() || session_.has_said_end()) return false;
  session_.end();
  return true;
}

}  // namespace weir
