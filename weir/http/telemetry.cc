#include "weir/http/telemetry.h"

#include <charconv>
#include <string>
#include <utility>

#include "weir/http/open_metrics.h"
#include "weir/http/server.h"
#include "weir/worker/worker.h"

namespace weir::http {

namespace {

// "ticks=100"; all where nothing is said, false for anything else.
bool read_ticks(std::string_view query, std::uint32_t& ticks) {
  if (query.empty()) return true;
  constexpr std::string_view key = "ticks=";
  if (!query.starts_with(key)) return false;
  query.remove_prefix(key.size());
  auto const end = query.data() + query.size();
  auto const read = std::from_chars(query.data(), end, ticks);
  return read.ec == std::errc{} && read.ptr == end && ticks > 0;
}

Response plain(int status, std::string sentence) {
  Response response = text(std::move(sentence) + "\n");
  response.status = status;
  return response;
}

Response answer_trace(Worker const& worker, Request const& request) {
  if (worker.trace() == nullptr)
    return plain(
        404, "no trace is kept: TelemetryOptions::trace_activations_max, or Worker::keep_trace()");
  std::uint32_t ticks = ~std::uint32_t{0};
  if (!read_ticks(request.query, ticks))
    return plain(400, "ask for /trace, or for the last so many ticks: /trace?ticks=100");
  return json(trace_json(worker, ticks));
}

}  // namespace

Health health(Worker const& worker) {
  Health health;
  auto const note = [&health](std::string line) {
    health.ok = false;
    health.text += (health.text.empty() ? "" : "\n") + std::move(line);
  };
  if (worker.is_stopping()) note("the worker is being stopped");
  for (std::size_t n = 0; n < worker.flows().size(); ++n) {
    RunningFlow const& flow = *worker.flows()[n];
    Failure const* const failure = flow.graph.failure();
    if (failure == nullptr) continue;
    std::string const name = flow.name.empty() ? std::to_string(n) : flow.name;
    note("flow " + name + " has failed at " + failure->node + ": " + failure->what);
  }
  if (health.ok) health.text = "ok";
  return health;
}

void serve_telemetry(Server& server, Worker& worker, TelemetryOptions const& options) {
  server.get("/metrics", [metrics = Metrics(worker, options.more_metrics)](Request const&) mutable {
    return content(open_metrics_type, metrics.text());
  });
  server.get("/graph", [report = GraphReport(worker)](Request const&) mutable {
    return json(report.json());
  });
  server.get("/healthz", [&worker](Request const&) {
    Health const now = health(worker);
    return plain(now.ok ? 200 : 503, now.text);
  });
  if (options.trace_activations_max > 0) worker.keep_trace(options.trace_activations_max);
  server.get("/trace", [&worker](Request const& request) { return answer_trace(worker, request); });
}

}  // namespace weir::http
