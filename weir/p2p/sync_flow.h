// The flow that keeps a node in step with its peers: who is there, what they say of what they hold,
// and what they are told.
#pragma once

#include <utility>
#include <vector>

#include "weir/p2p/encode_messages.h"
#include "weir/p2p/send_to_peers.h"
#include "weir/p2p/sync_parts.h"

namespace weir {

using SyncFrame = std::pair<ConnectionId, SyncToSend>;

void note_sync_news(SyncParts& sync, LinkNews const& news, Instant now);
void note_module_message(SyncParts& sync, ModuleMessage const& message, Instant now);
// What is to be done in this tick; with it the alarm is set.
SyncParts* plan_sync(SyncParts& sync, unit, Instant now);
void give_to_fetch(SyncParts& sync, SyncActions::Needed const& needed, Instant now);
void cancel_in_fetch(SyncParts& sync, OpId const& id);
void refuse_peer(SyncParts& sync, SyncActions::Refusal const& refusal);
void dial_peer(SyncParts& sync, PeerNumber peer);

template <auto Function>
auto sync_step(SyncParts& sync) {
  return [&sync](Context const& context, auto const& item) {
    if constexpr (requires { Function(sync, item, Instant{}); })
      return Function(sync, item, context.now());
    else return Function(sync, item);
  };
}

inline auto sync_flow(SyncParts& sync) {
  static constexpr node<"changed"> changed;
  static constexpr node<"planned"> planned;
  static constexpr node<"frames"> frames;
  auto const each = [](auto SyncActions::*list) {
    return [list](SyncParts* parts) {
      auto const& all = parts->now.*list;
      return Slice<std::remove_reference_t<decltype(all[0])>>(all);
    };
  };
  auto const each_dial = [](SyncParts* parts) { return Slice<PeerNumber const>(parts->dials); };
  auto const frame_of = [](SyncActions::Message const& message) {
    return SyncFrame{message.connection, {message.data.view()}};
  };
  return flow(
      // who came and went
      source(sync.parts.others_news) >> inspect(sync_step<note_sync_news>(sync)) >> map(to_unit) >>
          changed,
      // what peers say: that they hold something new, or a message of a session
      source(sync.parts.others) >> inspect(sync_step<note_module_message>(sync)) >> map(to_unit) >>
          changed,
      // what is new here, what somebody wants, and what time has come
      source_stream(sync.woken) >> changed,
      source_alarm(sync.parts.worker, sync.alarm) >> map(to_unit) >> changed,
      // when all of that is known it is decided what to do
      changed = union_(),
      planned = changed >> reduce([](unit&, unit) {}) >> map(sync_step<plan_sync>(sync)) >> tee(),
      // what peers hold and this node lacks is fetched
      planned >> flat_map(each(&SyncActions::needed)) >> for_each(sync_step<give_to_fetch>(sync)),
      planned >> flat_map(each(&SyncActions::cancelled)) >>
          for_each(sync_step<cancel_in_fetch>(sync)),
      // who does not keep to the protocol is refused, and who is to be connected is dialled
      planned >> flat_map(each(&SyncActions::refusals)) >> for_each(sync_step<refuse_peer>(sync)),
      planned >> flat_map(each_dial) >> for_each(sync_step<dial_peer>(sync)),
      // and peers are told
      planned >> flat_map(each(&SyncActions::messages)) >> map(frame_of) >>
          encode_messages(sync.parts.space) >> frames,
      send_to_peers<"frames">(sync.parts.links));
}

}  // namespace weir
