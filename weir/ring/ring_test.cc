// Connections: what each operation does, on every kernel.
#include "weir/ring/ring.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "tests/ring/descriptor_limit.h"
#include "tests/ring/recorder.h"

namespace weir {
namespace {

class RingTest : public RingFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, RingTest, testing::ValuesIn(test_kernels()), kernel_name);

std::vector<std::size_t> const sizes = {1, 2, 3, 100, 4095, 4096, 65'535, 65'536, 300'007};

// ---- opening ------------------------------------------------------------------------------------

TEST_P(RingTest, AcceptsAPeerThatConnects) {
  int const listener = listen();
  Recorder accept(ring());
  ring().accept(accept, listener);
  EXPECT_EQ(ring().pending_count(), 1u);
  std::unique_ptr<Peer> const peer = test_.make_peer();
  peer->connect(address_of(listener));
  ASSERT_TRUE(until([&] { return !accept.results.empty(); }));
  int const descriptor = remember(accept.results[0]);
  ASSERT_GE(descriptor, 0);
  EXPECT_EQ(kernel().peer_address(descriptor).value(), peer->local_address());
  EXPECT_EQ(kernel().local_address(descriptor).value(), address_of(listener));
  ring().finish();
}

TEST_P(RingTest, AcceptsManyWithOneSubmission) {
  int const listener = listen();
  Recorder accept(ring());
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 5; ++i) {
    peers.push_back(test_.make_peer());
    peers.back()->connect(address_of(listener));
  }
  ASSERT_TRUE(until([&] {
    if (accept.idle()) ring().accept(accept, listener);  // at first, and if the multishot ends
    return accept.results.size() == peers.size();
  }));
  for (std::int32_t const descriptor : accept.results) EXPECT_GE(remember(descriptor), 0);
  EXPECT_TRUE(hostile() || accept.end_count == 0);
  ring().finish();
}

TEST_P(RingTest, ConnectsToAPeerThatListens) {
  std::unique_ptr<Peer> const peer = test_.make_peer();
  Address const address = peer->listen();
  int const descriptor = remember(kernel().open_socket(Family::ipv4).value());
  Recorder connect(ring());
  ring().connect(connect, descriptor, address);
  ASSERT_TRUE(until([&] { return connect.idle() && peer->accepted(); }));
  EXPECT_EQ(connect.result(), 0);
  EXPECT_EQ(kernel().peer_address(descriptor).value(), address);
  EXPECT_EQ(connect.end_count, 1u);
}

TEST_P(RingTest, ConnectIsRefusedWhereNobodyListens) {
  std::unique_ptr<Peer> const peer = test_.make_peer();
  Address const address = peer->listen();
  peer->close();
  int const descriptor = remember(kernel().open_socket(Family::ipv4).value());
  Recorder connect(ring());
  ring().connect(connect, descriptor, address);
  ASSERT_TRUE(until_idle(connect));
  EXPECT_EQ(connect.result(), -ECONNREFUSED);
}

TEST_P(RingTest, OneAddressHasOneListener) {
  int const listener = listen();
  Result<int> const second = kernel().open_listener(address_of(listener), 16);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, EADDRINUSE);
  EXPECT_NE(second.error().message.find(address_of(listener).text()), std::string::npos);
}

// ---- bytes --------------------------------------------------------------------------------------

TEST_P(RingTest, ReceivesWhatAPeerSendsWhateverItsSize) {
  auto pool = BufferPool::make(ring()).value();
  Link const connection = link();
  Recorder receive(ring());
  std::string sent;
  auto const rearm = [&] {
    if (receive.idle()) ring().receive(receive, connection.descriptor, *pool);
  };
  for (std::size_t const size : sizes) {
    std::string const bytes = pattern(size, sent.size());
    sent += bytes;
    receive.then = [&] { rearm(); };
    rearm();
    send_all(*connection.peer, bytes);
    ASSERT_TRUE(until([&] { return receive.bytes.size() >= sent.size(); })) << size;
    ASSERT_EQ(receive.bytes, sent) << size;
  }
  receive.then = nullptr;
  ring().finish();
  EXPECT_EQ(pool->free_count(), pool->count());
}

TEST_P(RingTest, ReceivesIntoGivenMemory) {
  Link const connection = link();
  std::string const sent = pattern(1000);
  send_all(*connection.peer, sent);
  std::string received;
  std::byte memory[64];
  Recorder receive(ring());
  while (received.size() < sent.size()) {
    ring().receive(receive, connection.descriptor, memory, sizeof(memory));
    ASSERT_TRUE(until_idle(receive));
    ASSERT_GT(receive.result(), 0);
    ASSERT_LE(receive.result(), 64);
    received.append(reinterpret_cast<char const*>(memory),
                    static_cast<std::size_t>(receive.result()));
  }
  EXPECT_EQ(received, sent);
}

TEST_P(RingTest, SendsManyPartsAsOneWhateverTheirSize) {
  Link const connection = link();
  std::size_t from = 0;
  for (std::size_t const size : sizes) {
    std::string bytes = pattern(size, from);
    from += size;
    std::vector<iovec> parts;
    for (std::size_t at = 0; at < size; at += size / 7 + 1)
      parts.push_back({bytes.data() + at, std::min(size / 7 + 1, size - at)});
    Recorder send(ring());
    ring().send(send, connection.descriptor, parts, MSG_WAITALL);
    EXPECT_EQ(receive_all(*connection.peer, size), bytes) << size;
    ASSERT_TRUE(until_idle(send));
    EXPECT_EQ(send.result(), static_cast<std::int32_t>(size));
    EXPECT_EQ(send.end_count, 1u);
  }
}

TEST_P(RingTest, ASendToAPeerThatDoesNotReadWaits) {
  Link const connection = link(256 * 1024);
  std::string bytes = pattern(8 << 20);
  iovec part{bytes.data(), bytes.size()};
  Recorder send(ring());
  ring().send(send, connection.descriptor, {&part, 1}, MSG_WAITALL);
  run_for(ring(), 5 * milliseconds);
  EXPECT_FALSE(send.idle());
  EXPECT_TRUE(receive_all(*connection.peer, bytes.size()) == bytes);
  ASSERT_TRUE(until_idle(send));
  EXPECT_EQ(send.result(), static_cast<std::int32_t>(bytes.size()));
}

// ---- endings ------------------------------------------------------------------------------------

TEST_P(RingTest, AHalfCloseEndsTheReceiveAndLeavesTheSend) {
  auto pool = BufferPool::make(ring()).value();
  Link const connection = link();
  send_all(*connection.peer, "last words");
  connection.peer->shut_down_write();
  Recorder receive(ring());
  ASSERT_TRUE(until([&] {
    bool const ended = !receive.results.empty() && receive.result() == 0;
    if (receive.idle() && !ended) ring().receive(receive, connection.descriptor, *pool);
    return receive.idle() && ended;
  }));
  EXPECT_EQ(receive.bytes, "last words");

  std::string answer = "still here";
  iovec part{answer.data(), answer.size()};
  Recorder send(ring());
  ring().send(send, connection.descriptor, {&part, 1}, MSG_WAITALL);
  EXPECT_EQ(receive_all(*connection.peer, answer.size()), answer);
  EXPECT_TRUE(until_idle(send));
}

TEST_P(RingTest, AResetEndsTheReceiveAndFailsTheSend) {
  auto pool = BufferPool::make(ring()).value();
  Link const connection = link();
  Recorder receive(ring());
  ring().receive(receive, connection.descriptor, *pool);
  ring().step(Wait::poll);
  connection.peer->reset();
  ASSERT_TRUE(until([&] {
    bool const ended = !receive.results.empty() && receive.result() != -ENOBUFS;
    if (receive.idle() && !ended) ring().receive(receive, connection.descriptor, *pool);
    return receive.idle() && ended;
  }));
  EXPECT_EQ(receive.result(), -ECONNRESET);

  char byte = 'x';
  iovec part{&byte, 1};
  Recorder send(ring());
  ring().send(send, connection.descriptor, {&part, 1}, MSG_WAITALL);
  ASSERT_TRUE(until_idle(send));
  EXPECT_EQ(send.result(), -EPIPE);  // and no signal
}

TEST_P(RingTest, ACloseIsSeenByThePeer) {
  Link const connection = link();
  close(connection.descriptor);
  EXPECT_TRUE(until([&] { return connection.peer->peer_closed(); }));
}

TEST_P(RingTest, OperationsOnAClosedDescriptorFail) {
  auto pool = BufferPool::make(ring()).value();
  Link const connection = link();
  close(connection.descriptor);
  Recorder receive(ring()), send(ring()), close_again(ring()), poll(ring()), cancel(ring());
  char byte = 'x';
  iovec part{&byte, 1};
  ring().receive(receive, connection.descriptor, *pool);
  ring().send(send, connection.descriptor, {&part, 1}, 0);
  ring().close(close_again, connection.descriptor);
  ring().poll(poll, connection.descriptor, POLLIN);
  ring().cancel_descriptor(cancel, connection.descriptor);
  ASSERT_TRUE(until([&] { return ring().pending_count() == 0; }));
  EXPECT_EQ(receive.result(), -EBADF);
  EXPECT_EQ(send.result(), -EBADF);
  EXPECT_EQ(close_again.result(), -EBADF);
  EXPECT_EQ(poll.result(), -EBADF);
  EXPECT_EQ(cancel.result(), -EBADF);
}

TEST_P(RingTest, OperationsThatMakeNoSenseFailTheSameWayEverywhere) {
  int const listener = listen();
  int const fresh = remember(kernel().open_socket(Family::ipv4).value());
  Link const connection = link();
  std::byte memory[16];
  iovec part{memory, sizeof(memory)};
  auto const result_of = [&](std::function<void(Recorder&)> const& submit) {
    Recorder recorder(ring());
    submit(recorder);
    EXPECT_TRUE(until_idle(recorder));
    return recorder.results.empty() ? 1 : recorder.result();
  };
  Address const somewhere = address_of(listener);
  auto const receive_from = [&](int descriptor) {
    return result_of([&](Recorder& r) { ring().receive(r, descriptor, memory, 16); });
  };
  auto const send_to = [&](int descriptor) {
    return result_of([&](Recorder& r) { ring().send(r, descriptor, {&part, 1}, MSG_WAITALL); });
  };
  auto const connect_with = [&](int descriptor) {
    return result_of([&](Recorder& r) { ring().connect(r, descriptor, somewhere); });
  };
  EXPECT_EQ(receive_from(fresh), -ENOTCONN);
  EXPECT_EQ(receive_from(listener), -ENOTCONN);
  EXPECT_EQ(send_to(fresh), -EPIPE);
  EXPECT_EQ(send_to(listener), -EPIPE);
  EXPECT_EQ(connect_with(connection.descriptor), -EISCONN);
  EXPECT_EQ(connect_with(listener), -EISCONN);
  EXPECT_EQ(result_of([&](Recorder& r) { ring().accept(r, connection.descriptor); }), -EINVAL);
  EXPECT_EQ(result_of([&](Recorder& r) { ring().accept(r, fresh); }), -EINVAL);
}

// ---- readiness and limits -----------------------------------------------------------------------

TEST_P(RingTest, PollReportsEachArrival) {
  Link const connection = link();
  Recorder poll(ring());
  ring().poll(poll, connection.descriptor, POLLIN);
  run_for(ring(), 1 * milliseconds);
  EXPECT_TRUE(poll.results.empty());
  for (std::size_t arrival = 0; arrival < 3; ++arrival) {
    std::size_t const before = poll.results.size();
    send_all(*connection.peer, "x");
    ASSERT_TRUE(until([&] {
      if (poll.idle()) ring().poll(poll, connection.descriptor, POLLIN);
      return poll.results.size() > before;
    })) << arrival;
    EXPECT_NE(poll.result() & POLLIN, 0);
  }
  ring().finish();
}

TEST_P(RingTest, AcceptFailsWithoutDescriptorsAndGoesOnWithThem) {
  int const listener = listen();
  std::unique_ptr<Peer> const peer = test_.make_peer();
  peer->connect(address_of(listener));
  Recorder accept(ring());
  {
    DescriptorLimit const limit(test_.world());
    ring().accept(accept, listener);
    ASSERT_TRUE(until_idle(accept));
    EXPECT_EQ(accept.result(), -EMFILE);
    EXPECT_FALSE(kernel().open_socket(Family::ipv4).ok());
  }
  ring().accept(accept, listener);
  ASSERT_TRUE(until([&] { return accept.results.size() == 2; }));
  EXPECT_GE(remember(accept.result()), 0);
  ring().finish();
}

}  // namespace
}  // namespace weir
