// The words of HTTP.
#include <algorithm>
#include <array>
#include <utility>

#include "weir/base/assert.h"
#include "weir/http/counters.h"
#include "weir/http/request.h"
#include "weir/http/response.h"

namespace weir::http {

namespace {

constexpr std::array<std::string_view, method_count> methods{"GET",   "HEAD",   "POST",    "PUT",
                                                             "PATCH", "DELETE", "OPTIONS", ""};

constexpr std::array<std::pair<int, std::string_view>, 41> reasons{{
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

struct RefusalRow {
  std::string_view name;
  int status;
};
constexpr std::array<RefusalRow, refusal_count> refusals{{
    {"none", 200},
    {"malformed", 400},
    {"ambiguous_length", 400},
    {"bad_host", 400},
    {"bad_path", 400},
    {"line_too_long", 414},
    {"head_too_large", 431},
    {"too_many_fields", 431},
    {"body_too_large", 413},
    {"bodies_too_large", 503},
    {"unknown_coding", 501},
    {"unknown_version", 505},
    {"unknown_expectation", 417},
    {"too_slow", 408},
    {"cut_off", 400},
}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string_view name_of(Method method) { return methods[static_cast<std::size_t>(method)]; }

Method method_named(std::string_view name) {
  auto const found = std::find(methods.begin(), methods.end() - 1, name);
  return static_cast<Method>(found - methods.begin());
}

bool same_token(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view Request::field(std::string_view name) const {
  for (Field const& field : fields)
    if (same_token(field.name, name)) return field.value;
  return {};
}

std::string_view reason_of(int status) {
  for (auto const& [code, reason] : reasons)
    if (code == status) return reason;
  return "Unknown";
}

int status_of(Refusal refusal) { return refusals[static_cast<std::size_t>(refusal)].status; }
std::string_view name_of(Refusal refusal) {
  return refusals[static_cast<std::size_t>(refusal)].name;
}

// ---- responses ----------------------------------------------------------------------------------

Response content(std::string_view type, std::string body) {
  Response response;
  response.type = type;
  response.body = std::move(body);
  return response;
}

Response text(std::string body) { return content("text/plain; charset=utf-8", std::move(body)); }
Response html(std::string body) { return content("text/html; charset=utf-8", std::move(body)); }
Response json(std::string body) { return content("application/json", std::move(body)); }

Response status(int code) {
  bool const has_body = code >= 200 && code != 204 && code != 304;
  Response response;
  if (has_body) response = text(std::to_string(code) + " " + std::string(reason_of(code)) + "\n");
  response.status = code;
  return response;
}

Response redirect(std::string location, int code) {
  return status(code).with("Location", std::move(location));
}

}  // namespace weir::http
