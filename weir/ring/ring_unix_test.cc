// UNIX stream sockets, shut-down of one direction, IPv6 and shared listeners, on every kernel.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "tests/ring/recorder.h"

namespace weir {
namespace {

class UnixTest : public RingFixture {
 protected:
  void TearDown() override {
    RingFixture::TearDown();
    if (test_.simulated() || directory_.empty()) return;
    for (std::string const& path : paths_) ::unlink(path.c_str());
    EXPECT_EQ(::rmdir(directory_.c_str()), 0);
  }

  // In a directory of this test's own.
  Address fresh_path(std::string const& name) {
    if (directory_.empty()) {
      char directory[] = "/tmp/weir-unix-XXXXXX";
      directory_ = test_.simulated() ? "/tmp/weir" : ::mkdtemp(directory);
    }
    paths_.push_back(directory_ + "/" + name);
    return Address::at_path(paths_.back()).value();
  }
  Address fresh_name() {
    static int count = 0;
    std::string const name = "weir-" + std::to_string(::getpid()) + "-s-" + std::to_string(++count);
    return Address::abstract(name).value();
  }
  int listen_at(Address const& address, std::uint32_t backlog = 16) {
    Result<int> const opened = kernel().open_listener(address, backlog);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return remember(opened.value());
  }
  std::int32_t connect_to(int descriptor, Address const& address) {
    Recorder connect(ring());
    ring().connect(connect, descriptor, address);
    EXPECT_TRUE(until_idle(connect));
    return connect.result();
  }
  int open(Family family) { return remember(kernel().open_socket(family).value()); }
  // A connection through `address`: who connected, who accepted.
  std::array<int, 2> connection(Address const& address) {
    int const listener = listen_at(address);
    Address const bound = address_of(listener);
    Recorder accept(ring());
    ring().accept(accept, listener);
    int const one = open(address.family());
    EXPECT_EQ(connect_to(one, bound), 0);
    EXPECT_TRUE(until([&] { return !accept.results.empty(); }));
    int const two = remember(accept.results.at(0));
    EXPECT_GE(two, 0);
    ring().cancel_quietly(accept);
    EXPECT_TRUE(until_idle(accept));
    close(listener);
    return {one, two};
  }
  std::int32_t send(int descriptor, std::string bytes, std::uint32_t flags = MSG_WAITALL) {
    iovec part{bytes.data(), bytes.size()};
    Recorder sent(ring());
    ring().send(sent, descriptor, {&part, 1}, flags);
    EXPECT_TRUE(until_idle(sent));
    return sent.result();
  }
  // Until there are so many bytes, or a result of at most 0.
  std::string receive(int descriptor, std::size_t size, std::int32_t* end = nullptr) {
    std::string bytes;
    while (bytes.size() < size) {
      Recorder received(ring());
      ring().receive(received, descriptor,
                     Buffer::of_size(static_cast<std::uint32_t>(size - bytes.size())));
      if (!until_idle(received)) break;
      if (end != nullptr) *end = received.result();
      if (received.result() <= 0) break;
      bytes += received.bytes;
    }
    return bytes;
  }
  std::int32_t shut_down(int descriptor, int how) {
    Recorder done(ring());
    ring().shut_down(done, descriptor, how);
    EXPECT_TRUE(until_idle(done));
    return done.result();
  }

  std::string directory_;
  std::vector<std::string> paths_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, UnixTest, testing::ValuesIn(test_kernels()), kernel_name);

// Where names are files.
class RealUnixTest : public UnixTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, RealUnixTest, testing::ValuesIn(test_kernels_not_named("sim")),
                         kernel_name);
// Where a test may set limits.
class SimUnixTest : public UnixTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, SimUnixTest, testing::ValuesIn(sim_kernels()), kernel_name);

TEST_P(UnixTest, StreamsGoBothWays) {
  for (Address const& address :
       {fresh_path("a"), fresh_name(), Address::loopback(0), Address::loopback_ipv6(0)}) {
    SCOPED_TRACE(address.text());
    auto const [one, two] = connection(address);
    std::string const there = pattern(100'000);
    std::string const back = pattern(50'000, 77);
    Recorder sent(ring());
    std::string copy = there;
    iovec part{copy.data(), copy.size()};
    ring().send(sent, one, {&part, 1}, MSG_WAITALL);
    EXPECT_EQ(receive(two, there.size()), there);
    ASSERT_TRUE(until_idle(sent));
    EXPECT_EQ(sent.result(), static_cast<std::int32_t>(there.size()));
    std::string copy_back = back;
    part = {copy_back.data(), copy_back.size()};
    ring().send(sent, two, {&part, 1}, MSG_WAITALL);
    EXPECT_EQ(receive(one, back.size()), back);
    ASSERT_TRUE(until_idle(sent));
    bool const is_local = address.family() == Family::local;
    EXPECT_EQ(kernel().peer_address(one).value(), kernel().local_address(two).value());
    EXPECT_EQ(kernel().peer_address(two).value(), kernel().local_address(one).value());
    EXPECT_EQ(kernel().peer_address(two).value().text() == "unix:", is_local);
  }
}

TEST_P(UnixTest, NameHasOneListener) {
  for (Address const& address : {fresh_path("a"), fresh_name()}) {
    listen_at(address);
    Result<int> const second = kernel().open_listener(address, 1);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, EADDRINUSE);
    EXPECT_TRUE(second.error().message.starts_with("bind " + address.text())) << address.text();
  }
}

TEST_P(UnixTest, PathOfAListenerThatIsGoneIsTakenOver) {
  Address const address = fresh_path("a");
  int const first = listen_at(address);
  close(first);
  EXPECT_EQ(connect_to(open(Family::local), address), -ECONNREFUSED);
  listen_at(address);
  EXPECT_EQ(connect_to(open(Family::local), address), 0);
}

TEST_P(RealUnixTest, PathOfAnythingElseIsNot) {
  Address const address = fresh_path("a");
  int const file = ::open(std::string(address.path()).c_str(), O_CREAT | O_WRONLY, 0600);
  ASSERT_GE(file, 0);
  ::close(file);
  Result<int> const opened = kernel().open_listener(address, 1);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, EADDRINUSE);
  EXPECT_EQ(::access(std::string(address.path()).c_str(), F_OK), 0);
}

TEST_P(UnixTest, ConnectToNobodyIsRefused) {
  EXPECT_EQ(connect_to(open(Family::local), fresh_path("nobody")), -ENOENT);
  EXPECT_EQ(connect_to(open(Family::local), fresh_name()), -ECONNREFUSED);
  Address const datagrams = fresh_name();
  remember(kernel().open_datagrams(datagrams).value());
  EXPECT_EQ(connect_to(open(Family::local), datagrams), -ECONNREFUSED);
  Address const path = fresh_path("datagrams");
  remember(kernel().open_datagrams(path).value());
  EXPECT_EQ(connect_to(open(Family::local), path), -EPROTOTYPE);
}

TEST_P(UnixTest, ConnectToAFullBacklogSaysSoAtOnce) {
  Address const address = fresh_name();
  int const listener = listen_at(address, 1);
  constexpr std::size_t count = 6;
  std::vector<int> waiting;
  for (std::size_t i = 0; i < count; ++i) {
    int const descriptor = open(Family::local);
    std::int32_t const result = connect_to(descriptor, address);
    if (result == 0) continue;
    EXPECT_EQ(result, -EAGAIN);
    waiting.push_back(descriptor);
  }
  EXPECT_GT(waiting.size(), 0u);
  EXPECT_LT(waiting.size(), count);
  Recorder accept(ring());
  ASSERT_TRUE(until([&] {
    if (accept.idle()) ring().accept(accept, listener);
    return accept.results.size() == count - waiting.size();
  }));
  EXPECT_EQ(connect_to(waiting[0], address), 0);
  ASSERT_TRUE(until([&] {
    if (accept.idle()) ring().accept(accept, listener);
    return accept.results.size() == count - waiting.size() + 1;
  }));
  for (std::int32_t const descriptor : accept.results) EXPECT_GE(remember(descriptor), 0);
  ring().finish();
}

TEST_P(UnixTest, PairIsConnected) {
  std::array<int, 2> const pair = kernel().open_socket_pair(SocketKind::stream).value();
  for (int const descriptor : pair) remember(descriptor);
  EXPECT_EQ(send(pair[0], "ping"), 4);
  EXPECT_EQ(receive(pair[1], 4), "ping");
  EXPECT_EQ(send(pair[1], "pong"), 4);
  EXPECT_EQ(receive(pair[0], 4), "pong");
  close(pair[0]);
  std::int32_t end = 1;
  EXPECT_EQ(receive(pair[1], 1, &end), "");
  EXPECT_EQ(end, 0);
  EXPECT_EQ(send(pair[1], "x"), -EPIPE);
}

TEST_P(UnixTest, ReceiveFromAPoolWorksAsWithTcp) {
  auto const pool = BufferPool::make(ring(), {.count = 4, .size = 64}).value();
  std::array<int, 2> const pair = kernel().open_socket_pair(SocketKind::stream).value();
  for (int const descriptor : pair) remember(descriptor);
  Recorder receive(ring());
  std::string const bytes = pattern(1000);
  std::string copy = bytes;
  iovec part{copy.data(), copy.size()};
  Recorder sent(ring());
  ring().send(sent, pair[0], {&part, 1}, MSG_WAITALL);
  ASSERT_TRUE(until([&] {
    if (receive.idle()) ring().receive(receive, pair[1], *pool);
    return receive.bytes.size() == bytes.size() && sent.idle();
  }));
  EXPECT_EQ(receive.bytes, bytes);
  ring().finish();
}

// ---- one direction ------------------------------------------------------------------------------

TEST_P(UnixTest, ShutDownForWritingEndsOneDirection) {
  for (Address const& address : {Address::loopback(0), fresh_name()}) {
    SCOPED_TRACE(address.text());
    auto const [one, two] = connection(address);
    EXPECT_EQ(send(one, "last"), 4);
    EXPECT_EQ(shut_down(one, SHUT_WR), 0);
    std::int32_t end = 1;
    EXPECT_EQ(receive(two, 10, &end), "last");
    EXPECT_EQ(end, 0);
    EXPECT_EQ(send(one, "more"), -EPIPE);
    EXPECT_EQ(send(two, "answer"), 6);
    EXPECT_EQ(receive(one, 6), "answer");
  }
}

TEST_P(UnixTest, ShutDownForReadingEndsAReceiveThatWaits) {
  for (Address const& address : {Address::loopback(0), fresh_name()}) {
    SCOPED_TRACE(address.text());
    auto const [one, two] = connection(address);
    Recorder receive(ring());
    ring().receive(receive, one, Buffer::of_size(10));
    ring().step(Wait::poll);
    EXPECT_EQ(shut_down(one, SHUT_RD), 0);
    ASSERT_TRUE(until_idle(receive));
    EXPECT_EQ(receive.result(), 0);
    EXPECT_EQ(send(one, "still"), 5);
    EXPECT_EQ(this->receive(two, 5), "still");
    EXPECT_EQ(send(two, "x"), address.family() == Family::local ? -EPIPE : 1);
  }
}

TEST_P(UnixTest, ShutDownOfBothEndsBoth) {
  auto const [one, two] = connection(fresh_name());
  EXPECT_EQ(shut_down(one, SHUT_RDWR), 0);
  std::int32_t end = 1;
  EXPECT_EQ(receive(two, 1, &end), "");
  EXPECT_EQ(end, 0);
  EXPECT_EQ(send(one, "x"), -EPIPE);
  EXPECT_EQ(send(two, "x"), -EPIPE);
}

TEST_P(UnixTest, ShutDownOfWhatIsNotConnectedIsRefused) {
  EXPECT_EQ(shut_down(open(Family::ipv4), SHUT_WR), -ENOTCONN);
}

// ---- set-up -------------------------------------------------------------------------------------

TEST_P(UnixTest, SharedListenersHaveOneAddress) {
  int const first =
      remember(kernel().open_listener(Address::loopback(0), 64, Sharing::shared).value());
  Address const address = address_of(first);
  EXPECT_FALSE(kernel().open_listener(address, 64).ok()) << "one that is alone";
  Result<int> const second = kernel().open_listener(address, 64, Sharing::shared);
  ASSERT_TRUE(second.ok()) << second.error().message;
  remember(second.value());
  Recorder accepts[] = {Recorder(ring()), Recorder(ring())};
  ring().accept(accepts[0], first);
  ring().accept(accepts[1], second.value());
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 40; ++i) {
    peers.push_back(test_.make_peer());
    peers.back()->connect(address);
  }
  ASSERT_TRUE(until([&] {
    if (accepts[0].idle()) ring().accept(accepts[0], first);
    if (accepts[1].idle()) ring().accept(accepts[1], second.value());
    return accepts[0].results.size() + accepts[1].results.size() == peers.size();
  }));
  for (Recorder const& accept : accepts) {
    EXPECT_GT(accept.results.size(), 0u) << "the kernel spreads them";
    for (std::int32_t const descriptor : accept.results) EXPECT_GE(remember(descriptor), 0);
  }
  ring().finish();
}

TEST_P(UnixTest, ListenersOfUnixDoNotShare) {
  Result<int> const opened = kernel().open_listener(fresh_name(), 1, Sharing::shared);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, EOPNOTSUPP);
}

TEST_P(UnixTest, Ipv6TakesNoIpv4AndLeavesItsPortFree) {
  int const six = listen_at(Address::parse("[::]:0").value());
  std::uint16_t const port_number = address_of(six).port_number();
  EXPECT_EQ(connect_to(open(Family::ipv4), Address::loopback(port_number)), -ECONNREFUSED);
  EXPECT_EQ(connect_to(open(Family::ipv6), Address::loopback_ipv6(port_number)), 0);
}

TEST_P(UnixTest, StreamSocketsOfOthersAreAdoptedAndNothingElse) {
  std::array<int, 2> const streams = kernel().open_socket_pair(SocketKind::stream).value();
  std::array<int, 2> const datagrams = kernel().open_socket_pair(SocketKind::datagram).value();
  for (int const descriptor : streams) remember(descriptor);
  for (int const descriptor : datagrams) remember(descriptor);
  Result<void> const taken = kernel().adopt(streams[0]);
  EXPECT_TRUE(taken.ok()) << taken.error().message;
  EXPECT_FALSE(kernel().adopt(datagrams[0]).ok());
  EXPECT_FALSE(kernel().adopt(open(Family::local)).ok());
}

TEST_P(SimUnixTest, WithoutADescriptorEachSaysSo) {
  SimOptions options = test_.world()->options();
  options.descriptor_count_max = 1;
  test_.world()->set_options(options);
  EXPECT_EQ(kernel().open_socket_pair(SocketKind::stream).error().code, EMFILE);
  open(Family::local);
  EXPECT_EQ(kernel().open_socket(Family::local).error().code, EMFILE);
  EXPECT_EQ(kernel().open_listener(fresh_name(), 1).error().code, EMFILE);
  EXPECT_EQ(kernel().open_datagrams(Address::loopback(0)).error().code, EMFILE);
}

}  // namespace
}  // namespace weir
