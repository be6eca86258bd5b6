// The same program on every kernel: random from a seed, over the Ring, with connects, sends,
// half-closes, closes, resets, a peer that stops reading, and cancels at any moment.
//
// A polite program waits until all has arrived before it ends a connection; then every kernel must
// give the same outcome, byte for byte and end by end. A rude one does not; then each side gets a
// prefix, everything still ends, and nothing is left behind.
#include <gtest/gtest.h>

#include <cerrno>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/random.h"
#include "weir/ring/buffer_pool.h"
#include "weir/ring/ring.h"
#include "weir/sim/test_kernels.h"

namespace weir {

namespace {

// ---- programs -----------------------------------------------------------------------------------

enum class Do {
  peer_send,
  peer_shut_down,
  peer_close,
  peer_reset,
  peer_stall,
  peer_go_on,
  send,
  close,
  suspend,
  resume,
  cancel_send,
  sync,
  all_send,
};

struct Step {
  Do what;
  std::size_t connection;
  std::size_t size = 0;
};

struct Program {
  std::uint64_t seed;
  bool polite;
  std::size_t connection_count;
  std::vector<Step> steps;
};

// What may still be done with a connection while a program is made.
struct Left {
  bool peer_sends = true;
  bool open = true;
};

Do draw_step(Random& random, Left const& left) {
  while (true) {
    auto const what = static_cast<Do>(random.below(static_cast<std::uint64_t>(Do::all_send) + 1));
    bool const ends = what == Do::peer_close || what == Do::peer_reset || what == Do::close ||
                      what == Do::peer_shut_down;
    if (ends && !random.once_in(4)) continue;  // else connections would be short
    if (what == Do::peer_send && !left.peer_sends) continue;
    return what;
  }
}

Program make_program(std::uint64_t seed, bool polite) {
  Random random(seed);
  Program program{seed, polite, 1 + random.below(5), {}};
  std::vector<Left> left(program.connection_count);
  std::size_t const count = 20 + random.below(60);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t const connection = random.below(left.size());
    if (!left[connection].open) continue;
    Do const what = draw_step(random, left[connection]);
    // Some sizes beyond any window of the simulation, some beyond those of this machine.
    std::size_t size = 1 + random.below(2000);
    if (random.once_in(4)) size = 1 + random.below(200'000);
    bool const ends = what == Do::peer_close || what == Do::peer_reset || what == Do::close;
    if (ends && polite) program.steps.push_back({Do::sync, connection});
    program.steps.push_back({what, connection, size});
    if (what == Do::peer_shut_down) left[connection].peer_sends = false;
    if (ends) left[connection].open = false;
  }
  return program;
}

// The bytes of one direction are a function of their position, so that a lost or doubled one shows.
void append_pattern(std::string& bytes, std::size_t size, std::uint64_t direction) {
  for (std::size_t end = bytes.size() + size; bytes.size() < end;)
    bytes += static_cast<char>((bytes.size() * 2'654'435'761u + direction * 97) >> 13);
}

// ---- our side of a connection -------------------------------------------------------------------

// Acts on its state: whatever happens, settle() derives what it needs now.
class Session {
 public:
  Session(Ring& ring, BufferPool& pool, int descriptor, std::uint64_t seed)
      : ring_(ring), pool_(pool), descriptor_(descriptor), random_(seed) {
    for (Completion* const completion : {&receive_, &send_, &cancel_, &close_}) {
      completion->context = this;
      completion->callback = [](Completion&, Outcome) {};
    }
    receive_.callback = [](Completion& done, Outcome outcome) {
      static_cast<Session*>(done.context)->on_received(std::move(outcome));
    };
    send_.callback = [](Completion& done, Outcome outcome) {
      static_cast<Session*>(done.context)->on_sent(outcome.result);
    };
    close_.callback = [](Completion& done, Outcome outcome) {
      EXPECT_EQ(outcome.result, 0);
      static_cast<Session*>(done.context)->closed = true;
    };
  }

  void settle() {
    held_.clear();  // the end of a tick: what it looked into goes back
    if (closing) return settle_closing();
    if (wanted && end.empty() && receive_.idle()) arm();
    if (!send_failed && sent < outgoing.size() && send_.idle()) send();
  }

  void cancel_receive() {
    if (!receive_.idle()) ring_.cancel_quietly(receive_);
  }
  void cancel_send() {
    if (!send_.idle() && cancel_.idle()) ring_.cancel(cancel_, send_);
  }

  std::string received;
  std::string end;  // empty until then
  std::string outgoing;
  std::size_t sent = 0;
  bool send_failed = false;
  bool wanted = true;
  bool closing = false;
  bool closed = false;

 private:
  void arm() {
    if (once_) ring_.receive(receive_, descriptor_, memory_, sizeof(memory_));
    else ring_.receive(receive_, descriptor_, pool_);
  }

  void on_received(Outcome outcome) {
    if (outcome.result > 0) {
      auto const size = static_cast<std::size_t>(outcome.result);
      if (once_) received.append(reinterpret_cast<char const*>(memory_), size);
      else received += outcome.buffer.view().text();
      EXPECT_EQ(outcome.buffer.size(), once_ ? 0u : size);
      held_.push_back(std::move(outcome.buffer));
      return;
    }
    EXPECT_FALSE(outcome.more);
    if (outcome.result == -ENOBUFS || outcome.result == -ECANCELED) return;
    end = outcome.result == 0 ? "end" : "reset";
    if (outcome.result != 0) {
      EXPECT_EQ(outcome.result, -ECONNRESET);
    }
  }

  void send() {
    parts_.clear();
    std::size_t const size = outgoing.size() - sent;
    std::size_t const cut = random_.below(size + 1);
    parts_.push_back({outgoing.data() + sent, cut});
    if (cut < size) parts_.push_back({outgoing.data() + sent + cut, size - cut});
    if (cut == 0) parts_.erase(parts_.begin());
    send_.silent_success = !must_wait_ && random_.once_in(2);
    send_size_ = size;
    sending_ = outgoing;  // stays where it is while the kernel looks at it
    for (iovec& part : parts_)
      part.iov_base = sending_.data() + (static_cast<char*>(part.iov_base) - outgoing.data());
    ring_.send(send_, descriptor_, parts_,
               MSG_WAITALL | (send_.silent_success ? std::uint32_t{MSG_DONTWAIT} : 0u));
  }

  void on_sent(int result) {
    must_wait_ = result < 0 || static_cast<std::size_t>(result) < send_size_;
    if (result > 0) sent += static_cast<std::size_t>(result);
    if (result > 0 || result == -EAGAIN || result == -ECANCELED) return;
    EXPECT_TRUE(result == -EPIPE || result == -ECONNRESET) << result;
    send_failed = true;
  }

  // terminate → join → close.
  void settle_closing() {
    bool const joined = receive_.idle() && send_.idle() && cancel_.idle();
    if (closed || !close_.idle()) return;
    if (joined) return ring_.close(close_, descriptor_);
    if (terminated_ || !cancel_.idle()) return;
    ring_.cancel_descriptor(cancel_, descriptor_);
    terminated_ = true;
  }

  Ring& ring_;
  BufferPool& pool_;
  int descriptor_;
  Random random_;
  bool once_ = random_.once_in(4);
  Completion receive_, send_, cancel_, close_;
  std::byte memory_[700];
  std::deque<Buffer> held_;
  std::vector<iovec> parts_;
  std::string sending_;
  std::size_t send_size_ = 0;
  bool must_wait_ = false;
  bool terminated_ = false;
};

// ---- both sides ---------------------------------------------------------------------------------

struct Connection {
  std::unique_ptr<Peer> peer;
  std::unique_ptr<Session> session;
  std::string peer_outgoing;
  std::size_t peer_sent = 0;
  std::string peer_received;
  bool peer_reads = true;
  bool peer_shuts_down = false;
  bool peer_is_shut_down = false;
  bool peer_gone = false;
  std::string peer_end;

  void pump(bool polite) {
    if (session) session->settle();
    if (peer_gone) return;
    peer_sent += peer->send(std::string_view(peer_outgoing).substr(peer_sent));
    if (peer_reads) peer_received += peer->receive();
    bool const all_sent = peer_sent == peer_outgoing.size() || (!polite && peer->peer_reset());
    if (peer_shuts_down && !peer_is_shut_down && all_sent) {
      peer->shut_down_write();
      peer_is_shut_down = true;
    }
  }
  // In both directions, as far as they are open.
  void add_to_send(std::size_t size) {
    if (session->closing) return;
    if (!peer_gone && !peer_shuts_down) append_pattern(peer_outgoing, size, 1);
    if (!peer_gone) append_pattern(session->outgoing, size, 2);
  }
  bool quiet() const {
    if (peer_gone) return true;
    return session->received == peer_outgoing && peer_received == session->outgoing;
  }
};

class Execution {
 public:
  Execution(KernelChoice const& choice, Program const& program)
      : program_(program), random_(program.seed), test_(choice), ring_(test_.make_ring()) {
    accept_.context = this;
    accept_.callback = [](Completion& done, Outcome outcome) {
      static_cast<Execution*>(done.context)->on_accepted(outcome);
    };
    cancel_.callback = [](Completion&, Outcome) {};
    PoolSetup setup;
    setup.count = 1u << random_.below(4);
    setup.size = static_cast<std::uint32_t>(1 + random_.below(2000));
    pool_ = BufferPool::make(*ring_, setup).value();
    listener_ = ring_->kernel().open_listener(Address::loopback(0), 16).value();
  }
  ~Execution() { ring_->finish(); }

  std::string outcome() {
    for (std::size_t i = 0; i < program_.connection_count && !failed_; ++i) connect();
    for (Step const& step : program_.steps) {
      if (failed_) break;
      carry_out(step, connections_[step.connection]);
    }
    if (!failed_) end();
    return failed_ ? "failed" : describe();
  }

 private:
  void until(std::function<bool()> const& predicate, char const* what) {
    bool const done = run_until(*ring_, [&] {
      if (accept_.idle() && accepting_) ring_->accept(accept_, listener_);
      for (Connection& connection : connections_) connection.pump(program_.polite);
      return predicate();
    });
    if (done) return;
    failed_ = true;
    ADD_FAILURE() << what << " never happened; program " << program_.seed << "\n"
                  << (test_.simulated() ? test_.world()->describe() : "");
  }

  void on_accepted(Outcome const& outcome) {
    if (outcome.result < 0) {
      EXPECT_EQ(outcome.result, -ECANCELED);
      return;
    }
    ASSERT_FALSE(connections_.empty());
    connections_.back().session =
        std::make_unique<Session>(*ring_, *pool_, outcome.result, random_.next());
  }

  void connect() {
    Connection& connection = connections_.emplace_back();
    connection.peer = test_.make_peer();
    if (random_.once_in(3)) connection.peer->limit_receive_window(4096);
    connection.peer->connect(ring_->kernel().local_address(listener_).value());
    until([&] { return connection.session != nullptr; }, "accepting");
  }

  void sync(Connection& connection) {
    connection.session->wanted = true;
    connection.peer_reads = true;
    until([&] { return connection.quiet(); }, "the arrival of all bytes");
    if (!connection.peer_shuts_down) return;
    until([&] { return !connection.session->end.empty(); }, "the half-close");
  }

  void carry_out(Step const& step, Connection& connection) {
    Session& session = *connection.session;
    switch (step.what) {
      case Do::peer_send:
        append_pattern(connection.peer_outgoing, step.size, 1);
        break;
      case Do::peer_shut_down:
        connection.peer_shuts_down = true;
        break;
      case Do::peer_stall:
        connection.peer_reads = false;
        break;
      case Do::peer_go_on:
        connection.peer_reads = true;
        break;
      case Do::peer_close:
      case Do::peer_reset:
        connection.peer_gone = true;
        if (step.what == Do::peer_close) connection.peer->close();
        else connection.peer->reset();
        break;
      case Do::send:
        append_pattern(session.outgoing, step.size, 2);
        break;
      case Do::close:
        session.closing = true;
        break;
      case Do::suspend:
        session.wanted = false;
        session.cancel_receive();
        break;
      case Do::resume:
        session.wanted = true;
        break;
      case Do::cancel_send:
        session.cancel_send();
        break;
      case Do::sync:
        if (program_.polite) sync(connection);
        break;
      case Do::all_send:
        for (Connection& each : connections_) each.add_to_send(step.size % 3000);
        break;
    }
    // Whether the next step finds this one done is a matter of luck.
    for (std::uint64_t i = random_.below(4); i > 0; --i) {
      for (Connection& each : connections_) each.pump(program_.polite);
      ring_->step(Wait::poll);
    }
  }

  // All that is still open is ended by us, politely or not; then every peer that is there sees the
  // end.
  void end() {
    for (Connection& connection : connections_) {
      if (connection.session->closing) continue;
      if (program_.polite) sync(connection);
      if (connection.peer_gone) {
        connection.session->wanted = true;
        until([&] { return !connection.session->end.empty(); }, "the peer's end");
      }
      connection.session->closing = true;
    }
    until(
        [&] {
          for (Connection& connection : connections_) {
            if (!connection.session->closed) return false;
            if (connection.peer_gone) continue;
            connection.peer_reads = true;
            if (connection.peer->peer_reset()) connection.peer_end = "reset";
            else if (connection.peer->peer_closed()) connection.peer_end = "end";
            else return false;
          }
          return true;
        },
        "the end of every connection");
    accepting_ = false;
    if (!accept_.idle()) ring_->cancel_descriptor(cancel_, listener_);
    until([&] { return ring_->pending_count() == 0; }, "the end of every operation");
    EXPECT_EQ(pool_->free_count(), pool_->count());
  }

  std::string describe() {
    std::string text;
    for (Connection& connection : connections_) {
      Session const& session = *connection.session;
      EXPECT_EQ(session.received, connection.peer_outgoing.substr(0, session.received.size()));
      EXPECT_EQ(connection.peer_received,
                session.outgoing.substr(0, connection.peer_received.size()));
      text += "received " + std::to_string(session.received.size()) + ", then " +
              (session.end.empty() ? "closed" : session.end) + "; peer received " +
              std::to_string(connection.peer_received.size()) + ", then " + connection.peer_end +
              "\n";
    }
    return text;
  }

  Program const& program_;
  Random random_;
  TestKernel test_;
  std::unique_ptr<Ring> ring_;
  std::unique_ptr<BufferPool> pool_;
  std::deque<Connection> connections_;
  Completion accept_, cancel_;
  int listener_ = -1;
  bool accepting_ = true;
  bool failed_ = false;
};

// ---- the tests ----------------------------------------------------------------------------------

constexpr std::uint64_t programs_per_kernel = 30;

// What the machine under us makes of a polite program; the same for every parameter.
std::string const& expected_outcome(Program const& program) {
  static std::map<std::uint64_t, std::string> known;
  auto const [place, is_new] = known.try_emplace(program.seed);
  KernelChoice const reference{
      .name = "epoll", .kind = KernelChoice::Kind::epoll, .hide = all_features};
  if (is_new) place->second = Execution(reference, program).outcome();
  return place->second;
}

class Programs : public testing::TestWithParam<KernelChoice> {};

TEST_P(Programs, PoliteOnesEndTheSameOnEveryKernel) {
  for (std::uint64_t i = 0; i < programs_per_kernel && !HasFailure(); ++i) {
    Program const program = make_program(test_seed(1) + i, true);
    EXPECT_EQ(Execution(GetParam(), program).outcome(), expected_outcome(program))
        << "program " << program.seed;
  }
}

TEST_P(Programs, RudeOnesEndAndLeaveNothingBehind) {
  for (std::uint64_t i = 0; i < programs_per_kernel && !HasFailure(); ++i) {
    Program const program = make_program(test_seed(1) + i, false);
    EXPECT_NE(Execution(GetParam(), program).outcome(), "failed") << "program " << program.seed;
  }
}

// Every moment at which a connection can be reset, one after the other.
TEST(ProgramsAndResets, EveryDeliveryMayBeAReset) {
  for (KernelChoice choice : sim_kernels()) {
    for (std::uint64_t delivery = 1; delivery <= 100 && !HasFailure(); ++delivery) {
      choice.options.reset_at_delivery = delivery;
      Program const program = make_program(test_seed(1) + delivery % 5, false);
      EXPECT_NE(Execution(choice, program).outcome(), "failed")
          << choice << ", program " << program.seed << ", reset at delivery " << delivery;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Programs, testing::ValuesIn(test_kernels()), name_of);

}  // namespace

}  // namespace weir
