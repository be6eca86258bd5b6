// Where a socket is: an IPv4 or IPv6 address with a port number, or a UNIX socket's name, as the
// kernel wants it.
//
//   127.0.0.1:7000   [::1]:7000   [fe80::1%2]:7000   unix:/run/weir.sock   unix:@weir
//
// A UNIX name is a path in the file system, or behind an '@' a name in the abstract namespace,
// which ends with the socket that is bound to it.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/result.h"

namespace weir {

enum class Family : std::uint8_t { ipv4, ipv6, local };  // local: UNIX

class Address {
 public:
  // No address: raw_size() is 0.
  Address() = default;

  // As in the examples above; port number 0 lets the kernel choose. A link-local IPv6 address says
  // its interface by number or by name. In a UNIX name "\xHH" stands for one byte.
  static Result<Address> parse(std::string_view text);
  // `raw` is of one of the three families, and whole. A `size` of less than the family's name is
  // no address.
  static Address from(sockaddr const& raw, socklen_t size);
  // Of a file; 1 to 107 bytes, none of them 0.
  static Result<Address> at_path(std::string_view path);
  // In the abstract namespace; 1 to 107 bytes, any.
  static Result<Address> abstract(std::string_view name);
  // 127.0.0.1, and ::1.
  static Address loopback(std::uint16_t port_number);
  static Address loopback_ipv6(std::uint16_t port_number);

  bool empty() const { return size_ == 0; }
  Family family() const;
  // Of IPv4 and IPv6.
  std::uint16_t port_number() const;
  // Of UNIX: the path; empty if it is abstract, or has no name.
  std::string_view path() const;
  // What parse() takes, but "unix:" for a UNIX socket without a name, and "(no address)".
  std::string text() const;

  sockaddr const* raw() const { return reinterpret_cast<sockaddr const*>(storage_); }
  socklen_t raw_size() const { return size_; }
  // Equal exactly if the addresses are.
  std::string_view raw_bytes() const { return {reinterpret_cast<char const*>(storage_), size_}; }

  friend bool operator==(Address const& a, Address const& b) {
    return a.raw_bytes() == b.raw_bytes();
  }

 private:
  static Result<Address> local(std::string_view name, bool is_abstract);

  // A sockaddr_un has 110 bytes. A path needs no 0 behind it: the size says where it ends.
  alignas(8) unsigned char storage_[110]{};
  std::uint16_t size_ = 0;
};

// A datagram socket has no peer.
enum class SocketKind : std::uint8_t { stream, datagram };

// Whether several sockets of this user may be bound to one address, among which the kernel spreads
// what comes: a listener for each worker. (SO_REUSEPORT; IPv4 and IPv6.)
enum class Sharing : std::uint8_t { alone, shared };

}  // namespace weir
