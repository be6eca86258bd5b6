// A Completion is a pending or finished operation: a value its user owns. It says what to do (an
// opcode and its arguments), carries one result, and whom to tell (a function and a context). There
// is no subclass per operation; prepare.cc is the one switch from opcode to submission.
//
//          submit                reap (terminal)             run
//   idle ───────────▶ in_kernel ─────────────────▶ queued ─────────▶ idle
//                      │     ▲
//                      └─────┘ a multishot's result with `more` set runs its callback and goes on
//
// It must not move or die while in_kernel or queued: its address is what the kernel knows it by.
// The result without `more` is the terminal one, and the only point of release. When its callback
// runs, the completion is idle already and may be submitted again.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/bytes.h"
#include "weir/base/clock.h"
#include "weir/ring/address.h"
#include "weir/ring/uapi.h"

namespace weir {

class BufferPool;
class Completion;

enum class Opcode : std::uint8_t {
  accept,   // multishot; result: a descriptor
  receive,  // multishot from a pool, or once into data; result: bytes, 0 at the peer's end
  connect,  // result: 0
  send,     // gathered; result: bytes
  read,     // of a file, pipe or terminal, once; result: bytes, 0 at its end
  write,    // to one, once; result: bytes
  close,    // result: 0
  timeout,  // held by the ring, not the kernel; result: 0 at the deadline
  poll,     // multishot readiness of a descriptor, edge by edge; result: the poll mask
  cancel,   // of one completion, of everything on a descriptor, or of all; result: how many
  receive_datagrams,  // multishot from a pool, each with its sender; result: see datagram.h
  send_zero_copy,     // gathered; results: bytes, with `more`, then 0 when the bytes are free again
  shut_down,          // one direction of a connection, or both; result: 0
  wake_ring,          // another one; result: 0
  receive_values,     // held by the ring; results: values that other rings post
  post_value,         // to another ring; result: 0

  // Files and directories.
  open,          // result: a descriptor
  open_beneath,  // without leaving a directory; result: a descriptor
  fsync,         // result: 0
  rename,        // result: 0
  unlink,        // of a file or an empty directory; result: 0
  mkdir,         // result: 0
  statx,         // result: 0
  splice,        // between a pipe and something else; result: bytes

  // Waiting for something else than bytes.
  poll_once,       // result: the poll mask
  wait_for_child,  // result: 0
  futex_wait,      // result: 0 when woken
  futex_wake,      // result: how many were woken

  link_timeout,  // of the operation it is linked to; result: -ETIME, or -ECANCELED if not needed
  nop,           // result: 0
  raw,           // whatever the caller has written; result: that of the kernel
};

// What one run of a callback is told.
struct Outcome {
  std::int32_t result = 0;  // at least 0, or -errno
  bool more = false;        // a multishot goes on; false: terminal
  Buffer buffer;            // what a receive or read from a pool brought, or the caller's own
};

using Callback = void (*)(Completion& completion, Outcome outcome);

// The offset of a read or write that goes on where the last one ended, as all must on a pipe or a
// terminal, and on a file opened for appending.
inline constexpr std::uint64_t stream_position = ~std::uint64_t{0};

// How the operation submitted next depends on this one; ring.h says what becomes of a chain.
enum class Link : std::uint8_t {
  alone,  // not at all
  soft,   // it starts when this one has succeeded whole, and else ends with -ECANCELED
  hard,   // it starts when this one has ended, whatever came of it
};

class Completion {
 public:
  enum class State : std::uint8_t { idle, in_kernel, queued };

  Completion() = default;
  Completion(Completion const&) = delete;
  Completion& operator=(Completion const&) = delete;
  ~Completion() { WEIR_ASSERT(state == State::idle); }

  bool idle() const { return state == State::idle; }

  // Whom to tell.
  Callback callback = nullptr;
  void* context = nullptr;

  // What to do. The function of Ring that submits the opcode sets these (but silent_success and
  // link).
  Opcode opcode = Opcode::close;
  State state = State::idle;
  // A send that does not wait (ring.h) and whose full success posts no completion of its own: the
  // ring tells it from silence. A park does not end because of it.
  bool silent_success = false;
  bool once = false;  // of an accept, or of a receive from a pool: not a multishot
  // For the next submission only.
  Link link = Link::alone;
  int descriptor = -1;
  std::uint32_t flags = 0;  // MSG_* of a send or receive, POLL* of a poll, O_*, AT_*, ...
  // What a rare operation has more of than the others: the second descriptor of a splice, the
  // options of a wait, the region of a read or write (or -1).
  std::int32_t other = -1;
  std::byte* data = nullptr;
  std::uint32_t size = 0;    // of data; of a whole send
  std::uint64_t offset = 0;  // of a read or write: where in the file, or stream_position
  BufferPool* pool = nullptr;
  Storage* held = nullptr;       // of a buffer that the caller gave; its bytes are data and size
  Completion* target = nullptr;  // of a cancel; null: everything on the descriptor, or at all
  Instant deadline = never;      // of a timeout
  union {
    msghdr message{};         // of a send, and of a receive of datagrams
    uapi::Timespec timespec;  // of a link_timeout
    uapi::OpenHow how;        // of an open_beneath
  };
  Address address;  // of a connect; and of a send_to, if its caller has no other place for it

  // The ring's own: position in its heap of timers, or in the submission queue of a silent send.
  std::uint32_t ring_index = 0;
};

}  // namespace weir
