// Connections that speak TLS, and clients that do so more or less well: the input is a program of
// what they and time do, in a simulated world, with limits so small that every mark is met.
// Whatever happens
//
//   * the flow sees a prefix of what a client has sent, and each client a prefix of the answers;
//   * a client that breaks nothing gets all of them, unless the oldest may be dropped;
//   * each connection opens at most once and closes once, and nothing is left over.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/script.h"
#include "tests/net/tiny_worker.h"
#include "tests/net/tls_client.h"

namespace weir {
namespace {

struct Contexts {
  Owner<TlsContext> server = server_context();
  Owner<TlsContext> client = client_context();
};

Contexts& contexts() {
  static Contexts made;
  return made;
}

struct Known {
  explicit Known(std::unique_ptr<Client> made)
      : client(std::move(made)), tls(new TlsClient(*client, *contexts().client, "server")) {}

  // Its session's words go out, perhaps not as they were.
  void act() {
    if (!breaks) tls->act();
    client->act();
  }

  std::unique_ptr<Client> client;
  std::unique_ptr<TlsClient> tls;
  std::string sent;
  bool breaks = false;  // it has said something that is no TLS, or has gone
};

class Play {
 public:
  Play(std::uint64_t seed, std::uint8_t choices)
      : world_(seed, world_options(choices)),
        drops_worker_((choices & 2) != 0),
        drops_frames_((choices & 4) != 0) {
    worker_ = make_tiny_worker(world_, choices);
    EndpointOptions endpoint_options;
    endpoint_options.tls = contexts().server.get();
    if (drops_frames_) endpoint_options.slow_policy = SlowPolicy::drop_oldest;
    endpoint_ = worker_->listen(Address::loopback(0), endpoint_options).value();
    worker_->add(Echo{*endpoint_, &events_});
  }

  void run(Script script) {
    for (unsigned i = 0; i < op_count_max && !script.empty(); ++i) {
      do_next(script);
      turn(0);
    }
    if (!drops_worker_) finish();
    worker_.reset();
    for (auto const& known : clients_) check(*known);
    clients_.clear();
    WEIR_ASSERT(world_.operation_count() == 0);
    WEIR_ASSERT(world_.descriptor_count() == 0);
  }

 private:
  static constexpr unsigned op_count_max = 200;
  static constexpr std::size_t client_count_max = 5;

  void do_next(Script& script) {
    std::uint8_t const what = script.next();
    if (what % 10 == 0 || clients_.empty()) return connect(script);
    Known& known = *clients_[script.next() % clients_.size()];
    switch (what % 10) {
      case 1:
      case 2:
      case 3:
        return send(known, script);
      case 4:
        if (script.next() % 4 == 0) say_nonsense(known, script);
        return;
      case 5:
        known.tls->ends = known.tls->ends || script.next() % 8 == 0;
        return;
      case 6:
        if (script.next() % 4 == 0) go_away(known, script.next() % 2 == 0);
        return;
      case 7:
        known.client->reads = !known.client->reads;
        return;
      case 8:
        for (unsigned i = script.next() % 32; i > 0; --i) turn(0);
        return;
      default:
        if (passed_ < 4 * seconds) world_.advance((1 + script.next()) * milliseconds);
        passed_ += 256 * milliseconds;
    }
  }

  void connect(Script& script) {
    if (clients_.size() == client_count_max) return;
    std::unique_ptr<Client> client = make_tiny_client(world_, endpoint_->address(), script.next());
    clients_.push_back(std::make_unique<Known>(std::move(client)));
  }
  void send(Known& known, Script& script) {
    if (known.breaks || known.tls->ends) return;
    std::uint8_t const byte = script.next();
    std::string const frame =
        framed(std::string(std::size_t{byte} * (byte % 4 == 0 ? 40 : 1), static_cast<char>(byte)));
    known.tls->send(frame);
    known.sent += frame;
  }
  // Half of what it would have said, and something else.
  void say_nonsense(Known& known, Script& script) {
    TlsSession const& session = known.tls->end.session;
    if (known.breaks || !session.is_open() || session.has_said_end()) return;
    known.tls->end.send("never whole");
    std::string said = known.tls->end.take_said();
    said[script.next() % said.size()] ^= 0x55;
    known.client->send(said);
    known.breaks = true;
  }
  void go_away(Known& known, bool resets) {
    if (known.client->over || !known.client->peer().connected()) return;
    known.breaks = true;
    known.client->finishes = true;
    if (!resets) return;
    known.client->peer().reset();
    known.client->over = true;
  }

  void turn(unsigned idle) {
    for (auto const& known : clients_) known->act();
    weir::turn(*worker_, idle);
  }
  // All clients read what there is and end.
  void finish() {
    for (auto const& known : clients_) {
      known->client->reads = true;
      known->tls->ends = true;
      if (known->breaks) known->client->finishes = true;
    }
    for (unsigned i = 0; i < 200'000 && endpoint_->connection_count() > 0; ++i) {
      turn(world_.deadlocked() ? 0 : i % 64);
      WEIR_ASSERT(!world_.deadlocked() || i < 190'000);
    }
    WEIR_ASSERT(endpoint_->connection_count() == 0);
    for (unsigned i = 0; i < 200; ++i) turn(0);
    std::ptrdiff_t opened = 0, closed = 0;
    for (ConnectionEvent const& event : events_)
      ++(event.kind == ConnectionEvent::Kind::opened ? opened : closed);
    WEIR_ASSERT(opened <= closed);
  }

  void check(Known const& known) const {
    std::string const& received = known.tls->received();
    if (drops_frames_) {
      WEIR_ASSERT(received.size() <= known.sent.size());
    } else {
      WEIR_ASSERT(known.sent.starts_with(received));
    }
    if (!drops_worker_ && !drops_frames_ && !known.breaks && known.tls->is_open())
      WEIR_ASSERT(received == known.sent);
  }

  SimWorld world_;
  bool const drops_worker_;
  bool const drops_frames_;
  std::unique_ptr<Worker> worker_;
  Endpoint* endpoint_ = nullptr;
  std::vector<ConnectionEvent> events_;
  std::vector<std::unique_ptr<Known>> clients_;
  Duration passed_ = 0;
};

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  weir::play<weir::Play>(data, size);
  return 0;
}
