// Every byte comes back, whatever the memory, the marks, the pieces and the kernel.
#include <gtest/gtest.h>

#include "tests/net/test_net.h"

namespace weir {
namespace {

class NetEcho : public testing::TestWithParam<KernelChoice> {};
INSTANTIATE_TEST_SUITE_P(Kernels, NetEcho, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

struct Load {
  std::uint64_t clients = 4;
  std::uint64_t frames = 60;
  std::uint64_t frame_bytes_max = 2000;
};

void expect_echo(TestNet& test, Load load, std::uint64_t seed = 1) {
  Random random(seed);
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  std::vector<Client*> clients;
  std::vector<std::string> streams;
  for (std::uint64_t i = 0; i < load.clients; ++i) {
    clients.push_back(&test.connect(server.address()));
    streams.push_back(random_frames(random, load.frames, load.frame_bytes_max));
    clients.back()->send(streams.back());
    clients.back()->send_size_max = 1 + random.below(5000);
  }
  ASSERT_TRUE(test.run_until([&] {
    for (std::size_t i = 0; i < clients.size(); ++i)
      if (clients[i]->received.size() < streams[i].size()) return false;
    return true;
  }));
  for (std::size_t i = 0; i < clients.size(); ++i) EXPECT_TRUE(clients[i]->received == streams[i]);
  test.run_for();
  EXPECT_EQ(test.net().pressure(), 0u);
  EXPECT_EQ(test.counters().frames_in, load.clients * load.frames);
  EXPECT_EQ(test.counters().frames_out, load.clients * load.frames);
}

TEST_P(NetEcho, returns_every_byte) {
  TestNet test(GetParam());
  expect_echo(test, {});
}

TEST_P(NetEcho, returns_large_frames) {
  TestNet test(GetParam());
  expect_echo(test, {.clients = 3, .frames = 12, .frame_bytes_max = 900'000});
}

TEST_P(NetEcho, returns_every_byte_with_a_pool_of_one_buffer) {
  TestNet test(GetParam(), tiny_limits(1, 256));
  expect_echo(test, {});
}

TEST_P(NetEcho, returns_every_byte_with_a_pool_of_two_buffers) {
  TestNet test(GetParam(), tiny_limits(2, 512));
  expect_echo(test, {});
}

TEST_P(NetEcho, returns_every_byte_with_a_pool_of_four_buffers) {
  TestNet test(GetParam(), tiny_limits(4, 1024));
  expect_echo(test, {});
}

TEST_P(NetEcho, returns_frames_larger_than_the_pool_and_every_mark) {
  TestNet test(GetParam(), tiny_limits(2, 128));
  expect_echo(test, {.clients = 3, .frames = 10, .frame_bytes_max = 60'000});
}

TEST_P(NetEcho, returns_every_byte_when_memory_for_unfinished_frames_is_short) {
  Limits limits = tiny_limits(4, 1024);
  limits.unfinished_total_mark_bytes = 5000;
  TestNet test(GetParam(), limits);
  expect_echo(test, {.clients = 6, .frames = 10, .frame_bytes_max = 60'000});
}

TEST_P(NetEcho, returns_every_byte_of_one_item_a_tick) {
  Limits limits = tiny_limits(2, 512);
  limits.admit_items_per_tick = 1;
  TestNet test(GetParam(), limits);
  expect_echo(test, {.clients = 3, .frames = 30});
}

TEST_P(NetEcho, returns_every_byte_when_each_tick_yields_after_one_item) {
  TestNet test(GetParam(), tiny_limits(2, 512), TickBudget{.items = 1});
  expect_echo(test, {.clients = 3, .frames = 30});
}

TEST_P(NetEcho, returns_every_byte_sent_one_at_a_time) {
  TestNet test(GetParam());
  Endpoint& server = test.listen();
  test.worker().add(Echo{server});
  Client& client = test.connect(server.address());
  client.send_size_max = 1;
  client.one_send_an_act = true;
  std::string const stream =
      framed("one") + framed("") + framed("a longer one, in pieces") + framed("x");
  client.send(stream);
  ASSERT_TRUE(test.run_until([&] { return client.received.size() >= stream.size(); }));
  EXPECT_EQ(client.received, stream);
}

TEST_P(NetEcho, survives_a_total_so_small_that_everything_waits) {
  Limits limits = tiny_limits(2, 512);
  limits.egress_connection_mark_bytes = 100;
  limits.egress_total_mark_bytes = 8 * 1024;
  TestNet test(GetParam(), limits);
  expect_echo(test, {.clients = 4, .frames = 40, .frame_bytes_max = 1500});
}

TEST_P(NetEcho, gives_no_tick_more_than_its_share) {
  Limits limits = tiny_limits(4, 4096);
  TestNet test(GetParam(), limits);
  Endpoint& server = test.listen();
  std::vector<std::uint64_t> items;
  test.worker().add(Echo{server, nullptr, &items});
  Client& client = test.connect(server.address());
  std::string stream;
  for (int i = 0; i < 400; ++i) stream += framed("0123456789");
  client.send(stream);
  ASSERT_TRUE(test.run_until([&] { return client.received.size() >= stream.size(); }));
  EXPECT_EQ(client.received, stream);
  for (std::uint64_t const count : items) EXPECT_LE(count, limits.admit_items_per_tick);
}

TEST_P(NetEcho, lines_and_raw_bytes_come_back) {
  TestNet test(GetParam(), tiny_limits(2, 64));
  Endpoint& lines = test.listen({.framing = Framing::lines});
  Endpoint& raw = test.listen({.framing = Framing::raw});
  test.worker().add(Echo{lines});
  test.worker().add(Echo{raw});
  Client& by_line = test.connect(lines.address());
  Client& by_byte = test.connect(raw.address());
  std::string const text = "first\n\n" + std::string(5000, 'x') + "\nlast";
  by_line.send(text);
  by_line.finishes = true;
  by_byte.send(text);
  by_byte.finishes = true;
  ASSERT_TRUE(test.run_until([&] { return by_line.saw_end && by_byte.saw_end; }));
  EXPECT_EQ(by_line.received, text + "\n");
  EXPECT_EQ(by_byte.received, text);
}

// Frames without room for a header, of every kind of memory.
TEST_P(NetEcho, sends_frames_that_the_flow_made_itself) {
  TestNet test(GetParam(), tiny_limits(2, 512));
  Endpoint& server = test.listen();
  static std::string const literal = "a text that nobody counts";
  Bytes const large(std::string(70'000, 'L'));
  Bytes const small(std::string_view("small"));
  test.worker().add(Custom{server,
                           [&](Frame const& frame, Handoff<Frame>& out) {
                             auto const [who, payload] = frame;
                             auto* text =
                                 reinterpret_cast<std::byte*>(const_cast<char*>(literal.data()));
                             out.push(Frame{who, View(text, 25, nullptr)});
                             out.push(Frame{who, payload.part(1, payload.size() - 1)});
                             out.push(Frame{who, large.view()});
                             out.push(Frame{who, small.view()});
                             out.push(Frame{who, View()});
                             out.push(Frame{who, payload});
                           },
                           {}});
  Client& client = test.connect(server.address());
  client.send(framed("12345") + framed(std::string(3000, 'y')));
  std::string expected;
  for (std::string const& payload : {std::string("12345"), std::string(3000, 'y')}) {
    expected += framed(literal) + framed(payload.substr(1)) + framed(std::string(70'000, 'L')) +
                framed("small") + framed("") + framed(payload);
  }
  ASSERT_TRUE(test.run_until([&] { return client.received.size() >= expected.size(); }));
  EXPECT_TRUE(client.received == expected);
}

TEST_P(NetEcho, what_was_sent_in_silence_does_not_count_as_untried) {
  Limits limits;
  limits.egress_untried_mark_bytes = 1000;
  TestNet test(GetParam(), limits);
  expect_echo(test, {.clients = 8, .frames = 40, .frame_bytes_max = 400});
}

// One graph reads an endpoint, another one sends to it.
TEST_P(NetEcho, two_graphs_can_share_an_endpoint) {
  TestNet test(GetParam(), tiny_limits(2, 512));
  Endpoint& server = test.listen();
  struct Reads {
    Endpoint& endpoint;
    Channel<ConnectionId>& asked;
    void install(Graph& graph) && {
      Endpoint* const from = &endpoint;
      Channel<ConnectionId>* const to = &asked;
      Subgraph& reads = graph.make_subgraph("reads", 0, {}, {}, [=](Activation& activation) {
        bool const done = from->ingress().drain([&](Frame const& frame) { to->send(frame.first); },
                                                activation.budget);
        return done ? Status::done : Status::yielded;
      });
      endpoint.ingress().attach(graph, reads);
    }
  };
  Channel<ConnectionId> asked;
  Bytes const answer(std::string_view("an answer from elsewhere"));
  test.worker().add(Sends<Channel<ConnectionId>>{server, asked, answer});
  test.worker().add(Reads{server, asked});
  Client& client = test.connect(server.address());
  for (int i = 0; i < 20; ++i) client.send(framed("?"));
  std::string expected;
  for (int i = 0; i < 20; ++i) expected += framed(answer.text());
  ASSERT_TRUE(test.run_until([&] { return client.received.size() >= expected.size(); }));
  EXPECT_EQ(client.received, expected);
}

}  // namespace
}  // namespace weir
