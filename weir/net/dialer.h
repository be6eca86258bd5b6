// Makes connections for an endpoint. Each attempt has a deadline; as all have the same time, they
// are due in the order in which they began.
#pragma once

#include "weir/base/clock.h"
#include "weir/net/connection_id.h"
#include "weir/net/connection_lists.h"
#include "weir/ring/address.h"

namespace weir {

class Endpoint;

class Dialer {
 public:
  explicit Dialer(Endpoint& endpoint) : endpoint_(endpoint) {}

  ConnectionId dial(Address const& address);
  // Gives up those that are due; returns when the next one is.
  Instant check_deadlines(Instant now);

 private:
  Endpoint& endpoint_;
  Connections<On::dialled> dialled_;
};

}  // namespace weir
