// Cancellation is a wish: its result tells what was found, the target's own terminal result ends
// it.
#include <poll.h>

#include <cerrno>

#include "tests/ring/recorder.h"

namespace weir {
namespace {

class CancelTest : public RingFixture {
 protected:
  bool until_nothing_pends() {
    return until([&] { return ring().pending_count() == 0; });
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, CancelTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(CancelTest, OfAnOperationEndsIt) {
  auto const pool = BufferPool::make(ring()).value();
  Link const connection = link();
  Recorder receive(ring()), cancel(ring());
  ring().receive(receive, connection.descriptor, *pool);
  ring().step(Wait::poll);
  ring().cancel(cancel, receive);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(receive.result(), -ECANCELED);
  EXPECT_EQ(receive.end_count, 1u);
  EXPECT_EQ(cancel.results, std::vector<std::int32_t>{1});
}

TEST_P(CancelTest, InTheSameStepAsItsTargetEndsIt) {
  Link const connection = link();
  Recorder poll(ring()), cancel(ring());
  ring().poll(poll, connection.descriptor, POLLIN);
  ring().cancel(cancel, poll);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(poll.results, std::vector<std::int32_t>{-ECANCELED});
  EXPECT_EQ(cancel.results, std::vector<std::int32_t>{1});
}

TEST_P(CancelTest, ByDescriptorEndsEverythingOnItAndNothingElse) {
  auto const pool = BufferPool::make(ring()).value();
  Link const connection = link();
  Link const other = link();
  Recorder receive(ring()), poll(ring()), untouched(ring()), cancel(ring());
  ring().receive(receive, connection.descriptor, *pool);
  ring().poll(poll, connection.descriptor, POLLIN);
  ring().receive(untouched, other.descriptor, *pool);
  ring().step(Wait::poll);
  ring().cancel_descriptor(cancel, connection.descriptor);
  ASSERT_TRUE(until([&] { return ring().pending_count() == 1; }));
  EXPECT_EQ(cancel.result(), 2);
  EXPECT_EQ(receive.result(), -ECANCELED);
  EXPECT_EQ(poll.result(), -ECANCELED);
  EXPECT_FALSE(untouched.idle());
  ring().finish();
}

TEST_P(CancelTest, QuietlyEndsItWithoutAResultOfItsOwn) {
  Link const connection = link();
  std::byte memory[16];
  Recorder receive(ring());
  ring().receive(receive, connection.descriptor, memory, sizeof(memory));
  ring().step(Wait::poll);
  ring().cancel_quietly(receive);
  ring().cancel_quietly(receive);  // twice harms nothing
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(receive.results, std::vector<std::int32_t>{-ECANCELED});
  ring().cancel_quietly(receive);
  ring().step(Wait::poll);
  EXPECT_EQ(receive.end_count, 1u);
}

TEST_P(CancelTest, OfAFinishedOperationFindsNothing) {
  Link const connection = link();
  Recorder close(ring()), cancel(ring());
  int const descriptor = connection.descriptor;
  std::erase(descriptors_, descriptor);
  ring().close(close, descriptor);
  ASSERT_TRUE(until_nothing_pends());
  ring().cancel(cancel, close);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(cancel.results, std::vector<std::int32_t>{0});
  EXPECT_EQ(close.results, std::vector<std::int32_t>{0});
}

// Whatever the cancel says, what was received before it took effect is delivered, and nothing is
// lost.
TEST_P(CancelTest, OfAReceiveThatGetsSomethingLosesNoBytes) {
  auto const pool = BufferPool::make(ring(), {.count = 4, .size = 64}).value();
  Link const connection = link();
  Recorder receive(ring());
  std::string sent;
  for (int round = 0; round < 50; ++round) {
    std::string const chunk = pattern(90, sent.size());
    ring().receive(receive, connection.descriptor, *pool);
    send_all(*connection.peer, chunk);
    sent += chunk;
    Recorder cancel(ring());
    if (!receive.idle()) ring().cancel(cancel, receive);
    ASSERT_TRUE(until_nothing_pends());
    EXPECT_EQ(receive.end_count, static_cast<std::uint32_t>(round + 1));
  }
  ASSERT_TRUE(until([&] {
    if (receive.idle()) ring().receive(receive, connection.descriptor, *pool);
    return receive.bytes.size() >= sent.size();
  }));
  EXPECT_EQ(receive.bytes, sent);
  ring().finish();
  EXPECT_EQ(pool->free_count(), 4u);
}

TEST_P(CancelTest, OfABlockedSendTellsHowMuchWasSent) {
  Link const connection = link(64 * 1024);
  std::string bytes = pattern(8 << 20);
  iovec part{bytes.data(), bytes.size()};
  Recorder send(ring()), cancel(ring());
  ring().send(send, connection.descriptor, {&part, 1}, MSG_WAITALL);
  run_for(ring(), 2 * milliseconds);
  ASSERT_FALSE(send.idle());
  ring().cancel(cancel, send);
  ASSERT_TRUE(until_nothing_pends());
  ASSERT_GT(send.result(), 0);
  ASSERT_LT(send.result(), static_cast<std::int32_t>(bytes.size()));
  close(connection.descriptor);
  std::string const received =
      receive_all(*connection.peer, static_cast<std::size_t>(send.result()));
  EXPECT_TRUE(received == bytes.substr(0, static_cast<std::size_t>(send.result())));
  EXPECT_TRUE(until([&] { return connection.peer->peer_closed(); }));
}

TEST_P(CancelTest, MakesTheRingDeafToWhatComesAfter) {
  auto const pool = BufferPool::make(ring()).value();
  Link const connection = link();
  Recorder receive(ring());
  ring().receive(receive, connection.descriptor, *pool);
  ring().step(Wait::poll);
  ring().cancel_quietly(receive);
  ASSERT_TRUE(until_nothing_pends());
  send_all(*connection.peer, "nobody asks for this");
  std::uint64_t const enters = ring().counters().enters;
  Instant const deadline = ring().clock().now() + 3 * milliseconds;
  while (ring().clock().now() < deadline) EXPECT_EQ(ring().step(Wait::park, deadline), 0u);
  EXPECT_LT(ring().counters().enters, enters + 100);  // it slept all the time
}

// An operation keeps its file open: hence cancel before close.
TEST_P(CancelTest, IsNotWhatACloseDoes) {
  auto const pool = BufferPool::make(ring()).value();
  Link const connection = link();
  Recorder receive(ring());
  ring().receive(receive, connection.descriptor, *pool);
  ring().step(Wait::poll);
  close(connection.descriptor);
  if (!receive.idle()) {
    send_all(*connection.peer, "after the close");
    ASSERT_TRUE(until([&] { return receive.bytes.size() == 15 || receive.idle(); }));
    EXPECT_TRUE(hostile() || receive.bytes == "after the close");
    EXPECT_TRUE(receive.idle() || !connection.peer->peer_closed());
    ring().cancel_quietly(receive);
  }
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_TRUE(hostile() || receive.result() == -ECANCELED);
  EXPECT_TRUE(
      until([&] { return connection.peer->peer_closed() || connection.peer->peer_reset(); }));
}

TEST_P(CancelTest, OfAnAcceptLeavesTheListenerUsable) {
  int const listener = listen();
  Recorder accept(ring()), cancel(ring());
  ring().accept(accept, listener);
  ring().step(Wait::poll);
  ring().cancel_descriptor(cancel, listener);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(accept.result(), -ECANCELED);
  std::unique_ptr<Peer> const peer = test_.make_peer();
  peer->connect(address_of(listener));
  ring().accept(accept, listener);
  ASSERT_TRUE(until([&] { return accept.results.size() == 2; }));
  EXPECT_GE(remember(accept.result()), 0);
  ring().finish();
}

}  // namespace
}  // namespace weir
