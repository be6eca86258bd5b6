// The flow that asks peers for what is wanted. Its sentences, as the documentation of CoreFetch has
// them, are its statements.
#pragma once

#include <utility>
#include <vector>

#include "weir/p2p/encode_messages.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/send_to_peers.h"

namespace weir {

void note_wanted(FetchParts& fetch, WantedOps const& wanted);
void note_cancelled(FetchParts& fetch, OpId const& id);
void note_news(FetchParts& fetch, LinkNews const& news, Instant now);
void note_alarm(FetchParts& fetch, Instant due, Instant now);
// What is to be sent in this tick; with it the alarm is set, and who waits for the end is told.
Requests const* plan_requests(FetchParts& fetch, unit, Instant now);
void connect_to(FetchParts& fetch, PeerNumber peer);
std::pair<ConnectionId, RequestToSend> request_to(FetchParts& fetch, PlannedRequest const& planned);

inline auto want_flow(FetchParts& fetch) {
  static constexpr node<"changed"> changed;
  static constexpr node<"planned"> planned;
  static constexpr node<"frames"> frames;
  auto const peers_of = [](Requests const* all) { return Slice<PeerNumber const>(all->connect); };
  auto const requests_of = [](Requests const* all) {
    return Slice<PlannedRequest const>(all->planned);
  };
  return flow(
      // add_ops: what is held is left out
      source_stream(fetch.calls) >> dest(fetch.store.to_filter),
      // the rest is remembered, with its peer
      source(fetch.store.filtered) >> inspect(step<note_wanted>(fetch)) >> map(to_unit) >> changed,
      source_stream(fetch.cancels) >> inspect(step<note_cancelled>(fetch)) >> map(to_unit) >>
          changed,
      // unresponsive peers are put on the back-off list, responsive ones taken off it
      source(fetch.link_news) >> inspect(step<note_news>(fetch)) >> map(to_unit) >> changed,
      source_stream(fetch.failed_links) >> inspect(step<note_news>(fetch)) >> map(to_unit) >>
          changed,
      // what has not been answered is queued again
      source_alarm(fetch.worker, fetch.alarm) >> inspect(step<note_alarm>(fetch)) >> map(to_unit) >>
          changed,
      // answers make room for more requests
      source(fetch.changes) >> changed,
      // when all of that is known, requests are planned
      changed = union_(),
      planned = changed >> reduce([](unit&, unit) {}) >> map(step<plan_requests>(fetch)) >> tee(),
      // and sent
      planned >> flat_map(peers_of) >> for_each(step<connect_to>(fetch)),
      planned >> flat_map(requests_of) >> map(step<request_to>(fetch)) >>
          encode_messages(fetch.space) >> frames,
      send_to_peers<"frames">(fetch.links));
}

}  // namespace weir
