#include "weir/ring/buffer_pool.h"

#include <cerrno>

#include "tests/ring/recorder.h"

namespace weir {
namespace {

class BufferPoolTest : public RingFixture {
 protected:
  std::unique_ptr<BufferPool> make_pool(PoolSetup const& setup = {}) {
    Result<std::unique_ptr<BufferPool>> made = BufferPool::make(ring(), setup);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return std::move(made).value();
  }
  // Receives from now on; again whenever it ends, but not for lack of buffers.
  void keep_receiving(Recorder& receive, int descriptor, BufferPool& pool) {
    receive.then = [&receive, &pool, descriptor, this] {
      bool const goes_on = receive.result() > 0 || (hostile() && receive.result() == -ENOBUFS);
      if (receive.idle() && goes_on) ring().receive(receive, descriptor, pool);
    };
    ring().receive(receive, descriptor, pool);
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, BufferPoolTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(BufferPoolTest, ItsGeometryFollowsTheKernel) {
  auto const pool = make_pool();
  EXPECT_EQ(pool->incremental(), ring().features().incremental_buffers);
  EXPECT_EQ(pool->count(), pool->incremental() ? 16u : 64u);
  EXPECT_EQ(pool->size(), pool->incremental() ? 256u * 1024 : 64u * 1024);
  EXPECT_EQ(pool->free_count(), pool->count());
  EXPECT_EQ(pool->out_count(), 0u);
}

TEST_P(BufferPoolTest, ABufferComesBackWhenTheLastReferenceGoes) {
  auto const pool = make_pool({.count = 16, .size = 16});
  Link const connection = link();
  Recorder receive(ring());
  receive.keep_buffers = true;
  keep_receiving(receive, connection.descriptor, *pool);
  send_all(*connection.peer, pattern(16));
  ASSERT_TRUE(until([&] { return receive.bytes.size() == 16; }));
  Storage& storage = *receive.buffers.back().storage();
  EXPECT_TRUE(storage.pooled);
  storage.retain();  // an unfinished frame, say
  std::uint32_t const out = pool->out_count();
  EXPECT_GE(out, 1u);
  receive.buffers.clear();
  EXPECT_LE(pool->out_count(), out);
  EXPECT_GE(pool->out_count(), 1u);
  storage.release();
  EXPECT_EQ(pool->out_count(), 0u);
  EXPECT_GE(pool->counters().out_high_water, 1u);
  ring().finish();
}

TEST_P(BufferPoolTest, AnEmptyPoolEndsTheReceiveAndAFullOneLetsItGoOn) {
  auto const pool = make_pool({.count = 2, .size = 512});
  Link const connection = link();
  Recorder receive(ring());
  receive.keep_buffers = true;
  std::string const sent = pattern(20'000);
  std::string_view unsent = sent;
  std::uint32_t starved = 0;
  ring().receive(receive, connection.descriptor, *pool);
  ASSERT_TRUE(until([&] {
    if (!unsent.empty()) unsent.remove_prefix(connection.peer->send(unsent));
    if (receive.idle()) {
      EXPECT_TRUE(receive.result() == -ENOBUFS || receive.result() > 0) << receive.result();
      if (receive.result() == -ENOBUFS) ++starved;
      EXPECT_LE(pool->out_count(), 2u);
      receive.buffers.clear();  // and only now there is memory again
      EXPECT_EQ(pool->free_count(), 2u);
      ring().receive(receive, connection.descriptor, *pool);
    }
    return receive.bytes.size() == sent.size();
  }));
  EXPECT_EQ(receive.bytes, sent);
  ring().finish();
  starved += receive.result() == -ENOBUFS ? 1 : 0;
  EXPECT_GT(starved, 0u);
  EXPECT_EQ(pool->counters().starved, starved);
  EXPECT_EQ(pool->counters().out_high_water, 2u);
}

TEST_P(BufferPoolTest, AnIncrementalBufferIsFilledByManyReceives) {
  auto const pool = make_pool({.count = 256, .size = 4096});
  Link const connection = link();
  Recorder receive(ring());
  receive.keep_buffers = true;
  keep_receiving(receive, connection.descriptor, *pool);
  for (std::size_t i = 0; i < 3; ++i) {
    send_all(*connection.peer, pattern(100, 100 * i));
    ASSERT_TRUE(until([&] { return receive.bytes.size() == 100 * (i + 1); }));
  }
  EXPECT_EQ(receive.bytes, pattern(300));
  EXPECT_EQ(pool->out_count() == 0, pool->incremental());
  for (std::size_t i = 1; i < receive.buffers.size(); ++i) {
    Buffer const& before = receive.buffers[i - 1];
    Buffer const& after = receive.buffers[i];
    EXPECT_EQ(before.storage() == after.storage(), pool->incremental());
    EXPECT_EQ(before.data() + before.size() == after.data(), pool->incremental());
  }
  ring().finish();
}

// Chunks of 100 in buffers of 256: every third one is cut at the end of a buffer.
TEST_P(BufferPoolTest, BytesCrossTheEndsOfBuffers) {
  auto const pool = make_pool({.count = 4, .size = 256});
  Link const connection = link();
  Recorder receive(ring());
  keep_receiving(receive, connection.descriptor, *pool);
  std::string sent;
  for (int i = 0; i < 100; ++i) {
    std::string const chunk = pattern(100, sent.size());
    send_all(*connection.peer, chunk);
    sent += chunk;
    ASSERT_TRUE(until([&] { return receive.bytes.size() == sent.size(); })) << i;
  }
  EXPECT_EQ(receive.bytes, sent);
  ring().finish();
  EXPECT_EQ(pool->free_count(), 4u);
}

// The indices of the buffer ring are of 16 bits.
TEST_P(BufferPoolTest, ServesMoreBuffersThanItsIndicesCanCount) {
  auto const pool = make_pool({.count = 64, .size = 8});
  Link const connection = link();
  Recorder receive(ring());
  keep_receiving(receive, connection.descriptor, *pool);
  std::size_t const total = 70'000 * 8;
  std::size_t const at_once = 64 * 8;  // as much as fits, or the receive ends for lack of buffers
  for (std::size_t sent = 0; sent < total; sent += at_once) {
    send_all(*connection.peer, pattern(at_once, sent));
    ASSERT_TRUE(until([&] {
      if (receive.idle()) keep_receiving(receive, connection.descriptor, *pool);
      return receive.bytes.size() == sent + at_once;
    }));
  }
  EXPECT_TRUE(receive.bytes == pattern(receive.bytes.size()));
  EXPECT_GE(pool->counters().results, 65'536u);
  ring().finish();
}

TEST_P(BufferPoolTest, TwoConnectionsShareAPoolAndTwoPoolsShareARing) {
  auto const shared = make_pool({.count = 8, .size = 1024});
  auto const other = make_pool({.count = 8, .size = 1024});
  EXPECT_NE(shared->group(), other->group());
  Link const connections[] = {link(), link(), link()};
  Recorder receives[] = {Recorder(ring()), Recorder(ring()), Recorder(ring())};
  BufferPool* const pools[] = {shared.get(), shared.get(), other.get()};
  for (int i = 0; i < 3; ++i) {
    keep_receiving(receives[i], connections[i].descriptor, *pools[i]);
    send_all(*connections[i].peer, pattern(3000, 7 * static_cast<std::size_t>(i)));
  }
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(until([&] {
      if (receives[i].idle()) keep_receiving(receives[i], connections[i].descriptor, *pools[i]);
      return receives[i].bytes.size() == 3000;
    }));
    EXPECT_EQ(receives[i].bytes, pattern(3000, 7 * static_cast<std::size_t>(i)));
  }
  EXPECT_GT(other->counters().results, 0u);
  ring().finish();
}

TEST_P(BufferPoolTest, UsesMemoryThatItIsGiven) {
  std::vector<std::byte> memory(4 * 512);
  auto const pool = make_pool({.count = 4, .size = 512, .memory = memory});
  Link const connection = link();
  Recorder receive(ring());
  receive.keep_buffers = true;
  keep_receiving(receive, connection.descriptor, *pool);
  send_all(*connection.peer, "here");
  ASSERT_TRUE(until([&] { return receive.bytes.size() == 4; }));
  for (Buffer const& buffer : receive.buffers) {
    EXPECT_GE(buffer.data(), memory.data());
    EXPECT_LE(buffer.data() + buffer.size(), memory.data() + memory.size());
  }
  ring().finish();
}

TEST_P(BufferPoolTest, BuffersMayBeHeldLongerThanTheRing) {
  auto const pool = make_pool({.count = 4, .size = 512});
  Link const connection = link();
  Recorder receive(ring());
  receive.keep_buffers = true;
  keep_receiving(receive, connection.descriptor, *pool);
  send_all(*connection.peer, "kept");
  ASSERT_TRUE(until([&] { return receive.bytes.size() == 4; }));
  close(connection.descriptor);
  ring_.reset();
  EXPECT_TRUE(receive.idle());
  EXPECT_EQ(receive.buffers.at(0).view().text().substr(0, 1), "k");
  receive.buffers.clear();
  EXPECT_EQ(pool->free_count(), 4u);
}

TEST_P(BufferPoolTest, AGroupIsUsedAgainAfterItsPool) {
  std::uint16_t const group = make_pool()->group();
  auto const next = make_pool({.count = 4, .size = 512});
  EXPECT_EQ(next->group(), group);
}

}  // namespace
}  // namespace weir
