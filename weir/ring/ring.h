// The proactor: submissions in, completions out, one Ring per thread.
//
// step() is the whole of it: hand the queued submissions to the kernel, take every completion that
// is there, and only then run their callbacks, in order. A callback may update its owner, give to a
// handoff and submit more; it never runs a subgraph and never calls step().
//
//   submit ─▶ submission queue ─▶ kernel ─▶ completion queue ─reap─▶ queued ─run─▶ callback
//      │             ▲ full: enter early                                 ▲
//      └─▶ backlog ──┘ still full         timers, silent sends, cancelled timers
//
// Operations that the ring finishes by itself (a timer, a silent send, a cancel of a timer) join
// the same queue as what the kernel finished, so a callback has one way to run.
//
// A silent send asks the kernel to say nothing if it sent everything. Such a send never waits
// (MSG_DONTWAIT | MSG_WAITALL), so it is over when the enter that took it returns: if it was taken,
// if no completion of it came, and if none was held back for lack of room, it has succeeded.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weir/base/clock.h"
#include "weir/base/result.h"
#include "weir/ring/completion.h"
#include "weir/ring/kernel.h"
#include "weir/ring/timers.h"

namespace weir {

enum class Wait : std::uint8_t { poll, park };

struct RingCounters {
  std::uint64_t submissions = 0;  // handed to the kernel, or about to be
  std::uint64_t completions = 0;  // callbacks run
  std::uint64_t enters = 0;
  std::uint64_t parks = 0;         // enters that were allowed to sleep
  std::uint64_t wakes = 0;         // parks that wake() ended, or kept from sleeping
  std::uint64_t queue_full = 0;    // early enters because the submission queue was full
  std::uint64_t overflows = 0;     // enters after which completions waited for room
  std::uint64_t silent_sends = 0;  // sends known to have succeeded from silence
};

class Ring {
 public:
  // Takes the kernel, sets it up. Fails with one sentence when the kernel refuses.
  static Result<std::unique_ptr<Ring>> make(std::unique_ptr<Kernel> kernel,
                                            Setup const& setup = {});
  // finish() first. Completions and callbacks must still be alive.
  ~Ring();
  Ring(Ring const&) = delete;
  Ring& operator=(Ring const&) = delete;

  // Each queues one submission; `completion` must be idle with callback and context set.
  // Accepts connections on a listening `descriptor` until cancelled; each result is a descriptor.
  void accept(Completion& completion, int descriptor);
  // Receives into buffers of `pool` until cancelled, ended, or the pool is empty (-ENOBUFS).
  void receive(Completion& completion, int descriptor, BufferPool& pool);
  // Receives once into [data, data + size), which must live until the terminal result.
  void receive(Completion& completion, int descriptor, std::byte* data, std::uint32_t size);
  void connect(Completion& completion, int descriptor, Address const& address);
  // `parts` must live until the terminal result. `flags` are MSG_*; MSG_NOSIGNAL is always added.
  void send(Completion& completion, int descriptor, std::span<iovec> parts, std::uint32_t flags);
  // One call's worth, perhaps less than `size`: of a file at `offset` or at its own position, or of
  // a pipe or terminal. Where a descriptor is set not to wait (O_NONBLOCK: anybody may have done it
  // to a terminal, which is shared) it may say -EAGAIN instead; poll() tells when to try again.
  void read(Completion& completion, int descriptor, std::byte* data, std::uint32_t size,
            std::uint64_t offset = stream_position);
  // The same. To a pipe that nobody reads any more it is -EPIPE, and SIGPIPE as everywhere.
  void write(Completion& completion, int descriptor, std::byte const* data, std::uint32_t size,
             std::uint64_t offset = stream_position);
  void close(Completion& completion, int descriptor);
  void timeout(Completion& completion, Instant deadline);
  void poll(Completion& completion, int descriptor, std::uint32_t events);
  // Asks the kernel to end `target`. Its terminal result still comes, -ECANCELED or not.
  void cancel(Completion& completion, Completion& target);
  // Asks the kernel to end everything on `descriptor`. Before a close: closing alone ends nothing.
  void cancel_descriptor(Completion& completion, int descriptor);
  // Without a result of its own: for owners who join on the target's terminal result anyway.
  void cancel_quietly(Completion& target);

  // Submits, reaps, runs callbacks. Parks until something completes, a timer is due, wake() is
  // called or `deadline` passes (sometimes for less); polls otherwise. Returns the number of
  // callbacks run.
  std::uint32_t step(Wait wait, Instant deadline = never);

  // From any thread: the current or next park returns.
  void wake() { kernel_->wake(); }

  // Cancels everything and steps until nothing is pending; owners get their terminal results. What
  // a callback submits from now on ends with -ECANCELED, but a close is carried out. For owners
  // that die before the ring; idempotent.
  void finish();

  // Operations in the kernel or queued, timers included.
  std::uint32_t pending_count() const { return pending_count_; }

  Kernel& kernel() { return *kernel_; }
  Clock const& clock() const { return kernel_->clock(); }
  Features const& features() const { return kernel_->features; }
  RingCounters const& counters() const { return counters_; }

 private:
  friend class BufferPool;

  explicit Ring(std::unique_ptr<Kernel> kernel);

  // idle -> in_kernel, arguments cleared.
  void begin(Completion& completion, Opcode opcode, int descriptor);
  void transfer(Completion& completion, std::byte* data, std::uint32_t size, std::uint64_t offset);
  // Towards the kernel, with all arguments set.
  void submit(Completion& completion);
  void push(uapi::Sqe const& submission);
  bool queue_is_full() const;
  void place(uapi::Sqe const& submission);
  void place_backlog();

  void enter(bool park, Instant until);
  void reap();
  void finish_silent_sends();
  void fire_timers();
  std::uint32_t run_queued();
  void run(uapi::Cqe const& queued);

  // in_kernel -> queued, for what the ring finishes by itself.
  void queue(Completion& completion, std::int32_t result);
  bool cancel_timer(Completion& target);

  // A pool registers under the group it is given, and is published at each enter.
  std::uint16_t attach(BufferPool& pool);
  void detach(BufferPool& pool);

  std::unique_ptr<Kernel> kernel_;
  std::vector<uapi::Cqe> queued_;    // to run at the next opportunity
  std::vector<uapi::Cqe> running_;   // being run
  std::vector<uapi::Sqe> backlog_;   // found no room in the submission queue
  std::vector<Completion*> silent_;  // placed in the submission queue, in order
  Timers timers_;
  std::vector<BufferPool*> pools_;  // by group; null where one is free
  std::uint32_t pending_count_ = 0;
  std::uint32_t closes_pending_ = 0;  // among them
  bool stepping_ = false;
  bool ending_ = false;
  RingCounters counters_;
};

}  // namespace weir
