// What the servers on epoll have in common: who is accepted, whose turn it is, and the end. Level-
// triggered.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "bench/host.h"
#include "bench/peers/echo_server.h"

namespace weir::bench {

// `Connection` has a `descriptor`.
template <class Connection>
class EpollServer {
 public:
  // One that `spins` never sleeps.
  explicit EpollServer(int listener, bool spins = false)
      : listener_(listener), stop_(open_stop_signal()), timeout_(spins ? 0 : -1) {
    if (epoll_ < 0) fail("epoll_create1");
    change(EPOLL_CTL_ADD, listener_, EPOLLIN, &listener_);
    change(EPOLL_CTL_ADD, stop_, EPOLLIN, &stop_);
  }

  // Until it is told to stop. `begin(connection)` is called for each that comes;
  // `serve(connection)` for each that is ready: false when it has ended, and is closed behind
  // `end(connection)`.
  template <class Begin, class Serve, class End>
  void run(Begin const& begin, Serve const& serve, End const& end) {
    std::array<epoll_event, 512> events;
    for (;;) {
      int const count =
          epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_);
      if (count < 0 && errno != EINTR) fail("epoll_wait");
      for (int i = 0; i < count; ++i) {
        void* const owner = events[static_cast<std::size_t>(i)].data.ptr;
        if (owner == &stop_) return;
        if (owner == &listener_) {
          accept_all(begin);
          continue;
        }
        auto& connection = *static_cast<Connection*>(owner);
        if (serve(connection)) continue;
        end(connection);
        ::close(connection.descriptor);
        connections_[static_cast<std::size_t>(connection.descriptor)].reset();
      }
    }
  }

  // From now on it is ready when `events` say so.
  void watch(Connection& connection, std::uint32_t events) {
    change(EPOLL_CTL_MOD, connection.descriptor, events, &connection);
  }

 private:
  void change(int operation, int descriptor, std::uint32_t events, void* owner) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = owner;
    if (epoll_ctl(epoll_, operation, descriptor, &event) != 0) fail("epoll_ctl");
  }

  template <class Begin>
  void accept_all(Begin const& begin) {
    for (;;) {
      int const accepted = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted < 0) return;
      auto const index = static_cast<std::size_t>(accepted);
      if (index >= connections_.size()) connections_.resize(index + 1);
      connections_[index] = std::make_unique<Connection>();
      connections_[index]->descriptor = accepted;
      begin(*connections_[index]);
      change(EPOLL_CTL_ADD, accepted, EPOLLIN, connections_[index].get());
    }
  }

  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int listener_;
  int stop_;
  int const timeout_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
};

}  // namespace weir::bench
