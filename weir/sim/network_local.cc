// UNIX sockets of a simulated network: their names, and pairs of them.
#include <poll.h>

#include <cerrno>

#include "weir/base/assert.h"
#include "weir/sim/network.h"

namespace weir {

Address unnamed_local() {
  sockaddr const raw{.sa_family = AF_UNIX, .sa_data = {}};
  return Address::from(raw, sizeof(raw.sa_family));
}

// A path that a socket has left behind is taken over, as every kernel here does it.
int SimNetwork::bind_local(SimSocket& socket, Address const& address) {
  SocketId& owner = local_names_[std::string(address.raw_bytes())];
  if (owner != 0) return -EADDRINUSE;
  owner = socket.id;
  socket.local = address;
  return 0;
}

int SimNetwork::find_local(Address const& address, SocketKind kind, SocketId& found) const {
  auto const name = local_names_.find(address.raw_bytes());
  if (name == local_names_.end()) return address.path().empty() ? -ECONNREFUSED : -ENOENT;
  if (name->second == 0) return -ECONNREFUSED;
  SimSocket const& socket = this->socket(name->second);
  if (socket.kind != kind) return address.path().empty() ? -ECONNREFUSED : -EPROTOTYPE;
  if (kind == SocketKind::stream && socket.state != State::listening) return -ECONNREFUSED;
  found = name->second;
  return 0;
}

// An abstract name ends with its socket, a path does not.
void SimNetwork::forget_local(SimSocket const& socket) {
  if (socket.family != Family::local || socket.local.empty()) return;
  auto const name = local_names_.find(socket.local.raw_bytes());
  if (name == local_names_.end() || name->second != socket.id) return;
  if (socket.local.path().empty()) local_names_.erase(name);
  else name->second = 0;
}

int SimNetwork::connect_local(SimSocket& client, Address const& address) {
  SocketId found = 0;
  if (int const error = find_local(address, client.kind, found); error != 0) return error;
  SimSocket& listener = get(found);
  bool const is_stream = client.kind == SocketKind::stream;
  if (is_stream && listener.backlog.size() > listener.backlog_max) return -EAGAIN;
  client.remote = address;
  if (!is_stream) return 0;
  if (client.local.empty()) client.local = unnamed_local();
  SocketId const child_id = open(Family::local, nullptr);
  SimSocket& child = get(child_id);
  child.local = address;
  child.remote = client.local;
  child.other = client.id;
  client.other = child_id;
  child.state = client.state = State::open;
  draw_windows(child);
  draw_windows(client);
  listener.backlog.push_back(child_id);
  touch(listener, POLLIN);
  return 0;
}

std::array<SocketId, 2> SimNetwork::open_pair(SocketKind kind, SocketOwner* owner) {
  std::array<SocketId, 2> const pair{open(Family::local, owner, kind),
                                     open(Family::local, owner, kind)};
  SimSocket& a = get(pair[0]);
  SimSocket& b = get(pair[1]);
  a.local = a.remote = b.local = b.remote = unnamed_local();
  a.other = b.id;
  b.other = a.id;
  if (kind == SocketKind::datagram) return pair;
  a.state = b.state = State::open;
  draw_windows(a);
  draw_windows(b);
  return pair;
}

}  // namespace weir
