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
// (MSG_DONTWAIT | MSG_WAITALL, or the former alone for a datagram, which is sent whole or not at
// all), so it is over when the enter that took it returns: if it was taken, if no completion of it
// came, and if none was held back for lack of room, it has succeeded.
#pragma once

#include <fcntl.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weir/base/clock.h"
#include "weir/base/result.h"
#include "weir/ring/buffer_pool.h"
#include "weir/ring/completion.h"
#include "weir/ring/kernel.h"
#include "weir/ring/timers.h"

struct statx;

namespace weir {

class Operations;
class Region;
class Remote;
class RemoteQueue;
struct RemoteCounters;

// Operations of one chain.
inline constexpr std::uint32_t chain_size_max = 64;

enum class Wait : std::uint8_t { poll, park };

struct RingCounters {
  std::uint64_t submissions = 0;  // handed to the kernel, or about to be
  std::uint64_t completions = 0;  // callbacks run
  std::uint64_t enters = 0;
  std::uint64_t batches = 0;       // enters that brought completions
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
  // Accepts one.
  void accept_once(Completion& completion, int descriptor);
  // Receives into buffers of `pool` until cancelled, ended, or the pool is empty (-ENOBUFS).
  void receive(Completion& completion, int descriptor, BufferPool& pool);
  // Receives once into [data, data + size), which must live until the terminal result.
  void receive(Completion& completion, int descriptor, std::byte* data, std::uint32_t size);
  // Receives once: into a buffer that comes back with the terminal result, whole if that is an
  // error, or into one of a pool's.
  void receive(Completion& completion, int descriptor, BufferOrPool memory);
  // Receives datagrams, each with its sender, into buffers of `pool`, which must not be an
  // incremental one, until cancelled, ended, or the pool is empty. datagram_in() (datagram.h) reads
  // what a buffer brought; no result is 0. An empty datagram ends it.
  void receive_datagrams(Completion& completion, int descriptor, BufferPool& pool);
  // To a UNIX address without waiting: -EAGAIN while the listener's backlog is full. (As part of a
  // chain it waits for room.)
  void connect(Completion& completion, int descriptor, Address const& address);
  // `parts` must live until the terminal result. `flags` are MSG_*; MSG_NOSIGNAL is always added,
  // and MSG_DONTWAIT is needed where `descriptor` is a datagram socket (see send_to).
  void send(Completion& completion, int descriptor, std::span<iovec> parts, std::uint32_t flags);
  // Sends one datagram, perhaps an empty one, at once or not at all: -EAGAIN where there is no
  // room, as while the inbox of a UNIX socket is full. (io_uring sends an empty datagram in its
  // place when it has waited.) `address`, too, must live until the terminal result.
  void send_to(Completion& completion, int descriptor, std::span<iovec> parts,
               Address const& address, std::uint32_t flags);
  // Sends without copying the bytes, where that can be done (-EOPNOTSUPP on a UNIX socket). The
  // first result, with `more`, is how many were sent or an error; the terminal one, perhaps much
  // later, says that the kernel looks at the bytes no longer. An error that comes first of all may
  // be the terminal result itself. A cancel does not end what is sent already: on a network that is
  // when the peer has acknowledged it, or the connection is reset. (Loopback always copies, and
  // then this costs 1.1 to 2.2 times a send: nothing here uses it unasked.)
  void send_zero_copy(Completion& completion, int descriptor, std::span<iovec> parts,
                      std::uint32_t flags);
  // Ends one direction of a connection, or both: `how` is SHUT_RD, SHUT_WR or SHUT_RDWR.
  void shut_down(Completion& completion, int descriptor, int how);
  // As wake() of another ring, which may be another thread's and must live until the result: with
  // features.ring_messages of both as part of the next enter, else at once. (A wake() is a system
  // call, but comes no later: 27 us to a parked thread, as against 26 to 32 by a message.)
  void wake_ring(Completion& completion, Ring& other);
  // From now on values that other rings post here are results, with `more`, in the order in which
  // each of them posts; until a cancel. Returns the number that they post to, which is no other
  // receiver's, ever.
  std::uint64_t receive_values(Completion& completion);
  // Posts `value`, at least 0, to what `other` receives under that number; if nobody does any more
  // it is dropped. `other` may be another thread's and must live until the result, which is 0, or
  // -errno if too much waits there (-EAGAIN, -ENOMEM): that it has arrived, not that anybody has
  // seen it, so who posts much asks for answers. With features.ring_messages of both it is part of
  // the next enter, else a Remote takes it.
  void post_value(Completion& completion, Ring& other, std::uint64_t number, std::int32_t value);
  // One call's worth, perhaps less than `size`: of a file at `offset` or at its own position, or of
  // a pipe or terminal. Where a descriptor is set not to wait (O_NONBLOCK: anybody may have done it
  // to a terminal, which is shared) it may say -EAGAIN instead; poll() tells when to try again.
  void read(Completion& completion, int descriptor, std::byte* data, std::uint32_t size,
            std::uint64_t offset = stream_position);
  void read(Completion& completion, int descriptor, BufferOrPool memory,
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
  // Asks for the end of everything that pends, whoever has submitted it, timers included, but not
  // of a close: a descriptor that was to be closed is closed.
  void cancel_all(Completion& completion);
  // Without a result of its own: for owners who join on the target's terminal result anyway.
  void cancel_quietly(Completion& target);

  // ---- files and directories (ring_files.cc). A path is a C string that lives until the terminal
  // result; one that is relative starts from `directory`.
  // `flags` are O_*, to which O_CLOEXEC is added; `mode` is that of a file that this makes. The
  // result is a descriptor. A named pipe is opened for reading at once, and for writing is -ENXIO
  // if nobody reads it (io_uring may happen to wait instead; Kernel::open_file() always waits).
  void open(Completion& completion, char const* path, std::uint32_t flags,
            std::uint32_t mode = 0666, int directory = AT_FDCWD);
  // For reading, and only if all of the path lies below `directory`: -EXDEV where it leads out, by
  // "..", by a leading slash or by a symbolic link. A named pipe is opened at once.
  void open_beneath(Completion& completion, char const* path, int directory);
  // To or from a part of `region`.
  void read(Completion& completion, int descriptor, Region const& region, std::byte* data,
            std::uint32_t size, std::uint64_t offset = stream_position);
  void write(Completion& completion, int descriptor, Region const& region, std::byte const* data,
             std::uint32_t size, std::uint64_t offset = stream_position);
  // What was written is on the disk when it ends; of a directory: the names in it. fdatasync leaves
  // out what reading the bytes again does not need (times).
  void fsync(Completion& completion, int descriptor);
  void fdatasync(Completion& completion, int descriptor);
  // `flags` are RENAME_*; without, what `to` named before is gone, and never was there neither.
  void rename(Completion& completion, char const* from, char const* to, std::uint32_t flags = 0,
              int from_directory = AT_FDCWD, int to_directory = AT_FDCWD);
  void unlink(Completion& completion, char const* path, int directory = AT_FDCWD);
  void rmdir(Completion& completion, char const* path, int directory = AT_FDCWD);
  void mkdir(Completion& completion, char const* path, std::uint32_t mode = 0777,
             int directory = AT_FDCWD);
  // Fills `status` (<sys/stat.h>), as far as `mask` (STATX_*) asks and its own stx_mask says. With
  // AT_EMPTY_PATH in `flags` and an empty path: of the descriptor `directory`.
  void statx(Completion& completion, char const* path, struct statx& status, std::uint32_t mask,
             std::uint32_t flags = 0, int directory = AT_FDCWD);
  // Moves bytes between a pipe and something else, or two pipes, without copying them to us. Does
  // not wait for a pipe: -EAGAIN where there is nothing, or no room; poll_once() tells when.
  void splice(Completion& completion, int from, int to, std::uint32_t size,
              std::uint64_t from_offset = stream_position,
              std::uint64_t to_offset = stream_position);

  // ---- waiting for something else than bytes (ring_files.cc)
  // As poll(2): what the descriptor is ready for, of `events` (POLL*), or soon will be.
  void poll_once(Completion& completion, int descriptor, std::uint32_t events);
  // Until a child process has ended, and then it is gone, and `info` says how it ended. -ECHILD if
  // there is no such child. Before Linux 6.7 and on epoll by way of a descriptor of the process.
  void wait_for_child(Completion& completion, std::int32_t process, siginfo_t& info);
  // Until a futex_wake() of the same word, here, on another ring, or by a thread of this process
  // (FUTEX2_PRIVATE). -EAGAIN if `word` is not what is expected. Both are -EINVAL before Linux 6.7
  // and on epoll (features().futex): there another thread wakes a ring with wake().
  void futex_wait(Completion& completion, std::uint32_t const& word, std::uint32_t expected);
  // The result is how many of at most `count` waiters were woken.
  void futex_wake(Completion& completion, std::uint32_t const& word, std::uint32_t count);
  void nop(Completion& completion);

  // ---- links (ring_links.cc). An operation whose Completion::link is set makes a chain with the
  // one submitted next, which may have one itself: each starts when the one before it has ended. A
  // chain ends with an operation without a link, or with the step; all of it is handed over at
  // once, at most chain_size_max operations. Where a soft link's operation fails, or moves fewer
  // bytes than it was asked for, all that follow end with -ECANCELED. Only the one that has started
  // can be cancelled. Timers, silent sends and what goes to another ring are no part of a chain; a
  // close that ends with -ECANCELED leaves its descriptor open.
  //
  // Directly after the operation that it limits, which is then cancelled at the deadline; its own
  // result is -ETIME if so, -ECANCELED if it was not needed (-ENOENT or -EALREADY: just about).
  // What follows in the chain follows the operation.
  void link_timeout(Completion& completion, Instant deadline);

  // Any submission, as it is, but for its user_data, which is the ring's. It must have completions
  // (no IOSQE_CQE_SKIP_SUCCESS) and take no buffers of a pool; callback and links work as
  // everywhere. What a kernel does not know ends with -EINVAL; epoll and the simulation know what
  // the other functions submit.
  void raw(Completion& completion, uapi::Sqe const& submission);

  // Submits, reaps, runs callbacks. Parks until something completes, a timer is due, wake() is
  // called or `deadline` passes (sometimes for less); polls otherwise. Returns the number of
  // callbacks run.
  std::uint32_t step(Wait wait, Instant deadline = never);

  // From any thread: the current or next park returns.
  void wake() { kernel_->wake(); }

  // ---- for an event loop of somebody else's, beside its own descriptors (ring_host.cc)
  //
  //   do ring.step(Wait::poll); while (!ring.may_wait());
  //   poll(descriptors, with ring.descriptor() for POLLIN, until ring.next_deadline());
  //
  // Readable, while the loop may wait, when a step would find something; -1 if there is no such
  // thing (a simulated kernel).
  int descriptor() const { return kernel_->host_descriptor(); }
  // True: there is nothing to do before the descriptor is readable or the deadline has come, and
  // wake() makes it readable. False: step again.
  bool may_wait();
  // Of the nearest timer.
  Instant next_deadline() const { return timers_.nearest(); }

  // ---- for coroutines and other threads
  // What is under way for coroutines (operations.h).
  Operations& operations();
  // What other threads post work with (remote.h). At most `capacity` of it waits; the first call
  // decides (of receive_values(), too, which uses it).
  Remote remote(std::uint32_t capacity = 4096);
  // Of all that; zero before the first call.
  RemoteCounters remote_counters() const;

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
  friend class Region;

  explicit Ring(std::unique_ptr<Kernel> kernel);

  // idle -> in_kernel, arguments cleared.
  void begin(Completion& completion, Opcode opcode, int descriptor);
  void transfer(Completion& completion, std::byte* data, std::uint32_t size, std::uint64_t offset);
  void place_in(Completion& completion, BufferOrPool memory);
  void gather(Completion& completion, std::span<iovec> parts, std::uint32_t flags);
  // Towards the kernel, with all arguments set.
  void submit(Completion& completion);
  void push(uapi::Sqe const& submission);
  // Into the chain that is being made; a chain that is complete goes towards the kernel at once.
  void submit_linked(Completion& completion);
  void link(Completion& completion, uapi::Sqe submission);
  void end_chain();
  std::uint32_t room() const;
  bool queue_is_full() const;
  void place(uapi::Sqe const& submission);
  void place_backlog();

  void enter(bool park, Instant until);
  void reap();
  void finish_silent_sends();
  void fire_timers();
  std::uint32_t run_queued();
  void run(uapi::Cqe const& queued);
  Buffer give_back_held(Completion& completion, std::int32_t result);

  // in_kernel -> queued, for what the ring finishes by itself.
  void queue(Completion& completion, std::int32_t result);
  // Of what the ring holds itself.
  bool cancel_held(Completion& target);
  void forget_receiver(Completion& receiver);
  std::uint32_t cancel_all_held();
  // A completion whose user_data has a tag.
  void reap_tagged(uapi::Cqe const& reaped);
  void deliver(std::uint64_t number, std::int32_t value);
  std::int32_t count_cancelled(Completion const& completion, std::int32_t result) const;
  void path_operation(Completion& completion, Opcode opcode, int directory, char const* path);
  // The result of a wait_for_child whose kernel has only told that the child has ended.
  std::int32_t reap_child(Completion& completion, std::int32_t result);

  // A pool registers under the group it is given, and is published at each enter.
  std::uint16_t attach(BufferPool& pool);
  void detach(BufferPool& pool);

  std::uint32_t run_posted();
  void end_remote();
  void end_operations();

  std::unique_ptr<Kernel> kernel_;
  std::vector<uapi::Cqe> queued_;    // to run at the next opportunity
  std::vector<uapi::Cqe> running_;   // being run
  std::vector<uapi::Sqe> backlog_;   // found no room in the submission queue
  std::vector<uapi::Sqe> chain_;     // linked to each other, the last one to what comes next
  std::vector<Completion*> silent_;  // placed in the submission queue, in order
  Timers timers_;
  std::vector<Completion*> receivers_;  // of values, by their number (offset)
  std::uint64_t receiver_count_ = 0;    // that there ever were
  std::vector<BufferPool*> pools_;      // by group; null where one is free
  std::uint64_t regions_ = 0;           // a bit for each index that a Region has
  bool has_region_table_ = false;
  std::uint32_t pending_count_ = 0;
  std::uint32_t closes_pending_ = 0;  // among them
  bool stepping_ = false;
  bool ending_ = false;
  Operations* operations_ = nullptr;  // which may have to outlive the ring
  RemoteQueue* remote_ = nullptr;     // the same
  RingCounters counters_;
};

}  // namespace weir
