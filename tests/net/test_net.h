// What the tests of net are made of: a worker on the kernel under test, flows written by hand
// against the Core API, and clients on the other side of the wire that check every byte.
//
// A stall is noticed, not hidden by a time-out: in a simulated world, when nothing can ever happen
// again; on any kernel, when a turn of the loop that began by sleeping finds something to do
// without having been told.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/random.h"
#include "weir/net/endpoint.h"
#include "weir/net/frame.h"
#include "weir/sim/test_kernels.h"
#include "weir/worker/worker.h"

namespace weir {

inline std::string framed(std::string_view payload) {
  std::string bytes(length_header_bytes, '\0');
  write_length_header(reinterpret_cast<std::byte*>(bytes.data()),
                      static_cast<std::uint32_t>(payload.size()));
  return bytes.append(payload);
}

inline std::string random_text(Random& random, std::uint64_t size) {
  std::string text(size, ' ');
  for (char& byte : text) byte = static_cast<char>('a' + random.below(26));
  return text;
}

// Random frames of at most `size_max` bytes of payload, `count` of them, as one stream.
inline std::string random_frames(Random& random, std::uint64_t count, std::uint64_t size_max) {
  std::string stream;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t const size = random.once_in(3) ? random.below(size_max + 1) : random.below(40);
    stream += framed(random_text(random, std::min(size, size_max)));
  }
  return stream;
}

// One peer: sends what it was told to, receives into `received`.
class Client {
 public:
  Client(std::unique_ptr<Peer> peer, Address const& address) : peer_(std::move(peer)) {
    peer_->connect(address);
  }
  explicit Client(std::unique_ptr<Peer> peer) : peer_(std::move(peer)) {}

  void send(std::string_view bytes) { to_send_ += bytes; }
  // Before anything is sent or received.
  Peer& peer() { return *peer_; }
  bool has_sent_all() const { return sent_ == to_send_.size(); }
  std::size_t sent_bytes() const { return sent_; }

  // Does what is possible now; whether that was anything.
  bool act() {
    if (over) return false;
    bool moved = false;
    if (!peer_->connected()) return false;
    while (sent_ < to_send_.size()) {  // ends: the window is bounded
      std::size_t const size = std::min(send_size_max, to_send_.size() - sent_);
      std::uint32_t const count = peer_->send(std::string_view(to_send_).substr(sent_, size));
      sent_ += count;
      moved = moved || count > 0;
      if (count == 0 || one_send_an_act) break;
    }
    if (finishes && !finished_ && has_sent_all()) {
      peer_->shut_down_write();
      finished_ = moved = true;
    }
    if (reads) {
      std::string const bytes = peer_->receive(receive_size_max);
      received += bytes;
      moved = moved || !bytes.empty();
    }
    bool const ended = peer_->peer_closed() || peer_->peer_reset();
    if (ended && !saw_end) saw_end = moved = true;
    return moved;
  }

  std::string received;
  bool reads = true;
  bool finishes = false;  // sends its FIN when it has sent all
  bool saw_end = false;   // the other side has closed or reset the connection
  bool over = false;
  bool one_send_an_act = false;
  std::size_t send_size_max = 1u << 20;
  std::uint32_t receive_size_max = 64 * 1024;

 private:
  std::unique_ptr<Peer> peer_;
  std::string to_send_;
  std::size_t sent_ = 0;
  bool finished_ = false;
};

// A flow that answers each frame with itself and keeps what events tell.
struct Echo {
  Endpoint& endpoint;
  std::vector<ConnectionEvent>* events = nullptr;
  std::vector<std::uint64_t>* items_per_tick = nullptr;

  void install(Graph& graph) && {
    Endpoint* const from = &endpoint;
    struct State final : Program {
      Handoff<Frame>* out = nullptr;
      std::uint64_t tick = ~std::uint64_t{0};
    };
    auto made = make_owner<State>();
    State* const state = made.get();
    graph.adopt(std::move(made));
    std::vector<std::uint64_t>* const counts = items_per_tick;
    Subgraph& echo = graph.make_subgraph("echo", 0, {}, {}, [=](Activation& activation) {
      if (counts != nullptr && activation.first_in_tick) counts->push_back(0);
      bool const done = from->ingress().drain(
          [&](Frame const& frame) {
            if (counts != nullptr) ++counts->back();
            state->out->push(frame);
          },
          activation.budget);
      return done ? Status::done : Status::yielded;
    });
    from->ingress().attach(graph, echo);
    state->out = &from->egress().connect(graph, echo);
    if (events == nullptr) return;
    std::vector<ConnectionEvent>* const seen = events;
    Subgraph& watch = graph.make_subgraph("watch", 0, {}, {}, [=](Activation& activation) {
      bool const done = from->events().drain(
          [&](ConnectionEvent const& event) { seen->push_back(event); }, activation.budget);
      return done ? Status::done : Status::yielded;
    });
    from->events().attach(graph, watch);
  }
};

// A flow that sends `answer` to each connection that comes by `asked`, an Input or a Channel.
template <class Asked>
struct Sends {
  Endpoint& endpoint;
  Asked& asked;
  Bytes const& answer;

  void install(Graph& graph) && {
    struct State final : Program {
      Handoff<Frame>* out = nullptr;
    };
    auto made = make_owner<State>();
    State* const state = made.get();
    graph.adopt(std::move(made));
    Asked* const from = &asked;
    Bytes const* const text = &answer;
    Subgraph& sends = graph.make_subgraph("sends", 0, {}, {}, [=](Activation& activation) {
      bool const done = from->drain(
          [&](ConnectionId who) {
            state->out->push(Frame{who, text->view()});
          },
          activation.budget);
      return done ? Status::done : Status::yielded;
    });
    asked.attach(graph, sends);
    state->out = &endpoint.egress().connect(graph, sends);
  }
};

// A flow that does to each frame what `on_frame(Frame, Handoff<Frame>& out)` says, and to each
// event what `on_event` says.
struct Custom {
  Endpoint& endpoint;
  std::function<void(Frame const&, Handoff<Frame>&)> on_frame;
  std::function<void(ConnectionEvent const&, Handoff<Frame>&)> on_event;

  void install(Graph& graph) && {
    struct State final : Program {
      std::function<void(Frame const&, Handoff<Frame>&)> on_frame;
      std::function<void(ConnectionEvent const&, Handoff<Frame>&)> on_event;
      Handoff<Frame>* out = nullptr;
    };
    auto made = make_owner<State>();
    State* const state = made.get();
    state->on_frame = std::move(on_frame);
    state->on_event = std::move(on_event);
    graph.adopt(std::move(made));
    Endpoint* const from = &endpoint;
    Subgraph& both = graph.make_subgraph("custom", 0, {}, {}, [=](Activation& activation) {
      bool done = from->events().drain(
          [&](ConnectionEvent const& event) {
            if (state->on_event) state->on_event(event, *state->out);
          },
          activation.budget);
      done = from->ingress().drain([&](Frame const& frame) { state->on_frame(frame, *state->out); },
                                   activation.budget) &&
             done;
      return done ? Status::done : Status::yielded;
    });
    from->events().attach(graph, both);
    from->ingress().attach(graph, both);
    state->out = &from->egress().connect(graph, both);
  }
};

// Small enough for every mark to be met, whatever the frames.
inline Limits tiny_limits(std::uint32_t pool_count, std::uint32_t pool_bytes) {
  Limits limits;
  limits.frame_bytes_max = 64 * 1024;
  limits.pool_buffer_count = pool_count;
  limits.pool_buffer_bytes = pool_bytes;
  limits.admit_bytes_per_tick = 4096;
  limits.admit_items_per_tick = 16;
  limits.egress_connection_mark_bytes = 600;
  limits.egress_untried_mark_bytes = 5000;
  limits.send_bytes_max = 3000;
  return limits;
}

// The server under test.
class TestNet {
 public:
  explicit TestNet(KernelChoice const& choice, Limits const& limits = {}, TickBudget budget = {},
                   Duration stop_time_max = 5 * seconds, LogOptions const& log = {})
      : kernel_(choice) {
    WorkerOptions options;
    options.make_kernel = [this] { return kernel_.make_kernel(); };
    options.setup.hide = kernel_.hide();
    options.limits = limits;
    options.tick_budget = budget;
    options.stop_time_max = stop_time_max;
    options.log = log;
    auto made = Worker::make(std::move(options));
    if (!made) std::fprintf(stderr, "%s\n", made.error().message.c_str());
    worker_ = std::move(made).value();
  }
  ~TestNet() {
    clients_.clear();
    worker_.reset();
  }

  TestKernel& kernel() { return kernel_; }
  Worker& worker() { return *worker_; }
  Net& net() { return worker_->net(); }
  NetCounters const& counters() { return worker_->net().counters(); }

  Endpoint& listen(EndpointOptions const& options = {}) {
    Result<Endpoint*> made = worker_->listen(Address::loopback(0), options);
    if (!made) std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return *made.value();
  }
  // `receive_window` of 0: the usual one.
  Client& connect(Address const& address, std::uint32_t receive_window = 0) {
    std::unique_ptr<Peer> peer = kernel_.make_peer();
    if (receive_window > 0) peer->limit_receive_window(receive_window);
    clients_.push_back(std::make_unique<Client>(std::move(peer), address));
    return *clients_.back();
  }
  // A client that waits to be dialled.
  Client& accept(Address& address, std::uint32_t receive_window = 0) {
    std::unique_ptr<Peer> peer = kernel_.make_peer();
    if (receive_window > 0) peer->limit_receive_window(receive_window);
    address = peer->listen();
    clients_.push_back(std::make_unique<Client>(std::move(peer)));
    return *clients_.back();
  }

  bool act() {
    bool moved = false;
    for (auto const& client : clients_) moved = client->act() || moved;
    return moved;
  }

  // Steps until `predicate` holds. False, with an explanation, if it cannot.
  testing::AssertionResult run_until(std::function<bool()> const& predicate) {
    Instant const end = worker_->clock().now() + 60 * seconds;
    std::uint32_t idle = 0;
    for (std::uint32_t i = 0; i < 400'000; ++i) {
      idle = act() ? 0 : idle + 1;
      if (predicate()) return testing::AssertionSuccess();
      if (worker_->clock().now() > end) break;
      step(idle);
      if (stalled() && !goes_on(predicate))
        return testing::AssertionFailure() << "stalled\n" << describe();
    }
    if (predicate()) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "not within 400000 steps and 60 s\n" << describe();
  }

  // Steps for a while: too short for marks to rise or deadlines to pass, long enough for anything
  // else.
  void run_for(Duration duration = 50 * milliseconds) {
    Instant const end = worker_->clock().now() + duration;
    std::uint32_t quiet = 0;
    while (worker_->clock().now() < end && quiet < (kernel_.simulated() ? 10'000 : 20)) {
      bool const moved = act();
      std::uint64_t const before = worker_->ring().counters().completions;
      step(0);
      bool const worked = moved || worker_->ring().counters().completions != before;
      quiet = worked ? 0 : quiet + 1;
    }
  }

  std::string describe() {
    NetCounters const& c = counters();
    std::string text =
        "connections " + std::to_string(net().connection_count()) + ", pressure " +
        std::to_string(net().pressure()) + ", unfinished " +
        std::to_string(net().unfinished_bytes()) + ", frames in " + std::to_string(c.frames_in) +
        " out " + std::to_string(c.frames_out) + ", blocked " + std::to_string(c.blocked) +
        ", suspended " + std::to_string(c.suspended) + ", no_buffers " +
        std::to_string(c.no_buffers) + ", may sleep " + std::to_string(worker_->may_sleep()) + "\n";
    if (kernel_.world() != nullptr) text += kernel_.world()->describe();
    return text;
  }

 private:
  // One turn. A client does not wake the worker when it could act, so the park is short, until
  // nobody has acted for a while. `idle`: for so many turns.
  void step(std::uint32_t idle) {
    Instant deadline = worker_->clock().now() + milliseconds;
    if (kernel_.simulated()) deadline = worker_->clock().now() + 50 * microseconds;
    if (kernel_.simulated() && idle > 40) deadline = never;
    // Whoever was sure that he may sleep, and was woken by nothing but that deadline, has nothing
    // to do: else he would have slept for ever with work before him.
    bool const slept = worker_->may_sleep();
    Instant const due = net().next_deadline();
    Done const before = done();
    worker_->step(deadline);
    Done const after = done();
    // On a real clock a time may come between the end of the park and the look at what is due.
    bool const time_came = !kernel_.simulated() && due <= worker_->clock().now();
    bool const woken = !slept || time_came || before.completions != after.completions;
    EXPECT_TRUE(woken || before == after) << "it slept although there was something to do\n"
                                          << before.text() << after.text() << describe();
  }
  struct Done {
    std::uint64_t completions;
    std::uint64_t submissions;
    std::uint64_t frames_in;
    std::uint64_t frames_out;
    std::uint64_t copied_bytes;
    std::string text() const {
      return "submissions " + std::to_string(submissions) + ", frames in " +
             std::to_string(frames_in) + " out " + std::to_string(frames_out) + ", copied " +
             std::to_string(copied_bytes) + "\n";
    }
    friend bool operator==(Done const&, Done const&) = default;
  };
  Done done() {
    RingCounters const& ring = worker_->ring().counters();
    NetCounters const& c = counters();
    // A silent send has been over since it was submitted: whoever sleeps does not learn of it.
    return {ring.completions - ring.silent_sends, ring.submissions, c.frames_in, c.frames_out,
            c.copied_bytes};
  }
  // Clients may change their minds each time they are asked.
  bool goes_on(std::function<bool()> const& predicate) {
    for (int i = 0; i < 100; ++i)
      if (act() || predicate()) return true;
    return false;
  }
  bool stalled() { return kernel_.simulated() && kernel_.world()->deadlocked(); }

  TestKernel kernel_;
  std::unique_ptr<Worker> worker_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace weir
