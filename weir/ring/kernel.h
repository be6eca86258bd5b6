// The seam: what Weir needs of an io_uring, and nothing else.
//
// A Kernel owns two rings of plain memory. The Ring writes submissions into one and reads
// completions from the other without any call; `enter` is the one indirect call per step. Three
// kernels stand behind it:
//
//   kernel_uring   the real one: mapped rings and three system calls.
//   kernel_epoll   carries the same submissions out with epoll and plain calls, where io_uring is
//                  forbidden.
//   kernel_sim     (weir/sim) interprets them against a simulated network and clock, from one seed.
//
// All three give the same results for the same program; none of them is a mock. Adding an operation
// adds it to all three.
#pragma once

#include <array>
#include <csignal>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weir/base/clock.h"
#include "weir/base/result.h"
#include "weir/ring/address.h"
#include "weir/ring/directory_entry.h"
#include "weir/ring/file_use.h"
#include "weir/ring/uapi.h"

namespace weir {

// What the kernel can do beyond Linux 6.1, found by trying, never by version. `Setup::hide` masks
// bits out, so that every test also runs with the 6.1 set.
struct Features {
  bool incremental_buffers = false;  // 6.12: one provided buffer is filled by many receives
  bool no_iowait = false;            // 6.15: a parked ring does not look like waiting for a disk
  bool waitid = false;               // 6.7: waits for a child; else a descriptor of it is polled
  bool futex = false;                // 6.7: waits for and wakes futexes; else there is no way
  bool bundles = false;              // 6.10: one result brings several provided buffers
  bool min_wait = false;             // 6.12: a park gathers completions for a while
  bool registered_wait = false;      // 6.13: the argument of a park lies in shared memory
  bool ring_resize = false;          // 6.13: a completion queue that was too small grows
  bool ring_messages = false;        // 6.3: one ring wakes another as part of an enter
  bool message_wakes = false;        // 6.13: any thread wakes a parked ring by a message to it

  Features without(Features hidden) const {
    return {.incremental_buffers = incremental_buffers && !hidden.incremental_buffers,
            .no_iowait = no_iowait && !hidden.no_iowait,
            .waitid = waitid && !hidden.waitid,
            .futex = futex && !hidden.futex,
            .bundles = bundles && !hidden.bundles,
            .min_wait = min_wait && !hidden.min_wait,
            .registered_wait = registered_wait && !hidden.registered_wait,
            .ring_resize = ring_resize && !hidden.ring_resize,
            .ring_messages = ring_messages && !hidden.ring_messages,
            .message_wakes = message_wakes && !hidden.message_wakes};
  }
};
inline constexpr Features all_features{.incremental_buffers = true,
                                       .no_iowait = true,
                                       .waitid = true,
                                       .futex = true,
                                       .bundles = true,
                                       .min_wait = true,
                                       .registered_wait = true,
                                       .ring_resize = true,
                                       .ring_messages = true,
                                       .message_wakes = true};

struct Setup {
  // When so many are queued they are handed over; else with the next step. Few of them keep a disk
  // busy that works while more is submitted: of random reads, 32 at a time, 8 brought 1.15 times as
  // many a second as 1024, for the same CPU time. Sockets gain by many. A chain has to fit.
  std::uint32_t submission_count = 1024;
  std::uint32_t completion_count = 8192;
  // Up to where the completion queue grows, by doubling, after it has overflowed.
  std::uint32_t completion_count_max = 65'536;
  // With features.min_wait a park waits for so many completions, but no longer than `batch_time`
  // for more than one: fewer wake-ups for latency. A wake() is one of them. 1: it ends with the
  // first.
  std::uint32_t batch_count = 1;
  Duration batch_time = 0;
  // Whether features.registered_wait is used, if it is there. It saves the kernel a copy at each
  // park with a deadline: of 306 ns for one that need not sleep it left 285, of one that sleeps
  // nothing.
  bool registered_wait = false;
  Features hide{};
};

// Indices run freely and are masked on use, as in the kernel's own rings.
struct SubmissionQueue {
  uapi::Sqe* entries = nullptr;
  std::uint32_t* head = nullptr;  // moved by the kernel
  std::uint32_t* tail = nullptr;  // moved by the ring
  std::uint32_t mask = 0;
};
struct CompletionQueue {
  uapi::Cqe* entries = nullptr;
  std::uint32_t* head = nullptr;  // moved by the ring
  std::uint32_t* tail = nullptr;  // moved by the kernel
  std::uint32_t mask = 0;
  // Set by enter: completions wait that found no room. None is lost; they come with a later enter.
  bool overflowed = false;
};

// The values of user_data that are not the address of a Completion, which has no tag.
inline constexpr std::uint64_t user_data_nobody = 0;  // nobody asks for this completion
inline constexpr std::uint64_t user_data_kernel = 1;  // the kernel's own; it gets it back
inline constexpr std::uint64_t user_data_value = 2;   // a tag: the rest is a receiver's number
inline constexpr std::uint64_t user_data_tags = 7;
inline constexpr std::uint32_t user_data_tag_bits = 3;

class Kernel {
 public:
  enum class Kind : std::uint8_t { uring, epoll, simulated };

  virtual ~Kernel() = default;

  // For people: nothing that it does depends on it.
  virtual Kind kind() const = 0;

  // Once, on the thread that will use it. Fills the queues and the features.
  virtual Result<void> set_up(Setup const& setup) = 0;

  // Hands over the first `submit_count` submissions; with `wait` sleeps until a completion is
  // there, somebody calls wake(), or `deadline` passes. It may return early, and does when not
  // everything was taken. Completions appear only during this call. Returns the number of
  // submissions taken, or -errno when there is none; the ring goes by `submissions.head`.
  virtual int enter(std::uint32_t submit_count, bool wait, Instant deadline) = 0;

  // io_uring_register(2): `opcode` is a uapi::register_* value. Returns 0 or more, or -errno.
  virtual int enroll(std::uint32_t opcode, void* argument, std::uint32_t count) = 0;

  // From any thread: makes a sleeping enter return, or the next one not sleep.
  virtual void wake() = 0;

  // What messages from other rings are addressed to; -1 if there is no such descriptor.
  virtual int descriptor() const { return -1; }
  // For a loop that is not ours: what poll(2) calls readable, from announce_wait() on, when an
  // enter would find something; -1 if there is no such descriptor.
  virtual int host_descriptor() const { return descriptor(); }
  // Such a loop is about to wait for it: wake() makes it readable from now on. False if it must not
  // wait, because an enter would find something. The next enter ends this.
  virtual bool announce_wait() { return false; }

  // The ring has reaped a completion of user_data_kernel.
  virtual void own_completion(uapi::Cqe const&) {}

  virtual Clock const& clock() const = 0;

  // Set-up calls that io_uring has no operation for in 6.1. Descriptors are the kernel's own.
  virtual Result<int> open_socket(Family family, SocketKind kind = SocketKind::stream) = 0;
  // A stream socket that listens. A path takes the place of a socket that nobody listens at any
  // more; the file stays when this one is closed. IPv6 means IPv6 alone.
  virtual Result<int> open_listener(Address const& address, std::uint32_t backlog,
                                    Sharing sharing = Sharing::alone) = 0;
  // A datagram socket that others can send to; paths as above.
  virtual Result<int> open_datagrams(Address const& address, Sharing sharing = Sharing::alone) = 0;
  // Two UNIX sockets that are connected to each other.
  virtual Result<std::array<int, 2>> open_socket_pair(SocketKind kind) = 0;
  // Connects a UNIX socket, which takes no time: 0 or -errno, -EAGAIN while the listener's backlog
  // is full. (io_uring would wait for room in a thread, where a cancel may miss it.)
  virtual int connect_local(int descriptor, Address const& address) = 0;
  virtual Result<Address> local_address(int descriptor) = 0;
  virtual Result<Address> peer_address(int descriptor) = 0;
  // Makes a connected stream socket, TCP or UNIX, that somebody else has opened fit for this
  // kernel; refuses anything else, and then changes nothing.
  virtual Result<void> adopt(int descriptor) = 0;
  // Sends what fits at once of a file's bytes on a stream socket, without copying them to us: how
  // many, or -EAGAIN if there is no room, -ENODATA if they would have to be fetched from the disk
  // first (a read does), 0 at the file's end. (io_uring would splice them by way of a pipe, in a
  // thread of the kernel's: 133 to 390 us of the processor for 1 MiB to loopback, as against 90.)
  virtual std::int32_t send_file(int socket, int file, std::uint64_t offset,
                                 std::uint32_t size) = 0;
  // Waits for the other end where `path` is a named pipe, as everywhere.
  virtual Result<int> open_file(std::string const& path, FileUse use) = 0;
  // What is in a directory, but "." and "..", by name. EOVERFLOW if there is more.
  virtual Result<std::vector<DirectoryEntry>> list_directory(std::string const& path,
                                                             std::uint32_t count_max) = 0;
  // Its read end and its write end.
  virtual Result<std::array<int, 2>> open_pipe() = 0;
  // A descriptor from which to read which of these signals have come (signals.h).
  virtual Result<int> open_signals(std::span<int const> numbers) = 0;
  // For Ring::wait_for_child() without features.waitid: a descriptor that becomes readable when the
  // child has ended, or -errno; and its end, which reaps the child if there is an `info` to fill: 0
  // or -errno.
  virtual int watch_child(std::int32_t process) = 0;
  virtual int reap_child(int watched, siginfo_t* info) = 0;

  Features features{};
  SubmissionQueue submissions{};
  CompletionQueue completions{};
  std::uint32_t own_count = 0;   // operations of user_data_kernel under way
  std::uint64_t wake_count = 0;  // parks that wake() ended, or kept from sleeping
};

std::unique_ptr<Kernel> make_uring_kernel();
std::unique_ptr<Kernel> make_epoll_kernel();
// io_uring where the system allows it, else epoll.
std::unique_ptr<Kernel> make_kernel();

}  // namespace weir
