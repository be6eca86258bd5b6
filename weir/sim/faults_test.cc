// One fault at a time: that it happens, that it looks as Linux would make it look, and that nothing
// else changes. Then the world as a whole: time, turns, deadlock, and that one seed is one story.
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "tests/sim/seam.h"
#include "weir/sim/completion_order.h"
#include "weir/sim/test_kernels.h"

namespace weir {

namespace {

constexpr std::uint64_t accepting = 100, receiving = 200, sending = 300, closing = 400,
                        cancelling = 500;
constexpr std::uint16_t group = 0;

using Completions = std::vector<uapi::Cqe>;

// A world with one kernel that listens.
struct Faulty {
  explicit Faulty(std::uint64_t seed, SimOptions const& options = {}) : world(seed, options) {
    listener = seam.kernel().open_listener(Address::loopback(7000), 64).value();
  }

  // A new connection: its descriptor, however long the accept takes.
  int connect(std::unique_ptr<Peer>& peer) {
    SimOptions const options = world.options();
    world.set_options(SimOptions::calm());
    peer = make_sim_peer(world);
    peer->connect(Address::loopback(7000));
    seam.accept(listener, accepting);
    Completions const accepted = seam.await(1);
    seam.cancel(accepting, cancelling);
    seam.await(2);
    world.set_options(options);
    EXPECT_EQ(accepted.size(), 1u);
    return accepted.at(0).result;
  }

  SimWorld world;
  Seam seam{world.make_kernel()};
  int listener = -1;
};

std::string pattern(std::size_t size) {
  Random random(size);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

// Receives until the end, arming again whenever the multishot has ended. Counts its terminal
// results.
std::string receive_all(Faulty& faulty, int descriptor, SeamBuffers& buffers,
                        std::map<int, int>* ends = nullptr) {
  std::string received;
  faulty.seam.receive(descriptor, group, receiving);
  for (int tries = 0; tries < 100'000; ++tries) {
    for (uapi::Cqe const& completion :
         faulty.seam.enter(true, faulty.seam.now() + 1 * milliseconds)) {
      EXPECT_EQ(completion.user_data, receiving);
      if (completion.result > 0) received += buffers.take_and_give(completion);
      if (completion.flags & uapi::cqe_more) continue;
      if (ends != nullptr) ++(*ends)[std::min(completion.result, 1)];
      if (completion.result == 0) return received;
      faulty.seam.receive(descriptor, group, receiving);
    }
  }
  ADD_FAILURE() << faulty.world.describe();
  return received;
}

// A peer sends and ends; what came is compared, and how the multishots ended is returned.
std::map<int, int> ends_of(SimOptions const& options, bool incremental) {
  Faulty faulty(test_seed(1), options);
  std::unique_ptr<Peer> peer;
  int const descriptor = faulty.connect(peer);
  SeamBuffers buffers(faulty.seam.kernel(), group, 8, 512, incremental);
  buffers.give_all();
  std::string const bytes = pattern(100'000);
  EXPECT_EQ(peer->send(bytes), bytes.size());
  peer->shut_down_write();
  std::map<int, int> ends;
  EXPECT_EQ(receive_all(faulty, descriptor, buffers, &ends), bytes);
  return ends;
}

TEST(Faults, ShortReceives) {
  SimOptions options;
  options.short_receive_once_in = 2;
  for (bool const incremental : {false, true}) {
    std::map<int, int> const ends = ends_of(options, incremental);
    EXPECT_GT(ends.at(-ENOBUFS), 0);  // the pool is small and its buffers are wasted
    EXPECT_EQ(ends.at(0), 1);
    EXPECT_FALSE(ends.contains(1));
  }
}

TEST(Faults, MultishotsEndEarlyWithData) {
  SimOptions options;
  options.multishot_ends_once_in = 4;
  for (bool const incremental : {false, true}) EXPECT_GT(ends_of(options, incremental).at(1), 5);
}

TEST(Faults, PoolsAreFoundEmptyThatAreNot) {
  SimOptions options;
  options.early_enobufs_once_in = 2;
  Faulty faulty(test_seed(1), options);
  std::unique_ptr<Peer> peer;
  int const descriptor = faulty.connect(peer);
  SeamBuffers buffers(faulty.seam.kernel(), group, 8, 512, false);
  buffers.give_all();
  int early = 0;
  for (int tries = 0; tries < 100; ++tries) {
    peer->send("x");
    faulty.seam.receive(descriptor, group, receiving);
    for (uapi::Cqe const& completion : faulty.seam.enter()) {
      if (completion.result == -ENOBUFS) ++early;
      else buffers.take_and_give(completion);
    }
    faulty.seam.cancel(receiving, cancelling);
    faulty.seam.enter();
  }
  EXPECT_GT(early, 20);
  EXPECT_LT(early, 80);
}

// The list of the spine (prototype/spine/README.md, 4.2): after a cancel a multishot ends with
// -ECANCELED, data without cqe_more, -ENOBUFS or 0. Each must come out.
int end_after_cancel(std::uint64_t seed) {
  SimOptions options;
  options.latency_max = 100 * microseconds;
  options.delay_max = 200 * microseconds;
  options.late_cancel_once_in = 1;
  Faulty faulty(seed, options);
  std::unique_ptr<Peer> peer;
  int const descriptor = faulty.connect(peer);
  SeamBuffers buffers(faulty.seam.kernel(), group, 2, 8, false);
  buffers.give_all();
  faulty.seam.receive(descriptor, group, receiving);
  if (seed % 4 == 3) {
    peer->send("both are taken: ");
    EXPECT_EQ(faulty.seam.await(2).size(), 2u);
  }
  faulty.seam.enter();
  faulty.seam.cancel(receiving, cancelling);
  if (seed % 2 == 1) peer->send("x");
  if (seed % 4 == 2) peer->shut_down_write();
  int end = INT32_MIN;
  for (uapi::Cqe const& completion : faulty.seam.await(2)) {
    EXPECT_EQ(completion.flags & uapi::cqe_more, 0u);
    if (completion.user_data != cancelling) end = completion.result;
  }
  return end;
}

TEST(Faults, ALateCancelEndsInEveryWay) {
  std::set<int> ends;
  for (std::uint64_t seed = 0; seed < 80; ++seed) ends.insert(end_after_cancel(seed));
  EXPECT_EQ(ends, (std::set<int>{-ECANCELED, -ENOBUFS, 0, 1}));
}

TEST(Faults, ALateCancelMayMeetTheEnd) {
  SimOptions options;
  options.delay_max = 200 * microseconds;
  options.late_cancel_once_in = 1;
  std::map<int, int> cancels;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Faulty faulty(seed, options);
    std::unique_ptr<Peer> peer;
    int const descriptor = faulty.connect(peer);
    SeamBuffers buffers(faulty.seam.kernel(), group, 2, 8, false);
    buffers.give_all();
    faulty.seam.receive(descriptor, group, receiving);
    faulty.seam.enter();
    faulty.seam.cancel(receiving, cancelling, 0);
    for (uapi::Cqe const& completion : faulty.seam.enter()) ++cancels[completion.result];
    peer->shut_down_write();
    Completions const all = faulty.seam.await(1);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].result, 0);
  }
  EXPECT_GT(cancels[0], 0);
  EXPECT_GT(cancels[-EALREADY], 0);
  EXPECT_EQ(cancels.size(), 2u);
}

TEST(Faults, AMissedCancelLeavesItsTarget) {
  SimOptions options;
  options.missed_cancel_once_in = 1;
  Faulty faulty(test_seed(1), options);
  faulty.seam.accept(faulty.listener, accepting);
  faulty.seam.cancel(accepting, cancelling, 0);
  Completions all = faulty.seam.enter();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].result, -ENOENT);
  faulty.seam.cancel_descriptor(faulty.listener, cancelling);
  EXPECT_EQ(faulty.seam.await(2).size(), 2u);
}

TEST(Faults, ShortSends) {
  SimOptions options;
  options.short_send_once_in = 2;
  Faulty faulty(test_seed(1), options);
  std::unique_ptr<Peer> peer;
  int const descriptor = faulty.connect(peer);
  std::string const bytes = pattern(1000);
  int silent = 0, some = 0;
  std::size_t sent = 0;
  for (int tries = 0; tries < 60; ++tries) {
    faulty.seam.send(descriptor, bytes, MSG_WAITALL | MSG_DONTWAIT, sending).flags =
        uapi::sqe_skip_success;
    Completions const all = faulty.seam.enter();
    if (all.empty()) ++silent, sent += bytes.size();
    else if (all[0].result != -EAGAIN) ++some, sent += static_cast<std::size_t>(all[0].result);
  }
  EXPECT_GT(silent, 10);
  EXPECT_GT(some, 10);
  EXPECT_EQ(peer->receive().size(), sent);
  // Without MSG_DONTWAIT the kernel goes on by itself.
  faulty.seam.send(descriptor, bytes, MSG_WAITALL, sending);
  Completions const all = faulty.seam.await(1);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].result, 1000);
  EXPECT_EQ(peer->receive(), bytes);
}

TEST(Faults, OperationsAreDelayed) {
  SimOptions options;
  options.delay_once_in = 1;
  options.delay_max = 1 * milliseconds;
  Faulty faulty(test_seed(1), options);
  std::unique_ptr<Peer> peer;
  int const descriptor = faulty.connect(peer);
  Instant const begin = faulty.seam.now();
  faulty.seam.send(descriptor, "at once", MSG_WAITALL | MSG_DONTWAIT, sending);
  EXPECT_EQ(faulty.seam.enter().size(), 1u);
  faulty.seam.close(descriptor, closing);
  EXPECT_EQ(faulty.seam.enter().size(), 0u);
  EXPECT_EQ(faulty.seam.await(1).size(), 1u);
  EXPECT_GT(faulty.seam.now(), begin);
}

TEST(Faults, EnterIsInterrupted) {
  SimOptions options;
  options.interrupted_once_in = 2;
  options.partial_submit_once_in = 2;
  Faulty faulty(test_seed(1), options);
  std::map<int, int> results;
  std::set<std::uint64_t> done;
  for (std::uint64_t i = 0; i < 200; ++i) {
    if (i < 100) faulty.seam.add(uapi::op_nop, -1, 1000 + i);
    if (i < 100) faulty.seam.add(uapi::op_nop, -1, 2000 + i);
    for (uapi::Cqe const& completion : faulty.seam.enter(true, faulty.seam.now() + 1))
      done.insert(completion.user_data);
    ++results[faulty.seam.last_result];
  }
  EXPECT_EQ(done.size(), 200u);
  EXPECT_GT(results[-EINTR], 0);
  EXPECT_GT(results[-EAGAIN], 0);
  EXPECT_GT(results[1], 0);
  EXPECT_EQ(faulty.seam.pending(), 0u);
}

TEST(Faults, DescriptorsRunOut) {
  SimOptions options;
  options.descriptor_count_max = 2;  // the listener and one more
  Faulty faulty(test_seed(1), options);
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 2; ++i) {
    peers.push_back(make_sim_peer(faulty.world));
    peers.back()->connect(Address::loopback(7000));
  }
  faulty.seam.accept(faulty.listener, accepting);
  Completions all = faulty.seam.enter();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_GT(all[0].flags & uapi::cqe_more, 0u);
  EXPECT_EQ(all[1].result, -EMFILE);
  EXPECT_EQ(all[1].flags, 0u);
  EXPECT_EQ(faulty.seam.kernel().open_socket(Family::ipv4).error().code, EMFILE);
  // The other one still waits in the backlog.
  int const first = all[0].result;
  faulty.seam.close(first, closing);
  faulty.seam.enter();
  faulty.seam.accept(faulty.listener, accepting);
  all = faulty.seam.enter();
  ASSERT_GE(all.size(), 1u);
  EXPECT_EQ(all[0].result, first);
  EXPECT_EQ(faulty.seam.kernel().peer_address(first).value(), peers[1]->local_address());
}

TEST(Faults, PermutedCompletionsKeepWhatLinuxKeeps) {
  SimOptions options;
  options.permute_completions = true;
  Faulty faulty(test_seed(1), options);
  std::unique_ptr<Peer> peers[3];
  SeamBuffers buffers(faulty.seam.kernel(), group, 64, 4, false);
  buffers.give_all();
  std::string sent[3], received[3];
  for (int i = 0; i < 3; ++i)
    faulty.seam.receive(faulty.connect(peers[i]), group, receiving + static_cast<unsigned>(i));
  faulty.seam.enter();
  bool crossed = false;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 3; ++i) {
      std::string const bytes = pattern(8 + static_cast<std::size_t>(round));
      peers[i]->send(bytes.substr(0, 8));
      sent[i] += bytes.substr(0, 8);
    }
    std::uint64_t latest = 0;
    for (uapi::Cqe const& completion : faulty.seam.enter()) {
      received[completion.user_data - receiving] += buffers.take_and_give(completion);
      crossed = crossed || completion.user_data < latest;
      latest = completion.user_data;
    }
  }
  EXPECT_TRUE(crossed);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(received[i], sent[i]);
}

TEST(Faults, WhatDependsOnEachOtherDoesNotChangePlaces) {
  PostedCompletion const receive{.cqe = {1, 10, 0}, .descriptor = 7};
  PostedCompletion const other{.cqe = {2, 10, 0}, .descriptor = 8};
  PostedCompletion const close{.cqe = {3, 0, 0}, .descriptor = 7};
  PostedCompletion const accept{.cqe = {4, 7, 0}, .descriptor = 5, .opened = 7};
  PostedCompletion const again{.cqe = {1, -ECANCELED, 0}, .descriptor = 9};
  EXPECT_TRUE(independent(receive, other));
  EXPECT_FALSE(independent(receive, close));
  EXPECT_FALSE(independent(close, accept));
  EXPECT_FALSE(independent(receive, again));
  EXPECT_TRUE(independent(other, accept));
  PostedCompletion one = receive, two = other;
  one.buffer_group = two.buffer_group = 3;
  EXPECT_FALSE(independent(one, two));
  two.buffer_group = 4;
  EXPECT_TRUE(independent(one, two));
}

using FaultsDeathTest = testing::Test;

TEST(FaultsDeathTest, ABufferGivenTwiceIsNoticed) {
  Faulty faulty(1);
  std::unique_ptr<Peer> peer;
  int const descriptor = faulty.connect(peer);
  SeamBuffers buffers(faulty.seam.kernel(), group, 4, 8, false);
  buffers.give(0);
  buffers.give(0);
  faulty.seam.receive(descriptor, group, receiving);
  EXPECT_DEATH(faulty.seam.enter(), "is_new does not hold");
}

TEST(FaultsDeathTest, AnOperationSubmittedTwiceIsNoticed) {
  Faulty faulty(1);
  faulty.seam.accept(faulty.listener, accepting);
  faulty.seam.accept(faulty.listener, accepting);
  EXPECT_DEATH(faulty.seam.enter(), "does not hold");
}

// ---- the world ----------------------------------------------------------------------------------

TEST(SimTime, AParkMovesToTheNextEvent) {
  SimOptions options;
  options.latency_min = options.latency_max = 250 * microseconds;
  Faulty faulty(1, options);
  std::unique_ptr<Peer> peer;
  int const descriptor = faulty.connect(peer);
  char out[4];
  faulty.seam.receive_once(descriptor, out, receiving);
  Instant const begin = faulty.seam.now();
  EXPECT_TRUE(faulty.seam.enter().empty());
  EXPECT_EQ(faulty.seam.now(), begin);  // polling takes no time
  peer->send("x");
  EXPECT_EQ(faulty.seam.enter(true, never).size(), 1u);
  EXPECT_EQ(faulty.seam.now(), begin + 250 * microseconds);
}

TEST(SimTime, ForeverIsADeadlock) {
  Faulty faulty(1);
  faulty.seam.accept(faulty.listener, accepting);
  EXPECT_TRUE(faulty.seam.enter(true, never).empty());
  EXPECT_TRUE(faulty.world.deadlocked());
  EXPECT_NE(faulty.world.describe().find("DEADLOCKED"), std::string::npos);
  // Until somebody outside does something.
  auto peer = make_sim_peer(faulty.world);
  peer->connect(Address::loopback(7000));
  EXPECT_EQ(faulty.seam.enter(true, never).size(), 1u);
  EXPECT_FALSE(faulty.world.deadlocked());
}

TEST(SimTime, KernelsTakeTurns) {
  SimOptions options;
  options.latency_min = options.latency_max = 100 * microseconds;
  SimWorld world(1, options);
  Seam server(world.make_kernel());
  Seam client(world.make_kernel());
  int const listener = server.kernel().open_listener(Address::loopback(7000), 4).value();
  int const descriptor = client.kernel().open_socket(Family::ipv4).value();
  Address const address = Address::loopback(7000);
  server.accept(listener, accepting);
  client.connect(descriptor, address, 9);
  int accepted = -1;
  bool connected = false;
  for (int turn = 0; turn < 20 && (accepted < 0 || !connected); ++turn) {
    for (uapi::Cqe const& completion : server.enter(true, never)) accepted = completion.result;
    for (uapi::Cqe const& completion : client.enter(true, never))
      connected = completion.result == 0;
  }
  EXPECT_GE(accepted, 0) << world.describe();
  EXPECT_TRUE(connected);
  EXPECT_FALSE(world.deadlocked());
}

TEST(SimTime, AnotherKernelsDeadlineIsKept) {
  SimWorld world(1);
  Seam first(world.make_kernel());
  Seam second(world.make_kernel());
  Instant const begin = first.now();
  first.enter(true, begin + 2 * milliseconds);
  second.enter(true, begin + 5 * milliseconds);
  EXPECT_EQ(second.now(), begin + 2 * milliseconds);  // now it is the first one's turn
}

TEST(SimTime, AKernelThatNobodyStepsDoesNotStopTime) {
  SimWorld world(1);
  Seam first(world.make_kernel());
  Seam second(world.make_kernel());
  second.add(uapi::op_nop, -1, 9);
  second.kernel().enter(1, false, never);  // something to reap, and nobody reaps it
  Instant const begin = first.now();
  for (int turn = 0; turn < 40; ++turn) first.enter(true, begin + 1 * milliseconds);
  EXPECT_EQ(first.now(), begin + 1 * milliseconds);
}

TEST(SimTime, PollingTakesTimeWhereEnterDoes) {
  SimOptions options;
  options.enter_time_max = 1 * microseconds;
  Faulty faulty(1, options);
  Instant const begin = faulty.seam.now();
  for (int i = 0; i < 100; ++i) faulty.seam.enter();
  EXPECT_GT(faulty.seam.now(), begin + 20 * microseconds);
  EXPECT_LT(faulty.seam.now(), begin + 100 * microseconds);
}

// ---- one seed, one story ------------------------------------------------------------------------

std::string story(std::uint64_t seed) {
  Faulty faulty(seed, SimOptions::hostile());
  SeamBuffers buffers(faulty.seam.kernel(), group, 4, 256, true);
  buffers.give_all();
  std::unique_ptr<Peer> peers[4];
  int descriptors[4];
  for (unsigned i = 0; i < 4; ++i) {
    descriptors[i] = faulty.connect(peers[i]);
    faulty.seam.receive(descriptors[i], group, receiving + i);
  }
  std::string text;
  for (int step = 0; step < 300; ++step) {
    for (auto const& peer : peers) peer->send("some bytes, and some more of them");
    for (uapi::Cqe const& completion :
         faulty.seam.enter(true, faulty.seam.now() + 100 * microseconds)) {
      text += std::to_string(completion.user_data) + " " + std::to_string(completion.result) + " " +
              std::to_string(completion.flags) + " at " + std::to_string(faulty.seam.now()) + "\n";
      if (completion.result > 0) buffers.take_and_give(completion);
      if (completion.flags & uapi::cqe_more) continue;
      auto const i = completion.user_data - receiving;
      faulty.seam.receive(descriptors[i], group, completion.user_data);
    }
  }
  return text;
}

TEST(SimWorldSeed, IsAllThereIs) {
  std::uint64_t const seed = test_seed(17);
  std::string const first = story(seed);
  EXPECT_GT(first.size(), 1000u);
  EXPECT_EQ(first, story(seed));
  EXPECT_NE(first, story(seed + 1));
}

}  // namespace

}  // namespace weir
