// A UDP echo server on epoll: what has come is taken with one call and answered with another, up to
// 64 datagrams at a time.

#include <sys/epoll.h>
#include <sys/uio.h>

#include <array>
#include <memory>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/peers/echo_server.h"

namespace weir::bench {
namespace {

constexpr std::size_t batch_max = 64;
constexpr std::size_t datagram_bytes_max = 2048;

class EpollDatagrams {
 public:
  explicit EpollDatagrams(int socket) : socket_(socket), stop_(open_stop_signal()) {
    if (epoll_ < 0) fail("epoll_create1");
    for (int const descriptor : {socket_, stop_}) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = descriptor;
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
    }
    for (std::size_t i = 0; i < batch_max; ++i) {
      msghdr& header = messages_[i].msg_hdr;
      header.msg_name = &senders_[i];
      header.msg_iov = &parts_[i];
      header.msg_iovlen = 1;
    }
  }

  void run() {
    for (;;) {
      std::array<epoll_event, 2> events;
      int const count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) fail("epoll_wait");
      for (int i = 0; i < count; ++i)
        if (events[static_cast<std::size_t>(i)].data.fd == stop_) return;
      while (echo_batch() == batch_max) continue;
    }
  }

  std::uint64_t datagrams() const { return datagrams_; }

 private:
  std::size_t echo_batch() {
    for (std::size_t i = 0; i < batch_max; ++i) {
      messages_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
      parts_[i] = {memory_.get() + i * datagram_bytes_max, datagram_bytes_max};
    }
    int const received = recvmmsg(socket_, messages_.data(), batch_max, MSG_DONTWAIT, nullptr);
    if (received < 0 && errno != EAGAIN && errno != EINTR) fail("recvmmsg");
    if (received <= 0) return 0;
    auto const count = static_cast<std::size_t>(received);
    for (std::size_t i = 0; i < count; ++i) parts_[i].iov_len = messages_[i].msg_len;
    for (std::size_t sent = 0; sent < count;) {
      int const taken = sendmmsg(socket_, messages_.data() + sent,
                                 static_cast<unsigned>(count - sent), MSG_DONTWAIT);
      if (taken < 0 && errno != EAGAIN && errno != EINTR) fail("sendmmsg");
      if (taken > 0) sent += static_cast<std::size_t>(taken);
      else ++sent;  // lost
    }
    datagrams_ += count;
    return count;
  }

  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int socket_;
  int stop_;
  std::unique_ptr<char[]> memory_ = std::make_unique<char[]>(batch_max * datagram_bytes_max);
  std::array<sockaddr_in, batch_max> senders_{};
  std::array<iovec, batch_max> parts_{};
  std::array<mmsghdr, batch_max> messages_{};
  std::uint64_t datagrams_ = 0;
};

int run(int count, char** values) {
  Arguments arguments(count, values);
  int const port_number = arguments.number("port", 0);
  pin_to(arguments.number("cpu", -1));
  arguments.refuse_the_rest();

  int const socket = open_datagrams_on_loopback(port_number, SOCK_NONBLOCK);
  EpollDatagrams server(socket);
  announce(socket);
  server.run();
  report(server.datagrams());
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
