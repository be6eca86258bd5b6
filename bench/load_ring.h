// What the load generators on io_uring have in common: their ring, and the settings of a run.
#pragma once

#include <liburing.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"

namespace weir::bench {

struct LoadSettings {
  int port_number = 0;
  int cpu = -1;
  unsigned connections = 1;
  unsigned depth = 1;
  std::size_t size = 64;
  double seconds = 1;
  double warmup = 0.3;
  int server_pid = 0;

  void read(Arguments& arguments) {
    port_number = arguments.number("port", port_number);
    cpu = arguments.number("cpu", cpu);
    connections = arguments.number("connections", connections);
    depth = arguments.number("depth", depth);
    size = arguments.number("size", size);
    seconds = arguments.number("seconds", seconds);
    warmup = arguments.number("warmup", warmup);
    server_pid = arguments.number("server-pid", server_pid);
  }
  // On its processor; a server that stalls ends the run: SIGALRM kills.
  void begin() const {
    pin_to(cpu);
    alarm(static_cast<unsigned>(seconds + warmup) + 20);
  }
};

class LoadRing {
 public:
  explicit LoadRing(unsigned entries) {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    parameters.cq_entries = 8192;
    int const result = io_uring_queue_init_params(entries, &ring_, &parameters);
    if (result != 0) fail("io_uring_queue_init_params", -result);
    io_uring_register_ring_fd(&ring_);
  }

  // Operations name them by their position from now on.
  void use(std::vector<int> const& descriptors) {
    int const result = io_uring_register_files(&ring_, descriptors.data(),
                                               static_cast<unsigned>(descriptors.size()));
    if (result != 0) fail("io_uring_register_files", -result);
  }

  io_uring_sqe* submission(std::uint64_t user_data) {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) {
      io_uring_submit(&ring_);
      entry = io_uring_get_sqe(&ring_);
    }
    entry->user_data = user_data;
    return entry;
  }

  // Gives every completion that is there to `dispatch`.
  template <class Dispatch>
  void reap(Dispatch const& dispatch) {
    std::array<io_uring_cqe*, 256> batch;
    unsigned count = 0;
    while ((count = io_uring_peek_batch_cqe(&ring_, batch.data(), batch.size())) > 0) {
      for (unsigned i = 0; i < count; ++i) dispatch(*batch[i]);
      io_uring_cq_advance(&ring_, count);
    }
  }

  io_uring* get() { return &ring_; }

 private:
  io_uring ring_{};
};

}  // namespace weir::bench
