#include <poll.h>

#include <cerrno>

#include "weir/base/assert.h"
#include "weir/sim/peer.h"
#include "weir/sim/world.h"

namespace weir {

namespace {

class SimPeer final : public Peer {
 public:
  explicit SimPeer(SimWorld& world) : network_(world.network()) {
    socket_ = network_.open(Family::ipv4, nullptr);
  }
  ~SimPeer() override {
    if (socket_ != 0) network_.release(socket_);
  }

  void limit_receive_window(std::uint32_t size) override {
    network_.limit_receive_window(socket_, size);
  }

  void connect(Address const& address) override {
    WEIR_ASSERT(socket_ != 0);
    if (address.family() != network_.socket(socket_).family) {
      network_.release(socket_);
      socket_ = network_.open(address.family(), nullptr);
    }
    int const result = network_.connect(socket_, address);
    connecting_ = result == -EINPROGRESS;
    connected_ = result == 0;
    refused_ = result == -ECONNREFUSED;
    WEIR_ASSERT(connecting_ || connected_ || refused_);
  }

  Address listen() override {
    int const result = network_.listen(socket_, Address::loopback(0), 16);
    WEIR_ASSERT(result == 0);
    return network_.socket(socket_).local;
  }

  bool accepted() override {
    if (connected_) return true;
    SocketId const child = network_.accept(socket_, nullptr);
    if (child == 0) return false;
    network_.release(socket_);
    socket_ = child;
    connected_ = true;
    return true;
  }

  bool connected() override {
    if (!connecting_) return connected_;
    int const result = network_.finish_connect(socket_);
    if (result == -EINPROGRESS) return false;
    connecting_ = false;
    connected_ = result != -ECONNREFUSED;
    refused_ = !connected_;
    reset_ = result == -ECONNRESET;
    return connected_;
  }

  bool refused() override {
    connected();
    return refused_;
  }

  Address local_address() override { return network_.socket(socket_).local; }

  std::uint32_t send(std::string_view bytes) override {
    if (socket_ == 0 || !connected() || bytes.empty()) return 0;
    iovec const part{const_cast<char*>(bytes.data()), bytes.size()};
    int const result = network_.send(socket_, {&part, 1});
    note(result);
    return result > 0 ? static_cast<std::uint32_t>(result) : 0;
  }

  std::string receive(std::uint32_t size_max) override {
    if (socket_ == 0 || !connected()) return {};
    std::string bytes(size_max, '\0');
    int const result =
        network_.receive(socket_, reinterpret_cast<std::byte*>(bytes.data()), size_max);
    note(result);
    bytes.resize(result > 0 ? static_cast<std::size_t>(result) : 0);
    return bytes;
  }

  void shut_down_write() override { network_.shut_down_write(socket_); }

  void reset() override {
    network_.set_reset_on_close(socket_);
    close();
  }

  void close() override {
    WEIR_ASSERT(socket_ != 0);
    network_.release(std::exchange(socket_, 0));
  }

  bool peer_closed() override { return !peer_reset() && look() == 0; }

  bool peer_reset() override {
    if (!reset_) note(look());
    return reset_;
  }

 private:
  void note(int result) {
    if (result == -ECONNRESET || result == -EPIPE) reset_ = true;
  }

  int look() {
    if (socket_ == 0 || !connected()) return -EAGAIN;
    std::byte byte{};
    return network_.receive(socket_, &byte, 1, true);
  }

  SimNetwork& network_;
  SocketId socket_ = 0;
  bool connecting_ = false;
  bool connected_ = false;
  bool refused_ = false;
  bool reset_ = false;
};

}  // namespace

std::unique_ptr<Peer> make_sim_peer(SimWorld& world) { return std::make_unique<SimPeer>(world); }

}  // namespace weir
