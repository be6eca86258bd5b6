#include "weir/ring/sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace weir {

namespace {

using NameCall = int (*)(int, sockaddr*, socklen_t*);

Result<Address> address_by(NameCall call, char const* what, int descriptor) {
  sockaddr_storage raw{};
  socklen_t size = sizeof(raw);
  if (call(descriptor, reinterpret_cast<sockaddr*>(&raw), &size) != 0)
    return system_error(what, errno);
  if (raw.ss_family != AF_INET && raw.ss_family != AF_INET6 && raw.ss_family != AF_UNIX)
    return Error{EAFNOSUPPORT, std::string(what) + ": the socket is neither of IP nor of UNIX"};
  return Address::from(reinterpret_cast<sockaddr const&>(raw), size);
}

void set_option(int descriptor, int level, int option) {
  int const on = 1;
  int const done = ::setsockopt(descriptor, level, option, &on, sizeof(on));
  WEIR_ASSERT(done == 0);  // a fresh socket of its family has these options
}

int option_of(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

int type_of(SocketKind kind, Blocking blocking) {
  int const type = kind == SocketKind::stream ? SOCK_STREAM : SOCK_DGRAM;
  return type | SOCK_CLOEXEC | (blocking == Blocking::no ? SOCK_NONBLOCK : 0);
}

std::string name_of(Family family, SocketKind kind) {
  bool const stream = kind == SocketKind::stream;
  if (family == Family::local) return stream ? "a UNIX stream socket" : "a UNIX datagram socket";
  return stream ? "a TCP socket" : "a UDP socket";
}

// Whether at the path lies a socket that nobody is bound to any more, as a process leaves it that
// has ended.
bool is_abandoned(Address const& address, SocketKind kind) {
  struct stat status {};
  std::string const path(address.path());
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  int const probe = ::socket(AF_UNIX, type_of(kind, Blocking::no), 0);
  if (probe < 0) return false;
  bool const refused =
      ::connect(probe, address.raw(), address.raw_size()) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

// 0 or errno. Two that find the same abandoned path at the same time may both remove it, and the
// later one then takes the place of the other: one path has one owner by agreement, not by us.
int bind_to(int descriptor, Address const& address, SocketKind kind) {
  for (bool first = true;; first = false) {
    if (::bind(descriptor, address.raw(), address.raw_size()) == 0) return 0;
    int const code = errno;
    bool const has_path = address.family() == Family::local && !address.path().empty();
    if (code != EADDRINUSE || !has_path || !first || !is_abandoned(address, kind)) return code;
    ::unlink(std::string(address.path()).c_str());
  }
}

// A socket with an address of its own.
Result<int> open_bound(Address const& address, SocketKind kind, Sharing sharing,
                       Blocking blocking) {
  bool const is_local = address.family() == Family::local;
  if (is_local && sharing == Sharing::shared)
    return Error{EOPNOTSUPP, "bind " + address.text() + ": UNIX sockets do not share an address"};
  Result<int> const opened = open_socket_of(address.family(), kind, blocking);
  if (!opened) return opened.error();
  int const descriptor = opened.value();
  // For UDP it would let two sockets take the same address, and one of them all that comes.
  if (!is_local && kind == SocketKind::stream) set_option(descriptor, SOL_SOCKET, SO_REUSEADDR);
  if (sharing == Sharing::shared) set_option(descriptor, SOL_SOCKET, SO_REUSEPORT);
  int const code = bind_to(descriptor, address, kind);
  if (code == 0) return descriptor;
  ::close(descriptor);
  return system_error("bind " + address.text(), code);
}

// As far as one byte tells: what is read behind it has been read ahead. A file system that cannot
// say counts as if.
bool is_in_memory(int file, std::uint64_t offset) {
  char byte = 0;
  iovec part{&byte, 1};
  ssize_t const count = ::preadv2(file, &part, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  return count >= 0 || errno != EAGAIN;
}

// Without the SIGPIPE that it raises where a peer is gone: a send has a flag for that.
std::int32_t send_file_quietly(int socket, int file, std::uint64_t offset, std::uint32_t size) {
  sigset_t pipe;
  sigset_t before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  auto from = static_cast<off64_t>(offset);
  ssize_t const sent = ::sendfile64(socket, file, &from, size);
  std::int32_t const result = sent < 0 ? -errno : static_cast<std::int32_t>(sent);
  // It may have sent something before it found out.
  timespec const at_once{};
  bool const whole = result > 0 && static_cast<std::uint32_t>(result) == size;
  bool const ours = sigismember(&before, SIGPIPE) == 0;
  if (!whole && ours) ::sigtimedwait(&pipe, nullptr, &at_once);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

}  // namespace

Error system_error(std::string what, int code) {
  WEIR_ASSERT(code > 0);
  return {code, std::move(what) + ": " + std::strerror(code)};
}

Result<int> open_socket_of(Family family, SocketKind kind, Blocking blocking) {
  int const domain = family == Family::ipv4 ? AF_INET : family == Family::ipv6 ? AF_INET6 : AF_UNIX;
  int const descriptor = ::socket(domain, type_of(kind, blocking), 0);
  if (descriptor < 0) return system_error("open " + name_of(family, kind), errno);
  // Sends are gathered once per tick already; waiting for more would only add a delay.
  bool const is_tcp = family != Family::local && kind == SocketKind::stream;
  if (is_tcp) set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
  // Whether IPv6 takes IPv4 along is a setting of the machine; what an address means is not.
  if (family == Family::ipv6) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY);
  return descriptor;
}

Result<int> open_listener_at(Address const& address, std::uint32_t backlog, Sharing sharing,
                             Blocking blocking) {
  WEIR_ASSERT(backlog > 0);
  WEIR_ASSERT(backlog <= INT32_MAX);
  Result<int> const opened = open_bound(address, SocketKind::stream, sharing, blocking);
  if (!opened) return opened.error();
  if (::listen(opened.value(), static_cast<int>(backlog)) == 0) return opened.value();
  int const code = errno;
  ::close(opened.value());
  return system_error("listen on " + address.text(), code);
}

Result<int> open_datagrams_at(Address const& address, Sharing sharing, Blocking blocking) {
  return open_bound(address, SocketKind::datagram, sharing, blocking);
}

Result<std::array<int, 2>> open_pair_of(SocketKind kind, Blocking blocking) {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, type_of(kind, blocking), 0, pair.data()) != 0)
    return system_error("open a pair of sockets", errno);
  return pair;
}

int connect_without_waiting(int descriptor, Address const& address) {
  int const flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) return -errno;
  bool const waits = (flags & O_NONBLOCK) == 0;
  if (waits && ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) return -errno;
  int const result = ::connect(descriptor, address.raw(), address.raw_size()) == 0 ? 0 : -errno;
  if (waits) ::fcntl(descriptor, F_SETFL, flags);
  return result;
}

Result<void> adopt_socket(int descriptor, Blocking blocking) {
  Result<Address> const peer = peer_address_of(descriptor);
  if (!peer) return peer.error();
  bool const is_tcp = option_of(descriptor, SO_PROTOCOL) == IPPROTO_TCP;
  bool const is_local = peer.value().family() == Family::local;
  if (!is_tcp && !(is_local && option_of(descriptor, SO_TYPE) == SOCK_STREAM))
    return Error{EPROTOTYPE, "take over a socket: it is no stream socket of TCP or UNIX"};
  int const flags = ::fcntl(descriptor, F_GETFL);
  int const wanted = blocking == Blocking::no ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, wanted) != 0)
    return system_error("take over a socket", errno);
  if (is_tcp) set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
  return {};
}

std::int32_t send_file_on(int socket, int file, std::uint64_t offset, std::uint32_t size) {
  WEIR_ASSERT(size > 0 && size <= INT32_MAX);
  if (!is_in_memory(file, offset) || !is_in_memory(file, offset + size - 1)) return -ENODATA;
  // Nothing but the descriptor's own mode keeps the call from waiting for room. (What io_uring has
  // under way on it knows its mode from when it was submitted.)
  int const flags = ::fcntl(socket, F_GETFL);
  if (flags < 0) return -errno;
  bool const waits = (flags & O_NONBLOCK) == 0;
  if (waits) ::fcntl(socket, F_SETFL, flags | O_NONBLOCK);
  std::int32_t const result = send_file_quietly(socket, file, offset, size);
  if (waits) ::fcntl(socket, F_SETFL, flags);
  return result == -EINTR ? -EAGAIN : result;
}

Result<Address> local_address_of(int descriptor) {
  return address_by(::getsockname, "ask a socket for its own address", descriptor);
}

Result<Address> peer_address_of(int descriptor) {
  return address_by(::getpeername, "ask a socket for its peer's address", descriptor);
}

}  // namespace weir
