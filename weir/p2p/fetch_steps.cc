// What the flows of fetch call: each is one step of one of their sentences.
#include <algorithm>
#include <string>
#include <utility>

#include "weir/net/endpoint.h"
#include "weir/p2p/fetch_parts.h"
#include "weir/p2p/receive.h"
#include "weir/p2p/receive_flow.h"
#include "weir/p2p/serve_flow.h"
#include "weir/p2p/want_flow.h"
#include "weir/p2p/wire_flow.h"

namespace weir {

namespace {

// A peer for which so much waits gets nothing more until it has read some of it.
constexpr std::uint64_t unread_bytes_max = 2u << 20;
// How often those are looked at.
constexpr Duration unread_look_time = 5 * milliseconds;
// Among a million ids each is far away in memory: so many are asked for before they are needed.
constexpr std::size_t prefetch_ahead = 8;
// What surrounds ops in a frame, generously.
constexpr std::uint64_t frame_overhead_bytes = 1024;

void ask_for_turns(FetchParts& fetch) {
  if (fetch.turns_asked) return;
  fetch.turns_asked = true;
  fetch.next_turns.give(unit{});
}

// What is not read ends the connection, and is remembered of the peer.
void refuse_frame(FetchParts& fetch, Endpoint& endpoint, ConnectionId from, std::string_view why) {
  PeerNumber const peer = fetch.links.peer_of(from);
  if (fetch.log.enabled(LogLevel::warning))
    fetch.log.warning("a peer is refused", {{"peer", fetch.links.text(peer)}, {"reason", why}});
  endpoint.close(from, CloseReason::malformed);
}

void tell_drained(FetchParts& fetch) {
  if (fetch.want.pending.op_count() > 0 || fetch.calls_waiting > 0) return;
  for (Waker const& listener : std::exchange(fetch.drained_listeners, {}))
    listener.wake(listener.context);
}

// What is wanted, or not any more, goes to the store's list with the next look at it.
void tell_list_changes(FetchParts& fetch) {
  if (fetch.want.to_list.empty() && fetch.want.to_unlist.empty()) return;
  if (std::exchange(fetch.store.list_changed, true)) return;
  fetch.store.list_changes.give(unit{});
}

void close_banned(FetchParts& fetch, PeerNumber peer) {
  if (!fetch.want.peers[peer].banned || !fetch.links.connection_of(peer).valid()) return;
  fetch.log.warning("a peer has sent too much that is wrong, and is banned",
                    {{"peer", fetch.links.text(peer)}});
  fetch.links.ban(peer);
  fetch.links.close(peer, CloseReason::malformed);
}

// What it has asked for on another connection stays.
void forget_requests(FetchParts& fetch, LinkNews const& news) {
  std::vector<Requester> const& requesters = fetch.serve.requesters;
  if (news.peer >= requesters.size()) return;
  if (news.connection.valid() && requesters[news.peer].connection != news.connection) return;
  forget_requester(fetch.serve, news.peer);
}

// Who is known by its key and is let in again has served its time.
void lift_ban(FetchParts& fetch, PeerNumber number) {
  FetchPeer& peer = peer_of(fetch.want, number);
  if (!peer.banned || fetch.links.id_of(number) == nullptr) return;
  peer.banned = false;
  peer.blame = 0;
}

// As many as its ops need, of bounded size; none where nothing is to be said.
std::vector<std::pair<ConnectionId, ResponseToSend>> responses_of(FetchParts& fetch,
                                                                  Served const& served) {
  FetchPolicy const& policy = fetch.serve.policy;
  std::uint32_t const version = policy.tell_absent ? fetch_version : 0;
  std::vector<std::pair<ConnectionId, ResponseToSend>> responses;
  std::uint64_t const most = fetch.frame_bytes_max - frame_overhead_bytes;
  Slice<Op const> const ops(served.ops);
  std::size_t first = 0;
  while (first < ops.size()) {  // ends: each turn takes at least one
    std::uint64_t bytes = size_in_response(ops[first]);
    std::size_t last = first + 1;
    if (bytes > most) {
      fetch.log.warning("an op is too large for a frame, and is not sent",
                        {{"op", ops[first].id.hex()}, {"bytes", ops[first].bytes.size()}});
      first = last;
      continue;
    }
    while (last < ops.size() && bytes + size_in_response(ops[last]) <= most)
      bytes += size_in_response(ops[last++]);
    responses.push_back(
        {served.connection, {.ops = {ops.data() + first, last - first}, .version = version}});
    first = last;
  }
  if (policy.tell_absent && !served.absent.empty()) {
    if (responses.empty()) responses.push_back({served.connection, {.version = version}});
    responses.back().second.absent = served.absent;
  }
  return responses;
}

}  // namespace

// ---- wire ---------------------------------------------------------------------------------------

std::optional<MessageFrom> read_message(FetchParts& fetch, Endpoint& endpoint, Frame const& frame) {
  auto const& [from, bytes] = frame;
  if (!fetch.links.is_let_in(from)) return std::nullopt;
  Result<Envelope> envelope = read_envelope(bytes);
  if (!envelope.ok()) {
    refuse_frame(fetch, endpoint, from, envelope.error().message);
    return std::nullopt;
  }
  Envelope const& outer = *envelope;
  bool const is_fetch = outer.module.text() == fetch_module;
  if (outer.type != EnvelopeType::module || (!is_fetch && !fetch.others_listen))
    return std::nullopt;  // for nobody here
  if (outer.space.text() != fetch.space) {
    refuse_frame(fetch, endpoint, from, "it speaks of another space");
    return std::nullopt;
  }
  if (!is_fetch) return MessageFrom{from, OtherMessage{outer.module, outer.data}};
  Result<FetchMessage> message = read_fetch(outer.data);
  if (!message.ok()) {
    refuse_frame(fetch, endpoint, from, message.error().message);
    return std::nullopt;
  }
  if (auto const* const request = std::get_if<FetchRequest>(&*message))
    return MessageFrom{from, *request};
  return MessageFrom{from, *std::get_if<FetchResponse>(&*message)};
}

std::vector<LinkNews> note_event(FetchParts& fetch, ConnectionEvent const& event) {
  return fetch.links.note(event);
}

RequestFrom request_of(FetchParts& fetch, MessageFrom const& from) {
  return {fetch.links.peer_of(from.connection), from.connection,
          *std::get_if<FetchRequest>(&from.message)};
}

ResponseFrom response_of(FetchParts& fetch, MessageFrom const& from) {
  return {fetch.links.peer_of(from.connection), *std::get_if<FetchResponse>(&from.message)};
}

ModuleMessage module_message_of(FetchParts& fetch, MessageFrom const& from) {
  OtherMessage const& other = *std::get_if<OtherMessage>(&from.message);
  return {fetch.links.peer_of(from.connection), from.connection, other.module, other.data};
}

// ---- want ---------------------------------------------------------------------------------------

void note_wanted(FetchParts& fetch, WantedOps const& wanted) {
  fetch.calls_waiting -= wanted.asked_count;
  PeerNumber const peer = fetch.links.current(wanted.peer);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < wanted.ops.size(); ++i) {
    if (i + prefetch_ahead < wanted.ops.size())
      fetch.want.pending.prefetch(wanted.ops[i + prefetch_ahead].id);
    refused += want(fetch.want, wanted.ops[i], peer) ? 0 : 1;
  }
  if (refused == 0) return;
  fetch.log.warning("ops are not asked for: too many are, or their peer is banned",
                    {{"ops", refused}, {"peer", fetch.links.text(peer)}});
}

void note_news(FetchParts& fetch, LinkNews const& news, Instant now) {
  if (news.was != no_number) move_peer(fetch.want, news.was, news.peer);
  if (news.change != LinkChange::opened) forget_requests(fetch, news);
  if (news.change == LinkChange::opened) lift_ban(fetch, news.peer);
  // The connection was good, and there is another one.
  if (news.reason == CloseReason::duplicate && news.change == LinkChange::ended)
    note_heard(fetch.want, news.peer, now);
  note_link(fetch.want, news.peer, news.change, now);
  if (news.change == LinkChange::failed) {
    fetch.log.info("a peer cannot be reached",
                   {{"peer", fetch.links.text(news.peer)}, {"reason", text(news.reason)}});
  }
  if (!news.has_gone) return;
  forget_peer(fetch.want, news.peer);
  fetch.links.release(news.peer);
}

void note_cancelled(FetchParts& fetch, OpId const& id) { cancel(fetch.want, id); }

void note_alarm(FetchParts& fetch, Instant, Instant now) { note_due(fetch.want, now); }

Requests const* plan_requests(FetchParts& fetch, unit, Instant now) {
  take_requests(fetch.want, now, fetch.to_send);
  fetch.alarm.set(next_due(fetch.want));
  tell_drained(fetch);
  tell_list_changes(fetch);
  return &fetch.to_send;
}

void connect_to(FetchParts& fetch, PeerNumber peer) {
  if (fetch.links.connect(peer)) return;
  // It came to us, and has gone.
  fetch.failed_links.give(LinkNews{.peer = peer, .change = LinkChange::failed});
}

std::pair<ConnectionId, RequestToSend> request_to(FetchParts& fetch,
                                                  PlannedRequest const& planned) {
  bool const plain = fetch.want.policy.in_order;  // as kitsune2 has it
  return {fetch.links.connection_of(planned.peer),
          {.op_ids = fetch.to_send.ids_of(planned),
           .cancelled = fetch.to_send.cancelled_of(planned),
           .credit = planned.credit,
           .version = plain ? 0 : fetch_version}};
}

// ---- serve --------------------------------------------------------------------------------------

void queue_request(FetchParts& fetch, RequestFrom const& from) {
  std::uint32_t const dropped =
      accept_request(fetch.serve, from.peer, from.connection, from.request);
  if (dropped > 0) {
    fetch.log.info("too much is asked for: requests are dropped",
                   {{"peer", fetch.links.text(from.peer)}, {"ops", dropped}});
  }
  if (has_turns(fetch.serve)) ask_for_turns(fetch);
}

std::vector<Turn> next_turns(FetchParts& fetch, Instant, Instant now) {
  fetch.turns_asked = false;
  if (fetch.store.turns_wait) return {};  // the store asks for them
  std::vector<Turn> turns = take_turns(fetch.serve, [&](PeerNumber peer) {
    return fetch.links.waiting_bytes(fetch.links.connection_of(peer)) <= unread_bytes_max;
  });
  if (!has_turns(fetch.serve)) return turns;
  // Those that are left wait for their turn; or, where nobody could be served, for being read.
  if (!turns.empty()) ask_for_turns(fetch);
  else fetch.serve_alarm.set(now + unread_look_time);
  return turns;
}

void note_absent_ops(FetchParts& fetch, Served const& served) {
  if (!fetch.log.enabled(LogLevel::info)) return;
  for (OpId const& id : served.absent) {
    fetch.log.info("an op is asked for that is not held",
                   {{"op", id.hex()}, {"peer", fetch.links.text(served.peer)}});
  }
}

std::vector<std::pair<ConnectionId, ResponseToSend>> end_turn(FetchParts& fetch,
                                                              Served const& served) {
  note_served(fetch.serve, served);
  if (has_turns(fetch.serve)) ask_for_turns(fetch);
  return responses_of(fetch, served);
}

// ---- receive ------------------------------------------------------------------------------------

void note_response(FetchParts& fetch, ResponseFrom const& from, Instant now) {
  for (OpField const& op : from.response.ops()) fetch.want.pending.prefetch(op.id);
  note_answer(fetch.want, from.peer, from.response.version, now);
}

void note_absent_op(FetchParts& fetch, AbsentFrom const& from, Instant now) {
  note_absent(fetch.want, from.peer, from.id, now);
}

bool is_accepted(FetchParts& fetch, OpFrom const& from, Instant now) {
  if (fetch.want.peers[from.peer].banned) return false;
  Verdict const verdict = judge(fetch.want, from.peer, from.op, now);
  if (verdict == Verdict::accepted) return true;
  if (verdict == Verdict::duplicate) return false;
  fetch.log.warning(verdict == Verdict::damaged
                        ? "an op is refused: its bytes are not those of its id"
                        : "an op is refused: it was not asked for",
                    {{"op", from.op.id.hex()}, {"peer", fetch.links.text(from.peer)}});
  close_banned(fetch, from.peer);
  return false;
}

IncomingOp incoming_op(FetchParts& fetch, OpFrom const& from) {
  auto const time = fetch.time_of.time;
  return {from.peer, Op{.id = from.op.id,
                        .created_at = time ? time(from.op.data) : from.op.created_at,
                        .bytes = from.op.data.own(),
                        .metadata = metadata_for(fetch.want, from.peer, from.op.id)}};
}

void note_written(FetchParts& fetch, WrittenOp const& written, Instant now) {
  switch (written.written) {
    case Written::stored:
    case Written::held:
      note_stored(fetch.want, written.id, written.size);
      return;
    case Written::refused:
      note_not_stored(fetch.want, written.id, written.size, NotStored::refused, now);
      break;
    case Written::failed:
      note_not_stored(fetch.want, written.id, written.size, NotStored::failed, now);
      break;
  }
  fetch.log.error("the store has not taken an op, which stays wanted",
                  {{"op", written.id.hex()}, {"bytes", written.size}});
}

}  // namespace weir
