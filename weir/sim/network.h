// A simulated TCP network on one machine. Its calls are the system calls of the same names, never
// block, and return what Linux would: 0 or more, or -errno. The kernels of a world carry
// submissions out with them, and simulated peers call them directly.
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
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "weir/ring/address.h"
#include "weir/sim/chance.h"
#include "weir/sim/socket.h"
#include "weir/sim/timeline.h"

namespace weir {

class SimNetwork {
 public:
  // Both must outlive the network.
  SimNetwork(Timeline& timeline, Chance& chance) : timeline_(timeline), chance_(chance) {}

  // A new socket with one reference. `owner` may be null.
  SocketId open(Family family, SocketOwner* owner);
  void retain(SocketId id);
  // Dropping the last reference closes the socket.
  void release(SocketId id);

  // Port number 0 lets the network choose.
  int listen(SocketId id, Address const& address, std::uint32_t backlog);
  // 0 when done at once, -EINPROGRESS when `touched` will tell; then finish_connect says how it
  // went.
  int connect(SocketId id, Address const& address);
  int finish_connect(SocketId id);
  // The accepted socket belongs to `owner`, with one reference; 0 if none waits.
  SocketId accept(SocketId id, SocketOwner* owner);
  // Gathers as much as fits.
  int send(SocketId id, std::span<iovec const> parts);
  int receive(SocketId id, std::byte* out, std::uint32_t size, bool peek = false);
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
  SimSocket* listener_at(Address const& address);
  Address free_address(Address const& like);
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
  std::uint64_t deliveries_ = 0;
};

}  // namespace weir
