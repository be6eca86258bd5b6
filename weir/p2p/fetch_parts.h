// What the flows of fetch share: the state that their functions decide on, and the handoffs by
// which one flow gives to another in the same tick.
//
//   wire_flow      frames ─▶ requests, responses, others; connections ─▶ link_news, others_news
//   want_flow      calls, link_news, alarm, changes ─▶ requests to peers
//   serve_flow     requests ─▶ turns ─▶ the store ─▶ responses to peers
//   receive_flow   responses ─▶ the store ─▶ what is wanted no more ─▶ changes
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/context.h"
#include "weir/base/hash.h"
#include "weir/base/log.h"
#include "weir/p2p/alarm.h"
#include "weir/p2p/fetch_state.h"
#include "weir/p2p/message.h"
#include "weir/p2p/peer_links.h"
#include "weir/p2p/serve.h"
#include "weir/p2p/store_port.h"
#include "weir/p2p/want.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"
#include "weir/sched/input.h"

namespace weir {

class Worker;

struct RequestFrom {
  static constexpr bool borrows = true;
  PeerNumber peer = no_number;
  ConnectionId connection{};
  FetchRequest request{};
};
struct ResponseFrom {
  static constexpr bool borrows = true;
  PeerNumber peer = no_number;
  FetchResponse response{};
};
// For another module than fetch.
struct ModuleMessage {
  static constexpr bool borrows = true;
  PeerNumber peer = no_number;
  ConnectionId connection{};
  View module{};
  View data{};
};

struct FetchParts {
  FetchParts(Worker& its_worker, PeerLinks& its_links, FetchPolicy const& policy,
             std::string its_space, std::uint64_t seed, Log& its_log)
      : worker(its_worker),
        links(its_links),
        space(std::move(its_space)),
        log(its_log),
        want(policy, seed),
        serve(policy) {}

  Worker& worker;
  PeerLinks& links;
  OpTime time_of{};
  std::string const space;  // its id; what comes for another one is refused
  Log& log;

  FetchState want;
  ServeState serve;
  StorePort store;
  Requests to_send{};  // of this tick
  Alarm alarm;         // for what is wanted
  Alarm serve_alarm;   // for peers that do not read
  std::vector<Waker> drained_listeners;
  std::uint32_t frame_bytes_max = 16u << 20;

  // From outside, and from one tick to the next.
  Input<WantedOps> calls{"add_ops"};
  Input<OpId> cancels{"cancel"};
  Input<LinkNews> failed_links{"failed links"};
  Input<unit> next_turns{"next turns"};
  bool turns_asked = false;       // next_turns has been given something
  std::size_t calls_waiting = 0;  // ops that were added, and are not remembered yet

  // From flow to flow.
  Handoff<RequestFrom> requests{"requests"};
  Handoff<ResponseFrom> responses{"responses"};
  Handoff<LinkNews> link_news{"link news"};
  Handoff<unit> changes{"changes"};

  // For the other modules, if there are any: whoever reads these two says so before the first tick.
  bool others_listen = false;
  Handoff<ModuleMessage> others{"messages of other modules"};
  Handoff<LinkNews> others_news{"link news for other modules"};
};

// A step of a flow, as an operator calls it: Function(fetch, item), or Function(fetch, item, now).
template <auto Function>
auto step(FetchParts& fetch) {
  return [&fetch](Context const& context, auto const& item) {
    if constexpr (requires { Function(fetch, item, Instant{}); })
      return Function(fetch, item, context.now());
    else return Function(fetch, item);
  };
}
// Something has come: that is all that who plans the next requests needs to know.
inline constexpr auto to_unit = [](auto const&) { return unit{}; };

}  // namespace weir
