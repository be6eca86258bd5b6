// Where a socket is: an IPv4 or IPv6 address with a port number, or a UNIX socket's name, as the
// kernel wants it.
//
//   127.0.0.1:7000   [::1]:7000   [fe80::1%2]:7000   unix:/run/weir.sock   unix:@weir
//
// A UNIX name is a path in the file system, or behind an '@' a name in the abstract namespace,
// which ends with the socket that is bound to it.
//
// An address has 32 bytes, because an item of a flow has one where it has one (a datagram, a frame
// of a LazyDialer). A UNIX name of up to 26 bytes fits into that; a longer one lies on the heap,
// and copies share it, on any thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "weir/base/result.h"

namespace weir {

enum class Family : std::uint8_t { ipv4, ipv6, local };  // local: UNIX

class Address {
 public:
  // No address: raw_size() is 0.
  Address() = default;
  Address(Address const& other) { share(other); }
  Address(Address&& other) noexcept { take(other); }
  Address& operator=(Address const& other) {
    if (this == &other) return *this;
    release();
    share(other);
    return *this;
  }
  Address& operator=(Address&& other) noexcept {
    if (this == &other) return *this;
    release();
    take(other);
    return *this;
  }
  ~Address() { release(); }

  // As in the examples above; port number 0 lets the kernel choose. A link-local IPv6 address says
  // its interface by number or by name. In a UNIX name "\xHH" stands for one byte.
  static Result<Address> parse(std::string_view text);
  // `raw` is of one of the three families, and whole. A `size` of less than the family's name is
  // no address. If it is that of `known` it is a copy of that: a long name is not made again.
  static Address from(sockaddr const& raw, socklen_t size) { return from(raw, size, Address()); }
  static Address from(sockaddr const& raw, socklen_t size, Address const& known);
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

  // As long as this address lives and is not given another value.
  sockaddr const* raw() const { return reinterpret_cast<sockaddr const*>(bytes()); }
  socklen_t raw_size() const { return size_; }
  // Equal exactly if the addresses are.
  std::string_view raw_bytes() const { return {reinterpret_cast<char const*>(bytes()), size_}; }
  std::uint64_t hash() const;

  friend bool operator==(Address const& a, Address const& b) {
    return a.raw_bytes() == b.raw_bytes();
  }

 private:
  struct LongName;

  static Result<Address> local(std::string_view name, bool is_abstract);

  bool is_long() const { return size_ > sizeof(storage_); }
  LongName* long_name() const {
    LongName* name = nullptr;
    std::memcpy(&name, storage_, sizeof(name));
    return name;
  }
  unsigned char const* bytes() const { return is_long() ? long_bytes() : storage_; }
  unsigned char const* long_bytes() const;
  void keep(void const* raw, std::size_t size);
  void retain_long() const;
  void release_long();

  void share(Address const& other) {
    std::memcpy(storage_, other.storage_, sizeof(storage_));
    size_ = other.size_;
    if (is_long()) [[unlikely]]
      retain_long();
  }
  void take(Address& other) {
    std::memcpy(storage_, other.storage_, sizeof(storage_));
    size_ = std::exchange(other.size_, std::uint16_t{0});
  }
  void release() {
    if (is_long()) [[unlikely]]
      release_long();
  }

  // What the kernel wants, which for an IPv6 address has 28 bytes; of a longer one, where it is. A
  // path needs no 0 behind it: the size says where it ends.
  alignas(8) unsigned char storage_[28]{};
  std::uint16_t size_ = 0;
};

// A datagram socket has no peer.
enum class SocketKind : std::uint8_t { stream, datagram };

// Whether several sockets of this user may be bound to one address, among which the kernel spreads
// what comes: a listener for each worker. (SO_REUSEPORT; IPv4 and IPv6.)
enum class Sharing : std::uint8_t { alone, shared };

}  // namespace weir
