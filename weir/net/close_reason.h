// Why a connection ended. It reaches the flow as data (ConnectionEvent); nothing a peer does is an
// exception or the end of the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/net/connection_id.h"

namespace weir {

enum class CloseReason : std::uint8_t {
  peer_closed,           // it sent its end, got what was left for it, and that was all
  peer_reset,            // it tore the connection down
  closed_by_flow,        // Endpoint::close
  flow_failed,           // the flow behind the endpoint ended because a user function threw
  stopped,               // Endpoint::stop
  frame_too_large,       // it announced more than frame_bytes_max
  truncated_frame,       // it sent its end in the middle of a frame
  malformed,             // what it sent is no frame, or the flow could not make sense of it
  slow,                  // it did not read what was for it, or did not finish what it began
  hello_timeout,         // it has sent nothing at all within hello_time
  idle_timeout,          // it has sent nothing for idle_time
  too_many_from_peer,    // its address had connections_per_peer_max already
  connect_refused,       // nobody listens there
  connect_timeout,       // no answer in time
  connect_failed,        // no way to that address, or no descriptor to try with
  too_many_connections,  // connection_count_max was reached when it was dialled
  // TLS
  credentials_missing,  // it has shown no certificate, and had to
  credentials_expired,  // its certificate is not valid now
  credentials_wrong,    // its certificate is none that is trusted, or was not its own
  credentials_refused,  // it does not accept ours, or that we have none
  downgraded,           // it speaks no version, cipher or application protocol that we do
  handshake_timeout,    // it did not finish its handshake within handshake_time
  tls_broken,           // what it sent is no TLS, or was changed on its way
  truncated_stream,     // its end came without having been said

  duplicate,  // who that is has another connection, or is ourselves

  network_error,  // anything else the kernel says
};
inline constexpr std::size_t close_reason_count =
    static_cast<std::size_t>(CloseReason::network_error) + 1;

// A few words, as for a log or a metric's label.
std::string_view text(CloseReason reason);

// What an -errno of a receive or send means for the connection.
CloseReason close_reason_of(std::int32_t result);
// The same for a connect.
CloseReason connect_reason_of(std::int32_t result);

// What happens to a connection, in order with its frames: `opened` is seen no later than the first
// of them, `closed` in a later tick than the last.
struct ConnectionEvent {
  enum class Kind : std::uint8_t {
    opened,
    peer_finished,  // it sends no more but still reads; only where an endpoint keeps such
                    // connections
    closed,
  };

  ConnectionId connection;
  Kind kind = Kind::opened;
  CloseReason reason = CloseReason::peer_closed;  // of closed

  friend constexpr bool operator==(ConnectionEvent const&, ConnectionEvent const&) = default;
};

}  // namespace weir
