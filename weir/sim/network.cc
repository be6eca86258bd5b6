#include "weir/sim/network.h"

#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"

namespace weir {

namespace {

// What a socket takes whose other end has gone without its knowing yet: the bytes are lost.
constexpr std::uint64_t lost_bytes_max = 64 * 1024;

Address with_port_number(Address const& address, std::uint16_t port_number) {
  sockaddr_in6 raw{};
  std::memcpy(&raw, address.raw(), address.raw_size());
  raw.sin6_port = htons(port_number);  // at the same place for both families
  return Address::from(reinterpret_cast<sockaddr const&>(raw), address.raw_size());
}

}  // namespace

bool is_wildcard(Address const& address) {
  if (address.family() == Family::local) return false;
  if (address.family() == Family::ipv4) {
    auto const* raw = reinterpret_cast<sockaddr_in const*>(address.raw());
    return raw->sin_addr.s_addr == htonl(INADDR_ANY);
  }
  auto const* raw = reinterpret_cast<sockaddr_in6 const*>(address.raw());
  return std::memcmp(&raw->sin6_addr, &in6addr_any, sizeof(in6addr_any)) == 0;
}

Address loopback_like(Address const& address) {
  std::uint16_t const port_number = address.port_number();
  return address.family() == Family::ipv4 ? Address::loopback(port_number)
                                          : Address::loopback_ipv6(port_number);
}

namespace {

// Whether somebody who listens at one of them is in the way of the other.
bool overlap(Address const& a, Address const& b) {
  if (a.empty() || a.family() != b.family()) return false;
  if (a.family() == Family::local) return a == b;
  if (a.port_number() != b.port_number()) return false;
  return is_wildcard(a) || is_wildcard(b) || a == b;
}

std::uint64_t size_of(std::span<iovec const> parts) {
  std::uint64_t size = 0;
  for (iovec const& part : parts) size += part.iov_len;
  return size;
}

}  // namespace

// ---- the table of sockets -----------------------------------------------------------------------

SocketId SimNetwork::open(Family family, SocketOwner* owner, SocketKind kind) {
  SimSocket& socket = sockets_[++last_id_];
  socket.id = last_id_;
  socket.family = family;
  socket.kind = kind;
  socket.owner = owner;
  return socket.id;
}

SimSocket* SimNetwork::find(SocketId id) {
  auto const found = sockets_.find(id);
  return found == sockets_.end() ? nullptr : &found->second;
}

SimSocket& SimNetwork::get(SocketId id) {
  SimSocket* const found = find(id);
  WEIR_ASSERT(found != nullptr);
  return *found;
}

SimSocket const& SimNetwork::socket(SocketId id) const {
  auto const found = sockets_.find(id);
  WEIR_ASSERT(found != sockets_.end());
  return found->second;
}

void SimNetwork::retain(SocketId id) {
  SimSocket& socket = get(id);
  WEIR_ASSERT(!socket.orphan());
  ++socket.references;
}

void SimNetwork::release(SocketId id) {
  SimSocket& socket = get(id);
  WEIR_ASSERT(!socket.orphan());
  if (--socket.references == 0) close(socket);
}

void SimNetwork::touch(SimSocket& socket, std::uint32_t events) {
  if (socket.owner != nullptr) socket.owner->touched(socket.id, events);
}

void SimNetwork::erase(SimSocket& socket) {
  WEIR_ASSERT(socket.orphan());
  if (SimSocket* const other = find(socket.other)) {
    WEIR_ASSERT(other->other == socket.id);
    other->other = 0;
  }
  forget_local(socket);
  sockets_.erase(socket.id);
}

// ---- closing ------------------------------------------------------------------------------------

void SimNetwork::close(SimSocket& socket) {
  WEIR_ASSERT(socket.orphan());
  socket.owner = nullptr;
  switch (socket.state) {
    case State::listening:
      return close_listener(socket);
    case State::open:
      return close_connection(socket);
    case State::fresh:
    case State::connecting:  // its SYN finds nobody to answer to
    case State::reset:
      return erase(socket);
  }
}

void SimNetwork::close_listener(SimSocket& socket) {
  for (SocketId const waiting : socket.backlog) {
    SimSocket& child = get(waiting);
    WEIR_ASSERT(child.references == 1);
    child.references = 0;
    if (child.state == State::open) send_reset(child);
    else erase(child);
  }
  erase(socket);
}

void SimNetwork::close_connection(SimSocket& socket) {
  if (socket.other == 0) return erase(socket);  // it is over already, whether it knows or not
  if (socket.reset_on_close || socket.inbound.arrived() > 0) return send_reset(socket);
  SimSocket& other = get(socket.other);
  if (!socket.send_ended) {
    socket.send_ended = true;
    other.inbound.end();
    plan_delivery(other);
  } else if (socket.fin_received && other.fin_received) {
    erase(socket);
  }
}

int SimNetwork::shut_down(SocketId id, int how) {
  SimSocket& socket = get(id);
  if (socket.state != State::open) return socket.family == Family::local ? 0 : -ENOTCONN;
  if (how != SHUT_RD) shut_down_write(id);
  if (how == SHUT_WR || socket.receive_ended) return 0;
  socket.receive_ended = true;  // of what arrives later TCP makes nothing of that
  touch(socket, socket.send_ended ? POLLIN | POLLRDHUP | POLLHUP : POLLIN | POLLRDHUP);
  SimSocket* const other = find(socket.other);
  if (socket.family != Family::local || other == nullptr || other->send_ended) return 0;
  other->send_ended = true;
  socket.inbound.end();
  plan_delivery(socket);
  touch(*other, POLLOUT);
  return 0;
}

int SimNetwork::shut_down_write(SocketId id) {
  SimSocket& socket = get(id);
  if (socket.state != State::open) return -ENOTCONN;
  if (socket.send_ended) return 0;
  socket.send_ended = true;
  if (SimSocket* const other = find(socket.other)) {
    other->inbound.end();
    plan_delivery(*other);
  }
  return 0;
}

void SimNetwork::set_reset_on_close(SocketId id) { get(id).reset_on_close = true; }

// ---- listening ----------------------------------------------------------------------------------

SimSocket* SimNetwork::listener_at(Address const& address) {
  std::vector<SimSocket*> found;
  for (auto& [id, socket] : sockets_)
    if (socket.state == State::listening && overlap(socket.local, address))
      found.push_back(&socket);
  if (found.empty()) return nullptr;
  return found[chance_.between(0, found.size() - 1)];
}

bool SimNetwork::is_free(Address const& address, SocketKind kind, Sharing sharing) const {
  return std::none_of(sockets_.begin(), sockets_.end(), [&](auto const& entry) {
    SimSocket const& socket = entry.second;
    bool const is_bound = kind == SocketKind::datagram || socket.state == State::listening;
    if (socket.kind != kind || !is_bound || !overlap(socket.local, address)) return false;
    return sharing == Sharing::alone || socket.sharing == Sharing::alone;
  });
}

Address SimNetwork::free_address(Address const& like, SocketKind kind) {
  constexpr std::uint16_t first = 32'768;
  constexpr std::uint16_t last = 60'999;
  for (std::uint32_t tried = 0; tried <= last - first; ++tried) {
    Address const address = with_port_number(like, next_port_number_);
    next_port_number_ = next_port_number_ == last ? first : next_port_number_ + 1;
    if (is_free(address, kind, Sharing::alone)) return address;
  }
  WEIR_ASSERT(!"28,232 listeners: no port number is free");
  return like;
}

int SimNetwork::bind(SocketId id, Address const& address, Sharing sharing) {
  SimSocket& socket = get(id);
  if (socket.state != State::fresh || !socket.local.empty()) return -EINVAL;
  if (socket.family != address.family()) return -EAFNOSUPPORT;
  if (socket.family == Family::local) {
    if (sharing == Sharing::shared) return -EOPNOTSUPP;
    return bind_local(socket, address);
  }
  bool const any_port = address.port_number() == 0;
  if (!any_port && !is_free(address, socket.kind, sharing)) return -EADDRINUSE;
  socket.local = any_port ? free_address(address, socket.kind) : address;
  socket.sharing = sharing;
  return 0;
}

int SimNetwork::listen(SocketId id, Address const& address, std::uint32_t backlog,
                       Sharing sharing) {
  if (int const error = bind(id, address, sharing); error != 0) return error;
  SimSocket& socket = get(id);
  socket.backlog_max = backlog;
  socket.state = State::listening;
  return 0;
}

SocketId SimNetwork::accept(SocketId id, SocketOwner* owner) {
  SimSocket& socket = get(id);
  WEIR_ASSERT(socket.state == State::listening);
  if (socket.backlog.empty()) return 0;
  SimSocket& child = get(socket.backlog.front());
  socket.backlog.pop_front();
  WEIR_ASSERT(child.owner == nullptr);
  WEIR_ASSERT(child.references == 1);
  child.owner = owner;
  return child.id;
}

int SimNetwork::connect(SocketId id, Address const& address) {
  SimSocket& socket = get(id);
  if (socket.state == State::connecting) return -EALREADY;
  if (socket.state == State::open || socket.state == State::listening) return -EISCONN;
  if (socket.family != address.family()) return -EAFNOSUPPORT;
  if (socket.error != 0) return -std::exchange(socket.error, 0);
  if (socket.family == Family::local) return connect_local(socket, address);
  socket.remote = address;
  if (is_wildcard(address)) socket.remote = loopback_like(address);
  if (socket.local.empty()) socket.local = free_address(socket.remote, socket.kind);
  if (socket.kind == SocketKind::datagram) return 0;
  socket.state = State::connecting;
  send_syn(id, 0);
  return finish_connect(id);
}

// ---- bytes --------------------------------------------------------------------------------------

int SimNetwork::send(SocketId id, std::span<iovec const> parts) {
  SimSocket& socket = get(id);
  if (socket.kind == SocketKind::datagram) return send_datagram(id, parts, Address());
  if (socket.error != 0) return -std::exchange(socket.error, 0);
  if (socket.state == State::connecting) return -EAGAIN;
  if (socket.state != State::open || socket.send_ended) return -EPIPE;
  std::uint64_t const size = size_of(parts);
  SimSocket* const other = find(socket.other);
  bool const nobody_there = other == nullptr || other->orphan();
  if (socket.family == Family::local && nobody_there) return -EPIPE;
  if (other == nullptr) return static_cast<int>(std::min(size, lost_bytes_max));

  std::uint32_t accepted = 0;
  for (iovec const& part : parts) {
    auto const part_size =
        static_cast<std::uint32_t>(std::min<std::size_t>(part.iov_len, UINT32_MAX));
    std::uint32_t const fitted =
        other->inbound.accept(static_cast<std::byte const*>(part.iov_base), part_size);
    accepted += fitted;
    if (fitted < part.iov_len) break;
  }
  WEIR_ASSERT(accepted <= size);
  if (accepted == 0 && size > 0) return -EAGAIN;
  plan_delivery(*other);
  return static_cast<int>(accepted);
}

int SimNetwork::receive(SocketId id, std::byte* out, std::uint32_t size, bool peek) {
  WEIR_ASSERT(size > 0);
  SimSocket& socket = get(id);
  if (socket.kind == SocketKind::datagram) return receive_cut_off(socket, out, size, peek);
  if (socket.state == State::listening) return -ENOTCONN;
  if (std::uint32_t const count = socket.inbound.read(out, size, peek); count > 0) {
    if (!peek) plan_delivery(socket);  // the window may have been closed
    return static_cast<int>(count);
  }
  if (socket.fin_received) return 0;
  if (socket.error != 0) return peek ? -socket.error : -std::exchange(socket.error, 0);
  if (socket.receive_ended) return 0;
  return socket.state == State::fresh ? -ENOTCONN : -EAGAIN;
}

std::uint32_t SimNetwork::readiness(SocketId id) const {
  SimSocket const& socket = this->socket(id);
  if (socket.state == State::listening) return socket.backlog.empty() ? 0 : POLLIN;
  std::uint32_t events = socket.error != 0 ? POLLERR : 0;
  if (socket.kind == SocketKind::datagram)
    return events | POLLOUT | (socket.inbox.empty() ? 0 : POLLIN);
  if (socket.state == State::connecting) return events;
  bool const closed = socket.state != State::open;
  if (closed || (socket.send_ended && socket.receive_ended)) events |= POLLHUP;
  if (socket.receive_ended) events |= POLLIN | POLLRDHUP;
  if (socket.inbound.arrived() > 0) events |= POLLIN;
  auto const other = sockets_.find(socket.other);
  // Linux calls a socket writable when a third of its buffer is free.
  if (closed || socket.send_ended || other == sockets_.end() ||
      other->second.inbound.space() >= other->second.inbound.in_flight() / 2 + 1)
    events |= POLLOUT;
  return events;
}

// ---- for people ---------------------------------------------------------------------------------

std::string SimNetwork::describe() const {
  static constexpr char const* names[] = {"fresh", "listening", "connecting", "open", "reset"};
  std::string text;
  for (auto const& [id, socket] : sockets_) {
    text += "  socket " + std::to_string(id) + " " + names[static_cast<int>(socket.state)] + " " +
            socket.local.text() + " - " + socket.remote.text();
    if (socket.orphan()) text += ", orphan";
    if (socket.other == 0 && socket.state == State::open) text += ", nobody at the other end";
    text += ", " + std::to_string(socket.inbound.arrived()) + " bytes to read, " +
            std::to_string(socket.inbound.in_flight()) + " on the way";
    if (socket.fin_received) text += ", FIN received";
    if (socket.send_ended) text += ", sending ended";
    if (!socket.backlog.empty()) text += ", backlog " + std::to_string(socket.backlog.size());
    text += "\n";
  }
  return text;
}

}  // namespace weir
