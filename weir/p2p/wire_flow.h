// The flow between the sockets and the three of fetch: what comes is read, and given to whom it
// concerns. What is no message, or for another space, ends its connection, with a reason in the
// log.
#pragma once

#include <optional>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/tcp.h"
#include "weir/p2p/fetch_parts.h"

namespace weir {

struct MessageFrom {
  static constexpr bool borrows = true;
  ConnectionId connection{};
  FetchMessage message{};
};

// Nothing: it is not for fetch, or malformed.
std::optional<MessageFrom> read_message(FetchParts& fetch, Endpoint& endpoint, Frame const& frame);
LinkNews note_event(FetchParts& fetch, ConnectionEvent const& event);
RequestFrom request_of(FetchParts& fetch, MessageFrom const& from);
ResponseFrom response_of(FetchParts& fetch, MessageFrom const& from);

// Of one endpoint: a listener, or a dialer.
inline auto wire_flow(FetchParts& fetch, Endpoint& endpoint) {
  static constexpr node<"messages"> messages;
  auto const is_news = [](LinkNews const& news) { return news.peer != no_number; };
  auto const read = [&fetch, &endpoint](Frame const& frame) {
    return read_message(fetch, endpoint, frame);
  };
  auto const by_kind = [](MessageFrom const& from, int requests, int responses) {
    return from.message.index() == 0 ? requests : responses;
  };
  return flow(
      // who came and went
      source_tcp_events(endpoint) >> map(step<note_event>(fetch)) >> filter(is_news) >>
          dest(fetch.link_news),
      // what they say
      messages =
          source_tcp(endpoint) >> filter_map(read) >> partition<"requests", "responses">(by_kind),
      messages[port<"requests">] >> map(step<request_of>(fetch)) >> dest(fetch.requests),
      messages[port<"responses">] >> map(step<response_of>(fetch)) >> dest(fetch.responses));
}

}  // namespace weir
