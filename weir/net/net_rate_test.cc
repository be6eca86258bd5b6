// Peers that send more than they may: received from at their rate, and nothing of it is lost. What
// a time must not fall below holds on any clock; above, only on the virtual one.
#include <gtest/gtest.h>

#include <netinet/in.h>

#include "tests/net/test_net.h"
#include "weir/net/peer_limit.h"
#include "weir/net/token_bucket.h"

namespace weir {
namespace {

// ---- the bucket ---------------------------------------------------------------------------------

TEST(TokenBucket, lets_a_burst_pass_and_then_its_rate) {
  ByteRate const rate{1000, seconds / 10};
  TokenBucket bucket;
  Instant now = 50 * seconds;
  EXPECT_LE(bucket.ready_at(), now);
  bucket.charge(rate, 100, now);
  EXPECT_EQ(bucket.ready_at(), now);
  bucket.charge(rate, 1, now);
  EXPECT_EQ(bucket.ready_at(), now + milliseconds);
  EXPECT_FALSE(bucket.full(rate, now));
  now += milliseconds + rate.burst_time;
  EXPECT_TRUE(bucket.full(rate, now));
  bucket.charge(rate, 5000, now);  // far more than the burst has to be paid off, too
  EXPECT_EQ(bucket.ready_at(), now + 4900 * milliseconds);
}

TEST(TokenBucket, of_any_rate_keeps_to_it) {
  TokenBucket slow;
  slow.charge({1, 0}, UINT32_MAX, 7 * seconds);
  EXPECT_EQ(slow.ready_at(), 7 * seconds + UINT32_MAX * seconds);
  for (int i = 0; i < 10; ++i) slow.charge({1, 0}, UINT32_MAX, 7 * seconds);
  EXPECT_LT(slow.ready_at(), never);
  TokenBucket fast;
  fast.charge({~std::uint64_t{0}, never}, UINT32_MAX, 7);
  EXPECT_LE(fast.ready_at(), 7u);
}

TEST(TokenBucket, never_lets_more_pass_than_a_burst_and_its_rate) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    ByteRate const rate{1 + random.below(1'000'000), random.below(2 * seconds)};
    TokenBucket bucket;
    Instant const begin = 10 * seconds;
    Instant now = begin;
    std::uint64_t passed = 0;
    for (int i = 0; i < 500; ++i) {
      now += random.below(20 * milliseconds);
      if (bucket.ready_at() > now) continue;
      // What came before this one is within the burst and what was due since.
      double const due = static_cast<double>(rate.burst_time + (now - begin)) / 1e9 *
                         static_cast<double>(rate.bytes_per_second);
      EXPECT_LE(static_cast<double>(passed), due + 1);
      auto const bytes = static_cast<std::uint32_t>(1 + random.below(10'000));
      bucket.charge(rate, bytes, now);
      passed += bytes;
    }
  }
}

// ---- addresses ----------------------------------------------------------------------------------

Address ipv4(std::uint32_t number) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_addr.s_addr = htonl(number);
  return Address::from(reinterpret_cast<sockaddr const&>(raw), sizeof(raw));
}

TEST(PeerLimit, remembers_who_has_something_to_pay_off_and_nobody_else) {
  ByteRate const rate{1000, seconds};
  PeerLimit limit(rate);
  Instant now = 10 * seconds;
  EXPECT_TRUE(limit.enter({1, 1}, ipv4(1), 0));
  limit.bucket_of({1, 1})->charge(rate, 3000, now);
  limit.leave({1, 1}, now);
  EXPECT_EQ(limit.bucket_of({1, 1}), nullptr);
  EXPECT_TRUE(limit.enter({1, 2}, ipv4(1), 0));
  EXPECT_EQ(limit.bucket_of({1, 2})->ready_at(), now + 2 * seconds);
  limit.leave({1, 2}, now);
  now += 4 * seconds;
  EXPECT_TRUE(limit.enter({2, 1}, ipv4(2), 0));
  limit.leave({2, 1}, now);
  EXPECT_EQ(limit.size(), 0u);
}

TEST(PeerLimit, remembers_so_many_addresses_and_no_more) {
  ByteRate const rate{1, seconds};
  PeerLimit limit(rate);
  for (std::uint32_t i = 1; i <= 3 * PeerLimit::left_count_max; ++i) {
    ASSERT_TRUE(limit.enter({i, 1}, ipv4(i), 1));
    limit.bucket_of({i, 1})->charge(rate, 1'000'000, seconds);
    limit.leave({i, 1}, seconds);
  }
  EXPECT_LE(limit.size(), PeerLimit::left_count_max + 1);
}

TEST(PeerLimit, without_a_rate_remembers_nobody) {
  PeerLimit limit(ByteRate{});
  for (std::uint32_t i = 1; i <= 100; ++i) {
    EXPECT_TRUE(limit.enter({i, 1}, ipv4(7), 1));
    EXPECT_FALSE(limit.enter({i, 2}, ipv4(7), 1));
    EXPECT_EQ(limit.bucket_of({i, 1}), nullptr);
    limit.leave({i, 1}, seconds);
    EXPECT_EQ(limit.size(), 0u);
  }
}

// ---- connections --------------------------------------------------------------------------------

constexpr std::uint64_t pool_size = 2 * 512;

class NetRate : public testing::TestWithParam<KernelChoice> {
 protected:
  TestNet test_{GetParam(), tiny_limits(2, 512)};
  std::vector<ConnectionEvent> events_;

  Instant now() { return test_.worker().clock().now(); }
  // No more can have come at `rate` in less time, but what one step brings.
  static Duration least_time(std::uint64_t bytes, EndpointOptions const& options,
                             std::uint64_t rate) {
    Duration const worth = bytes * seconds / rate;
    return worth - options.burst_time - pool_size * seconds / rate;
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetRate, testing::ValuesIn(test_kernels()), name_of);

TEST_P(NetRate, connection_is_received_from_at_its_rate_and_nothing_is_lost) {
  EndpointOptions const options{.bytes_per_second_max = 200'000, .burst_time = 50 * milliseconds};
  Endpoint& server = test_.listen(options);
  test_.worker().add(Echo{server});
  Random random(3);
  std::string const stream = random_frames(random, 400, 500);
  Client& client = test_.connect(server.address());
  Instant const begin = now();
  client.send(stream);
  ASSERT_TRUE(test_.run_until([&] { return client.received.size() == stream.size(); }));
  EXPECT_TRUE(client.received == stream);
  EXPECT_GT(test_.counters().over_rate, 0u);
  Duration const least = least_time(stream.size(), options, options.bytes_per_second_max);
  EXPECT_GE(now() - begin, least);
  if (test_.kernel().simulated()) {
    EXPECT_LE(now() - begin, 2 * least + seconds / 10);
  }
}

TEST_P(NetRate, whoever_sends_within_its_rate_waits_for_nothing) {
  Endpoint& server = test_.listen({.bytes_per_second_max = 100'000});
  test_.worker().add(Echo{server});
  Client& client = test_.connect(server.address());
  client.send(framed(std::string(3000, 'x')));
  ASSERT_TRUE(test_.run_until([&] { return client.received.size() == 3004; }));
  EXPECT_EQ(test_.counters().over_rate, 0u);
}

TEST_P(NetRate, one_that_waits_does_not_make_others_wait) {
  EndpointOptions const options{.bytes_per_second_max = 1000, .burst_time = 100 * milliseconds};
  Endpoint& server = test_.listen(options);
  test_.worker().add(Echo{server});
  Client& fast = test_.connect(server.address());
  fast.send(framed(std::string(50'000, 'f')));
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().over_rate == 1; }));
  Instant const begin = now();
  Client& other = test_.connect(server.address());
  other.send(framed("now"));
  ASSERT_TRUE(test_.run_until([&] { return other.received == framed("now"); }));
  EXPECT_EQ(fast.received, "");
  if (test_.kernel().simulated()) {
    EXPECT_LE(now() - begin, seconds / 10);
  }
  server.stop(now());
  ASSERT_TRUE(test_.run_until([&] { return server.is_closed(); }));
}

TEST_P(NetRate, connections_of_one_address_share_its_rate) {
  EndpointOptions const options{.bytes_per_second_per_peer_max = 200'000,
                                .burst_time = 50 * milliseconds};
  Endpoint& server = test_.listen(options);
  test_.worker().add(Echo{server});
  std::string const stream = framed(std::string(20'000, 's'));
  std::vector<Client*> clients;
  Instant const begin = now();
  for (int i = 0; i < 4; ++i) {
    clients.push_back(&test_.connect(server.address()));
    clients.back()->send(stream);
  }
  ASSERT_TRUE(test_.run_until([&] {
    return std::all_of(clients.begin(), clients.end(),
                       [&](Client* client) { return client->received.size() == stream.size(); });
  }));
  Duration const least =
      least_time(4 * stream.size(), options, options.bytes_per_second_per_peer_max);
  EXPECT_GE(now() - begin, least);
  if (test_.kernel().simulated()) {
    EXPECT_LE(now() - begin, 2 * least + seconds / 10);
  }
}

TEST_P(NetRate, coming_again_does_not_help) {
  EndpointOptions const options{.bytes_per_second_per_peer_max = 10'000,
                                .burst_time = 20 * milliseconds};
  Endpoint& server = test_.listen(options);
  test_.worker().add(Echo{server, &events_});
  Instant const begin = now();
  std::string const stream = framed(std::string(496, 's'));
  for (int i = 0; i < 8; ++i) {
    Client& client = test_.connect(server.address());
    client.send(stream);
    client.finishes = true;
    ASSERT_TRUE(test_.run_until([&] { return client.saw_end; }));
    EXPECT_TRUE(client.received == stream);
  }
  EXPECT_GE(now() - begin, least_time(8 * stream.size(), options, 10'000));
  for (ConnectionEvent const& event : events_) EXPECT_EQ(event.reason, CloseReason::peer_closed);
}

TEST_P(NetRate, waiting_for_its_time_is_no_silence_of_the_peer) {
  EndpointOptions const options{.idle_time = 100 * milliseconds,
                                .frame_time = 100 * milliseconds,
                                .bytes_per_second_max = 2000,
                                .burst_time = 10 * milliseconds};
  Endpoint& server = test_.listen(options);
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  std::string const stream = framed(std::string(1500, 's')) + framed("end");
  client.send(stream);
  ASSERT_TRUE(test_.run_until([&] { return client.received.size() == stream.size(); }));
  EXPECT_EQ(events_.size(), 1u);
  // And when it has all come, it is.
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && events_.size() == 2; }));
  EXPECT_EQ(events_.back().reason, CloseReason::idle_timeout);
}

TEST_P(NetRate, one_that_waits_can_be_closed_at_once) {
  EndpointOptions const options{.bytes_per_second_max = 1, .burst_time = 0};
  Endpoint& server = test_.listen(options);
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.send(framed("a") + framed("more"));
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().over_rate == 1; }));
  Instant const begin = now();
  ASSERT_TRUE(test_.run_until([&] { return !events_.empty(); }));
  server.close(events_.front().connection);
  ASSERT_TRUE(test_.run_until([&] { return client.saw_end && events_.size() == 2; }));
  EXPECT_EQ(events_.back().reason, CloseReason::closed_by_flow);
  if (test_.kernel().simulated()) {
    EXPECT_LE(now() - begin, seconds / 10);
  }
}

TEST_P(NetRate, reset_of_one_that_waits_is_seen_when_its_time_has_come) {
  EndpointOptions const options{.bytes_per_second_max = 5000, .burst_time = 0};
  Endpoint& server = test_.listen(options);
  test_.worker().add(Echo{server, &events_});
  Client& client = test_.connect(server.address());
  client.reads = false;
  client.send(framed(std::string(500, 'a')));
  ASSERT_TRUE(test_.run_until([&] { return test_.counters().over_rate > 0; }));
  client.over = true;
  client.peer().reset();
  ASSERT_TRUE(test_.run_until([&] { return server.connection_count() == 0; }));
  EXPECT_EQ(test_.counters().closed_for(CloseReason::peer_reset), 1u);
}

}  // namespace
}  // namespace weir
