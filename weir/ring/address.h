// An IPv4 or IPv6 address with a port number, as the kernel wants it.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/result.h"

namespace weir {

enum class Family : std::uint8_t { ipv4, ipv6 };

class Address {
 public:
  Address() = default;

  // "127.0.0.1:7000", "[::1]:7000"; port number 0 lets the kernel choose.
  static Result<Address> parse(std::string_view text);
  static Address from(sockaddr const& raw, socklen_t size);
  // 127.0.0.1.
  static Address loopback(std::uint16_t port_number);

  Family family() const;
  std::uint16_t port_number() const;
  std::string text() const;

  sockaddr const* raw() const { return reinterpret_cast<sockaddr const*>(&storage_); }
  socklen_t raw_size() const { return size_; }

  friend bool operator==(Address const& a, Address const& b) { return a.text() == b.text(); }

 private:
  // Large enough for sockaddr_in6; sockaddr_storage would cost 128 bytes a completion.
  alignas(8) unsigned char storage_[28]{};
  socklen_t size_ = 0;
};

}  // namespace weir
