// Every limit of an HTTP server and of a client, and the sum of the memory they allow.
//
//   connection    its fixed size, a head, what is read ahead, what is on its way out
//   bodies        of requests that are collected whole: body_total_bytes_max for all together
//   files         cached_total_bytes_max in memory; open_file_count_max open
//   receive pool  pool_buffer_count x pool_buffer_bytes
//
// What a handler answers is the handler's: a large answer is better given by a source, which is
// asked for the next part when the last one has gone.
#pragma once

#include <cstdint>

#include "weir/base/clock.h"

namespace weir::http {

struct Limits {
  // ---- a request; beyond: 414, 431, 431, 413, 413, 503
  std::uint32_t line_bytes_max = 8u << 10;
  std::uint32_t head_bytes_max = 32u << 10;  // line and fields
  std::uint32_t field_count_max = 100;
  std::uint64_t body_bytes_max = 1u << 20;              // for a handler that is given it whole
  std::uint64_t streamed_body_bytes_max = 16ull << 30;  // for a receiver
  std::uint64_t body_total_bytes_max = 64u << 20;       // of all that are being collected
  // Of a chunk's first line; and of the fields behind the last chunk.
  std::uint32_t chunk_line_bytes_max = 1u << 10;

  // ---- a connection
  std::uint32_t connection_count_max = 16'384;  // with so many, nobody is accepted
  // Of one address (as peer_limit.h counts); who comes beyond is closed. 0: no limit.
  std::uint32_t connections_per_peer_max = 0;
  std::uint32_t accept_backlog_count = 4096;
  std::uint64_t requests_per_connection_max = 100'000;
  // Answers on their way out; beyond it no further request is looked at.
  std::uint32_t output_mark_bytes = 64u << 10;

  // ---- time
  Duration head_time = 10 * seconds;  // from the first byte of a request to the end of its head
  Duration idle_time = 60 * seconds;  // from an answer to the next request
  // A body that comes, or an answer that goes, moves at least so many bytes in each such time.
  Duration transfer_time = 15 * seconds;
  std::uint32_t transfer_bytes_min = 4u << 10;
  // A connection that is closed with input unread is read and dropped for so long, or the reset
  // would take the answer with it.
  Duration linger_time = 2 * seconds;
  // Beyond that it is not read, but still waited for. (More than buffers of sockets hold.)
  std::uint32_t linger_bytes_max = 16u << 20;
  Duration accept_retry_time = 100 * milliseconds;  // when descriptors are exhausted

  // ---- files
  std::uint32_t cached_file_bytes_max = 64u << 10;  // a larger one is sent from the disk's cache
  std::uint64_t cached_total_bytes_max = 32u << 20;
  std::uint32_t open_file_count_max = 1024;    // known files, large ones open
  Duration file_check_time = 1 * seconds;      // after which it is looked whether it changed
  std::uint32_t file_send_bytes = 256u << 10;  // of a large one, before it is another one's turn
  std::uint32_t file_read_bytes = 64u << 10;   // where it has to be fetched from the disk

  // ---- the receive pool
  std::uint32_t pool_buffer_count = 64;
  std::uint32_t pool_buffer_bytes = 16u << 10;
};

// What one connection may hold beside its fixed size and a body that is being collected.
constexpr std::uint64_t connection_bytes_max(Limits const& limits) {
  std::uint64_t const input = limits.head_bytes_max + 2u * limits.pool_buffer_bytes;
  std::uint64_t const output = 2u * (limits.output_mark_bytes + limits.cached_file_bytes_max);
  return limits.head_bytes_max + input + output + limits.file_read_bytes;
}

constexpr std::uint64_t memory_bytes_max(Limits const& limits) {
  return limits.connection_count_max * connection_bytes_max(limits) + limits.body_total_bytes_max +
         limits.cached_total_bytes_max + limits.cached_file_bytes_max +
         std::uint64_t{limits.pool_buffer_count} * limits.pool_buffer_bytes;
}

constexpr bool sensible(Limits const& limits) {
  bool const pool = limits.pool_buffer_count > 0 && limits.pool_buffer_count <= 32'768 &&
                    (limits.pool_buffer_count & (limits.pool_buffer_count - 1)) == 0 &&
                    limits.pool_buffer_bytes >= 256;
  return pool && limits.line_bytes_max >= 16 && limits.line_bytes_max <= limits.head_bytes_max &&
         limits.head_bytes_max <= 16u << 20 && limits.field_count_max > 0 &&
         limits.chunk_line_bytes_max >= 32 && limits.connection_count_max > 0 &&
         limits.requests_per_connection_max > 0 && limits.output_mark_bytes > 0 &&
         limits.head_time > 0 && limits.idle_time > 0 && limits.transfer_time > 0 &&
         limits.cached_file_bytes_max <= limits.cached_total_bytes_max &&
         limits.open_file_count_max > 0 && limits.file_send_bytes > 0 &&
         limits.file_send_bytes <= INT32_MAX && limits.file_read_bytes > 0;
}
static_assert(sensible(Limits{}));

}  // namespace weir::http
