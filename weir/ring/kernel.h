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

#include <cstdint>
#include <memory>
#include <string>

#include "weir/base/clock.h"
#include "weir/base/result.h"
#include "weir/ring/address.h"
#include "weir/ring/file_use.h"
#include "weir/ring/uapi.h"

namespace weir {

// What the kernel can do beyond Linux 6.1, found by trying, never by version. `Setup::hide` masks
// bits out, so that every test also runs with the 6.1 set.
struct Features {
  bool incremental_buffers = false;  // 6.12: one provided buffer is filled by many receives
  bool no_iowait = false;            // 6.15: a parked ring does not look like waiting for a disk

  Features without(Features hidden) const {
    return {incremental_buffers && !hidden.incremental_buffers, no_iowait && !hidden.no_iowait};
  }
};
inline constexpr Features all_features{true, true};

struct Setup {
  std::uint32_t submission_count = 1024;
  std::uint32_t completion_count = 8192;
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

// The values of user_data that are not the address of a Completion.
inline constexpr std::uint64_t user_data_nobody = 0;  // nobody asks for this completion
inline constexpr std::uint64_t user_data_kernel = 1;  // the kernel's own; it gets it back

class Kernel {
 public:
  virtual ~Kernel() = default;

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

  // The ring has reaped a completion of user_data_kernel.
  virtual void own_completion(uapi::Cqe const&) {}

  virtual Clock const& clock() const = 0;

  // Set-up calls that io_uring has no operation for in 6.1. Descriptors are the kernel's own.
  virtual Result<int> open_socket(Family family) = 0;
  virtual Result<int> open_listener(Address const& address, std::uint32_t backlog) = 0;
  virtual Result<Address> local_address(int descriptor) = 0;
  virtual Result<Address> peer_address(int descriptor) = 0;
  // Makes a connected TCP socket that somebody else has opened fit for this kernel; refuses
  // anything else, and then changes nothing.
  virtual Result<void> adopt(int descriptor) = 0;
  // Waits for the other end where `path` is a named pipe, as everywhere.
  virtual Result<int> open_file(std::string const& path, FileUse use) = 0;

  Features features{};
  SubmissionQueue submissions{};
  CompletionQueue completions{};
  std::uint64_t wake_count = 0;  // parks that wake() ended, or kept from sleeping
};

std::unique_ptr<Kernel> make_uring_kernel();
std::unique_ptr<Kernel> make_epoll_kernel();
// io_uring where the system allows it, else epoll.
std::unique_ptr<Kernel> make_kernel();

}  // namespace weir
