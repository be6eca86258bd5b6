// One frame from socket to socket, hop by hop, on the simulated kernel: what docs/architecture.md
// prints as the life of an item. The loop of weir/worker/worker.cc is written out here line by
// line, and after each line the layers say what they have seen: so a change that moves a hop to
// another layer, or adds a round, fails here.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "weir/sim/kernel_sim.h"
#include "weir/sim/peer.h"
#include "weir/sim/world.h"
#include "weir/weir.h"

namespace {
std::uint64_t allocation_count = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocation_count;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace weir {
namespace {

// What each layer has seen of the world so far.
struct Seen {
  std::uint64_t completions = 0;  // ring: callbacks run
  std::uint64_t bytes_in = 0;     // net
  std::uint64_t frames_in = 0;
  std::uint64_t activations = 0;  // sched
  std::uint64_t items = 0;        // the user's function
  std::uint64_t frames_out = 0;   // net
  std::uint64_t submissions = 0;  // ring

  friend bool operator==(Seen const&, Seen const&) = default;
};

std::ostream& operator<<(std::ostream& out, Seen const& seen) {
  return out << "completions " << seen.completions << ", bytes_in " << seen.bytes_in
             << ", frames_in " << seen.frames_in << ", activations " << seen.activations
             << ", items " << seen.items << ", frames_out " << seen.frames_out << ", submissions "
             << seen.submissions;
}

class LifeOfAnItem : public testing::Test {
 protected:
  void SetUp() override {
    ring_ = Ring::make(world_.make_kernel()).value();
    net_ = Net::make(*ring_).value();
    server_ = net_->listen(Address::loopback(0)).value();
    weir::flow(source_tcp(*server_) >> decode(ViewCodec{}, refuse(*server_)) >>
               map([this](ConnectionId from, View payload) {
                 ++items_;
                 return std::pair{from, payload};
               }) >>
               encode(ViewCodec{}) >> dest_tcp(*server_))
        .install(graph_);
    peer_ = make_sim_peer(world_);
    peer_->connect(server_->address());
    for (int turn = 0; turn < 100; ++turn) run_turn();
    ASSERT_TRUE(peer_->connected());
  }
  void TearDown() override {
    net_->shut_down();
    net_.reset();
  }

  void run_turn() {
    ring_->step(Wait::poll);
    net_->admit(graph_);
    if (graph_.can_start()) graph_.run_tick();
    net_->settle();
  }

  Seen seen() const {
    return {ring_->counters().completions,
            net_->counters().bytes_in,
            net_->counters().frames_in,
            graph_.counters().activations,
            items_,
            net_->counters().frames_out,
            ring_->counters().submissions};
  }
  // What has changed since `before`.
  Seen since(Seen const& before) const {
    Seen const now = seen();
    return {now.completions - before.completions,
            now.bytes_in - before.bytes_in,
            now.frames_in - before.frames_in,
            now.activations - before.activations,
            now.items - before.items,
            now.frames_out - before.frames_out,
            now.submissions - before.submissions};
  }

  SimWorld world_{1};
  std::unique_ptr<Ring> ring_;
  Graph graph_;
  std::unique_ptr<Net> net_;
  Endpoint* server_ = nullptr;
  std::unique_ptr<Peer> peer_;
  std::uint64_t items_ = 0;
};

TEST_F(LifeOfAnItem, goes_through_ring_net_sched_flow_sched_net_ring) {
  std::string const frame("\0\0\0\5hello", 9);
  Seen const before = seen();
  ASSERT_EQ(peer_->send(frame), frame.size());
  EXPECT_EQ(since(before), Seen{}) << "nothing happens without a step";

  // ring: one completion is reaped and run; net: the bytes are the connection's.
  ring_->step(Wait::poll);
  EXPECT_EQ(since(before), (Seen{.completions = 1, .bytes_in = 9}));
  EXPECT_FALSE(graph_.can_start());

  // net: cut into a frame and admitted.
  net_->admit(graph_);
  EXPECT_EQ(since(before), (Seen{.completions = 1, .bytes_in = 9, .frames_in = 1}));
  EXPECT_TRUE(graph_.can_start());

  // sched, flow, sched: the fused subgraph and the egress, one activation each.
  EXPECT_EQ(graph_.run_tick(), Status::done);
  Seen ran = since(before);
  EXPECT_EQ(ran.activations, 2u);
  EXPECT_EQ(ran.items, 1u);
  EXPECT_EQ(ran.frames_out, 1u);
  EXPECT_EQ(ran.submissions, 0u) << "a send is begun when all is settled, not while a tick runs";
  EXPECT_TRUE(peer_->receive().empty());

  // net: one send; ring: one submission.
  net_->settle();
  EXPECT_EQ(since(before).submissions, 1u);
  EXPECT_TRUE(peer_->receive().empty());

  // ring: into the kernel.
  ring_->step(Wait::poll);
  std::string received;
  for (int turn = 0; turn < 10 && received.size() < frame.size(); ++turn) {
    received += peer_->receive();
    run_turn();
  }
  EXPECT_EQ(received, frame);
}

TEST_F(LifeOfAnItem, costs_one_activation_of_each_subgraph_for_a_whole_burst) {
  std::string burst;
  for (int i = 0; i < 32; ++i) burst += std::string("\0\0\0\5hello", 9);
  Seen const before = seen();
  ASSERT_EQ(peer_->send(burst), burst.size());
  ring_->step(Wait::poll);
  net_->admit(graph_);
  graph_.run_tick();
  net_->settle();
  EXPECT_EQ(since(before), (Seen{.completions = 1,
                                 .bytes_in = burst.size(),
                                 .frames_in = 32,
                                 .activations = 2,
                                 .items = 32,
                                 .frames_out = 32,
                                 .submissions = 1}));
}

TEST_F(LifeOfAnItem, allocates_nothing_after_warm_up) {
  std::string const frame("\0\0\0\5hello", 9);
  std::uint64_t allocated = 0;
  for (int round = 0; round < 200; ++round) {
    ASSERT_EQ(peer_->send(frame), frame.size());
    // The simulated kernel allocates: only what comes after its step is ours.
    ring_->step(Wait::poll);
    std::uint64_t const before = allocation_count;
    net_->admit(graph_);
    if (graph_.can_start()) graph_.run_tick();
    net_->settle();
    if (round >= 100) allocated += allocation_count - before;
    for (int turn = 0; turn < 4; ++turn) run_turn();
    EXPECT_EQ(peer_->receive(), frame) << round;
  }
  EXPECT_EQ(allocated, 0u);
}

}  // namespace
}  // namespace weir
