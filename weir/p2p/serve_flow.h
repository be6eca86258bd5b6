// The flow that answers what peers ask for.
#pragma once

#include <utility>
#include <vector>

#include "weir/p2p/encode_messages.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/send_to_peers.h"

namespace weir {

void queue_request(FetchParts& fetch, RequestFrom const& from);
// `why` is nobody's business: it is a turn's beginning.
std::vector<Turn> next_turns(FetchParts& fetch, Instant why, Instant now);
void note_absent_ops(FetchParts& fetch, Served const& served);
// As many responses as its ops need, of bounded size; none where nothing is to be said. Its peer
// may have another turn.
std::vector<std::pair<ConnectionId, ResponseToSend>> end_turn(FetchParts& fetch,
                                                              Served const& served);

inline auto serve_flow(FetchParts& fetch) {
  static constexpr node<"turns"> turns;
  static constexpr node<"frames"> frames;
  auto const at_once = [](unit) { return Instant{0}; };
  return flow(
      // requests are queued
      source(fetch.requests) >> for_each(step<queue_request>(fetch)),
      // the requested ops are looked up: in their order, or one peer after the other
      source_stream(fetch.next_turns) >> map(at_once) >> turns,
      source_alarm(fetch.worker, fetch.serve_alarm) >> turns, turns = union_(),
      turns >> flat_map(step<next_turns>(fetch)) >> dest(fetch.store.turns),
      // what is not held is logged, and what was found is sent in a response
      source(fetch.store.served) >> inspect(step<note_absent_ops>(fetch)) >>
          flat_map(step<end_turn>(fetch)) >> encode_messages(fetch.space) >> frames,
      send_to_peers<"frames">(fetch.links));
}

}  // namespace weir
