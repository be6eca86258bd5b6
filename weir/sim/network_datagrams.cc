// Datagrams of a simulated network. UDP's are on their way for a while and may get lost, come twice
// or overtake each other where the options say so; UNIX's are in the receiver's inbox at once, or
// the sender waits.
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"
#include "weir/sim/network.h"

namespace weir {

namespace {

constexpr std::size_t udp_bytes_max = 65'507;
constexpr std::size_t local_bytes_max = 212'960;
// What UDP keeps for a receiver, and how many UNIX datagrams wait for one
// (net.unix.max_dgram_qlen).
constexpr std::uint64_t inbox_bytes_max = 212'992;
constexpr std::size_t local_count_max = 11;
// An empty datagram takes room, too.
constexpr std::uint64_t datagram_overhead_bytes = 512;

std::uint64_t room_of(SimDatagram const& datagram) {
  return datagram.bytes.size() + datagram_overhead_bytes;
}

}  // namespace

int SimNetwork::send_datagram(SocketId id, std::span<iovec const> parts, Address const& address) {
  SimSocket& socket = get(id);
  if (socket.error != 0) return -std::exchange(socket.error, 0);
  if (!address.empty() && address.family() != socket.family) return -EAFNOSUPPORT;
  bool const is_local = socket.family == Family::local;
  if (address.empty() && socket.remote.empty()) return is_local ? -ENOTCONN : -EDESTADDRREQ;
  SimDatagram datagram;
  for (iovec const& part : parts) {
    auto const* const bytes = static_cast<std::byte const*>(part.iov_base);
    datagram.bytes.insert(datagram.bytes.end(), bytes, bytes + part.iov_len);
  }
  if (datagram.bytes.size() > (is_local ? local_bytes_max : udp_bytes_max)) return -EMSGSIZE;
  auto const size = static_cast<int>(datagram.bytes.size());
  Address const to = address.empty() ? socket.remote : address;
  int const error = is_local ? send_local(socket, std::move(datagram), address)
                             : send_udp(socket, std::move(datagram), to);
  return error != 0 ? error : size;
}

int SimNetwork::send_udp(SimSocket& socket, SimDatagram datagram, Address const& address) {
  Address const to = is_wildcard(address) ? loopback_like(address) : address;
  if (socket.local.empty()) {
    Address const any =
        socket.family == Family::ipv4 ? Address::loopback(0) : Address::loopback_ipv6(0);
    socket.local = free_address(any, SocketKind::datagram);
  }
  datagram.sender = is_wildcard(socket.local) ? loopback_like(socket.local) : socket.local;
  SimOptions const& options = chance_.options;
  if (chance_.once_in(options.datagram_lost_once_in)) return 0;
  std::uint32_t const count = chance_.once_in(options.datagram_twice_once_in) ? 2 : 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    Instant const now = timeline_.now();
    Instant arrival = now + chance_.latency();
    if (chance_.once_in(options.datagram_overtakes_once_in)) {
      arrival = now;
    } else {
      // Those before it come first. (The timeline keeps the order of the same instant.)
      arrival = std::max(arrival, socket.sent_arrive);
      socket.sent_arrive = arrival;
    }
    if (arrival == now) datagram_arrives(socket.id, to, datagram);
    else
      timeline_.after(arrival - now, this,
                      [this, id = socket.id, to, datagram] { datagram_arrives(id, to, datagram); });
  }
  return 0;
}

void SimNetwork::datagram_arrives(SocketId sender_id, Address const& address,
                                  SimDatagram const& datagram) {
  ++deliveries_;
  SimSocket* const receiver = datagram_socket_at(address, datagram.sender);
  if (receiver != nullptr) {
    if (receiver->inbox_bytes + room_of(datagram) <= inbox_bytes_max)
      put_in_inbox(*receiver, datagram);
    return;
  }
  // Nobody there: a connected sender is told so, by ICMP.
  SimSocket* const sender = find(sender_id);
  if (sender == nullptr || !(sender->remote == address)) return;
  sender->error = ECONNREFUSED;
  touch(*sender, POLLIN | POLLOUT | POLLERR);
}

SimSocket* SimNetwork::datagram_socket_at(Address const& address, Address const& sender) {
  std::vector<SimSocket*> found;
  for (auto& [id, socket] : sockets_) {
    if (socket.kind != SocketKind::datagram || socket.family != address.family()) continue;
    if (socket.local.empty() || socket.local.port_number() != address.port_number()) continue;
    if (!is_wildcard(socket.local) && !(socket.local == address)) continue;
    if (!socket.remote.empty() && !(socket.remote == sender)) continue;
    found.push_back(&socket);
  }
  if (found.empty()) return nullptr;
  return found[chance_.between(0, found.size() - 1)];
}

int SimNetwork::send_local(SimSocket& socket, SimDatagram datagram, Address const& address) {
  SocketId id = socket.other;
  bool const is_pair = !socket.remote.empty() && socket.remote == unnamed_local();
  if (address.empty() && is_pair) {
    if (id == 0) return -ECONNREFUSED;
  } else {
    Address const& to = address.empty() ? socket.remote : address;
    if (int const error = find_local(to, SocketKind::datagram, id); error != 0) return error;
  }
  SimSocket& receiver = get(id);
  bool const takes_all = receiver.remote.empty() || receiver.other == socket.id;
  if (!takes_all && !(receiver.remote == socket.local)) return -EPERM;
  if (receiver.inbox.size() >= local_count_max) return -EAGAIN;
  if (!socket.local.empty() && !(socket.local == unnamed_local())) datagram.sender = socket.local;
  put_in_inbox(receiver, std::move(datagram));
  return 0;
}

void SimNetwork::put_in_inbox(SimSocket& socket, SimDatagram datagram) {
  socket.inbox_bytes += room_of(datagram);
  socket.inbox.push_back(std::move(datagram));
  touch(socket, POLLIN);
}

int SimNetwork::receive_datagram(SocketId id, SimDatagram& out) {
  SimSocket& socket = get(id);
  if (socket.kind != SocketKind::datagram) return -ENOTSUP;
  if (socket.inbox.empty()) return socket.error != 0 ? -std::exchange(socket.error, 0) : -EAGAIN;
  out = std::move(socket.inbox.front());
  socket.inbox.pop_front();
  WEIR_ASSERT(socket.inbox_bytes >= room_of(out));
  socket.inbox_bytes -= room_of(out);
  if (socket.family != Family::local) return 0;
  for (auto& [other_id, other] : sockets_) {  // any of them may have waited for the room
    if (other.family == Family::local && other.kind == SocketKind::datagram) touch(other, POLLOUT);
  }
  return 0;
}

// As a receive without a name does it: what does not fit is gone.
int SimNetwork::receive_cut_off(SimSocket& socket, std::byte* out, std::uint32_t size, bool peek) {
  SimDatagram datagram;
  if (peek && !socket.inbox.empty()) {
    datagram = socket.inbox.front();
  } else if (int const error = receive_datagram(socket.id, datagram); error != 0) {
    return error;
  }
  std::size_t const count = std::min<std::size_t>(size, datagram.bytes.size());
  if (count > 0) std::memcpy(out, datagram.bytes.data(), count);
  return static_cast<int>(count);
}

}  // namespace weir
