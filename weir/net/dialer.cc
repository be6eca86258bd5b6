#include "weir/net/dialer.h"

#include "weir/net/connection.h"
#include "weir/net/endpoint.h"
#include "weir/net/net.h"
#include "weir/ring/ring.h"

namespace weir {

ConnectionId Dialer::dial(Address const& address) {
  Net& net = endpoint_.net();
  ++net.counters().dialled;
  // A failure takes a place, too, until the flow has been told: the table exceeds its limit by
  // those.
  bool const full = net.table_is_full();
  Connection& connection = net.begin(endpoint_);
  if (endpoint_.is_stopping()) {
    connection.start_failed(endpoint_, CloseReason::stopped);
    return connection.id();
  }
  if (full) {
    connection.start_failed(endpoint_, CloseReason::too_many_connections);
    return connection.id();
  }
  Result<int> const opened = net.ring().kernel().open_socket(address.family());
  if (!opened) {
    connection.start_failed(endpoint_, CloseReason::connect_failed);
    return connection.id();
  }
  Instant const deadline = net.ring().clock().now() + net.limits().connect_time_max;
  connection.start_connecting(endpoint_, opened.value(), address, deadline);
  dialled_.push_back(connection);
  net.note_deadline(deadline);
  return connection.id();
}

Instant Dialer::check_deadlines(Instant now) {
  while (Connection* const first = dialled_.front()) {  // ends: terminate takes it off the list
    if (first->connect_deadline() > now) return first->connect_deadline();
    first->terminate(CloseReason::connect_timeout);
  }
  return never;
}

}  // namespace weir
