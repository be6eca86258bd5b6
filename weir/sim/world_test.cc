// The simulated network beside the real one: every test of PeerPair runs on two simulated peers and
// on two sockets of this machine, so that what is said about Linux here is checked against Linux.
#include "weir/sim/world.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "weir/sim/test_kernels.h"

namespace weir {

namespace {

std::string pattern(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

std::vector<KernelChoice> networks() {
  std::vector<KernelChoice> choices{{.name = "sockets", .kind = KernelChoice::Kind::epoll}};
  for (KernelChoice& choice : sim_kernels()) choices.push_back(std::move(choice));
  return choices;
}

class PeerPair : public testing::TestWithParam<KernelChoice> {
 protected:
  // Lets the network do its work until `predicate` holds.
  bool eventually(std::function<bool()> const& predicate) {
    for (int tries = 0; tries < 1'000'000; ++tries) {
      if (predicate()) return true;
      if (test_.simulated()) test_.world()->advance(50 * microseconds);
    }
    if (test_.simulated()) ADD_FAILURE() << test_.world()->describe();
    return false;
  }
  void pass_time() {
    if (test_.simulated()) test_.world()->advance(20 * milliseconds);
  }

  void connect() {
    Address const address = server_->listen();
    client_->connect(address);
    ASSERT_TRUE(eventually([&] { return client_->connected(); }));
    ASSERT_TRUE(eventually([&] { return server_->accepted(); }));
  }

  void send_all(Peer& from, Peer& to, std::string const& bytes) {
    std::size_t sent = 0;
    std::string received;
    ASSERT_TRUE(eventually([&] {
      sent += from.send(std::string_view(bytes).substr(sent));
      received += to.receive();
      return received.size() == bytes.size();
    }));
    EXPECT_EQ(received, bytes);
  }

  TestKernel test_{GetParam()};
  std::unique_ptr<Peer> server_ = test_.make_peer();
  std::unique_ptr<Peer> client_ = test_.make_peer();
};

TEST_P(PeerPair, BytesArriveInOrderBothWays) {
  connect();
  send_all(*client_, *server_, pattern(300'000, 1));
  send_all(*server_, *client_, pattern(300'000, 2));
  EXPECT_FALSE(client_->peer_closed());
  EXPECT_FALSE(client_->peer_reset());
}

TEST_P(PeerPair, NobodyListens) {
  Address const address = server_->listen();
  server_->close();
  client_->connect(address);
  ASSERT_TRUE(eventually([&] { return client_->refused(); }));
  EXPECT_FALSE(client_->connected());
  EXPECT_EQ(client_->send("x"), 0u);
}

TEST_P(PeerPair, TheWindowCloses) {
  client_->limit_receive_window(4096);
  connect();
  std::string const chunk(64 * 1024, 'x');
  std::size_t sent = 0;
  for (std::size_t idle = 0; idle < 3;) {
    std::uint32_t const accepted = server_->send(chunk);
    sent += accepted;
    idle = accepted == 0 ? idle + 1 : 0;
    pass_time();
    ASSERT_LT(sent, 64u << 20);
  }
  std::size_t received = 0;
  ASSERT_TRUE(eventually([&] {
    received += client_->receive().size();
    return received == sent;
  }));
  pass_time();
  EXPECT_GT(server_->send(chunk), 0u);
}

TEST_P(PeerPair, HalfCloseLeavesTheOtherDirectionOpen) {
  connect();
  ASSERT_EQ(client_->send("last words"), 10u);
  client_->shut_down_write();
  std::string received;
  ASSERT_TRUE(eventually([&] {
    received += server_->receive();
    return server_->peer_closed();
  }));
  EXPECT_EQ(received, "last words");
  send_all(*server_, *client_, pattern(50'000, 3));
  EXPECT_FALSE(client_->peer_closed());
  server_->close();
  ASSERT_TRUE(eventually([&] { return client_->peer_closed(); }));
  EXPECT_FALSE(client_->peer_reset());
}

TEST_P(PeerPair, PeerClosedOnlyAfterAllIsReceived) {
  connect();
  ASSERT_EQ(client_->send("abc"), 3u);
  client_->close();
  pass_time();
  EXPECT_FALSE(server_->peer_closed());
  std::string received;
  ASSERT_TRUE(eventually([&] { return !(received += server_->receive(1)).empty(); }));
  EXPECT_FALSE(server_->peer_closed());
  ASSERT_TRUE(eventually([&] { return (received += server_->receive(1)).size() == 3; }));
  ASSERT_TRUE(eventually([&] { return server_->peer_closed(); }));
  EXPECT_FALSE(server_->peer_reset());
}

TEST_P(PeerPair, ResetIsSeenOnceByReadingThenByWriting) {
  connect();
  client_->reset();
  ASSERT_TRUE(eventually([&] { return server_->peer_reset(); }));
  EXPECT_FALSE(server_->peer_closed());
  EXPECT_EQ(server_->send("x"), 0u);
  EXPECT_EQ(server_->receive(), "");
}

TEST_P(PeerPair, WhatArrivedBeforeAResetStaysReadable) {
  connect();
  ASSERT_EQ(client_->send("before"), 6u);
  pass_time();
  client_->reset();
  pass_time();
  std::string received;
  ASSERT_TRUE(eventually([&] {
    received += server_->receive(2);
    return received.size() == 6;
  }));
  EXPECT_EQ(received, "before");
  ASSERT_TRUE(eventually([&] { return server_->peer_reset(); }));
}

TEST_P(PeerPair, ClosingWithBytesUnreadResets) {
  connect();
  ASSERT_EQ(client_->send("never read"), 10u);
  pass_time();
  server_->close();
  ASSERT_TRUE(eventually([&] { return client_->peer_reset(); }));
}

TEST_P(PeerPair, SendingToOneWhoClosedResets) {
  connect();
  server_->close();
  ASSERT_TRUE(eventually([&] { return client_->peer_closed(); }));
  // The first is accepted: only its arrival shows that nobody reads any more. After the FIN that is
  // told to the writer alone, as EPIPE; the reader goes on seeing the end.
  EXPECT_EQ(client_->send("first"), 5u);
  ASSERT_TRUE(eventually([&] {
    client_->send("more");
    return client_->peer_reset();
  }));
  EXPECT_EQ(client_->receive(), "");
}

TEST_P(PeerPair, AConnectionThatDiesInTheBacklogIsAccepted) {
  Address const address = server_->listen();
  client_->connect(address);
  ASSERT_TRUE(eventually([&] { return client_->connected(); }));
  pass_time();
  client_->reset();
  pass_time();
  ASSERT_TRUE(eventually([&] { return server_->accepted(); }));
  ASSERT_TRUE(eventually([&] { return server_->peer_reset(); }));
}

TEST_P(PeerPair, ClosingTheListenerResetsItsBacklog) {
  Address const address = server_->listen();
  client_->connect(address);
  ASSERT_TRUE(eventually([&] { return client_->connected(); }));
  pass_time();
  server_->close();
  ASSERT_TRUE(eventually([&] { return client_->peer_reset(); }));
}

TEST_P(PeerPair, BytesSentBeforeTheAcceptAreThere) {
  Address const address = server_->listen();
  client_->connect(address);
  ASSERT_TRUE(eventually([&] { return client_->connected(); }));
  ASSERT_EQ(client_->send("early"), 5u);
  client_->shut_down_write();
  pass_time();
  ASSERT_TRUE(eventually([&] { return server_->accepted(); }));
  std::string received;
  ASSERT_TRUE(eventually([&] {
    received += server_->receive();
    return server_->peer_closed();
  }));
  EXPECT_EQ(received, "early");
}

INSTANTIATE_TEST_SUITE_P(Networks, PeerPair, testing::ValuesIn(networks()), name_of);

// ---- time ---------------------------------------------------------------------------------------

TEST(Timeline, EventsOfOneInstantKeepTheirOrder) {
  Timeline timeline;
  std::string order;
  Instant const start = timeline.now();
  timeline.after(20, nullptr, [&] { order += 'c'; });
  timeline.after(10, nullptr, [&] {
    order += 'a';
    timeline.after(0, nullptr, [&] { order += 'b'; });
  });
  timeline.after(20, nullptr, [&] { order += 'd'; });
  timeline.run_due();
  EXPECT_EQ(order, "");
  timeline.run_until(start + 15);
  EXPECT_EQ(order, "ab");
  EXPECT_EQ(timeline.next(), start + 20);
  timeline.run_until(start + 100);
  EXPECT_EQ(order, "abcd");
  EXPECT_EQ(timeline.now(), start + 100);
}

TEST(Timeline, WhatIsForgottenDoesNotHappen) {
  Timeline timeline;
  int count = 0;
  int owner = 0;
  timeline.after(1, &owner, [&] { count += 1; });
  timeline.after(1, nullptr, [&] { count += 10; });
  timeline.forget(&owner);
  timeline.run_until(timeline.now() + 1);
  EXPECT_EQ(count, 10);
}

TEST(SimWorld, LatencyIsWithinItsBounds) {
  SimOptions options;
  options.latency_min = 100 * microseconds;
  options.latency_max = 200 * microseconds;
  SimWorld world(test_seed(7), options);
  auto server = make_sim_peer(world);
  auto client = make_sim_peer(world);
  client->connect(server->listen());
  world.advance(200 * microseconds - 1);
  EXPECT_FALSE(client->connected());  // a SYN there and an answer back
  world.advance(200 * microseconds + 1);
  EXPECT_TRUE(client->connected());
  world.advance(200 * microseconds);
  ASSERT_TRUE(server->accepted());
  client->send("x");
  world.advance(100 * microseconds - 1);
  EXPECT_EQ(server->receive(), "");
  world.advance(100 * microseconds + 1);
  EXPECT_EQ(server->receive(), "x");
}

TEST(SimWorld, AFullBacklogLosesTheSynUntilThereIsRoom) {
  SimWorld world(test_seed(1));
  std::unique_ptr<Kernel> const kernel = world.make_kernel();
  ASSERT_TRUE(kernel->set_up({}).ok());
  Result<int> const listener = kernel->open_listener(Address::loopback(7000), 1);
  ASSERT_TRUE(listener.ok());
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(make_sim_peer(world));
    peers.back()->connect(Address::loopback(7000));
  }
  EXPECT_TRUE(peers[0]->connected());
  EXPECT_TRUE(peers[1]->connected());  // Linux lets one more in than it was asked for
  EXPECT_FALSE(peers[2]->connected());
  world.advance(120 * seconds);
  EXPECT_FALSE(peers[2]->connected());
  EXPECT_FALSE(peers[2]->refused());
}

TEST(SimWorld, TheChosenDeliveryIsAReset) {
  SimOptions options;
  options.reset_at_delivery = 2;
  SimWorld world(test_seed(1), options);
  auto server = make_sim_peer(world);
  auto client = make_sim_peer(world);
  client->connect(server->listen());
  ASSERT_TRUE(server->accepted());
  client->send("one");
  EXPECT_EQ(server->receive(), "one");
  client->send("two");
  EXPECT_TRUE(server->peer_reset());
  EXPECT_TRUE(client->peer_reset());
  EXPECT_EQ(world.deliveries(), 2u);
}

TEST(SimWorld, NoSocketIsLeftBehind) {
  SimWorld world(test_seed(3), SimOptions::hostile());
  for (int i = 0; i < 50; ++i) {
    auto server = make_sim_peer(world);
    auto client = make_sim_peer(world);
    client->connect(server->listen());
    world.advance(10 * milliseconds);
    ASSERT_TRUE(server->accepted());
    if (i % 2 == 0) client->send("unread");
    if (i % 3 == 0) client->shut_down_write();
    if (i % 5 == 0) server->reset();
  }
  world.advance(1 * seconds);
  EXPECT_EQ(world.network().socket_count(), 0u) << world.describe();
}

}  // namespace

}  // namespace weir
