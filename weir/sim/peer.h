// What a test does from the other side of a connection: one TCP socket, the same whether it is a
// real one (beside kernel_uring and kernel_epoll) or one of a simulated world. Nothing here ever
// blocks: a peer is asked again after the ring under test has made a step (run_until in
// test_kernels.h does that).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "weir/ring/address.h"

namespace weir {

class SimWorld;

class Peer {
 public:
  virtual ~Peer() = default;

  // Before connect or listen: what waits to be read is bounded to about so many bytes. (The kernel
  // rounds.)
  virtual void limit_receive_window(std::uint32_t size) = 0;

  // Begins to connect; connected() or refused() follows.
  virtual void connect(Address const& address) = 0;
  // Listens on a loopback port of the kernel's choice; then accepted() becomes true once: this peer
  // is from then on the accepted connection, and listens no more.
  virtual Address listen() = 0;
  virtual bool accepted() = 0;

  virtual bool connected() = 0;
  virtual bool refused() = 0;
  virtual Address local_address() = 0;

  // Returns how many of the bytes were accepted: 0 when the window is full, or after a reset.
  virtual std::uint32_t send(std::string_view bytes) = 0;
  // Returns what is there, at most `size_max` bytes of it.
  virtual std::string receive(std::uint32_t size_max = 1u << 20) = 0;

  // A FIN: nothing more will be sent.
  virtual void shut_down_write() = 0;
  // A RST, as close with SO_LINGER 0 sends it. The peer is over.
  virtual void reset() = 0;
  // As close(2): a FIN, or a RST if something was left unread. The peer is over.
  virtual void close() = 0;

  // The other side's FIN has come, and all before it has been received.
  virtual bool peer_closed() = 0;
  // The other side's RST has come, and all that the kernel kept from before it has been received.
  virtual bool peer_reset() = 0;
};

// A non-blocking socket.
std::unique_ptr<Peer> make_socket_peer();
// A socket of `world`, which must outlive it.
std::unique_ptr<Peer> make_sim_peer(SimWorld& world);

}  // namespace weir
