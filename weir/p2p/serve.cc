#include "weir/p2p/serve.h"

#include <algorithm>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

namespace {

// Of one turn; the store stops earlier where that would be more than response_bytes_max.
constexpr std::size_t turn_ids_max = 512;
// Of what a peer has asked for, that it does not want any more; of more it is sent all the same.
constexpr std::uint64_t cancelled_max = 1024;

Requester& requester_of(ServeState& state, PeerNumber peer) {
  WEIR_ASSERT(peer < state.policy.peers_max);
  if (peer >= state.requesters.size()) state.requesters.resize(peer + std::size_t{1});
  return state.requesters[peer];
}

// What one turn may give it.
std::uint64_t room_of(ServeState const& state, Requester const& requester) {
  std::uint64_t const most = state.policy.response_bytes_max;
  if (requester.credit == 0) return most;
  return std::min(most, requester.credit - requester.sent_bytes);
}

bool may_have_turn(Requester const& requester) {
  return requester.taken < requester.queued || !requester.left_over.empty();
}

bool may_be_served(Requester const& requester) {
  return may_have_turn(requester) &&
         (requester.credit == 0 || requester.sent_bytes < requester.credit);
}

std::uint32_t accept_in_order(ServeState& state, PeerNumber peer, ConnectionId connection,
                              FetchRequest const& request) {
  if (state.in_order.size() >= state.policy.requests_queued_max ||
      state.queued_ids + request.op_id_count > state.policy.ids_queued_total_max)
    return request.op_id_count;
  state.queued_ids += request.op_id_count;
  Turn turn{.peer = peer, .connection = connection, .bytes_max = state.policy.response_bytes_max};
  turn.ids.reserve(request.op_id_count);
  for (IdField const& field : request.op_ids()) turn.ids.push_back(field.id);
  if (!turn.ids.empty()) state.in_order.push(std::move(turn));
  return 0;
}

bool is_cancelled(ServeState& state, Requester& requester, OpId const& id, std::uint64_t place) {
  if (requester.cancelled.size() == 0) return false;
  std::uint64_t const* const until = requester.cancelled.find(id);
  if (until == nullptr || place >= *until) return false;
  ++state.counters.ids_cancelled;
  return true;
}

}  // namespace

std::uint32_t accept_request(ServeState& state, PeerNumber peer, ConnectionId connection,
                             FetchRequest const& request) {
  state.counters.ids_requested += request.op_id_count;
  Requester& requester = requester_of(state, peer);
  if (requester.connection != connection) {
    forget_requester(state, peer);
    requester.connection = connection;
  }
  requester.version = std::max(requester.version, request.version);
  std::uint32_t dropped = 0;
  if (!state.policy.fair) {
    dropped = accept_in_order(state, peer, connection, request);
    state.counters.ids_dropped += dropped;
    return dropped;
  }
  requester.credit = std::max(requester.credit, request.credit);
  bool const waits = requester.busy || may_have_turn(requester);
  for (IdField const& field : request.cancelled()) {
    if (!waits || requester.cancelled.size() >= cancelled_max) break;
    requester.cancelled.find_or_insert(field.id, [] { return std::uint64_t{0}; }).second =
        requester.queued;
  }
  for (IdField const& field : request.op_ids()) {
    if (requester.queued - requester.taken >= state.policy.ids_queued_max ||
        state.queued_ids >= state.policy.ids_queued_total_max) {
      ++dropped;
      continue;
    }
    requester.ids.push(field.id);
    ++requester.queued;
    ++state.queued_ids;
  }
  state.counters.ids_dropped += dropped;
  wait_in_line(state, peer);
  return dropped;
}

void forget_requester(ServeState& state, PeerNumber peer) {
  if (peer >= state.requesters.size()) return;
  Requester& requester = state.requesters[peer];
  state.queued_ids -= requester.ids.size();
  requester.ids.clear();
  requester.left_over.clear();
  requester.cancelled.clear();
  requester.taken = requester.queued;
  requester.sent_bytes = requester.credit = 0;
  requester.version = 0;
  requester.busy = false;
}

void wait_in_line(ServeState& state, PeerNumber peer) {
  Requester& requester = state.requesters[peer];
  if (requester.in_line || requester.busy || !may_be_served(requester)) return;
  requester.in_line = true;
  state.line.push(peer);
}

bool has_turns(ServeState const& state) { return !state.in_order.empty() || !state.line.empty(); }

std::size_t turns_max(ServeState const& state) {
  return std::max(1u, state.policy.serve_bytes_per_tick / state.policy.response_bytes_max);
}

Turn take_turn(ServeState& state, PeerNumber peer) {
  Requester& requester = state.requesters[peer];
  if (!may_be_served(requester)) return {};
  Turn turn{.peer = peer,
            .connection = requester.connection,
            .bytes_max = room_of(state, requester),
            .ids = std::exchange(requester.left_over, {})};
  std::erase_if(turn.ids, [&](OpId const& id) { return is_cancelled(state, requester, id, 0); });
  while (turn.ids.size() < turn_ids_max && !requester.ids.empty()) {
    OpId const id = requester.ids.pop();
    --state.queued_ids;
    if (!is_cancelled(state, requester, id, requester.taken++)) turn.ids.push_back(id);
  }
  if (turn.ids.empty()) {  // all of it was cancelled
    requester.cancelled.clear();
    return turn;
  }
  requester.busy = true;
  return turn;
}

void note_served(ServeState& state, Served const& served) {
  for (Op const& op : served.ops) state.counters.bytes_served += op.bytes.size();
  state.counters.ops_served += served.ops.size();
  state.counters.ids_absent += served.absent.size();
  if (!state.policy.fair) {
    if (!served.left_over.empty()) {
      state.in_order.push(Turn{.peer = served.peer,
                               .connection = served.connection,
                               .bytes_max = state.policy.response_bytes_max,
                               .ids = served.left_over});
      state.queued_ids += served.left_over.size();
    }
    return;
  }
  Requester& requester = requester_of(state, served.peer);
  if (requester.connection != served.connection) return;  // it has gone meanwhile
  requester.busy = false;
  for (Op const& op : served.ops) requester.sent_bytes += op.bytes.size();
  requester.left_over = served.left_over;
  if (!may_have_turn(requester)) requester.cancelled.clear();
  wait_in_line(state, served.peer);
}

}  // namespace weir
