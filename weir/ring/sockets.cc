#include "weir/ring/sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir {

namespace {

using NameCall = int (*)(int, sockaddr*, socklen_t*);

Result<Address> address_by(NameCall call, char const* what, int descriptor) {
  sockaddr_storage raw{};
  socklen_t size = sizeof(raw);
  if (call(descriptor, reinterpret_cast<sockaddr*>(&raw), &size) != 0)
    return system_error(what, errno);
  if (raw.ss_family != AF_INET && raw.ss_family != AF_INET6)
    return Error{EAFNOSUPPORT, std::string(what) + ": the socket is neither IPv4 nor IPv6"};
  return Address::from(reinterpret_cast<sockaddr const&>(raw), size);
}

void set_option(int descriptor, int level, int option) {
  int const on = 1;
  int const done = ::setsockopt(descriptor, level, option, &on, sizeof(on));
  WEIR_ASSERT(done == 0);  // a fresh TCP socket has these options
}

}  // namespace

Error system_error(std::string what, int code) {
  WEIR_ASSERT(code > 0);
  return {code, std::move(what) + ": " + std::strerror(code)};
}

Result<int> open_tcp_socket(Family family, Blocking blocking) {
  int const type = SOCK_STREAM | SOCK_CLOEXEC | (blocking == Blocking::no ? SOCK_NONBLOCK : 0);
  int const descriptor = ::socket(family == Family::ipv4 ? AF_INET : AF_INET6, type, 0);
  if (descriptor < 0) return system_error("open a TCP socket", errno);
  // Sends are gathered once per tick already; waiting for more would only add a delay.
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
  return descriptor;
}

Result<int> open_tcp_listener(Address const& address, std::uint32_t backlog, Blocking blocking) {
  WEIR_ASSERT(backlog > 0);
  WEIR_ASSERT(backlog <= INT32_MAX);
  Result<int> const opened = open_tcp_socket(address.family(), blocking);
  if (!opened) return opened.error();
  int const descriptor = opened.value();
  set_option(descriptor, SOL_SOCKET, SO_REUSEADDR);
  char const* step = "bind ";
  int failed = ::bind(descriptor, address.raw(), address.raw_size());
  if (failed == 0) {
    step = "listen on ";
    failed = ::listen(descriptor, static_cast<int>(backlog));
  }
  if (failed == 0) return descriptor;
  int const code = errno;
  ::close(descriptor);
  return system_error(step + address.text(), code);
}

Result<void> adopt_tcp_socket(int descriptor, Blocking blocking) {
  Result<Address> const peer = peer_address_of(descriptor);
  if (!peer) return peer.error();
  int protocol = 0;
  socklen_t size = sizeof(protocol);
  int const asked = ::getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &size);
  if (asked != 0 || protocol != IPPROTO_TCP)
    return Error{EPROTOTYPE, "take over a socket: it is no TCP socket"};
  int const flags = ::fcntl(descriptor, F_GETFL);
  int const wanted = blocking == Blocking::no ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, wanted) != 0)
    return system_error("take over a socket", errno);
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
  return {};
}

Result<Address> local_address_of(int descriptor) {
  return address_by(::getsockname, "ask a socket for its own address", descriptor);
}

Result<Address> peer_address_of(int descriptor) {
  return address_by(::getpeername, "ask a socket for its peer's address", descriptor);
}

}  // namespace weir
