// What a ring is set up with: queues that grow, waits that gather, where buffers come from.
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>

#include "tests/ring/recorder.h"

namespace weir {
namespace {

class SetupTest : public RingFixture {
 protected:
  std::array<int, 2> pair() {
    std::array<int, 2> const made = kernel().open_socket_pair(SocketKind::stream).value();
    for (int const descriptor : made) remember(descriptor);
    return made;
  }
  void send(int descriptor, std::string bytes) {
    iovec part{bytes.data(), bytes.size()};
    Recorder sent(ring());
    ring().send(sent, descriptor, {&part, 1}, MSG_WAITALL);
    ASSERT_TRUE(until_idle(sent));
    EXPECT_EQ(sent.result(), static_cast<std::int32_t>(bytes.size()));
  }
  static PoolSetup whole(std::uint32_t count, std::uint32_t size) {
    PoolSetup setup;
    setup.count = count;
    setup.size = size;
    setup.whole_buffers = true;
    return setup;
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, SetupTest, testing::ValuesIn(test_kernels()), kernel_name);

// ---- a buffer or a pool -------------------------------------------------------------------------

// Counts who still holds it.
struct Watched : Storage {
  Watched() {
    references = 1;
    give_back = [](Storage& storage) { static_cast<Watched&>(storage).given_back = true; };
  }
  std::byte memory[16]{};
  bool given_back = false;
  Buffer buffer() { return {memory, sizeof(memory), *this}; }
};

TEST_P(SetupTest, ReceiveBringsTheBufferBackThatItWasGiven) {
  auto const [one, two] = pair();
  Watched watched;
  Recorder receive(ring());
  receive.keep_buffers = true;
  ring().receive(receive, two, watched.buffer());
  ring().step(Wait::poll);
  EXPECT_FALSE(watched.given_back);
  send(one, "hello");
  ASSERT_TRUE(until_idle(receive));
  ASSERT_EQ(receive.buffers.size(), 1u);
  EXPECT_EQ(receive.buffers[0].data(), watched.memory);
  EXPECT_EQ(receive.buffers[0].size(), static_cast<std::uint32_t>(receive.result()));
  EXPECT_EQ(receive.bytes, std::string("hello").substr(0, receive.bytes.size()));
  EXPECT_FALSE(watched.given_back);
  receive.buffers.clear();
  EXPECT_TRUE(watched.given_back);
}

TEST_P(SetupTest, FailedReceiveBringsTheWholeBufferBack) {
  auto const [one, two] = pair();
  Watched watched;
  Recorder receive(ring());
  receive.keep_buffers = true;
  ring().receive(receive, two, watched.buffer());
  ring().step(Wait::poll);
  ring().cancel_quietly(receive);
  ASSERT_TRUE(until_idle(receive));
  EXPECT_EQ(receive.result(), -ECANCELED);
  ASSERT_EQ(receive.buffers.size(), 1u);
  EXPECT_EQ(receive.buffers[0].size(), sizeof(watched.memory));
}

TEST_P(SetupTest, BufferOfAReceiveIsGivenBackWhenTheRingEnds) {
  auto const [one, two] = pair();
  Watched watched;
  Recorder receive(ring());
  ring().receive(receive, two, watched.buffer());
  ring().finish();
  EXPECT_TRUE(watched.given_back);
  Watched late;
  ring().receive(receive, two, late.buffer());  // ends at once
  ring().finish();
  EXPECT_TRUE(late.given_back);
}

TEST_P(SetupTest, ReceiveOnceFromAPoolTakesAsMuchAsItWasTold) {
  auto const [one, two] = pair();
  auto const pool = BufferPool::make(ring(), whole(4, 64)).value();
  send(one, pattern(100));
  std::string bytes;
  for (std::uint32_t const size : {10u, 0u, 64u}) {
    Recorder receive(ring());
    ASSERT_TRUE(until([&] {  // a hostile world says early that the pool is empty
      if (receive.idle()) ring().receive(receive, two, BufferOrPool(*pool, size));
      until_idle(receive);
      return receive.result() != -ENOBUFS;
    }));
    std::size_t const most = std::min<std::size_t>(size == 0 ? 64 : size, 100 - bytes.size());
    EXPECT_EQ(receive.end_count, receive.results.size()) << "never more than one";
    EXPECT_LE(receive.bytes.size(), most);
    EXPECT_TRUE(hostile() || receive.bytes.size() == most);
    bytes += receive.bytes;
  }
  EXPECT_EQ(bytes, pattern(bytes.size()));
  EXPECT_EQ(pool->free_count(), 4u);
}

TEST_P(SetupTest, ReadOfAFileTakesABufferOrAPool) {
  std::string path = "/tmp/weir-setup-" + std::to_string(::getpid());
  if (test_.simulated()) test_.world()->files().put(path, pattern(200));
  int file = -1;
  if (!test_.simulated()) {
    file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    ASSERT_EQ(::write(file, pattern(200).data(), 200), 200);
    ::close(file);
  }
  file = remember(kernel().open_file(path, FileUse::read).value());
  if (!test_.simulated()) ::unlink(path.c_str());
  auto const pool = BufferPool::make(ring(), whole(2, 64)).value();
  Recorder own(ring()), pooled(ring()), end(ring());
  ring().read(own, file, Buffer::of_size(50), 100);
  ring().read(pooled, file, BufferOrPool(*pool, 30), 10);
  ring().read(end, file, *pool, 200);
  ASSERT_TRUE(until([&] { return own.idle() && pooled.idle() && end.idle(); }));
  EXPECT_EQ(own.bytes, pattern(own.bytes.size(), 100));
  EXPECT_EQ(pooled.bytes, pattern(pooled.bytes.size(), 10));
  EXPECT_EQ(end.result(), 0);
  EXPECT_TRUE(hostile() || own.result() + pooled.result() == 80);
  EXPECT_EQ(pool->free_count(), 2u);
}

TEST_P(SetupTest, PoolMemoryComesFromWhoeverProvidesIt) {
  struct Provider {
    std::size_t allocated = 0;
    std::size_t released = 0;
    std::byte* memory = nullptr;
  } provider;
  PoolSetup setup = whole(2, 64);
  setup.provider = {[](void* context, std::size_t size) {
                      auto& self = *static_cast<Provider*>(context);
                      self.allocated += size;
                      self.memory = static_cast<std::byte*>(std::malloc(size));
                      return self.memory;
                    },
                    [](void* context, std::byte* memory, std::size_t size) {
                      auto& self = *static_cast<Provider*>(context);
                      EXPECT_EQ(memory, self.memory);
                      self.released += size;
                      std::free(memory);
                    },
                    &provider};
  auto pool = BufferPool::make(ring(), setup).value();
  auto const [one, two] = pair();
  send(one, "x");
  Recorder receive(ring());
  receive.keep_buffers = true;
  ASSERT_TRUE(until([&] {
    if (receive.idle()) ring().receive(receive, two, *pool);
    return !receive.buffers.empty();
  }));
  EXPECT_GE(receive.buffers[0].data(), provider.memory);
  EXPECT_LT(receive.buffers[0].data(), provider.memory + 128);
  ring().cancel_quietly(receive);
  ASSERT_TRUE(until_idle(receive));
  receive.buffers.clear();
  pool.reset();
  EXPECT_EQ(provider.allocated, 128u);
  EXPECT_EQ(provider.released, 128u);
}

TEST_P(SetupTest, PoolWithoutMemoryIsRefusedWithASentence) {
  PoolSetup setup = whole(2, 64);
  setup.provider = {[](void*, std::size_t) -> std::byte* { return nullptr; },
                    [](void*, std::byte*, std::size_t) { FAIL() << "there is nothing to release"; },
                    nullptr};
  Result<std::unique_ptr<BufferPool>> const made = BufferPool::make(ring(), setup);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, ENOMEM);
}

TEST_P(SetupTest, BundlesBringTheBytesInOrderWhicheverWayTheBuffersComeBack) {
  PoolSetup setup = whole(8, 16);
  setup.bundles = true;
  auto const pool = BufferPool::make(ring(), setup).value();
  EXPECT_EQ(pool->bundles(), ring().features().bundles);
  auto const [one, two] = pair();
  std::vector<Buffer> kept;
  Recorder receive(ring());
  receive.keep_buffers = true;
  std::size_t sent = 0;
  for (std::uint32_t round = 0; round < 200; ++round) {
    std::size_t const size = 1 + round * 7 % 100;
    send(one, pattern(size, sent));
    sent += size;
    ASSERT_TRUE(until([&] {
      // Some are kept for a while and come back in another order.
      for (Buffer& buffer : receive.buffers) {
        if (kept.size() < 5) kept.push_back(std::move(buffer));
        else kept[round % 5] = std::move(buffer);
      }
      receive.buffers.clear();
      if (receive.idle() && pool->free_count() > 0) ring().receive(receive, two, *pool);
      return receive.bytes.size() == sent;
    }));
  }
  EXPECT_EQ(receive.bytes, pattern(sent));
  ring().finish();
  receive.buffers.clear();
  kept.clear();
  EXPECT_EQ(pool->free_count(), 8u);
}

// ---- sending without a copy ---------------------------------------------------------------------

TEST_P(SetupTest, SendWithoutACopyTellsWhatWasSentAndThenThatTheBytesAreFree) {
  for (std::size_t const part_count : {1u, 3u}) {
    Link const connection = link();
    std::string bytes = pattern(30'000);
    std::vector<iovec> parts;
    for (std::size_t i = 0; i < part_count; ++i)
      parts.push_back({bytes.data() + i * 30'000 / part_count, 30'000 / part_count});
    Recorder sent(ring());
    ring().send_zero_copy(sent, connection.descriptor, parts, MSG_WAITALL);
    EXPECT_EQ(receive_all(*connection.peer, bytes.size()), pattern(30'000));
    ASSERT_TRUE(until_idle(sent));
    EXPECT_EQ(sent.results, (std::vector<std::int32_t>{30'000, 0}));
    EXPECT_EQ(sent.end_count, 1u);
  }
}

TEST_P(SetupTest, SendWithoutACopyThatFailsEndsOnce) {
  auto const [one, two] = pair();
  std::string bytes = "x";
  iovec part{bytes.data(), bytes.size()};
  Recorder to_unix(ring()), to_nobody(ring());
  ring().send_zero_copy(to_unix, one, {&part, 1}, 0);
  ring().send_zero_copy(to_nobody, remember(kernel().open_socket(Family::ipv4).value()), {&part, 1},
                        0);
  ASSERT_TRUE(until([&] { return to_unix.idle() && to_nobody.idle(); }));
  EXPECT_EQ(to_unix.results.at(0), -EOPNOTSUPP);
  EXPECT_EQ(to_nobody.results.at(0), -EPIPE);
  EXPECT_EQ(to_unix.end_count, 1u);
  EXPECT_EQ(to_nobody.end_count, 1u);
}

TEST_P(SetupTest, BlockedSendWithoutACopyCanBeCancelled) {
  Link const connection = link(64 * 1024);
  std::string bytes = pattern(8 << 20);
  iovec part{bytes.data(), bytes.size()};
  Recorder sent(ring());
  ring().send_zero_copy(sent, connection.descriptor, {&part, 1}, MSG_WAITALL);
  for (int i = 0; i < 20; ++i) ring().step(Wait::poll);
  EXPECT_FALSE(sent.idle());
  ring().cancel_quietly(sent);
  // What has been sent is free when the peer has it, or never will.
  ASSERT_TRUE(until([&] {
    connection.peer->receive();
    return sent.idle();
  }));
  EXPECT_EQ(sent.end_count, 1u);
  EXPECT_LE(sent.results.size(), 2u);
  EXPECT_TRUE(sent.results.size() < 2 || sent.results[1] == 0);
}

// ---- the queues and the wait --------------------------------------------------------------------

TEST_P(SetupTest, CompletionQueueThatOverflowsLosesNothingAndGrowsWhereItCan) {
  weir::Setup setup;
  setup.submission_count = 8;
  setup.completion_count = 8;
  setup.completion_count_max = 32;
  use_ring(setup);
  std::uint32_t const before = kernel().completions.mask + 1;
  auto const pool = BufferPool::make(ring(), whole(64, 64)).value();
  auto const [one, two] = pair();
  std::string sent;
  std::string received;
  for (int round = 0; round < 6; ++round) {
    std::vector<std::unique_ptr<Recorder>> reads;
    for (int i = 0; i < 64; ++i) {
      reads.push_back(std::make_unique<Recorder>(ring()));
      ring().close(*reads.back(), -1);
    }
    ASSERT_TRUE(until([&] { return ring().pending_count() == 0; }));
    for (auto const& read : reads) EXPECT_EQ(read->results, std::vector<std::int32_t>{-EBADF});
    send(one, pattern(100, sent.size()));
    sent += pattern(100, sent.size());
    Recorder receive(ring());
    ASSERT_TRUE(until([&] {
      if (receive.idle()) ring().receive(receive, two, *pool);
      return received.size() + receive.bytes.size() == sent.size();
    }));
    ring().cancel_quietly(receive);
    ASSERT_TRUE(until_idle(receive));
    received += receive.bytes;
  }
  EXPECT_EQ(received, sent);
  EXPECT_EQ(kernel().completions.mask + 1, ring().features().ring_resize ? 32u : before);
}

TEST_P(SetupTest, ParkEndsAtItsDeadlineHoweverItWaits) {
  for (bool const registered : {false, true}) {
    for (std::uint32_t const batch_count : {1u, 8u}) {
      weir::Setup setup;
      setup.registered_wait = registered;
      setup.batch_count = batch_count;
      setup.batch_time = 100 * microseconds;
      use_ring(setup);
      Instant const deadline = ring().clock().now() + 1 * milliseconds;
      while (ring().clock().now() < deadline) ring().step(Wait::park, deadline);
      std::array<int, 2> const made = kernel().open_socket_pair(SocketKind::stream).value();
      Recorder receive(ring());
      ring().receive(receive, made[1], Buffer::of_size(10));
      std::string bytes = "x";
      iovec part{bytes.data(), bytes.size()};
      Recorder sent(ring());
      ring().send(sent, made[0], {&part, 1}, 0);
      while (!receive.idle() || !sent.idle()) ring().step(Wait::park);
      EXPECT_EQ(receive.bytes, "x");
      for (int const descriptor : made) close(descriptor);
    }
  }
}

TEST_P(SetupTest, RingWakesAnother) {
  std::unique_ptr<Ring> const other = test_.make_ring();
  Recorder wake(ring());
  ring().wake_ring(wake, *other);
  ASSERT_TRUE(until_idle(wake));
  EXPECT_EQ(wake.result(), 0);
  other->step(Wait::park);  // or it sleeps for ever
  other->finish();
  EXPECT_EQ(other->pending_count(), 0u);
}

TEST_P(SetupTest, WakeEndsAParkThatGathers) {
  weir::Setup setup;
  setup.batch_count = 8;
  setup.batch_time = 100 * microseconds;
  use_ring(setup);
  ring().wake();
  ring().step(Wait::park);
  EXPECT_EQ(ring().counters().wakes, 1u);
}

}  // namespace
}  // namespace weir
