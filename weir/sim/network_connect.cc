// The handshake of a simulated network, step by step: each step is a segment that arrives.
//
//   client                         listener
//   connecting ────── SYN ──────▶  nobody there: RST. Backlog full: nothing; the SYN comes again.
//   open       ◀──── SYN-ACK ────  there is a child now, which buffers what the client sends
//              ────── ACK ──────▶  the child is in the backlog
#include <poll.h>

#include <cerrno>

#include "weir/base/assert.h"
#include "weir/sim/network.h"

namespace weir {

namespace {

// tcp_syn_retries: with the last waiting time that makes 127 s.
constexpr std::uint32_t syn_retry_count_max = 6;

}  // namespace

void SimNetwork::send_syn(SocketId client, std::uint32_t attempt) {
  later([this, client, attempt] { syn_arrives(client, attempt); });
}

void SimNetwork::syn_arrives(SocketId client_id, std::uint32_t attempt) {
  SimSocket const* const client = find(client_id);
  if (client == nullptr) return;
  WEIR_ASSERT(client->state == State::connecting);
  SimSocket const* const listener = listener_at(client->remote);
  if (listener == nullptr) {
    later([this, client_id] { connect_fails(client_id, ECONNREFUSED); });
    return;
  }
  if (listener->backlog.size() <= listener->backlog_max) {
    later([this, client_id, id = listener->id] { syn_ack_arrives(client_id, id); });
    return;
  }
  timeline_.after((1 * seconds) << attempt, this, [this, client_id, attempt] {
    if (attempt == syn_retry_count_max) connect_fails(client_id, ETIMEDOUT);
    else if (find(client_id) != nullptr) send_syn(client_id, attempt + 1);
  });
}

void SimNetwork::connect_fails(SocketId client_id, int error) {
  SimSocket* const client = find(client_id);
  if (client == nullptr) return;
  WEIR_ASSERT(client->state == State::connecting);
  client->state = State::fresh;  // it may try again
  client->error = error;
  touch(*client, POLLIN | POLLOUT | POLLERR | POLLHUP);
}

void SimNetwork::syn_ack_arrives(SocketId client_id, SocketId listener_id) {
  SimSocket* const client = find(client_id);
  if (client == nullptr) return;
  WEIR_ASSERT(client->state == State::connecting);
  if (find(listener_id) == nullptr) return connect_fails(client_id, ECONNREFUSED);

  SocketId const child_id = open(client->family, nullptr);
  SimSocket& child = get(child_id);
  child.local = client->remote;
  child.remote = client->local;
  child.other = client_id;
  child.receive_window_limit = get(listener_id).receive_window_limit;
  client->other = child_id;
  child.state = client->state = State::open;
  draw_windows(child);
  draw_windows(*client);
  touch(*client, POLLOUT);
  later([this, child_id, listener_id] { ack_arrives(child_id, listener_id); });
}

void SimNetwork::ack_arrives(SocketId child_id, SocketId listener_id) {
  SimSocket& child = get(child_id);  // nobody but the backlog can have closed it
  WEIR_ASSERT(child.references == 1);
  if (SimSocket* const listener = find(listener_id)) {
    listener->backlog.push_back(child_id);
    touch(*listener, POLLIN);
    return;
  }
  child.references = 0;
  if (child.state == State::open) send_reset(child);
  else erase(child);
}

void SimNetwork::draw_windows(SimSocket& socket) {
  SimOptions const& options = chance_.options;
  auto const draw = [this](std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint32_t>(chance_.between(low, high));
  };
  std::uint32_t const send_window = draw(options.send_window_min, options.send_window_max);
  std::uint32_t const receive_window = draw(options.receive_window_min, options.receive_window_max);
  std::uint32_t const limit = socket.receive_window_limit;
  socket.inbound.set_windows(send_window,
                             limit == 0 ? receive_window : std::min(limit, receive_window));
}

void SimNetwork::limit_receive_window(SocketId id, std::uint32_t size) {
  WEIR_ASSERT(size > 0);
  SimSocket& socket = get(id);
  WEIR_ASSERT(socket.state == State::fresh);
  socket.receive_window_limit = size;
}

int SimNetwork::finish_connect(SocketId id) {
  SimSocket& socket = get(id);
  if (socket.state == State::connecting) return -EINPROGRESS;
  if (socket.error != 0) return -std::exchange(socket.error, 0);
  // A reset that was told by another call already leaves nothing to say.
  return socket.state == State::open ? 0 : -ECONNRESET;
}

}  // namespace weir
