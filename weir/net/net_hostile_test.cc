// Hundreds of hostile worlds: each seed chooses the memory, the marks, the load, the faults, and
// who misbehaves. Whatever happens, those who behave get every byte back, those who do not are
// closed, and nothing is left.
//
// WEIR_SEED=seed replays one; WEIR_SEED_COUNT=n runs more than are usually run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/net/test_net.h"

namespace weir {
namespace {

std::uint64_t seed_count() {
  char const* const text = std::getenv("WEIR_SEED_COUNT");
  return text == nullptr ? 120 : std::strtoull(text, nullptr, 10);
}

template <class T, std::size_t n>
T pick(Random& random, T const (&choices)[n]) {
  return choices[random.below(n)];
}

Limits random_limits(Random& random) {
  std::uint32_t const counts[] = {1, 2, 4, 16};
  std::uint32_t const sizes[] = {16, 64, 300, 4096};
  Limits limits = tiny_limits(pick(random, counts), pick(random, sizes));
  std::uint32_t const items[] = {1, 7, 1000};
  std::uint32_t const bytes[] = {1, 500, 100'000};
  limits.admit_items_per_tick = pick(random, items);
  limits.admit_bytes_per_tick = pick(random, bytes);
  std::uint64_t const marks[] = {0, 50, 5000};
  limits.egress_connection_mark_bytes = pick(random, marks);
  std::uint64_t const totals[] = {50'000, 200'000, 1u << 20};
  limits.egress_total_mark_bytes = pick(random, totals) + 8 * pool_bytes(limits);
  std::uint64_t const untried[] = {1, 2000, 1u << 20};
  limits.egress_untried_mark_bytes = pick(random, untried);
  std::uint64_t const unfinished[] = {4096, 20'000, 1u << 20};
  limits.unfinished_total_mark_bytes = pick(random, unfinished);
  std::uint32_t const sends[] = {100, 2000, 100'000};
  limits.send_bytes_max = pick(random, sends);
  limits.send_parts_max = random.once_in(3) ? 1 : 64;
  return limits;
}

KernelChoice random_world(Random& random, std::uint64_t seed) {
  KernelChoice choice{.name = "hostile", .kind = KernelChoice::Kind::sim};
  choice.hide = random.once_in(2) ? all_features : Features{};
  choice.options = SimOptions::hostile();
  choice.options.missed_cancel_once_in = random.once_in(2) ? 3 : 0;
  choice.seed = seed;
  return choice;
}

// What the worlds of one test have met, all together: a test that meets nothing proves nothing.
NetCounters met;

void note(TestNet& test) {
  NetCounters const& counters = test.counters();
  met.suspended += counters.suspended;
  met.blocked += counters.blocked;
  met.spills += counters.spills;
  met.no_buffers += counters.no_buffers;
  met.holds += counters.holds;
  for (std::size_t i = 0; i < close_reason_count; ++i) met.closed[i] += counters.closed[i];
}

class NetHostile : public testing::Test {
 protected:
  void SetUp() override { met = {}; }
  void run_seeds(void (*one)(std::uint64_t seed)) {
    std::uint64_t const chosen = test_seed(0);
    std::uint64_t const first = chosen == 0 ? 1 : chosen;
    std::uint64_t const last = chosen == 0 ? seed_count() : chosen;
    for (std::uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
      SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
      one(seed);
    }
  }
};

struct Good {
  Client* client;
  std::string stream;
};

std::vector<Good> connect_good(TestNet& test, Random& random, Address const& address) {
  std::vector<Good> good;
  for (std::uint64_t i = 1 + random.below(4); i > 0; --i) {
    Client& client = test.connect(address);
    std::uint64_t const size_max = random.once_in(4) ? 20'000 : 300;
    good.push_back({&client, random_frames(random, 5 + random.below(20), size_max)});
    client.send(good.back().stream);
    client.finishes = random.once_in(2);
    client.send_size_max = 1 + random.below(500);
  }
  return good;
}

std::vector<Client*> connect_bad(TestNet& test, Random& random, Address const& address) {
  std::vector<Client*> bad;
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    Client& client = test.connect(address);
    bad.push_back(&client);
    std::string stream = random_frames(random, random.below(30), 500);
    switch (random.below(5)) {
      case 0:  // never reads
        client.reads = false;
        break;
      case 1:  // announces too much
        stream += std::string("\xFF\xFF\xFF\xFF", 4) + "garbage";
        break;
      case 2:  // stops anywhere
        stream.resize(stream.size() - random.below(stream.size() + 1));
        break;
      case 3:  // speaks another language
        stream = random_text(random, 50 + random.below(500));
        break;
      default:
        client.finishes = true;
    }
    if (random.once_in(3)) client.finishes = true;
    client.send(stream);
  }
  return bad;
}

void everybody_leaves(TestNet& test, Endpoint& server, std::vector<Good> const& good,
                      std::vector<Client*> const& bad) {
  for (Good const& one : good) one.client->finishes = true;
  for (Client* client : bad) {
    client->finishes = client->reads = true;
    if (client->over || !client->peer().connected()) continue;
    client->peer().reset();
    client->over = true;
  }
  ASSERT_TRUE(test.run_until([&] { return server.connection_count() == 0; }));
  test.run_for();
  ASSERT_EQ(test.net().pressure(), 0u);
  ASSERT_EQ(test.net().unfinished_bytes(), 0u);
}

void echo_among_misbehaving_peers(std::uint64_t seed) {
  Random random(seed);
  TickBudget budget;
  if (random.once_in(2)) budget.items = static_cast<std::int64_t>(1 + random.below(20));
  TestNet test(random_world(random, seed), random_limits(random), budget);
  Endpoint& server = test.listen();
  std::vector<ConnectionEvent> events;
  test.worker().add(Echo{server, &events});
  std::vector<Good> const good = connect_good(test, random, server.address());
  std::vector<Client*> const bad = connect_bad(test, random, server.address());
  // One of them tears its connection down at some moment.
  std::uint64_t const reset_after = random.below(200);
  std::uint64_t acts = 0;
  ASSERT_TRUE(test.run_until([&] {
    if (++acts == reset_after && !bad.empty() && bad[0]->peer().connected()) {
      bad[0]->over = true;
      bad[0]->peer().reset();
    }
    return std::all_of(good.begin(), good.end(), [](Good const& one) {
      return one.client->received.size() >= one.stream.size();
    });
  }));
  for (Good const& one : good) ASSERT_TRUE(one.client->received == one.stream);
  everybody_leaves(test, server, good, bad);
  // Whoever was opened was closed, and the flow knows.
  auto const opened = std::count_if(events.begin(), events.end(), [](ConnectionEvent const& event) {
    return event.kind == ConnectionEvent::Kind::opened;
  });
  ASSERT_EQ(events.size(), 2 * static_cast<std::size_t>(opened));
  note(test);
}

TEST_F(NetHostile, those_who_behave_get_every_byte_back) {
  run_seeds(echo_among_misbehaving_peers);
  if (test_seed(0) != 0) return;
  EXPECT_GT(met.suspended, 0u);
  EXPECT_GT(met.spills, 0u);
  EXPECT_GT(met.no_buffers, 0u);
  for (CloseReason const reason : {CloseReason::peer_closed, CloseReason::peer_reset,
                                   CloseReason::frame_too_large, CloseReason::truncated_frame})
    EXPECT_GT(met.closed_for(reason), 0u) << text(reason);
}

// Never-reading senders beside a peer that plays ping-pong: the latter goes on.
void ping_beside_never_readers(std::uint64_t seed) {
  Random random(seed);
  Limits limits = random_limits(random);
  limits.egress_total_mark_bytes = 20'000 + 8 * pool_bytes(limits);
  TestNet test(random_world(random, seed), limits);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  std::uint64_t const count = 1 + random.below(12);
  for (std::uint64_t i = 0; i < count; ++i) {
    Client& client = test.connect(server.address(), 100);
    client.reads = false;
    std::string stream;
    for (int k = 0; k < 100; ++k) stream += framed(random_text(random, 1 + random.below(1000)));
    client.send(stream);
  }
  Client& ping = test.connect(server.address());
  std::string expected;
  for (int round = 0; round < 30; ++round) {
    std::string const frame = framed(random_text(random, random.below(100)));
    ping.send(frame);
    expected += frame;
    Instant const began = test.worker().clock().now();
    ASSERT_TRUE(test.run_until([&] { return ping.received.size() >= expected.size(); })) << round;
    ASSERT_LT(test.worker().clock().now() - began, 1 * seconds) << round << test.describe();
  }
  ASSERT_TRUE(ping.received == expected);
  ASSERT_EQ(test.counters().holds, 0u);
  ASSERT_LE(test.net().pressure(), limits.egress_total_mark_bytes + pool_bytes(limits));
  note(test);
}

TEST_F(NetHostile, ping_goes_on_beside_never_reading_senders) {
  run_seeds(ping_beside_never_readers);
  if (test_seed(0) != 0) return;
  EXPECT_GT(met.suspended, 0u);
}

// Everybody gets what everybody sends, reads only now and then, and the policy is to wait.
void broadcast_to_moody_readers(std::uint64_t seed) {
  Random random(seed);
  Limits limits = random_limits(random);
  std::uint64_t const hard_limits[] = {1000, 20'000, 1u << 20};
  limits.egress_hard_limit_bytes = pick(random, hard_limits);
  std::uint64_t const totals[] = {2000, 30'000, 1u << 20};
  limits.egress_total_mark_bytes = pick(random, totals);
  TickBudget budget;
  if (random.once_in(2)) budget.items = static_cast<std::int64_t>(1 + random.below(20));
  TestNet test(random_world(random, seed), limits, budget);
  Endpoint& server = test.listen({.slow_policy = SlowPolicy::wait});
  std::vector<ConnectionId> everybody;
  test.worker().add(Custom{server,
                           [&](Frame const& frame, Handoff<Frame>& out) {
                             for (ConnectionId const id : everybody)
                               out.push(Frame{id, frame.second});
                           },
                           [&](ConnectionEvent const& event, Handoff<Frame>&) {
                             everybody.push_back(event.connection);
                           }});
  std::vector<Client*> clients;
  for (std::uint64_t i = 1 + random.below(4); i > 0; --i)
    clients.push_back(&test.connect(server.address()));
  ASSERT_TRUE(test.run_until([&] { return everybody.size() == clients.size(); }));
  std::size_t total = 0;
  for (Client* client : clients) {
    std::string const stream = random_frames(random, 5 + random.below(20), 1500);
    client->send(stream);
    total += stream.size();
  }
  ASSERT_TRUE(test.run_until([&] {
    bool all = true;
    for (Client* client : clients) {
      client->reads = random.once_in(4);
      all = all && client->received.size() >= total;
    }
    return all;
  }));
  // All heard the same, in the same order.
  for (Client* client : clients) ASSERT_TRUE(client->received == clients[0]->received);
  ASSERT_EQ(clients[0]->received.size(), total);
  ASSERT_EQ(test.counters().closed_for(CloseReason::slow), 0u);
  note(test);
}

TEST_F(NetHostile, where_everybody_waits_nothing_is_lost) { run_seeds(broadcast_to_moody_readers); }

// Two flows of one worker: one dials the other; both ends are Weir's.
void dial_each_other(std::uint64_t seed) {
  Random random(seed);
  TestNet test(random_world(random, seed), random_limits(random));
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Endpoint& dialer = test.worker().make_dialer();
  std::uint64_t const rounds = 1 + random.below(20);
  std::uint64_t answered = 0;
  bool closed = false;
  std::string const text = random_text(random, 1 + random.below(2000));
  Bytes const payload(text);
  test.worker().add(Custom{dialer,
                           [&](Frame const& frame, Handoff<Frame>& out) {
                             ASSERT_TRUE(frame.second.text() == text);
                             if (++answered < rounds) out.push(frame);
                             else dialer.close(frame.first);
                           },
                           [&](ConnectionEvent const& event, Handoff<Frame>& out) {
                             if (event.kind == ConnectionEvent::Kind::opened)
                               out.push(Frame{event.connection, payload.view()});
                             if (event.kind == ConnectionEvent::Kind::closed) closed = true;
                           }});
  dialer.dial(server.address());
  ASSERT_TRUE(test.run_until([&] { return closed && server.connection_count() == 0; }));
  ASSERT_EQ(answered, rounds);
  ASSERT_EQ(test.counters().closed_for(CloseReason::closed_by_flow), 1u);
  ASSERT_EQ(test.counters().closed_for(CloseReason::peer_closed), 1u);
}

TEST_F(NetHostile, dialer_and_listener_of_one_worker_understand_each_other) {
  run_seeds(dial_each_other);
}

}  // namespace
}  // namespace weir
