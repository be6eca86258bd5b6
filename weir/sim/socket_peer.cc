#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "weir/base/assert.h"
#include "weir/sim/peer.h"

namespace weir {

namespace {

Address name_of(int descriptor) {
  sockaddr_storage raw{};
  socklen_t size = sizeof(raw);
  int const failed = ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&raw), &size);
  WEIR_ASSERT(failed == 0);
  return Address::from(reinterpret_cast<sockaddr const&>(raw), size);
}

class SocketPeer final : public Peer {
 public:
  ~SocketPeer() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  void limit_receive_window(std::uint32_t size) override {
    WEIR_ASSERT(descriptor_ < 0);
    receive_window_ = static_cast<int>(size);
  }

  void connect(Address const& address) override {
    open(address.raw()->sa_family);
    int const result = ::connect(descriptor_, address.raw(), address.raw_size());
    int const code = result == 0 ? 0 : errno;
    connecting_ = code == EINPROGRESS;
    connected_ = code == 0;
    refused_ = code == ECONNREFUSED;
    WEIR_ASSERT(connecting_ || connected_ || refused_);
  }

  Address listen() override {
    open(AF_INET);
    Address const any = Address::loopback(0);
    int failed = ::bind(descriptor_, any.raw(), any.raw_size());
    WEIR_ASSERT(failed == 0);
    failed = ::listen(descriptor_, 16);
    WEIR_ASSERT(failed == 0);
    return name_of(descriptor_);
  }

  bool accepted() override {
    if (connected_) return true;
    int const child = ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (child < 0) return false;
    ::close(descriptor_);
    descriptor_ = child;
    connected_ = true;
    return true;
  }

  bool connected() override {
    if (!connecting_) return connected_;
    pollfd query{descriptor_, POLLOUT, 0};
    if (::poll(&query, 1, 0) == 0) return false;
    int code = 0;
    socklen_t size = sizeof(code);
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &code, &size);
    connecting_ = false;
    refused_ = code == ECONNREFUSED;
    connected_ = !refused_;
    reset_ = code == ECONNRESET;
    return connected_;
  }

  bool refused() override {
    connected();
    return refused_;
  }

  Address local_address() override { return name_of(descriptor_); }

  std::uint32_t send(std::string_view bytes) override {
    if (descriptor_ < 0 || !connected() || bytes.empty()) return 0;
    ssize_t const result =
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (result < 0) note(errno);
    return result > 0 ? static_cast<std::uint32_t>(result) : 0;
  }

  std::string receive(std::uint32_t size_max) override {
    if (descriptor_ < 0 || !connected()) return {};
    std::string bytes(size_max, '\0');
    ssize_t const result = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (result < 0) note(errno);
    bytes.resize(result > 0 ? static_cast<std::size_t>(result) : 0);
    return bytes;
  }

  void shut_down_write() override { ::shutdown(descriptor_, SHUT_WR); }

  void reset() override {
    linger const at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close();
  }

  void close() override {
    WEIR_ASSERT(descriptor_ >= 0);
    ::close(descriptor_);
    descriptor_ = -1;
  }

  bool peer_closed() override { return !peer_reset() && look() == 0; }

  bool peer_reset() override {
    if (!reset_) look();
    return reset_;
  }

 private:
  void open(int family) {
    WEIR_ASSERT(descriptor_ < 0);
    descriptor_ = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    WEIR_ASSERT(descriptor_ >= 0);
    if (receive_window_ == 0) return;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_window_, sizeof(receive_window_));
  }

  void note(int code) {
    if (code == ECONNRESET || code == EPIPE) reset_ = true;
  }

  // What a receive would return, without receiving.
  ssize_t look() {
    if (descriptor_ < 0 || !connected()) return -1;
    char byte = 0;
    ssize_t const result = ::recv(descriptor_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    if (result < 0) note(errno);
    return result;
  }

  int descriptor_ = -1;
  int receive_window_ = 0;
  bool connecting_ = false;
  bool connected_ = false;
  bool refused_ = false;
  bool reset_ = false;
};

}  // namespace

std::unique_ptr<Peer> make_socket_peer() { return std::make_unique<SocketPeer>(); }

}  // namespace weir
