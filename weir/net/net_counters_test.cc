// What the counters of ring and net say after a server has worked and everybody has gone.
#include <gtest/gtest.h>

#include "tests/net/test_net.h"

namespace weir {
namespace {

class NetCountersTest : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetCountersTest, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

TEST_P(NetCountersTest, what_came_went_and_nothing_is_left) {
  TestNet test(GetParam(), tiny_limits(4, 512));
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Random random(7);
  std::string const stream = random_frames(random, 40, 3000);
  Client& polite = test.connect(server.address());
  Client& garbage = test.connect(server.address());
  polite.send(stream);
  polite.finishes = true;
  garbage.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(test.run_until(
      [&] { return polite.saw_end && garbage.saw_end && test.net().connection_count() == 0; }));
  test.run_for(milliseconds);

  NetCounters const& net = test.counters();
  EXPECT_EQ(polite.received, stream);
  EXPECT_EQ(net.accepted, 2u);
  EXPECT_EQ(net.opened, 2u);
  EXPECT_EQ(net.frames_in, 40u);
  EXPECT_EQ(net.frames_out, 40u);
  EXPECT_EQ(net.bytes_out, stream.size());
  EXPECT_EQ(net.closed_for(CloseReason::peer_closed), 1u);
  EXPECT_EQ(net.closed_for(CloseReason::frame_too_large), 1u);
  std::uint64_t ends = 0;
  for (std::uint64_t const count : net.closed) ends += count;
  EXPECT_EQ(ends, 2u);

  EXPECT_EQ(test.net().buffers_out(), 0u);
  EXPECT_EQ(test.net().queue_bytes(), 0u);
  EXPECT_EQ(test.net().pressure(), 0u);
  EXPECT_EQ(test.net().unfinished_bytes(), 0u);

  RingCounters const& ring = test.worker().ring().counters();
  EXPECT_GE(ring.enters, ring.batches);
  EXPECT_GT(ring.batches, 0u);
  EXPECT_GE(ring.completions, ring.batches);
  EXPECT_GT(ring.submissions, 0u);
}

}  // namespace
}  // namespace weir
