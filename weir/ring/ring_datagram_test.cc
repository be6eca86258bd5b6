// Datagrams with their senders, on every kernel.
#include "weir/ring/datagram.h"

#include <fcntl.h>

#include <cerrno>
#include <set>

#include "tests/ring/recorder.h"

namespace weir {
namespace {

// A receive of datagrams that begins again whenever it ends by itself.
class Inbox {
 public:
  struct Item {
    Address sender;
    std::string bytes;
    std::uint32_t size_sent = 0;
    bool operator==(Item const&) const = default;
  };

  Inbox(Ring& ring, int descriptor, BufferPool& pool)
      : ring_(ring), descriptor_(descriptor), pool_(pool) {
    completion_.context = this;
    completion_.callback = [](Completion& self, Outcome outcome) {
      static_cast<Inbox*>(self.context)->on_result(std::move(outcome));
    };
    arm();
  }
  ~Inbox() {
    stopped_ = true;
    ring_.cancel_quietly(completion_);
    EXPECT_TRUE(run_until(ring_, [&] { return completion_.idle(); }));
  }

  std::vector<Item> items;
  std::vector<std::int32_t> errors;

 private:
  void arm() { ring_.receive_datagrams(completion_, descriptor_, pool_); }
  void on_result(Outcome outcome) {
    if (outcome.result > 0) {
      ReceivedDatagram const datagram = datagram_in(outcome.buffer);
      EXPECT_EQ(datagram.truncated(), datagram.size_sent != datagram.bytes.size());
      items.push_back({datagram.sender, std::string(datagram.bytes.text()), datagram.size_sent});
    } else if (outcome.result != -ENOBUFS && outcome.result != -ECANCELED) {
      errors.push_back(outcome.result);
    }
    if (!outcome.more && !stopped_) arm();
  }

  Ring& ring_;
  int descriptor_;
  BufferPool& pool_;
  Completion completion_;
  bool stopped_ = false;
};

class DatagramTest : public RingFixture {
 protected:
  std::unique_ptr<BufferPool> make_pool(std::uint32_t bytes_max, std::uint32_t count = 16) {
    PoolSetup setup;
    setup.count = count;
    setup.size = datagram_head_bytes + bytes_max;
    setup.whole_buffers = true;
    return BufferPool::make(ring(), setup).value();
  }
  int open_at(Address const& address) {
    Result<int> const opened = kernel().open_datagrams(address);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return remember(opened.value());
  }
  std::int32_t send_to(int descriptor, std::string_view bytes, Address const& address) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    Recorder send(ring());
    ring().send_to(send, descriptor, {&part, 1}, address, 0);
    EXPECT_TRUE(until_idle(send));
    return send.result();
  }
  // The same UNIX name may be in use by another test.
  Address fresh_name() {
    static int count = 0;
    return Address::abstract("weir-" + std::to_string(::getpid()) + "-" + std::to_string(++count))
        .value();
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, DatagramTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(DatagramTest, ComesWithItsSender) {
  for (Address const& address : {Address::loopback(0), Address::loopback_ipv6(0), fresh_name()}) {
    SCOPED_TRACE(address.text());
    auto const pool = make_pool(100);
    bool const named = address.family() == Family::local;
    int const one = open_at(address);
    int const two = open_at(named ? fresh_name() : address);
    Inbox inbox(ring(), one, *pool);
    EXPECT_EQ(send_to(two, "first", address_of(one)), 5);
    EXPECT_EQ(send_to(two, "second", address_of(one)), 6);
    ASSERT_TRUE(until([&] { return inbox.items.size() == 2; }));
    EXPECT_EQ(inbox.items[0], (Inbox::Item{address_of(two), "first", 5}));
    EXPECT_EQ(inbox.items[1], (Inbox::Item{address_of(two), "second", 6}));
  }
}

TEST_P(DatagramTest, IsGatheredFromItsParts) {
  auto const pool = make_pool(100);
  int const one = open_at(Address::loopback(0));
  Address const to = address_of(one);
  Inbox inbox(ring(), one, *pool);
  char text[] = "abcdefgh";
  iovec parts[] = {{text, 3}, {text + 3, 0}, {text + 3, 5}};
  Recorder send(ring());
  ring().send_to(send, one, parts, to, 0);  // to itself
  ASSERT_TRUE(until([&] { return inbox.items.size() == 1 && send.idle(); }));
  EXPECT_EQ(inbox.items[0], (Inbox::Item{to, "abcdefgh", 8}));
  EXPECT_EQ(send.result(), 8);
}

TEST_P(DatagramTest, TooLongForItsBufferIsCutOffAndSaysHowLongItWas) {
  for (Address const& address : {Address::loopback(0), fresh_name()}) {
    auto const pool = make_pool(10);
    int const one = open_at(address);
    Inbox inbox(ring(), one, *pool);
    send_to(one, "0123456789", address_of(one));
    send_to(one, "0123456789a", address_of(one));
    send_to(one, pattern(5000), address_of(one));
    ASSERT_TRUE(until([&] { return inbox.items.size() == 3; }));
    EXPECT_EQ(inbox.items[0], (Inbox::Item{address_of(one), "0123456789", 10}));
    EXPECT_EQ(inbox.items[1], (Inbox::Item{address_of(one), "0123456789", 11}));
    EXPECT_EQ(inbox.items[2], (Inbox::Item{address_of(one), pattern(10), 5000}));
  }
}

TEST_P(DatagramTest, MayBeEmpty) {
  auto const pool = make_pool(10);
  int const one = open_at(Address::loopback(0));
  Address const to = address_of(one);
  Recorder send(ring());
  Inbox inbox(ring(), one, *pool);
  EXPECT_EQ(send_to(one, "x", to), 1);
  ring().send_to(send, one, {}, to, 0);
  ASSERT_TRUE(until_idle(send));
  EXPECT_EQ(send.result(), 0);
  EXPECT_EQ(send_to(one, "y", to), 1);
  ASSERT_TRUE(until([&] { return inbox.items.size() == 3; }));
  EXPECT_EQ(inbox.items[1], (Inbox::Item{to, "", 0}));
}

TEST_P(DatagramTest, AsLargeAsUdpHasThemComesWhole) {
  auto const pool = make_pool(65'507, 2);
  int const one = open_at(Address::loopback(0));
  Address const to = address_of(one);
  Inbox inbox(ring(), one, *pool);
  EXPECT_EQ(send_to(one, pattern(65'508), to), -EMSGSIZE);
  EXPECT_EQ(send_to(one, pattern(65'507), to), 65'507);
  ASSERT_TRUE(until([&] { return inbox.items.size() == 1; }));
  EXPECT_EQ(inbox.items[0], (Inbox::Item{to, pattern(65'507), 65'507}));
}

TEST_P(DatagramTest, WithoutABufferWaitsForOneAndIsNotLost) {
  auto const pool = make_pool(10, 2);
  int const one = open_at(Address::loopback(0));
  Address const to = address_of(one);
  Recorder receive(ring());
  receive.keep_buffers = true;
  ring().receive_datagrams(receive, one, *pool);
  for (char const* text : {"a", "b", "c"}) send_to(one, text, to);
  // A hostile world ends multishots and reports empty pools early; begin again until both are out.
  ASSERT_TRUE(until([&] {
    bool const starved = receive.idle() && receive.result() == -ENOBUFS;
    if (starved && receive.buffers.size() == 2) return true;
    if (receive.idle()) ring().receive_datagrams(receive, one, *pool);
    return false;
  }));
  EXPECT_EQ(datagram_in(receive.buffers[1]).bytes.text(), "b");
  EXPECT_GE(pool->counters().starved, 1u);
  receive.buffers.clear();
  EXPECT_EQ(pool->free_count(), 2u);
  Inbox inbox(ring(), one, *pool);
  ASSERT_TRUE(until([&] { return inbox.items.size() == 1; }));
  EXPECT_EQ(inbox.items[0].bytes, "c");
}

TEST_P(DatagramTest, OfAConnectedSocketComeFromItsPeerAlone) {
  auto const pool = make_pool(10);
  int const one = open_at(Address::loopback(0));
  int const two = open_at(Address::loopback(0));
  int const stranger = open_at(Address::loopback(0));
  Recorder connect(ring()), send(ring());
  Address const peer = address_of(two);
  ring().connect(connect, one, peer);
  ASSERT_TRUE(until_idle(connect));
  EXPECT_EQ(connect.result(), 0);
  EXPECT_EQ(kernel().peer_address(one).value(), address_of(two));
  Inbox mine(ring(), one, *pool), theirs(ring(), two, *pool);
  EXPECT_EQ(send_to(stranger, "no", address_of(one)), 2);
  EXPECT_EQ(send_to(two, "yes", address_of(one)), 3);
  std::string text = "back";
  iovec part{text.data(), text.size()};
  ring().send(send, one, {&part, 1}, MSG_DONTWAIT);
  ASSERT_TRUE(until([&] { return mine.items.size() == 1 && theirs.items.size() == 1; }));
  EXPECT_EQ(mine.items[0].bytes, "yes");
  EXPECT_EQ(theirs.items[0], (Inbox::Item{address_of(one), "back", 4}));
}

TEST_P(DatagramTest, ToNobodyIsToldToAConnectedSender) {
  int const gone = open_at(Address::loopback(0));
  Address const nowhere = address_of(gone);
  close(gone);
  auto const pool = make_pool(10);
  int const one = open_at(Address::loopback(0));
  EXPECT_EQ(send_to(one, "lost", nowhere), 4);  // nobody says so
  Recorder connect(ring());
  ring().connect(connect, one, nowhere);
  ASSERT_TRUE(until_idle(connect));
  Inbox inbox(ring(), one, *pool);
  EXPECT_EQ(send_to(one, "lost", nowhere), 4);
  ASSERT_TRUE(until([&] { return !inbox.errors.empty(); }));
  EXPECT_EQ(inbox.errors[0], -ECONNREFUSED);
}

TEST_P(DatagramTest, ToAUnixNameThatNobodyHasIsRefused) {
  int const one = open_at(fresh_name());
  EXPECT_EQ(send_to(one, "x", fresh_name()), -ECONNREFUSED);
  EXPECT_EQ(send_to(one, "x", Address::at_path("/nonexistent/weir.sock").value()), -ENOENT);
}

TEST_P(DatagramTest, ToAFullUnixSocketIsNotSentAtAll) {
  auto const pool = make_pool(10);
  int const one = open_at(fresh_name());
  int const two = open_at(fresh_name());
  Address const to = address_of(one);
  std::size_t sent = 0;
  std::int32_t result = 0;
  for (; sent < 2000; ++sent) {  // more than any inbox holds
    result = send_to(two, std::to_string(sent), to);
    if (result < 0) break;
  }
  EXPECT_EQ(result, -EAGAIN);
  Inbox inbox(ring(), one, *pool);
  ASSERT_TRUE(until([&] { return inbox.items.size() == sent; }));
  EXPECT_EQ(send_to(two, "last", to), 4);
  ASSERT_TRUE(until([&] { return inbox.items.size() == sent + 1; }));
  for (std::size_t i = 0; i < sent; ++i) EXPECT_EQ(inbox.items[i].bytes, std::to_string(i));
  EXPECT_EQ(inbox.items[sent].bytes, "last");
}

// Only one that was not sent says so by a completion; who sends learns of all the same.
TEST_P(DatagramTest, SentSilentlyIsToldOfAllTheSame) {
  auto const pool = make_pool(100);
  Address const name = fresh_name();
  int const one = open_at(name);
  Inbox inbox(ring(), one, *pool);
  std::uint64_t told_by_silence = 0;
  for (std::string_view const bytes : {std::string_view("first"), std::string_view("second")}) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    Recorder send(ring());
    send.completion.silent_success = true;
    ring().send_to(send, one, {&part, 1}, name, 0);
    ASSERT_TRUE(until_idle(send));
    EXPECT_EQ(send.result(), static_cast<std::int32_t>(bytes.size()));
    EXPECT_EQ(ring().counters().silent_sends, ++told_by_silence);
    Recorder refused(ring());
    refused.completion.silent_success = true;
    Address const nobody = fresh_name();
    ring().send_to(refused, one, {&part, 1}, nobody, 0);
    ASSERT_TRUE(until_idle(refused));
    EXPECT_LT(refused.result(), 0);
    EXPECT_EQ(ring().counters().silent_sends, told_by_silence);
  }
  ASSERT_TRUE(until([&] { return inbox.items.size() == 2; }));
  EXPECT_EQ(inbox.items[1].bytes, "second");
}

TEST_P(DatagramTest, PairTalksBothWaysWithoutNames) {
  auto const pool = make_pool(10);
  std::array<int, 2> const pair = kernel().open_socket_pair(SocketKind::datagram).value();
  for (int const descriptor : pair) remember(descriptor);
  Inbox inboxes[] = {{ring(), pair[0], *pool}, {ring(), pair[1], *pool}};
  std::string text = "hello";
  iovec part{text.data(), text.size()};
  Recorder there(ring()), back(ring());
  ring().send(there, pair[0], {&part, 1}, MSG_DONTWAIT);
  ring().send(back, pair[1], {&part, 1}, MSG_DONTWAIT);
  ASSERT_TRUE(until([&] { return inboxes[0].items.size() + inboxes[1].items.size() == 2; }));
  EXPECT_EQ(inboxes[1].items[0], (Inbox::Item{Address(), "hello", 5}));
}

TEST_P(DatagramTest, SocketIsBoundOnceUnlessItIsShared) {
  int const one = open_at(Address::loopback(0));
  Result<int> const second = kernel().open_datagrams(address_of(one));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, EADDRINUSE);
  int const first =
      remember(kernel().open_datagrams(Address::loopback(0), Sharing::shared).value());
  Result<int> const shared = kernel().open_datagrams(address_of(first), Sharing::shared);
  ASSERT_TRUE(shared.ok()) << shared.error().message;
  remember(shared.value());
  Result<int> const local = kernel().open_datagrams(fresh_name(), Sharing::shared);
  ASSERT_FALSE(local.ok());
  EXPECT_EQ(local.error().code, EOPNOTSUPP);
}

TEST_P(DatagramTest, CancelledReceiveLosesNothing) {
  auto const pool = make_pool(10, 4);
  int const one = open_at(Address::loopback(0));
  Address const to = address_of(one);
  std::uint32_t sent = 0;
  std::uint32_t received = 0;
  for (int round = 0; round < 20; ++round) {
    Recorder receive(ring());
    ring().receive_datagrams(receive, one, *pool);
    for (int i = 0; i < 3; ++i) sent += send_to(one, "x", to) == 1 ? 1u : 0u;
    if (!receive.idle()) ring().cancel_quietly(receive);
    ASSERT_TRUE(until_idle(receive));
    for (std::int32_t const result : receive.results) received += result > 0 ? 1u : 0u;
  }
  Inbox inbox(ring(), one, *pool);
  ASSERT_TRUE(until([&] { return received + inbox.items.size() == sent; }));
}

TEST_P(DatagramTest, ReceivedWithoutASenderIsCutOffSilently) {
  int const one = open_at(Address::loopback(0));
  Address const to = address_of(one);
  EXPECT_EQ(send_to(one, "abcdef", to), 6);
  EXPECT_EQ(send_to(one, "ghi", to), 3);
  for (char const* expected : {"abcd", "ghi"}) {
    Recorder receive(ring());
    ring().receive(receive, one, Buffer::of_size(4));
    ASSERT_TRUE(until_idle(receive));
    // A hostile world receives short, and the rest of the datagram is gone.
    if (hostile()) EXPECT_GE(receive.result(), 1);
    else EXPECT_EQ(receive.bytes, expected);
  }
}

// ---- faults of UDP ------------------------------------------------------------------------------

class DatagramFaults : public DatagramTest {
 protected:
  std::vector<std::string> exchange(SimOptions const& options, std::uint32_t count) {
    test_.world()->set_options(options);
    auto const pool = make_pool(10);
    int const one = open_at(Address::loopback(0));
    Address const to = address_of(one);
    Inbox inbox(ring(), one, *pool);
    for (std::uint32_t i = 0; i < count; ++i) send_to(one, std::to_string(i), to);
    run_for(ring(), 10 * milliseconds);
    std::vector<std::string> texts;
    for (Inbox::Item const& item : inbox.items) texts.push_back(item.bytes);
    return texts;
  }
};
INSTANTIATE_TEST_SUITE_P(Sim, DatagramFaults, testing::ValuesIn(test_kernels_named("sim")),
                         kernel_name);

TEST_P(DatagramFaults, NoneIsLostOrMovedUnlessAskedFor) {
  SimOptions options;
  options.latency_max = 1 * milliseconds;
  std::vector<std::string> const texts = exchange(options, 100);
  ASSERT_EQ(texts.size(), 100u);
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(texts[i], std::to_string(i));
}

TEST_P(DatagramFaults, SomeAreLost) {
  SimOptions options;
  options.datagram_lost_once_in = 4;
  std::size_t const count = exchange(options, 100).size();
  EXPECT_GT(count, 0u);
  EXPECT_LT(count, 100u);
}

TEST_P(DatagramFaults, SomeComeTwice) {
  SimOptions options;
  options.datagram_twice_once_in = 4;
  std::vector<std::string> const texts = exchange(options, 100);
  EXPECT_GT(texts.size(), 100u);
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 100u);
}

TEST_P(DatagramFaults, SomeOvertakeOthers) {
  SimOptions options;
  options.latency_min = 1 * microseconds;
  options.latency_max = 1 * milliseconds;
  options.datagram_overtakes_once_in = 4;
  std::vector<std::string> const texts = exchange(options, 100);
  EXPECT_EQ(texts.size(), 100u);
  std::vector<std::string> in_order;
  for (std::size_t i = 0; i < 100; ++i) in_order.push_back(std::to_string(i));
  EXPECT_NE(texts, in_order);
}

TEST(DatagramWorld, DoesTheSameForTheSameSeed) {
  auto const run = [](std::uint64_t seed) {
    SimOptions options = SimOptions::hostile();
    options.datagram_lost_once_in = options.datagram_twice_once_in = 5;
    options.datagram_overtakes_once_in = 5;
    SimWorld world(seed, options);
    auto const ring = Ring::make(world.make_kernel()).value();
    PoolSetup setup{.count = 4, .size = datagram_head_bytes + 16, .whole_buffers = true};
    auto const pool = BufferPool::make(*ring, setup).value();
    int const one = ring->kernel().open_datagrams(Address::loopback(0)).value();
    Address const to = ring->kernel().local_address(one).value();
    std::string log;
    {
      Inbox inbox(*ring, one, *pool);
      for (int i = 0; i < 50; ++i) {
        std::string text = std::to_string(i);
        iovec part{text.data(), text.size()};
        Recorder send(*ring);
        ring->send_to(send, one, {&part, 1}, to, 0);
        EXPECT_TRUE(run_until(*ring, [&] { return send.idle(); }));
      }
      run_for(*ring, 5 * milliseconds);
      for (Inbox::Item const& item : inbox.items) log += item.bytes + ",";
    }
    ring->finish();
    return log;
  };
  std::uint64_t const seed = test_seed(7);
  EXPECT_EQ(run(seed), run(seed)) << "seed " << seed;
  EXPECT_NE(run(seed), run(seed + 1)) << "seed " << seed;
}

}  // namespace
}  // namespace weir
