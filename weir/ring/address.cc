#include "weir/ring/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>
#include <optional>

namespace weir {

static_assert(sizeof(sockaddr_in6) <= 28);
static_assert(sizeof(sockaddr_in) <= 28);

namespace {

struct Parts {
  std::string host;
  std::string_view port_number;
  bool bracketed = false;
};

// "[::1]:7000" and "127.0.0.1:7000" at their seams.
std::optional<Parts> split(std::string_view text) {
  std::size_t const colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  bool const bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  return Parts{std::string(host), text.substr(colon + 1), bracketed};
}

std::optional<std::uint16_t> parse_port_number(std::string_view text) {
  std::uint16_t number = 0;
  char const* const end = text.data() + text.size();
  auto const [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end || text.empty()) return std::nullopt;
  return number;
}

Error not_an_address(std::string_view text, std::string_view why) {
  return {EINVAL, "\"" + std::string(text) + "\" is no address: " + std::string(why)};
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  std::optional<Parts> const parts = split(text);
  if (!parts) {
    return not_an_address(text, "write host and port number, as 127.0.0.1:7000 or [::1]:7000");
  }
  std::optional<std::uint16_t> const number = parse_port_number(parts->port_number);
  if (!number) return not_an_address(text, "the port number after the last colon is 0 to 65535");

  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(*number);
  if (!parts->bracketed && inet_pton(AF_INET, parts->host.c_str(), &ipv4.sin_addr) == 1)
    return from(reinterpret_cast<sockaddr const&>(ipv4), sizeof(ipv4));

  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(*number);
  if (parts->bracketed && inet_pton(AF_INET6, parts->host.c_str(), &ipv6.sin6_addr) == 1)
    return from(reinterpret_cast<sockaddr const&>(ipv6), sizeof(ipv6));

  return not_an_address(text,
                        "the host is an IPv4 address, or an IPv6 address in brackets; "
                        "names are not looked up here");
}

Address Address::from(sockaddr const& raw, socklen_t size) {
  bool const is_ipv4 = raw.sa_family == AF_INET;
  WEIR_ASSERT(is_ipv4 || raw.sa_family == AF_INET6);
  WEIR_ASSERT(size >= (is_ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6)));
  Address address;
  address.size_ = is_ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::memcpy(address.storage_, &raw, address.size_);
  return address;
}

Address Address::loopback(std::uint16_t port_number) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(port_number);
  raw.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return from(reinterpret_cast<sockaddr const&>(raw), sizeof(raw));
}

Family Address::family() const {
  WEIR_ASSERT(size_ > 0);
  return raw()->sa_family == AF_INET ? Family::ipv4 : Family::ipv6;
}

std::uint16_t Address::port_number() const {
  WEIR_ASSERT(size_ > 0);
  // Both families keep it at the same place.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  std::uint16_t number = 0;
  std::memcpy(&number, storage_ + offsetof(sockaddr_in, sin_port), sizeof(number));
  return ntohs(number);
}

std::string Address::text() const {
  if (size_ == 0) return "(no address)";
  char host[INET6_ADDRSTRLEN] = {};
  bool const is_ipv4 = family() == Family::ipv4;
  std::size_t const at =
      is_ipv4 ? offsetof(sockaddr_in, sin_addr) : offsetof(sockaddr_in6, sin6_addr);
  char const* const done =
      inet_ntop(is_ipv4 ? AF_INET : AF_INET6, storage_ + at, host, sizeof(host));
  WEIR_ASSERT(done != nullptr);
  std::string const number = std::to_string(port_number());
  return is_ipv4 ? std::string(host) + ":" + number : "[" + std::string(host) + "]:" + number;
}

}  // namespace weir
