// A server that collects edges and answers, while they arrive, what can be reached.
#pragma once

#include <functional>
#include <string>

#include "weir/base/result.h"
#include "weir/ring/address.h"

namespace example {

// Serves until the process is told to end (SIGTERM). `ready` is called with the address it listens
// on.
weir::Result<void> serve(weir::Address const& address,
                         std::function<void(weir::Address const&)> const& ready);

// The server's flow as a picture.
std::string server_flow_as_mermaid();
std::string server_flow_as_dot();

}  // namespace example
