// A simulated network on one machine: TCP, UDP and UNIX sockets. Its calls are the system calls of
// the same names, never block, and return what Linux would: 0 or more, or -errno. The kernels of a
// world carry submissions out with them, and simulated peers call them directly.
//
// The rules that are easy to get wrong, and are Linux's (net/ipv4/tcp.c):
//
//   close with bytes unread, or with linger 0   RST instead of FIN; unsent bytes are lost
//   bytes arrive where nobody will read         RST back
//   RST received                                what has arrived stays readable; then ECONNRESET
//                                               once, from the first to ask; then 0 and EPIPE
//   RST received after FIN                      reading goes on with 0; writing says EPIPE
//   backlog full                                the SYN is lost, and comes again after 1, 2, 4, … s
//   listener closed                             RST to those who wait in its backlog
//   a connection that dies in the backlog       is accepted all the same, and says so when used
//
// UNIX streams take the same ways, with these of their own (net/unix/af_unix.c): a connect is done
// at once, or EAGAIN while the backlog is full; nobody at the other end is EPIPE at once; a path
// outlives its socket, and is refused then. UDP loses what finds no room; a UNIX datagram is
// EAGAIN.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "weir/ring/address.h"
#include "weir/sim/chance.h"
#include "weir/sim/socket.h"
#include "weir/sim/timeline.h"

namespace weir {

// Whether it stands for every address of the machine, and the one that it stands for here.
bool is_wildcard(Address const& address);
Address loopback_like(Address const& address);
// Of a UNIX socket that is not bound.
Address unnamed_local();

class SimNetwork {
 public:
  // Both must outlive the network.
  SimNetwork(Timeline& timeline, Chance& chance) : timeline_(timeline), chance_(chance) {}

  // A new socket with one reference. `owner` may be null.
  SocketId open(Family family, SocketOwner* owner, SocketKind kind = SocketKind::stream);
  // Two UNIX sockets, connected to each other.
  std::array<SocketId, 2> open_pair(SocketKind kind, SocketOwner* owner);
  void retain(SocketId id);
  // Dropping the last reference closes the socket.
  void release(SocketId id);

  // Port number 0 lets the network choose.
  int listen(SocketId id, Address const& address, std::uint32_t backlog,
             Sharing sharing = Sharing::alone);
  // Of a datagram socket, the same.
  int bind(SocketId id, Address const& address, Sharing sharing = Sharing::alone);
  // 0 when done at once, -EINPROGRESS when `touched` will tell; then finish_connect says how it
  // went.
  int connect(SocketId id, Address const& address);
  int finish_connect(SocketId id);
  // The accepted socket belongs to `owner`, with one reference; 0 if none waits.
  SocketId accept(SocketId id, SocketOwner* owner);
  // Gathers as much as fits.
  int send(SocketId id, std::span<iovec const> parts);
  int receive(SocketId id, std::byte* out, std::uint32_t size, bool peek = false);
  // One datagram, to `address` or where it is connected to.
  int send_datagram(SocketId id, std::span<iovec const> parts, Address const& address);
  // The next datagram, taken out of the inbox: 0, or -errno and -EAGAIN if there is none.
  int receive_datagram(SocketId id, SimDatagram& out);
  // `how` is SHUT_*.
  int shut_down(SocketId id, int how);
  int shut_down_write(SocketId id);
  // SO_LINGER with a time of 0: closing resets.
  void set_reset_on_close(SocketId id);
  void limit_receive_window(SocketId id, std::uint32_t size);

  // poll(2) for everything: POLL* bits.
  std::uint32_t readiness(SocketId id) const;
  SimSocket const& socket(SocketId id) const;

  // Sockets that exist, orphans included.
  std::size_t socket_count() const { return sockets_.size(); }
  std::uint64_t deliveries() const { return deliveries_; }
  std::string describe() const;

 private:
  using State = SimSocket::State;

  SimSocket& get(SocketId id);
  // Null if there is none (any more).
  SimSocket* find(SocketId id);
  // One of those that listen there; null if nobody does.
  SimSocket* listener_at(Address const& address);
  // Whether a socket of that kind may take the address beside those that are bound already.
  bool is_free(Address const& address, SocketKind kind, Sharing sharing) const;
  Address free_address(Address const& like, SocketKind kind);
  void touch(SimSocket& socket, std::uint32_t events);
  // Runs `step` after a latency; at once if that is 0.
  template <class Step>
  void later(Step step) {
    Duration const latency = chance_.latency();
    if (latency == 0) step();
    else timeline_.after(latency, this, std::move(step));
  }

  // The handshake, step by step (network_connect.cc).
  void send_syn(SocketId client, std::uint32_t attempt);
  void syn_arrives(SocketId client, std::uint32_t attempt);
  void syn_ack_arrives(SocketId client, SocketId listener);
  void ack_arrives(SocketId child, SocketId listener);
  void connect_fails(SocketId client, int error);
  void draw_windows(SimSocket& socket);

  // UNIX sockets (network_local.cc).
  int connect_local(SimSocket& client, Address const& address);
  int bind_local(SimSocket& socket, Address const& address);
  // 0 and whose it is, or -errno.
  int find_local(Address const& address, SocketKind kind, SocketId& found) const;
  void forget_local(SimSocket const& socket);

  // Datagrams (network_datagrams.cc).
  int send_udp(SimSocket& socket, SimDatagram datagram, Address const& address);
  int send_local(SimSocket& socket, SimDatagram datagram, Address const& address);
  void datagram_arrives(SocketId sender, Address const& address, SimDatagram const& datagram);
  SimSocket* datagram_socket_at(Address const& address, Address const& sender);
  void put_in_inbox(SimSocket& socket, SimDatagram datagram);
  int receive_cut_off(SimSocket& socket, std::byte* out, std::uint32_t size, bool peek);

  // Bytes, ends and resets on their way (network_deliver.cc).
  void plan_delivery(SimSocket& receiver);
  void deliver(SocketId receiver);
  std::uint32_t deliver_bytes(SimSocket& receiver);
  void deliver_end(SimSocket& receiver);
  bool draws_reset();
  void reset_both(SimSocket& socket);
  void send_reset(SimSocket& socket);
  void reset_arrives(SocketId id);

  void close(SimSocket& socket);
  void close_listener(SimSocket& socket);
  void close_connection(SimSocket& socket);
  void erase(SimSocket& socket);

  Timeline& timeline_;
  Chance& chance_;
  std::map<SocketId, SimSocket> sockets_;
  SocketId last_id_ = 0;
  std::uint16_t next_port_number_ = 32'768;
  // UNIX names, by their raw bytes, and who is bound there; 0: nobody any more.
  std::map<std::string, SocketId, std::less<>> local_names_;
  std::uint64_t deliveries_ = 0;
};

}  // namespace weir
