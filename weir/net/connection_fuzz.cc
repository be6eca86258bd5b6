// Connections against a model: the input is a program of what clients, the flow behind an endpoint
// and time do, in a simulated world, with limits so small that every mark is met. The model knows
// what each client has sent and what the flow has answered. Whatever happens
//
//   * the flow sees a prefix of a client's frames, in order, byte for byte, and a client receives a
//     prefix of the answers; all of them, where the connection has ended in good order;
//   * each connection opens once and closes once, for a reason that fits what was done to it;
//   * nothing sleeps with work before it for ever, and nothing is left over: no operation, no
//     descriptor.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/script.h"
#include "tests/net/tiny_worker.h"

namespace weir {
namespace {

// One client, and what is known of its connection.
struct Known {
  explicit Known(std::unique_ptr<Client> made) : client(std::move(made)) {}

  std::unique_ptr<Client> client;
  std::vector<std::string> frames;  // what it sends whole
  std::string answers;              // what the flow has sent to it
  std::size_t seen = 0;             // frames that the flow has got
  unsigned answer_count = 1;        // for each frame
  bool garbage = false;             // it has announced a frame that is too large
  bool cut = false;                 // it ends in the middle of a frame
  bool reset = false;
  bool closed_by_flow = false;
  ConnectionId id;
  bool closed = false;
  CloseReason reason = CloseReason::peer_closed;

  bool in_good_order() const { return !reset && !closed_by_flow; }
};

class Play {
 public:
  Play(std::uint64_t seed, std::uint8_t choices)
      : world_(seed, world_options(choices)),
        keeps_half_open_((choices & 2) != 0),
        drops_worker_((choices & 4) != 0) {
    worker_ = make_tiny_worker(world_, choices);
    EndpointOptions endpoint_options;
    endpoint_options.keep_half_open = keeps_half_open_;
    endpoint_ = worker_->listen(Address::loopback(0), endpoint_options).value();
    worker_->add(Custom{*endpoint_,
                        [this](Frame const& frame, Handoff<Frame>& out) { got(frame, out); },
                        [this](ConnectionEvent const& event, Handoff<Frame>&) { told(event); }});
  }

  void run(Script script) {
    for (unsigned i = 0; i < op_count_max && !script.empty(); ++i) {
      do_next(script);
      act();
      step(0);
    }
    if (!drops_worker_) finish();
    worker_.reset();
    for (Known& known : clients_) check(known);
    clients_.clear();
    WEIR_ASSERT(world_.operation_count() == 0);
    WEIR_ASSERT(world_.descriptor_count() == 0);
  }

 private:
  static constexpr unsigned op_count_max = 400;
  static constexpr std::size_t client_count_max = 6;
  // Below what makes a peer a slow one.
  static constexpr Duration idle_time_max = 4 * seconds;

  void do_next(Script& script) {
    std::uint8_t const what = script.next();
    if (what % 12 == 0 || clients_.empty()) return connect(script);
    Known& known = clients_[script.next() % clients_.size()];
    bool const sends = !known.client->finishes && !known.client->over && !known.garbage;
    switch (what % 12) {
      case 1:
      case 2:
      case 3:
        if (sends) send_frame(known, script);
        break;
      case 4:
        if (sends && script.next() % 8 == 0) send_garbage(known);
        break;
      case 5:
        if (sends) finish_sending(known, script);
        break;
      case 6:
        if (script.next() % 4 == 0) reset(known);
        break;
      case 7:
        known.client->reads = !known.client->reads;
        break;
      case 8:
        known.answer_count = script.next() % 4;
        break;
      case 9:
        if (known.id.valid() && !known.closed && script.next() % 4 == 0) {
          known.closed_by_flow = true;
          endpoint_->close(known.id);
        }
        break;
      case 10:
        for (unsigned i = script.next() % 32; i > 0; --i) step(0);
        break;
      default:
        pass_time((1 + script.next()) * milliseconds);
    }
  }

  void connect(Script& script) {
    if (clients_.size() == client_count_max) return;
    clients_.emplace_back(make_tiny_client(world_, endpoint_->address(), script.next()));
  }
  void send_frame(Known& known, Script& script) {
    std::uint8_t const byte = script.next();
    std::size_t const size = (byte & 0x80) != 0 ? std::size_t{byte} * 40 : byte;
    std::string payload(size, static_cast<char>('a' + known.frames.size() % 26));
    if (size > 0) payload.back() = static_cast<char>(script.next());
    known.client->send(framed(payload));
    known.frames.push_back(std::move(payload));
  }
  void send_garbage(Known& known) {
    known.client->send(std::string("\x7f\xff\xff\xff that is no frame", 21));
    known.garbage = true;
  }
  void finish_sending(Known& known, Script& script) {
    if (script.next() % 2 == 1) {
      std::string const part = framed("never whole");
      known.client->send(std::string_view(part).substr(0, 1 + script.next() % (part.size() - 1)));
      known.cut = true;
    }
    known.client->finishes = true;
  }
  void reset(Known& known) {
    if (known.client->over || !known.client->peer().connected()) return;
    known.client->peer().reset();
    known.client->over = known.reset = true;
  }
  void pass_time(Duration duration) {
    if (passed_ + duration > idle_time_max) return;
    passed_ += duration;
    world_.advance(duration);
  }

  // ---- the flow ----

  Known* find(ConnectionId id) {
    auto const found = std::ranges::find(clients_, id, &Known::id);
    return found == clients_.end() ? nullptr : &*found;
  }
  void told(ConnectionEvent const& event) {
    Known* known = find(event.connection);
    switch (event.kind) {
      case ConnectionEvent::Kind::opened: {
        WEIR_ASSERT(known == nullptr);
        Result<Address> const address = endpoint_->peer_address(event.connection);
        if (!address) return;  // it has ended already: nobody knows whose it was
        auto const is_its = [&](Known const& other) {
          return !other.client->over && other.client->peer().connected() &&
                 other.client->peer().local_address() == address.value();
        };
        auto const found = std::ranges::find_if(clients_, is_its);
        if (found != clients_.end()) found->id = event.connection;
        return;
      }
      case ConnectionEvent::Kind::peer_finished:
        WEIR_ASSERT(keeps_half_open_);
        endpoint_->close(event.connection, CloseReason::peer_closed);
        return;
      case ConnectionEvent::Kind::closed:
        if (known == nullptr) return;
        WEIR_ASSERT(!known->closed);
        known->closed = true;
        known->reason = event.reason;
    }
  }
  void got(Frame const& frame, Handoff<Frame>& out) {
    Known* const known = find(frame.first);
    if (known == nullptr) return;
    WEIR_ASSERT(!known->closed);
    WEIR_ASSERT(known->seen < known->frames.size());
    WEIR_ASSERT(frame.second.text() == known->frames[known->seen]);
    ++known->seen;
    for (unsigned i = 0; i < known->answer_count; ++i) {
      out.push(frame);
      known->answers += framed(frame.second.text());
    }
  }

  // ---- the end ----

  bool act() {
    bool moved = false;
    for (Known& known : clients_) moved = known.client->act() || moved;
    return moved;
  }
  void step(unsigned idle) { turn(*worker_, idle); }
  // All clients read what there is and end.
  void finish() {
    for (Known& known : clients_) {
      known.client->reads = true;
      known.client->finishes = true;
    }
    unsigned idle = 0;
    for (unsigned i = 0; i < 200'000 && !all_over(); ++i) {
      idle = act() ? 0 : idle + 1;
      step(idle);
      WEIR_ASSERT(!world_.deadlocked() || act() || all_over());
    }
    WEIR_ASSERT(all_over());
  }
  bool all_over() const {
    auto const is_over = [](Known const& known) {
      bool const told = !known.id.valid() || known.closed;
      return told && (known.client->over || known.client->saw_end);
    };
    return endpoint_->connection_count() == 0 && std::ranges::all_of(clients_, is_over);
  }

  void check(Known const& known) const {
    WEIR_ASSERT(known.answers.starts_with(known.client->received));
    if (drops_worker_ || !known.id.valid()) return;
    WEIR_ASSERT(known.closed);
    if (!known.in_good_order()) return;
    if (known.garbage) {
      WEIR_ASSERT(known.reason == CloseReason::frame_too_large);
      return;
    }
    WEIR_ASSERT(known.seen == known.frames.size());
    WEIR_ASSERT(known.client->received == known.answers);
    WEIR_ASSERT(known.reason ==
                (known.cut ? CloseReason::truncated_frame : CloseReason::peer_closed));
  }

  SimWorld world_;
  bool const keeps_half_open_;
  bool const drops_worker_;
  std::unique_ptr<Worker> worker_;
  Endpoint* endpoint_ = nullptr;
  std::vector<Known> clients_;
  Duration passed_ = 0;
};

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  weir::play<weir::Play>(data, size);
  return 0;
}
