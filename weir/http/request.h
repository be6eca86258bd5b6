// What a handler is told: one request. All of it is valid while the handler runs; copy what is to
// live longer.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::http {

enum class Method : std::uint8_t { get, head, post, put, patch, remove, options, other };
inline constexpr std::size_t method_count = 8;

// "GET"; of `other`: "".
std::string_view name_of(Method method);
Method method_named(std::string_view name);

struct Field {
  std::string_view name;   // as it was sent
  std::string_view value;  // without the white space around it
};

// Two names of fields, or tokens in them, are the same but for upper and lower case.
bool same_token(std::string_view a, std::string_view b);

// One request and its answer, as resume() names them. Never used again.
struct ExchangeId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  std::uint64_t number = 0;  // of the request on its connection
  friend bool operator==(ExchangeId const&, ExchangeId const&) = default;
};

struct Request {
  Method method = Method::other;
  std::string_view method_name;
  std::string_view target;  // as it was sent
  // Decoded ("%20" is a space), begins with a slash, no part of it is "." or "..".
  std::string_view path;
  std::string_view query;  // behind the '?', as it was sent
  std::vector<Field> fields;
  std::string_view body;  // whole; empty where a receiver is given it
  bool is_http_1_0 = false;
  ExchangeId id;

  // The first of that name; empty if there is none.
  std::string_view field(std::string_view name) const;
};

}  // namespace weir::http
