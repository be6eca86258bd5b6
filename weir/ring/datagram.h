// What a receive of datagrams brings: each lies in a buffer of its own, behind who sent it.
//
//     0        16                  128
//     ├ sizes ─┼ sender's address ─┼ bytes ─────────── ... ┤ the buffer's end cuts it off
//
// The layout is the kernel's (struct io_uring_recvmsg_out); every kernel here writes it.
#pragma once

#include <cstdint>

#include "weir/base/bytes.h"
#include "weir/ring/address.h"

namespace weir {

// Of a pool's buffer: what lies before the bytes. A buffer for whole datagrams of n bytes has
// n + datagram_head_bytes; no UDP datagram is longer than 65,507 bytes.
inline constexpr std::uint32_t datagram_head_bytes = 128;

struct ReceivedDatagram {
  Address sender;               // none if it has none: a UNIX socket that is not bound
  View bytes;                   // in the buffer: they live as long as that does
  std::uint32_t size_sent = 0;  // as many as the sender sent

  bool truncated() const { return size_sent > bytes.size(); }
};

// Of a buffer that a receive of datagrams brought. `known`: who it may well be from (address.h).
ReceivedDatagram datagram_in(Buffer const& buffer, Address const& known = {});

}  // namespace weir
