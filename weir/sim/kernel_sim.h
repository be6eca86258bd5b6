// The simulated kernel: carries the submissions of a ring out against a simulated network and
// clock.
//
// It reads the same memory as the real one (submission queue, socket addresses, iovecs, the
// registered rings of buffers) and writes the same (completions, bytes, the entries of incremental
// rings). An operation is tried when it is submitted; one that cannot go on waits until its socket
// is touched.
//
//   submit ──▶ try ──▶ completions ──(permuted)──▶ completion queue
//               ▲ │ nothing there
//     touched,  │ ▼
//     not held  waiting ◀── cancel: now, or late
//
// How Linux does each operation is in kernel_sim_operations.cc. The faults are those of SimOptions:
// each is a branch here that the seed takes or not.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "weir/ring/kernel.h"
#include "weir/ring/links.h"
#include "weir/ring/region_table.h"
#include "weir/sim/completion_order.h"
#include "weir/sim/provided_buffers.h"
#include "weir/sim/socket.h"
#include "weir/sim/world.h"

namespace weir {

// Descriptors of simulated kernels start here: a plain system call on one fails instead of doing
// harm.
inline constexpr int sim_descriptor_first = 10'000;

class SimKernel final : public Kernel, private SocketOwner {
 public:
  explicit SimKernel(SimWorld& world);
  ~SimKernel() override;

  Kind kind() const override { return Kind::simulated; }
  Result<void> set_up(Setup const& setup) override;
  int enter(std::uint32_t submit_count, bool wait, Instant deadline) override;
  int enroll(std::uint32_t opcode, void* argument, std::uint32_t count) override;
  void wake() override { woken_.store(true); }
  Clock const& clock() const override { return world_.clock(); }
  Result<int> open_socket(Family family, SocketKind kind) override;
  Result<int> open_listener(Address const& address, std::uint32_t backlog,
                            Sharing sharing) override;
  Result<int> open_datagrams(Address const& address, Sharing sharing) override;
  Result<std::array<int, 2>> open_socket_pair(SocketKind kind) override;
  int connect_local(int descriptor, Address const& address) override;
  std::int32_t send_file(int socket, int file, std::uint64_t offset, std::uint32_t size) override;
  Result<Address> local_address(int descriptor) override;
  Result<Address> peer_address(int descriptor) override;
  Result<void> adopt(int descriptor) override;
  Result<int> open_file(std::string const& path, FileUse use) override;
  Result<std::vector<DirectoryEntry>> list_directory(std::string const& path,
                                                     std::uint32_t count_max) override;
  Result<std::array<int, 2>> open_pipe() override;
  Result<int> open_signals(std::span<int const> numbers) override;
  int watch_child(std::int32_t process) override;
  int reap_child(int watched, siginfo_t* info) override;

  // ---- for the world
  // Whether its next enter has something to say, or its program has not parked since the last one.
  bool has_work() const;
  // When it wants to be woken; never unless it is parked.
  Instant parked_until() const { return parked_ ? deadline_ : never; }
  // Ends the waits for a futex, the oldest first; returns how many.
  std::uint32_t wake_futex(std::uint64_t address, std::uint64_t count_max);
  std::size_t operation_count() const { return operations_.size(); }
  std::uint32_t descriptor_count() const { return descriptor_count_; }
  std::string describe() const;
  // Has work but is not stepped: the world goes on without it until it enters again.
  bool absent = false;

 private:
  struct Operation {
    std::uint64_t number = 0;  // of its submission: those of one socket are tried in this order
    uapi::Sqe submission{};
    SocketId socket = 0;          // or open file
    std::vector<iovec> parts;     // what a send has still to send
    Address address;              // of a connect, and of a send of a datagram
    std::uint32_t name_size = 0;  // of a receive of datagrams: the room for a name
    std::uint32_t done = 0;       // bytes
    bool started = false;         // a connect has sent its SYN; a poll has looked once
    bool held = false;            // a delay passes before it is tried again
    bool ending = false;          // a late cancel is on its way
    bool sent = false;            // a send without a copy: only its notification is still to come
  };
  // The terminal result of an operation, or one of a multishot.
  struct Verdict {
    std::int32_t result = 0;
    std::uint32_t flags = 0;
    bool failed = false;  // as req_set_fail: a completion comes even where success is silent
    int opened = -1;
    int buffer_group = -1;
  };
  // Nothing: the operation waits.
  using Attempt = std::optional<Verdict>;

  void touched(SocketId socket, std::uint32_t events) override;

  // ---- kernel_sim.cc
  int submit(std::uint32_t count);
  // One that is no part of a chain, or whose turn in it has come.
  void begin(uapi::Sqe const& submission);
  int prepare_any(Operation& operation);
  void work();
  int sleep(Instant deadline);
  void attempt(std::uint64_t number, std::uint32_t events, bool may_delay);
  void hold(Operation& operation);
  bool post_more(Operation const& operation, Verdict const& verdict);
  void post(uapi::Sqe const& submission, Verdict const& verdict);
  void finish(std::uint64_t number, Verdict const& verdict);
  bool queue_is_full() const;
  int enroll_buffers(uapi::BufferRingRegistration const& registration);
  void grow_completions();
  bool has_completions() const { return *completions.head != *completions.tail; }

  SocketId socket_of(int descriptor) const;
  int add_descriptor(SocketId socket);
  bool descriptors_exhausted() const;
  void retain(SocketId id);
  void release(SocketId id);
  // Takes an operation off what it waits for.
  void let_go_of_socket(Operation& operation);
  std::uint32_t readiness(SocketId id);

  // ---- kernel_sim_operations.cc
  int prepare(Operation& operation) const;
  Attempt carry_out(Operation& operation, std::uint32_t events);
  Attempt accept(Operation& operation);
  Attempt receive(Operation& operation);
  Attempt receive_pooled(Operation& operation);
  Attempt connect(Operation& operation);
  Attempt send(Operation& operation);
  Attempt read(Operation& operation);
  Attempt write(Operation& operation);
  Attempt close(Operation& operation);
  // kernel_sim_sockets.cc
  static bool is_zero_copy(Operation const& operation);
  Attempt receive_datagrams(Operation& operation);
  Attempt send_datagram(Operation& operation);
  Attempt send_zero_copy(Operation& operation);
  void notify_later(Operation& operation);
  Attempt shut_down(Operation& operation);
  Attempt read_pooled(Operation& operation);
  std::int32_t fill_bundle(SocketId socket, ProvidedBuffers& buffers);
  Attempt poll(Operation& operation, std::uint32_t events);

  // ---- kernel_sim_files.cc
  static bool is_file_operation(std::uint8_t opcode);
  int prepare_file(Operation& operation);
  Attempt carry_out_file(Operation& operation);
  Attempt open(Operation const& operation);
  Attempt move_or_sync(Operation const& operation);
  int directory_of(int descriptor, SocketId* directory) const;
  int change_names(uapi::Sqe const& submission);
  void start(uapi::Sqe const& submission);
  void run_links();

  // ---- kernel_sim_cancel.cc
  int cancel(std::uint64_t user_data, int descriptor, std::uint32_t flags);
  int cancel_one(std::uint64_t number, bool by_user_data);
  void end_now(std::uint64_t number);
  void end_late(std::uint64_t number);

  Chance& chance() { return world_.chance(); }
  SimOptions const& options() { return world_.chance().options; }
  SimNetwork& network() { return world_.network(); }
  SimFiles& files() { return world_.files(); }

  SimWorld& world_;
  std::vector<uapi::Sqe> submission_entries_;
  std::vector<uapi::Cqe> completion_entries_;
  std::uint32_t completion_count_max_ = 0;
  std::uint32_t indices_[4]{};  // heads and tails of the two queues

  std::vector<SocketId> descriptors_;   // 0: free
  std::array<SocketId, 2> standard_{};  // descriptors 0 and 1
  std::uint32_t descriptor_count_ = 0;
  std::map<std::uint64_t, Operation> operations_;
  std::set<std::uint64_t> user_data_;  // of operations_
  std::map<SocketId, std::vector<std::uint64_t>> waiting_;
  std::map<SocketId, std::uint32_t> touched_;
  std::map<std::uint16_t, ProvidedBuffers> buffers_;
  RegionTable regions_;
  Links links_{world_.clock()};
  Instant links_until_ = never;  // when the timeline runs them
  CompletionOrder order_;
  std::uint64_t submitted_count_ = 0;

  std::atomic<bool> woken_{false};
  // A kernel that was never entered does not hold time up.
  bool parked_ = true;
  Instant deadline_ = never;
};

}  // namespace weir
