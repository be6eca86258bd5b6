// For tests: a Completion that remembers its results, and a ring with somebody to talk to.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/ring/buffer_pool.h"
#include "weir/ring/ring.h"
#include "weir/sim/test_kernels.h"

namespace weir {

class Recorder {
 public:
  explicit Recorder(Ring& ring) : ring_(ring) {
    completion.context = this;
    completion.callback = [](Completion& self, Outcome outcome) {
      static_cast<Recorder*>(self.context)->on_result(std::move(outcome));
    };
  }
  // A test that fails half-way leaves operations pending.
  ~Recorder() {
    if (!completion.idle()) ring_.finish();
  }

  operator Completion&() { return completion; }
  bool idle() const { return completion.idle(); }
  // The latest result; there must be one.
  std::int32_t result() const { return results.at(results.size() - 1); }

  Completion completion;
  std::vector<std::int32_t> results;
  std::uint32_t end_count = 0;  // terminal results
  std::string bytes;            // all that came in buffers
  std::vector<Buffer> buffers;  // kept, if keep_buffers
  bool keep_buffers = false;
  std::function<void()> then;  // after each result

 private:
  void on_result(Outcome outcome) {
    results.push_back(outcome.result);
    if (!outcome.more) ++end_count;
    bytes += outcome.buffer.view().text();
    if (keep_buffers && !outcome.buffer.empty()) buffers.push_back(std::move(outcome.buffer));
    if (then) then();
  }

  Ring& ring_;
};

// Bytes that repeat only after 2^16 * 251, so that nothing lost or moved goes unnoticed.
inline std::string pattern(std::size_t size, std::size_t from = 0) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    std::size_t const at = from + i;
    bytes[i] = static_cast<char>(at % 251 + (at >> 8) % 256);
  }
  return bytes;
}

// For INSTANTIATE_TEST_SUITE_P.
inline std::string kernel_name(testing::TestParamInfo<KernelChoice> const& info) {
  return info.param.name;
}

// One test on one kernel: a ring, and connections between it and peers.
class RingFixture : public testing::TestWithParam<KernelChoice> {
 protected:
  struct Link {
    int descriptor = -1;
    std::unique_ptr<Peer> peer;
  };

  bool hostile() const { return GetParam().name.starts_with("sim_hostile"); }
  Ring& ring() { return *ring_; }
  Kernel& kernel() { return ring_->kernel(); }
  bool until(std::function<bool()> const& predicate) { return run_until(*ring_, predicate); }
  bool until_idle(Recorder& recorder) {
    return until([&] { return recorder.idle(); });
  }

  // Another ring instead; before anything else.
  void use_ring(weir::Setup const& setup) {
    ring_.reset();
    ring_ = test_.make_ring(setup);
  }

  int listen() {
    Result<int> const opened = kernel().open_listener(Address::loopback(0), 64);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return remember(opened.value());
  }
  Address address_of(int descriptor) { return kernel().local_address(descriptor).value(); }

  // A connection between the ring and a peer.
  Link link(std::uint32_t peer_window = 0) {
    int const listener = listen();
    Link made;
    made.peer = test_.make_peer();
    if (peer_window != 0) made.peer->limit_receive_window(peer_window);
    Recorder accept(ring());
    ring().accept(accept, listener);
    made.peer->connect(address_of(listener));
    EXPECT_TRUE(until([&] { return !accept.results.empty() && made.peer->connected(); }));
    made.descriptor = remember(accept.results.at(0));
    EXPECT_GE(made.descriptor, 0);
    ring().cancel_quietly(accept);
    EXPECT_TRUE(until_idle(accept));
    close(listener);
    return made;
  }

  // To be closed when the test ends.
  int remember(int descriptor) {
    descriptors_.push_back(descriptor);
    return descriptor;
  }
  void close(int descriptor) {
    std::erase(descriptors_, descriptor);
    Recorder close(ring());
    ring().close(close, descriptor);
    EXPECT_TRUE(until_idle(close));
    EXPECT_EQ(close.result(), 0);
  }

  // Sends all of it from the peer, stepping the ring meanwhile.
  void send_all(Peer& peer, std::string_view bytes) {
    EXPECT_TRUE(until([&] {
      if (!bytes.empty()) bytes.remove_prefix(peer.send(bytes));
      return bytes.empty();
    }));
  }
  // What the peer receives until it has `size` bytes.
  std::string receive_all(Peer& peer, std::size_t size) {
    std::string bytes;
    EXPECT_TRUE(until([&] {
      bytes += peer.receive();
      return bytes.size() >= size;
    })) << bytes.size()
        << " of " << size;
    return bytes;
  }

  void TearDown() override {
    if (ring_ == nullptr) return close_behind_its_back();
    ring_->finish();
    while (!descriptors_.empty()) close(descriptors_.back());
    ring_.reset();
  }

  // A test has ended the ring; a simulated descriptor has ended with it.
  void close_behind_its_back() {
    if (test_.simulated()) return;
    for (int const descriptor : descriptors_) EXPECT_EQ(::close(descriptor), 0);
  }

  TestKernel test_{GetParam()};
  std::unique_ptr<Ring> ring_ = test_.make_ring();
  std::vector<int> descriptors_;
};

}  // namespace weir
