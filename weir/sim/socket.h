// One socket of a simulated network, TCP, UDP or UNIX: what Linux keeps in a struct sock, as far as
// a program can tell.
//
//           listen
//   fresh ───────────▶ listening
//     │                                       references: a descriptor, and every operation that
//     │ connect       SYN-ACK        RST      was submitted with it. close(2) happens when the
//     ├─────▶ connecting ────▶ open ────▶     last is gone, not when the descriptor is.
//     │            │                  reset
//     ◀────────────┘ refused
//
// Each end owns the stream towards itself. A closed socket stays as an orphan, with nobody to read
// it, as long as its own bytes and end are on the way; what arrives at it is answered with a RST.
//
// A datagram socket is fresh all its life. It may have an address of its own, a remote one that it
// sends to, and an inbox.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "weir/base/clock.h"
#include "weir/ring/address.h"
#include "weir/sim/stream.h"

namespace weir {

// Never used again in the same world; 0 is no socket.
using SocketId = std::uint64_t;

// Whom a socket tells that `events` (POLL*) may have become true. It only takes note.
class SocketOwner {
 public:
  virtual void touched(SocketId socket, std::uint32_t events) = 0;

 protected:
  ~SocketOwner() = default;
};

struct SimDatagram {
  Address sender;
  std::vector<std::byte> bytes;
};

struct SimSocket {
  enum class State : std::uint8_t { fresh, listening, connecting, open, reset };

  SocketId id = 0;
  Family family = Family::ipv4;
  SocketKind kind = SocketKind::stream;
  Sharing sharing = Sharing::alone;
  State state = State::fresh;
  SocketOwner* owner = nullptr;
  std::uint32_t references = 1;
  Address local;
  Address remote;

  // The other end, while it exists. Gone although this is open: its RST is on the way, or both
  // ended.
  SocketId other = 0;
  Stream inbound;
  std::uint32_t receive_window_limit = 0;  // 0: what the world draws
  bool delivery_planned = false;
  bool send_ended = false;     // shut down for writing, or reset
  bool receive_ended = false;  // a FIN has come, or reset
  bool fin_received = false;
  bool reset_on_close = false;  // SO_LINGER with a time of 0
  int error = 0;                // told once, then forgotten, as sk_err

  // Of a listening socket.
  std::deque<SocketId> backlog;
  std::uint32_t backlog_max = 0;

  // Of a datagram socket.
  std::deque<SimDatagram> inbox;
  std::uint64_t inbox_bytes = 0;
  Instant sent_arrive = 0;  // when the latest that it sent arrives

  bool orphan() const { return references == 0; }
};

}  // namespace weir
