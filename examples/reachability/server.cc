#include "examples/reachability/server.h"

#include <memory>
#include <optional>

#include "examples/reachability/protocol.h"
#include "weir/http/server.h"
#include "weir/http/telemetry.h"
#include "weir/weir.h"

namespace example {

namespace {

using weir::ConnectionId;
using weir::node;

// Edges are shared by all clients; each vertex is answered once to each client that asked.
auto make_flow(weir::Endpoint& server) {
  using namespace weir;
  static constexpr node<"requests"> requests;
  static constexpr node<"reached"> reached;
  static constexpr node<"paths"> paths;

  return weir::flow(
      requests = source_tcp(server) >> decode(RequestCodec{}, refuse(server)) >> tee(),
      reached = union_() >> unique(forever) >> tee(),
      paths = join_no_replay(forever, forever) >> map([](Vertex, auto met) {
                return std::pair{met.second, met.first};
              }),

      requests >> filter_map([](ConnectionId client, Request const& request) {
        auto const* const question = std::get_if<Question>(&request);
        return question ? std::optional(std::pair{question->vertex, client}) : std::nullopt;
      }) >>
          reached,
      requests >> filter_map([](ConnectionId, Request const& request) {
        auto const* const edge = std::get_if<Edge>(&request);
        return edge ? std::optional(*edge) : std::nullopt;
      }) >>
          paths[_1],
      requests >> for_each([&server](ConnectionId client, Request const& request) {
        // Closes when what this tick still finds has gone out, too.
        if (std::holds_alternative<Done>(request)) server.close(client);
      }),

      reached >> paths[_0],
      paths >> reached,  // a cycle: runs to its fixed point within the tick
      reached >> map([](Vertex vertex, ConnectionId client) {
        return std::pair{client, std::tuple{vertex}};
      }) >>
          encode(AnswerCodec{}) >> dest_tcp(server));
}

using Flow = decltype(make_flow(std::declval<weir::Endpoint&>()));

}  // namespace

weir::Result<void> serve(weir::Address const& address,
                         std::function<void(weir::Address const&)> const& ready,
                         std::string const& telemetry) {
  auto worker = weir::Worker::make({});
  if (!worker) return worker.error();
  auto server = (*worker)->listen(address);
  if (!server) return server.error();
  (*worker)->add(make_flow(**server), "reachability");
  std::optional<weir::http::Server> http;
  if (!telemetry.empty()) {
    http.emplace(**worker);
    weir::http::serve_telemetry(*http, **worker, {.trace_activations_max = 65'536});
    auto const listening = http->listen(telemetry);
    if (!listening) return listening.error();
  }
  if (auto const told = (*worker)->stop_on_signals(); !told) return told.error();
  ready((*server)->address());
  (*worker)->run();
  return {};
}

std::string server_flow_as_mermaid() { return weir::to_mermaid(Flow::plan()); }
std::string server_flow_as_dot() { return weir::to_dot(Flow::plan()); }

}  // namespace example
