#include "weir/ring/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>

#include "weir/base/atomic.h"
#include "weir/base/hash.h"

namespace weir {

static_assert(sizeof(sockaddr_in6) <= 28);
static_assert(sizeof(Address) == 32);

// A UNIX address that does not fit into an Address, shared by all that are equal copies of one.
struct Address::LongName {
  Atomic<std::uint32_t> references{1};
  alignas(sockaddr_un) unsigned char raw[sizeof(sockaddr_un)]{};
};

namespace {

constexpr std::string_view local_prefix = "unix:";
constexpr std::size_t local_name_at = offsetof(sockaddr_un, sun_path);
// One byte of sun_path is the 0 of an abstract name, or left for the one behind a path.
constexpr std::size_t local_name_size_max = sizeof(sockaddr_un::sun_path) - 1;

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

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number = 0;
  char const* const end = text.data() + text.size();
  auto const [stopped, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc{} || stopped != end || text.empty()) return std::nullopt;
  return number;
}

Error not_an_address(std::string_view text, std::string_view why) {
  return {EINVAL, "\"" + std::string(text) + "\" is no address: " + std::string(why)};
}

// "fe80::1%2", "fe80::1%eth0": the interface, 0 if none is named; nothing if there is none such.
std::optional<std::uint32_t> cut_interface(std::string& host) {
  std::size_t const percent = host.find('%');
  if (percent == host.npos) return 0;
  std::string const name = host.substr(percent + 1);
  host.resize(percent);
  if (std::optional<std::uint32_t> const number = parse_number<std::uint32_t>(name)) return number;
  std::uint32_t const found = ::if_nametoindex(name.c_str());
  return found == 0 ? std::nullopt : std::optional(found);
}

// A name with its "\xHH" made bytes; nothing if one is not whole.
std::optional<std::string> unescape(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    if (!text.starts_with('\\')) {
      name += text.front();
      text.remove_prefix(1);
      continue;
    }
    std::optional<std::uint8_t> byte;
    if (text.size() >= 4 && text[1] == 'x')
      byte = parse_number<std::uint8_t>(text.substr(2, 2), 16);
    if (!byte) return std::nullopt;
    name += static_cast<char>(*byte);
    text.remove_prefix(4);
  }
  return name;
}

std::string escape(std::string_view name) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (char const c : name) {
    auto const byte = static_cast<unsigned char>(c);
    bool const plain = byte > 0x20 && byte < 0x7f && c != '\\';
    if (plain) text += c;
    else text += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  }
  return text;
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  if (text.starts_with(local_prefix)) {
    std::string_view const rest = text.substr(local_prefix.size());
    bool const is_abstract = rest.starts_with('@');
    std::optional<std::string> const name = unescape(is_abstract ? rest.substr(1) : rest);
    if (!name) return not_an_address(text, "a backslash begins \"\\xHH\", two digits of one byte");
    Result<Address> const made = local(*name, is_abstract);
    return made ? made : not_an_address(text, made.error().message);
  }
  std::optional<Parts> parts = split(text);
  if (!parts) {
    return not_an_address(text,
                          "write host and port number, as 127.0.0.1:7000 or [::1]:7000, or a "
                          "UNIX socket, as unix:/run/weir.sock");
  }
  auto const number = parse_number<std::uint16_t>(parts->port_number);
  if (!number) return not_an_address(text, "the port number after the last colon is 0 to 65535");

  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(*number);
  if (!parts->bracketed && inet_pton(AF_INET, parts->host.c_str(), &ipv4.sin_addr) == 1)
    return from(reinterpret_cast<sockaddr const&>(ipv4), sizeof(ipv4));

  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(*number);
  if (parts->bracketed) {
    std::optional<std::uint32_t> const interface = cut_interface(parts->host);
    if (!interface) return not_an_address(text, "there is no interface of that name behind the %");
    ipv6.sin6_scope_id = *interface;
    if (inet_pton(AF_INET6, parts->host.c_str(), &ipv6.sin6_addr) == 1)
      return from(reinterpret_cast<sockaddr const&>(ipv6), sizeof(ipv6));
  }
  return not_an_address(text,
                        "the host is an IPv4 address, or an IPv6 address in brackets; "
                        "names are not looked up here");
}

// Fields that do not say where a socket is (a flow label, padding) are not kept.
Address Address::from(sockaddr const& raw, socklen_t size, Address const& known) {
  Address address;
  if (size < sizeof(raw.sa_family)) return address;
  if (raw.sa_family == AF_INET) {
    WEIR_ASSERT(size >= sizeof(sockaddr_in));
    auto const& given = reinterpret_cast<sockaddr_in const&>(raw);
    sockaddr_in kept{};
    kept.sin_family = AF_INET;
    kept.sin_port = given.sin_port;
    kept.sin_addr = given.sin_addr;
    address.keep(&kept, sizeof(kept));
  } else if (raw.sa_family == AF_INET6) {
    WEIR_ASSERT(size >= sizeof(sockaddr_in6));
    auto const& given = reinterpret_cast<sockaddr_in6 const&>(raw);
    sockaddr_in6 kept{};
    kept.sin6_family = AF_INET6;
    kept.sin6_port = given.sin6_port;
    kept.sin6_addr = given.sin6_addr;
    kept.sin6_scope_id = given.sin6_scope_id;
    address.keep(&kept, sizeof(kept));
  } else {
    WEIR_ASSERT(raw.sa_family == AF_UNIX);
    WEIR_ASSERT(size <= sizeof(sockaddr_un) + 1);  // the kernel may count a 0 that it does not hold
    auto const& given = reinterpret_cast<sockaddr_un const&>(raw);
    std::size_t name_size = std::min<std::size_t>(size, sizeof(sockaddr_un)) - local_name_at;
    bool const is_path = name_size > 0 && given.sun_path[0] != '\0';
    if (is_path) name_size = ::strnlen(given.sun_path, name_size);
    std::size_t const kept_size = local_name_at + name_size;
    if (known.raw_bytes() == std::string_view(reinterpret_cast<char const*>(&given), kept_size))
      return known;
    address.keep(&given, kept_size);
  }
  return address;
}

void Address::keep(void const* raw, std::size_t size) {
  WEIR_ASSERT(size_ == 0);
  WEIR_ASSERT(size <= sizeof(sockaddr_un));
  size_ = static_cast<std::uint16_t>(size);
  if (!is_long()) {
    std::memcpy(storage_, raw, size);
    return;
  }
  auto* const name = new LongName;
  std::memcpy(name->raw, raw, size);
  std::memcpy(storage_, &name, sizeof(name));
}

unsigned char const* Address::long_bytes() const { return long_name()->raw; }

void Address::retain_long() const { long_name()->references.fetch_add(1, MemoryOrder::relaxed); }

void Address::release_long() {
  LongName* const name = long_name();
  if (name->references.fetch_sub(1, MemoryOrder::acquire_release) == 1) delete name;
}

std::uint64_t Address::hash() const { return hash_of(raw_bytes()); }

Result<Address> Address::local(std::string_view name, bool is_abstract) {
  if (name.empty()) return Error{EINVAL, "the name of a UNIX socket has at least one byte"};
  if (name.size() > local_name_size_max)
    return Error{ENAMETOOLONG, "the name of a UNIX socket has at most 107 bytes"};
  if (!is_abstract && name.find('\0') != name.npos)
    return Error{EINVAL, "the path of a UNIX socket has no byte 0"};
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  std::size_t const from_byte = is_abstract ? 1 : 0;
  std::memcpy(raw.sun_path + from_byte, name.data(), name.size());
  std::size_t const size = local_name_at + from_byte + name.size();
  return from(reinterpret_cast<sockaddr const&>(raw), static_cast<socklen_t>(size));
}

Result<Address> Address::at_path(std::string_view path) { return local(path, false); }

Result<Address> Address::abstract(std::string_view name) { return local(name, true); }

Address Address::loopback(std::uint16_t port_number) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(port_number);
  raw.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return from(reinterpret_cast<sockaddr const&>(raw), sizeof(raw));
}

Address Address::loopback_ipv6(std::uint16_t port_number) {
  sockaddr_in6 raw{};
  raw.sin6_family = AF_INET6;
  raw.sin6_port = htons(port_number);
  raw.sin6_addr = in6addr_loopback;
  return from(reinterpret_cast<sockaddr const&>(raw), sizeof(raw));
}

Family Address::family() const {
  WEIR_ASSERT(size_ > 0);
  if (raw()->sa_family == AF_UNIX) return Family::local;
  return raw()->sa_family == AF_INET ? Family::ipv4 : Family::ipv6;
}

std::uint16_t Address::port_number() const {
  WEIR_ASSERT(size_ > 0);
  WEIR_ASSERT(family() != Family::local);
  // Both families keep it at the same place.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  std::uint16_t number = 0;
  std::memcpy(&number, storage_ + offsetof(sockaddr_in, sin_port), sizeof(number));
  return ntohs(number);
}

std::string_view Address::path() const {
  WEIR_ASSERT(family() == Family::local);
  std::string_view const name = raw_bytes().substr(local_name_at);
  return name.starts_with('\0') ? std::string_view{} : name;
}

std::string Address::text() const {
  if (size_ == 0) return "(no address)";
  if (family() == Family::local) {
    std::string_view const name = raw_bytes().substr(local_name_at);
    std::string const prefix(local_prefix);
    return name.starts_with('\0') ? prefix + "@" + escape(name.substr(1)) : prefix + escape(name);
  }
  char host[INET6_ADDRSTRLEN] = {};
  bool const is_ipv4 = family() == Family::ipv4;
  std::size_t const at =
      is_ipv4 ? offsetof(sockaddr_in, sin_addr) : offsetof(sockaddr_in6, sin6_addr);
  char const* const done =
      inet_ntop(is_ipv4 ? AF_INET : AF_INET6, storage_ + at, host, sizeof(host));
  WEIR_ASSERT(done != nullptr);
  std::string const number = std::to_string(port_number());
  if (is_ipv4) return std::string(host) + ":" + number;
  std::uint32_t const interface = reinterpret_cast<sockaddr_in6 const*>(raw())->sin6_scope_id;
  std::string const behind = interface == 0 ? "" : "%" + std::to_string(interface);
  return "[" + std::string(host) + behind + "]:" + number;
}

}  // namespace weir
