// The two queues at their limits, silent sends, and the end of a ring.
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "tests/ring/recorder.h"

namespace weir {
namespace {

class RingQueueTest : public RingFixture {
 protected:
  using Recorders = std::vector<std::unique_ptr<Recorder>>;

  Recorders recorders(std::size_t count) {
    Recorders made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(std::make_unique<Recorder>(ring()));
    return made;
  }
  bool until_nothing_pends() {
    return until([&] { return ring().pending_count() == 0; });
  }
  void send_silently(Recorder& send, int descriptor, iovec& part) {
    send.completion.silent_success = true;
    ring().send(send, descriptor, {&part, 1}, MSG_DONTWAIT | MSG_WAITALL);
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingQueueTest, testing::ValuesIn(test_kernels()), kernel_name);

constexpr int no_descriptor = 1'000'000;  // names nothing on any kernel

// ---- the queues ---------------------------------------------------------------------------------

TEST_P(RingQueueTest, MoreSubmissionsThanFitAreHandedOverEarlyAndInOrder) {
  use_ring({.submission_count = 4, .completion_count = 64});
  Link const connection = link();
  std::string bytes = pattern(50);
  std::vector<iovec> parts;
  for (char& byte : bytes) parts.push_back({&byte, 1});
  Recorders const sends = recorders(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    ring().send(*sends[i], connection.descriptor, {&parts[i], 1}, 0);
  EXPECT_GT(ring().counters().queue_full, 0u);
  EXPECT_TRUE(sends[0]->results.empty());  // no callback runs from inside a submission
  ASSERT_TRUE(until_nothing_pends());
  for (auto const& send : sends) EXPECT_EQ(send->results, std::vector<std::int32_t>{1});
  // A kernel that delays a send may let the next one pass; a hostile one does.
  std::string received = receive_all(*connection.peer, bytes.size());
  if (hostile()) {
    std::ranges::sort(received);
    std::ranges::sort(bytes);
  }
  EXPECT_EQ(received, bytes);
}

TEST_P(RingQueueTest, NoCompletionIsLostWhenTheyFindNoRoom) {
  use_ring({.submission_count = 8, .completion_count = 8});
  Recorders const closes = recorders(200);
  for (auto const& close : closes) ring().close(*close, no_descriptor);
  ASSERT_TRUE(until_nothing_pends());
  for (auto const& close : closes) EXPECT_EQ(close->results, std::vector<std::int32_t>{-EBADF});
  EXPECT_EQ(ring().counters().completions, 200u);
  EXPECT_TRUE(hostile() || ring().counters().overflows > 0);
}

TEST_P(RingQueueTest, CallbacksRunInTheOrderOfTheCompletions) {
  std::vector<std::size_t> order;
  Recorders const closes = recorders(20);
  for (std::size_t i = 0; i < closes.size(); ++i) {
    closes[i]->then = [&order, i] { order.push_back(i); };
    ring().close(*closes[i], no_descriptor);
  }
  ASSERT_TRUE(until_nothing_pends());
  ASSERT_EQ(order.size(), closes.size());
  EXPECT_TRUE(hostile() || std::ranges::is_sorted(order));
}

TEST_P(RingQueueTest, ACallbackMaySubmitMoreThanTheQueueHolds) {
  use_ring({.submission_count = 4, .completion_count = 8});
  Recorders const closes = recorders(40);
  Recorder first(ring());
  first.then = [&] {
    for (auto const& close : closes) ring().close(*close, no_descriptor);
  };
  ring().close(first, no_descriptor);
  ASSERT_TRUE(until_nothing_pends());
  for (auto const& close : closes) EXPECT_EQ(close->results, std::vector<std::int32_t>{-EBADF});
}

// ---- silent sends -------------------------------------------------------------------------------

TEST_P(RingQueueTest, ASilentSendThatFitsSucceedsWithoutACompletionOfTheKernel) {
  Link const connection = link();
  std::string bytes = pattern(3000);
  iovec parts[] = {{bytes.data(), 1000}, {bytes.data() + 1000, 2000}};
  Recorder send(ring());
  send.completion.silent_success = true;
  ring().send(send, connection.descriptor, parts, MSG_DONTWAIT | MSG_WAITALL);
  if (!hostile()) {
    EXPECT_EQ(ring().step(Wait::poll), 1u);  // in the very step that submits it
    EXPECT_EQ(send.results, std::vector<std::int32_t>{3000});
    EXPECT_EQ(ring().counters().silent_sends, 1u);
    EXPECT_EQ(receive_all(*connection.peer, bytes.size()), bytes);
  }
  ASSERT_TRUE(until_idle(send));
  EXPECT_EQ(send.end_count, 1u);
}

// Each send goes on where the one before ended, so the peer's bytes prove every result.
TEST_P(RingQueueTest, SilentSendsTellExactlyWhatWasSent) {
  Link const connection = link(256 * 1024);
  std::string bytes = pattern(8 << 20);
  std::string received;
  std::size_t sent = 0;
  std::uint32_t shorts = 0;
  std::uint32_t shorts_seen = 0;
  Recorder send(ring());
  iovec part{};
  ASSERT_TRUE(until([&] {
    if (send.idle() && sent < bytes.size()) {
      part = {bytes.data() + sent, std::min<std::size_t>(bytes.size() - sent, 60'000)};
      std::size_t const before = send.results.size();
      send.then = [&, before] {
        ASSERT_EQ(send.results.size(), before + 1);
        std::int32_t const result = send.result();
        ASSERT_TRUE(result > 0 || result == -EAGAIN) << result;
        if (result < static_cast<std::int32_t>(part.iov_len)) ++shorts;
        if (result > 0) sent += static_cast<std::size_t>(result);
      };
      send_silently(send, connection.descriptor, part);
      ring().step(Wait::poll);
    }
    // The peer reads only when the window has closed.
    if (shorts > shorts_seen || sent == bytes.size()) received += connection.peer->receive();
    shorts_seen = shorts;
    return received.size() >= bytes.size();
  })) << sent
      << " sent, " << received.size() << " received";
  EXPECT_TRUE(received == bytes);
  EXPECT_GT(shorts, 0u);
  EXPECT_GT(ring().counters().silent_sends, 0u);
}

TEST_P(RingQueueTest, SilentSendsThatFailAreNeverTakenForSuccess) {
  use_ring({.submission_count = 8, .completion_count = 8});
  Link const connection = link();
  char byte = 'x';
  iovec part{&byte, 1};
  Recorders const bad = recorders(60);
  Recorders const good = recorders(60);
  for (std::size_t i = 0; i < bad.size(); ++i) {
    send_silently(*bad[i], no_descriptor, part);
    send_silently(*good[i], connection.descriptor, part);
  }
  ASSERT_TRUE(until_nothing_pends());
  std::size_t sent = 0;
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_EQ(bad[i]->results, std::vector<std::int32_t>{-EBADF}) << i;
    ASSERT_EQ(good[i]->results.size(), 1u) << i;
    EXPECT_TRUE(good[i]->result() == 1 || (hostile() && good[i]->result() == -EAGAIN)) << i;
    sent += good[i]->result() == 1 ? 1 : 0;
  }
  EXPECT_EQ(receive_all(*connection.peer, sent), std::string(sent, 'x'));
}

// ---- the end of a ring --------------------------------------------------------------------------

TEST_P(RingQueueTest, ItsEndEndsEverythingThatPends) {
  auto pool = BufferPool::make(ring(), {.count = 4, .size = 1024}).value();
  Link const connection = link(64 * 1024);
  Link const other = link();
  int const listener = listen();
  std::byte memory[16];
  std::string bytes = pattern(8 << 20);
  iovec part{bytes.data(), bytes.size()};
  Recorders const all = recorders(7);
  ring().accept(*all[0], listener);
  ring().receive(*all[1], connection.descriptor, *pool);
  ring().receive(*all[2], other.descriptor, memory, sizeof(memory));
  ring().send(*all[3], connection.descriptor, {&part, 1}, MSG_WAITALL);
  ring().poll(*all[4], other.descriptor, POLLIN);
  ring().timeout(*all[5], never);
  ring().cancel(*all[6], *all[0]);
  ring_.reset();
  for (auto const& one : all) {
    EXPECT_TRUE(one->idle());
    EXPECT_EQ(one->end_count, 1u);
  }
  EXPECT_EQ(all[5]->result(), -ECANCELED);
  EXPECT_EQ(pool->free_count(), 4u);
}

TEST_P(RingQueueTest, AtItsEndACallbackMayCloseButStartNothing) {
  Link const connection = link();
  Recorder receive(ring()), again(ring()), timer(ring()), close_it(ring());
  std::byte memory[16];
  ring().receive(receive, connection.descriptor, memory, sizeof(memory));
  receive.then = [&] {
    ring().receive(again, connection.descriptor, memory, sizeof(memory));
    ring().timeout(timer, 0);
    ring().close(close_it, connection.descriptor);
  };
  std::erase(descriptors_, connection.descriptor);
  ring().finish();
  EXPECT_EQ(receive.result(), -ECANCELED);
  EXPECT_EQ(again.results, std::vector<std::int32_t>{-ECANCELED});
  EXPECT_EQ(timer.results, std::vector<std::int32_t>{-ECANCELED});
  EXPECT_EQ(close_it.results, std::vector<std::int32_t>{0});
  EXPECT_EQ(ring().pending_count(), 0u);
  ring().finish();  // again harms nothing
}

}  // namespace
}  // namespace weir
