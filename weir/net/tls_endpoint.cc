#include "weir/net/tls_endpoint.h"

#include "weir/net/connection.h"

namespace weir {

// Ends: whoever is due leaves the list, or goes behind `now`.
Instant TlsEndpoint::check_deadlines(Instant now) {
  while (Connection* const first = shaking_hands_.front()) {
    if (first->connect_deadline() > now) return first->connect_deadline();
    Connections<On::dialled>::remove(*first);
    if (first->check_handshake(now)) shaking_hands_.push_back(*first);
  }
  return never;
}

}  // namespace weir
