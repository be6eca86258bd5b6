// A server that collects edges and answers, while they arrive, what can be reached.
#pragma once

#include <functional>
#include <string>

#include "weir/base/result.h"
#include "weir/ring/address.h"

namespace example {

// Serves until the process is told to end (SIGTERM, SIGINT). `ready` is called with the address it
// listens on. What it does can be watched at `telemetry`, an address, unless that is empty.
weir::Result<void> serve(weir::Address const& address,
                         std::function<void(weir::Address const&)> const& ready,
                         std::string const& telemetry = {});

// The server's flow as a picture.
std::string server_flow_as_mermaid();
std::string server_flow_as_dot();

}  // namespace example
