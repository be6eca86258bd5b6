// TLS on one connection: its session, and the ciphertext that waits to be sent.
//
// What is decrypted, and when, is the connection's to say: nothing is, before it may be admitted.
// So ciphertext waits as received bytes do, and its bounds are theirs. Plaintext is encrypted as
// soon as it may be sent, so what waits for a peer that does not read is ciphertext.
#pragma once

#include <cstdint>
#include <string_view>

#include "weir/crypto/tls_session.h"
#include "weir/net/buffer_queue.h"
#include "weir/net/close_reason.h"
#include "weir/net/segment_queue.h"
#include "weir/net/tls_endpoint.h"

namespace weir {

CloseReason close_reason_of(TlsFailure failure);

class TlsLink {
 public:
  TlsLink(TlsEndpoint& endpoint, std::string_view peer)
      : endpoint_(endpoint), session_(endpoint.context(), {write, this}, peer) {}

  TlsSession const& session() const { return session_; }
  bool has_failed() const { return session_.state() == TlsSession::State::failed; }
  // Bytes of the end or of an alert are all that may still be sent.
  bool says_only_goodbye() const { return has_failed() || session_.has_said_end(); }
  // Ciphertext to be sent.
  SegmentQueue& out() { return out_; }

  // A client's first words.
  void start() { session_.start(); }
  // Goes on with the handshake until it is over, or there is nothing left of `input`.
  void shake_hands(BufferQueue& input);
  // The next decrypted bytes, at most decrypted_bytes_max at once; empty when there are none.
  Buffer decrypt(BufferQueue& input);
  // Encrypts what is in `plaintext`, at least `bytes_max` of it if there is so much. Returns how
  // much.
  std::uint64_t encrypt(SegmentQueue& plaintext, std::uint64_t bytes_max);
  // Says that we send no more; true when that has been said just now.
  bool say_end();

  static constexpr std::uint32_t decrypted_bytes_max = 64 * 1024;

 private:
  static void write(void* to, std::span<std::byte const> ciphertext);
  bool encrypt_part(std::span<std::byte const> bytes, bool last);
  bool send_staged();

  TlsEndpoint& endpoint_;
  SegmentQueue out_;
  std::uint32_t staged_ = 0;
  TlsSession session_;
};

}  // namespace weir
