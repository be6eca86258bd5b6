// What the kernels that are made of the system's own share: the calls that io_uring has no
// operation for. They differ in one thing: whether their sockets may wait (sockets.h).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weir/base/clock.h"
#include "weir/ring/files.h"
#include "weir/ring/kernel.h"
#include "weir/ring/processes.h"
#include "weir/ring/sockets.h"

namespace weir {

template <Blocking blocking>
class SystemKernel : public Kernel {
 public:
  Clock const& clock() const override { return clock_; }

  Result<int> open_socket(Family family, SocketKind kind) override {
    return open_socket_of(family, kind, blocking);
  }
  Result<int> open_listener(Address const& address, std::uint32_t backlog,
                            Sharing sharing) override {
    return open_listener_at(address, backlog, sharing, blocking);
  }
  Result<int> open_datagrams(Address const& address, Sharing sharing) override {
    return open_datagrams_at(address, sharing, blocking);
  }
  Result<std::array<int, 2>> open_socket_pair(SocketKind kind) override {
    return open_pair_of(kind, blocking);
  }
  int connect_local(int descriptor, Address const& address) override {
    return connect_without_waiting(descriptor, address);
  }
  Result<Address> local_address(int descriptor) override { return local_address_of(descriptor); }
  Result<Address> peer_address(int descriptor) override { return peer_address_of(descriptor); }
  Result<void> adopt(int descriptor) override { return adopt_socket(descriptor, blocking); }
  std::int32_t send_file(int socket, int file, std::uint64_t offset, std::uint32_t size) override {
    return send_file_on(socket, file, offset, size);
  }
  Result<int> open_file(std::string const& path, FileUse use) override {
    return open_file_at(path, use);
  }
  Result<std::vector<DirectoryEntry>> list_directory(std::string const& path,
                                                     std::uint32_t count_max) override {
    return list_directory_at(path, count_max);
  }
  Result<std::array<int, 2>> open_pipe() override { return open_pipe_pair(); }
  Result<int> open_signals(std::span<int const> numbers) override {
    return open_signal_descriptor(numbers);
  }
  int watch_child(std::int32_t process) override { return open_process_descriptor(process); }
  int reap_child(int watched, siginfo_t* info) override { return reap_and_close(watched, info); }

 private:
  MonotonicClock clock_;
};

}  // namespace weir
