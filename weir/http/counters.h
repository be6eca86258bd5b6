// What an HTTP server counts; all of it since its beginning.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::http {

// Why a request was not given to a handler, or not to its end.
enum class Refusal : std::uint8_t {
  none,
  malformed,            // 400: no HTTP, or none that everybody reads alike
  ambiguous_length,     // 400: two lengths, a length and chunks, chunks that are none
  bad_host,             // 400: none in HTTP/1.1, or several
  bad_path,             // 400: "..", "%00", "%2f", or no path
  line_too_long,        // 414
  head_too_large,       // 431
  too_many_fields,      // 431
  body_too_large,       // 413
  bodies_too_large,     // 503: of all requests together
  unknown_coding,       // 501: a Transfer-Encoding other than chunked
  unknown_version,      // 505
  unknown_expectation,  // 417
  too_slow,             // 408
  cut_off,              // the peer ended in the middle of it
};
inline constexpr std::size_t refusal_count = 15;

int status_of(Refusal refusal);
// "ambiguous_length"
std::string_view name_of(Refusal refusal);

struct ServerCounters {
  std::uint64_t accepted = 0;
  std::uint64_t closed = 0;
  std::uint64_t closed_too_many = 0;  // from one address
  std::uint64_t closed_idle = 0;      // no request came
  std::uint64_t closed_slow = 0;      // did not take its answer
  std::uint64_t accept_failures = 0;
  std::uint64_t tls_failures = 0;            // handshakes, or what came behind them
  std::uint64_t requests = 0;                // whose head was read
  std::array<std::uint64_t, 6> responses{};  // by the first digit of their status
  std::array<std::uint64_t, refusal_count> refused{};
  std::uint64_t handler_failures = 0;  // a handler, receiver or source threw
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t moved_bytes = 0;  // of them, from files without being copied
  std::uint64_t files_loaded = 0;
  std::uint64_t files_refused = 0;  // paths that led out of their folder

  std::uint64_t refused_for(Refusal refusal) const {
    return refused[static_cast<std::size_t>(refusal)];
  }
};

}  // namespace weir::http
