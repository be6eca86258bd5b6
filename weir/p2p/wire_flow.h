// The flow between the sockets and the three of fetch: what comes is read, and given to whom it
// concerns: to fetch, or to the other modules where there are any. What is no message, or for
// another space, ends its connection, with a reason in the log.
#pragma once

#include <array>
#include <optional>
#include <variant>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tcp.h"
#include "weir/p2p/fetch_parts.h"

namespace weir {

// As it lies in its frame: for another module than fetch.
struct OtherMessage {
  static constexpr bool borrows = true;
  View module{};
  View data{};
};
struct MessageFrom {
  static constexpr bool borrows = true;
  ConnectionId connection{};
  std::variant<FetchRequest, FetchResponse, OtherMessage> message{};
};

// Nothing: it is for nobody here, or malformed.
std::optional<MessageFrom> read_message(FetchParts& fetch, Endpoint& endpoint, Frame const& frame);
std::vector<LinkNews> note_event(FetchParts& fetch, ConnectionEvent const& event);
RequestFrom request_of(FetchParts& fetch, MessageFrom const& from);
ResponseFrom response_of(FetchParts& fetch, MessageFrom const& from);
ModuleMessage module_message_of(FetchParts& fetch, MessageFrom const& from);

// Of one endpoint: a listener, or a dialer.
inline auto wire_flow(FetchParts& fetch, Endpoint& endpoint) {
  static constexpr node<"news"> news;
  static constexpr node<"messages"> messages;
  auto const read = [&fetch, &endpoint](Frame const& frame) {
    return read_message(fetch, endpoint, frame);
  };
  auto const others_listen = [&fetch](LinkNews const&) { return fetch.others_listen; };
  auto const by_kind = [](MessageFrom const& from, int requests, int responses, int others) {
    return std::array{requests, responses, others}[from.message.index()];
  };
  return flow(
      // who came and went
      news = source_tcp_events(endpoint) >> flat_map(step<note_event>(fetch)) >> tee(),
      news >> dest(fetch.link_news), news >> filter(others_listen) >> dest(fetch.others_news),
      // what they say
      messages = source_tcp(endpoint) >> filter_map(read) >>
                 partition<"requests", "responses", "others">(by_kind),
      messages[port<"requests">] >> map(step<request_of>(fetch)) >> dest(fetch.requests),
      messages[port<"responses">] >> map(step<response_of>(fetch)) >> dest(fetch.responses),
      messages[port<"others">] >> map(step<module_message_of>(fetch)) >> dest(fetch.others));
}

}  // namespace weir
