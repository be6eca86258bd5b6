// What a worker does, for people and programs that look from outside:
//
//   http::Server server(worker);
//   http::serve_telemetry(server, worker);
//   server.listen("127.0.0.1:9100").value();
//
//   /metrics   every counter, as OpenMetrics text: docs/metrics.md
//   /graph     the flows as JSON: plans, counts, rates, depths, who is slow; weir-top draws it
//   /healthz   "ok", or 503 and what is wrong
//   /trace     the last activations as a Chrome trace file (ui.perfetto.dev opens it), if it is on
//
// Each is also to be had without a server, as text. All of them look at counters that are kept
// anyway: nothing on an item's way knows of them. On the worker's thread, between steps, or in one
// of its server's handlers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/function.h"
#include "weir/base/owner.h"

namespace weir {
class Worker;
}

namespace weir::http {

class Server;
struct Family;
struct ProcessFigures;
class OpenMetrics;

// ---- /metrics

// Adds families of a program's own to the page; `labels` are those of the worker.
using MoreMetrics = Function<void(OpenMetrics& page, std::string_view labels)>;

class Metrics {
 public:
  // The worker outlives it.
  explicit Metrics(Worker& worker, MoreMetrics more = {});
  Metrics(Metrics&&) noexcept;
  ~Metrics();

  std::string text();
  // For tests, which know what the system would say.
  std::string text(ProcessFigures const& process);

 private:
  struct State;
  Owner<State> state_;
};

// ---- /graph

// The rates it tells are those since the last but one time that it was asked, or longer ago, at
// least half a second: several who ask in turn do not disturb each other.
class GraphReport {
 public:
  // The worker outlives it.
  explicit GraphReport(Worker& worker);
  GraphReport(GraphReport&&) noexcept;
  ~GraphReport();

  // JSON; its shape is in docs/weir-top.md.
  std::string json();

 private:
  struct State;
  Owner<State> state_;
};

// ---- /healthz

struct Health {
  bool ok = true;
  std::string text;  // "ok", or a line for each thing that is wrong
};
// Wrong is a flow that has failed, and a worker that is being stopped.
Health health(Worker const& worker);

// ---- /trace

// A Chrome trace file of the last so many ticks of which all is known, of those that the worker
// keeps (Worker::keep_trace).
std::string trace_json(Worker const& worker, std::uint32_t ticks_max = ~std::uint32_t{0});

// ---- all of it

struct TelemetryOptions {
  // What /trace remembers, 56 bytes each; 0: nothing, and then tracing costs nothing.
  std::uint32_t trace_activations_max = 0;
  // What /metrics tells beside what the worker counts.
  MoreMetrics more_metrics{};
};

// The worker is the server's.
void serve_telemetry(Server& server, Worker& worker, TelemetryOptions const& options = {});

}  // namespace weir::http
