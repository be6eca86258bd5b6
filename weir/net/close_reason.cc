#include "weir/net/close_reason.h"

#include <cerrno>

#include "weir/base/assert.h"

namespace weir {

std::string_view text(CloseReason reason) {
  switch (reason) {
    case CloseReason::peer_closed:
      return "peer closed";
    case CloseReason::peer_reset:
      return "peer reset";
    case CloseReason::closed_by_flow:
      return "closed by flow";
    case CloseReason::flow_failed:
      return "flow failed";
    case CloseReason::stopped:
      return "stopped";
    case CloseReason::frame_too_large:
      return "frame too large";
    case CloseReason::truncated_frame:
      return "truncated frame";
    case CloseReason::malformed:
      return "malformed";
    case CloseReason::slow:
      return "slow";
    case CloseReason::hello_timeout:
      return "hello timeout";
    case CloseReason::idle_timeout:
      return "idle timeout";
    case CloseReason::too_many_from_peer:
      return "too many from peer";
    case CloseReason::connect_refused:
      return "connect refused";
    case CloseReason::connect_timeout:
      return "connect timeout";
    case CloseReason::connect_failed:
      return "connect failed";
    case CloseReason::too_many_connections:
      return "too many connections";
    case CloseReason::credentials_missing:
      return "credentials missing";
    case CloseReason::credentials_expired:
      return "credentials expired";
    case CloseReason::credentials_wrong:
      return "credentials wrong";
    case CloseReason::credentials_refused:
      return "credentials refused";
    case CloseReason::downgraded:
      return "downgraded";
    case CloseReason::handshake_timeout:
      return "handshake timeout";
    case CloseReason::tls_broken:
      return "TLS broken";
    case CloseReason::truncated_stream:
      return "truncated stream";
    case CloseReason::duplicate:
      return "duplicate";
    case CloseReason::network_error:
      return "network error";
  }
  WEIR_ASSERT(!"a CloseReason that has no text");
  return {};
}

CloseReason close_reason_of(std::int32_t result) {
  WEIR_ASSERT(result < 0);
  switch (-result) {
    case ECONNRESET:
    case EPIPE:
      return CloseReason::peer_reset;
    default:
      return CloseReason::network_error;
  }
}

CloseReason connect_reason_of(std::int32_t result) {
  WEIR_ASSERT(result < 0);
  switch (-result) {
    case ECONNREFUSED:
      return CloseReason::connect_refused;
    case ETIMEDOUT:
      return CloseReason::connect_timeout;
    default:
      return CloseReason::connect_failed;
  }
}

}  // namespace weir
