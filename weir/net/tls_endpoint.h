// What the TLS connections of one endpoint share: the context, the memory that records are
// decrypted and encrypted into, the deadlines of handshakes, and who the peers are that a flow has
// not been told of yet.
//
//   received ─▶ input ─▶ session ─▶ plaintext ─▶ frame decoder ─▶ ingress
//   socket   ◀─ out   ◀─ session ◀─ queue     ◀───────────────── egress
//
// Both memories are chunks that all connections fill one behind the other, marked pooled: what must
// wait is copied out. Of decrypted bytes so much is out at once as ticks were admitted (limits.h),
// and beginnings of frames, which are copied when that is plaintext_chunks_mark.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "weir/base/clock.h"
#include "weir/base/queue.h"
#include "weir/crypto/tls_context.h"
#include "weir/crypto/tls_session.h"
#include "weir/net/connection_lists.h"
#include "weir/net/frame_arena.h"

namespace weir {

class TlsEndpoint {
 public:
  static constexpr std::uint32_t chunk_bytes = 256 * 1024;
  static constexpr std::uint32_t plaintext_chunks_mark = 16;
  // Handshakes that go on between two steps of the ring; the others wait for their turn, so that
  // open connections are served meanwhile.
  static constexpr std::uint32_t handshakes_per_turn = 32;

  explicit TlsEndpoint(TlsContext& context) : context_(context) {}

  TlsContext& context() { return context_; }
  FrameArena& plaintext() { return plaintext_; }
  FrameArena& ciphertext() { return ciphertext_; }
  // Where small pieces are gathered to one record.
  std::span<std::byte> staging() { return staging_; }

  // ---- handshakes, and goodbyes that wait for their peer, in the order of their deadlines
  Connections<On::dialled>& shaking_hands() { return shaking_hands_; }
  // Ends those that have taken too long; returns when the next one will have.
  Instant check_deadlines(Instant now);
  void begin_turn() { turn_ = 0; }
  bool takes_turn() { return turn_++ < handshakes_per_turn; }

  // ---- peers
  // From now on those that open are remembered for take_peer(): whoever asks reads the events, too.
  void tell_peers() { tells_peers_ = true; }
  void opened(TlsPeer const& peer) {
    if (tells_peers_) peers_.push(peer);
  }
  // Of the next event `opened`, in the order of events.
  TlsPeer take_peer() { return peers_.pop(); }

 private:
  TlsContext& context_;
  FrameArena plaintext_{chunk_bytes};
  FrameArena ciphertext_{chunk_bytes};
  std::array<std::byte, TlsSession::record_bytes_max> staging_;
  Connections<On::dialled> shaking_hands_;
  std::uint32_t turn_ = 0;
  bool tells_peers_ = false;
  Queue<TlsPeer> peers_;
};

}  // namespace weir
