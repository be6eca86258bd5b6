// TLS as a stage of connections: what goes through it, who may come, and what it costs others.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/net/test_net.h"
#include "tests/net/tls_client.h"
#include "weir/net/tls_endpoint.h"

namespace weir {
namespace {

class NetTlsTest : public testing::TestWithParam<KernelChoice> {
 protected:
  void make(Limits const& limits = {}) { test_.emplace(GetParam(), limits); }
  TestNet& test() {
    if (!test_) make();
    return *test_;
  }

  Endpoint& serve(EndpointOptions options = {}) {
    options.tls = server_.get();
    Endpoint& endpoint = test().listen(options);
    test().worker().add(Echo{endpoint, &events_});
    return endpoint;
  }
  TlsClient connect(Endpoint& endpoint, std::string_view peer = {}) {
    return TlsClient(test().connect(endpoint.address()), *client_, peer);
  }
  std::uint64_t closed(CloseReason reason) { return test().counters().closed_for(reason); }
  bool opened() {
    return std::ranges::any_of(events_, [](ConnectionEvent const& event) {
      return event.kind == ConnectionEvent::Kind::opened;
    });
  }

  Owner<TlsContext> server_ = server_context();
  Owner<TlsContext> client_ = client_context();
  std::vector<ConnectionEvent> events_;
  std::optional<TestNet> test_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, NetTlsTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(NetTlsTest, frames_are_echoed) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  client.send(framed("hello") + framed("") + framed("world"));
  ASSERT_TRUE(test().run_until([&] {
    client.act();
    return client.received() == framed("hello") + framed("") + framed("world");
  }));
  EXPECT_TRUE(opened());
}

TEST_P(NetTlsTest, frames_of_any_size_come_back_whole_in_tiny_memory) {
  std::uint64_t const seed = test_seed(17);
  SCOPED_TRACE(seed);
  Random random(seed);
  make(tiny_limits(4, 2048));
  Endpoint& endpoint = serve();
  std::vector<std::string> sent;
  std::vector<std::unique_ptr<TlsClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back(new TlsClient(connect(endpoint)));
    sent.push_back(random_frames(random, 20, 40'000));
    clients.back()->send(sent.back());
    clients.back()->client.send_size_max = 1 + random.below(3000);
  }
  ASSERT_TRUE(test().run_until([&] {
    bool all = true;
    for (std::size_t i = 0; i < clients.size(); ++i) {
      clients[i]->act();
      all = all && clients[i]->received().size() == sent[i].size();
    }
    return all;
  }));
  for (std::size_t i = 0; i < clients.size(); ++i) EXPECT_EQ(clients[i]->received(), sent[i]);
  test().run_for();
  EXPECT_EQ(test().net().pressure(), 0);
}

TEST_P(NetTlsTest, large_frames_come_back_whole) {
  Endpoint& endpoint = serve();
  TlsClient client = connect(endpoint);
  Random random(3);
  std::string const sent =
      framed(random_text(random, 65'536)) + framed(random_text(random, 3'000'000));
  client.send(sent);
  ASSERT_TRUE(test().run_until([&] {
    client.act();
    return client.received().size() == sent.size();
  }));
  EXPECT_EQ(client.received(), sent);
}

TEST_P(NetTlsTest, a_dialer_and_a_listener_talk_and_know_each_other) {
  server_ = server_context(mutual_server_options());
  client_ = client_context(mutual_client_options());
  Endpoint& endpoint = test().listen({.tls = server_.get()});
  std::optional<Ed25519PublicKey> seen_by_server, seen_by_client;
  test().worker().add(Custom{endpoint,
                             [&](Frame const& frame, Handoff<Frame>& out) {
                               seen_by_server = endpoint.tls_peer(frame.first)->key;
                               out.push(frame);
                             },
                             {}});
  Endpoint& dialer = test().net().make_dialer({.tls = client_.get()});
  std::string received;
  std::string hello = "hello";
  View const bytes(reinterpret_cast<std::byte*>(hello.data()), 5, nullptr);
  test().worker().add(Custom{dialer,
                             [&](Frame const& frame, Handoff<Frame>&) {
                               seen_by_client = dialer.tls_peer(frame.first)->key;
                               received += frame.second.text();
                             },
                             [&](ConnectionEvent const& event, Handoff<Frame>& out) {
                               if (event.kind == ConnectionEvent::Kind::opened)
                                 out.push({event.connection, bytes});
                             }});
  ConnectionId const id = dialer.dial(endpoint.address());
  EXPECT_EQ(dialer.tls_peer(id), nullptr);
  ASSERT_TRUE(test().run_until([&] { return received == "hello"; }));
  EXPECT_EQ(seen_by_server, test_key(2).public_key());
  EXPECT_EQ(seen_by_client, test_key(1).public_key());
}

TEST_P(NetTlsTest, what_is_sent_before_the_handshake_is_over_waits_for_it) {
  Endpoint& endpoint = serve();
  Endpoint& dialer = test().net().make_dialer({.tls = client_.get()});
  std::string received;
  test().worker().add(Custom{
      dialer, [&](Frame const& frame, Handoff<Frame>&) { received += frame.second.text(); }, {}});
  ConnectionId const id = dialer.dial(endpoint.address());
  std::string text(100'000, 'x');
  View const bytes(reinterpret_cast<std::byte*>(text.data()), 100'000, nullptr);
  dialer.egress().give(id, bytes);
  ASSERT_TRUE(test().run_until([&] { return received == text; }));
}

TEST_P(NetTlsTest, a_second_connection_resumes) {
  Endpoint& endpoint = serve();
  for (bool const resumes : {false, true}) {
    TlsClient client = connect(endpoint, "server");
    client.send(framed("x"));
    ASSERT_TRUE(test().run_until([&] {
      client.act();
      return client.received() == framed("x");
    }));
    EXPECT_EQ(client.end.session.peer().resumed, resumes);
  }
}

TEST_P(NetTlsTest, a_dialer_resumes_with_the_server_at_an_address) {
  Endpoint& endpoint = serve();
  Endpoint& dialer = test().net().make_dialer({.tls = client_.get()});
  std::vector<bool> resumed;
  test().worker().add(Custom{dialer,
                             [&](Frame const& frame, Handoff<Frame>&) {
                               resumed.push_back(dialer.tls_peer(frame.first)->resumed);
                             },
                             {}});
  for (std::size_t i = 1; i <= 2; ++i) {
    ConnectionId const id = dialer.dial(endpoint.address());
    std::string text = "x";
    dialer.egress().give(id, View(reinterpret_cast<std::byte*>(text.data()), 1, nullptr));
    ASSERT_TRUE(test().run_until([&] { return resumed.size() == i; }));
  }
  EXPECT_EQ(resumed, (std::vector{false, true}));
}

TEST_P(NetTlsTest, new_credentials_serve_later_connections) {
  TlsOptions any;
  any.check = PeerCheck::any_key;
  client_ = client_context(any);
  Endpoint& endpoint = serve();
  TlsClient first = connect(endpoint);
  ASSERT_TRUE(test().run_until([&] { return first.act(), first.is_open(); }));
  ASSERT_TRUE(server_->reload(test_credentials(7)).ok());
  TlsClient second = connect(endpoint);
  first.send(framed("still here"));
  ASSERT_TRUE(test().run_until([&] {
    first.act();
    second.act();
    return second.is_open() && first.received() == framed("still here");
  }));
  EXPECT_EQ(first.end.session.peer().key_hash, test_key_hash(1));
  EXPECT_EQ(second.end.session.peer().key_hash, test_key_hash(7));
}

// ---- who may not come

TEST_P(NetTlsTest, who_is_not_accepted_is_told_and_never_opened) {
  struct Case {
    TlsOptions client;
    CloseReason reason;
  };
  TlsOptions wrong = mutual_client_options();
  wrong.credentials = test_credentials(3);
  TlsOptions expired = mutual_client_options();
  expired.credentials = test_credentials(2, {.valid_to = 1000});
  TlsOptions other = mutual_client_options();
  other.protocols = {"weir/0"};
  TlsOptions server = mutual_server_options();
  server.protocols = {"weir/1"};
  server_ = server_context(server);
  Endpoint& endpoint = serve();
  for (Case const& one :
       {Case{client_options(), CloseReason::credentials_missing},
        Case{wrong, CloseReason::credentials_wrong},
        Case{expired, CloseReason::credentials_expired}, Case{other, CloseReason::downgraded}}) {
    client_ = client_context(one.client);
    TlsClient client = connect(endpoint);
    client.send(framed("secret"));
    ASSERT_TRUE(test().run_until([&] {
      client.act();
      return closed(one.reason) == 1 && client.client.saw_end;
    })) << text(one.reason);
  }
  ASSERT_TRUE(test().run_until([&] { return events_.size() == 4; }));
  EXPECT_FALSE(opened());
  EXPECT_EQ(test().counters().frames_in, 0);
}

TEST_P(NetTlsTest, a_client_refuses_a_server_it_does_not_trust) {
  Endpoint& endpoint = serve();
  TlsOptions options = client_options();
  options.keys = {test_key_hash(9)};
  client_ = client_context(options);
  Endpoint& dialer = test().net().make_dialer({.tls = client_.get()});
  std::vector<ConnectionEvent> seen;
  test().worker().add(Echo{dialer, &seen});
  dialer.dial(endpoint.address());
  ASSERT_TRUE(test().run_until([&] { return seen.size() == 1 && events_.size() == 1; }));
  EXPECT_EQ(seen[0].reason, CloseReason::credentials_wrong);
  // A client that goes away with something unread resets, and its last words may be lost.
  bool const lost =
      GetParam().name.starts_with("sim_hostile") && events_[0].reason == CloseReason::peer_reset;
  EXPECT_TRUE(lost || events_[0].reason == CloseReason::credentials_refused);
}

TEST_P(NetTlsTest, what_is_no_tls_is_refused_and_others_go_on) {
  Endpoint& endpoint = serve();
  TlsClient good = connect(endpoint);
  ASSERT_TRUE(test().run_until([&] { return good.act(), good.is_open(); }));
  Client& plain = test().connect(endpoint.address());
  plain.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(test().run_until([&] { return closed(CloseReason::tls_broken) == 1; }));
  good.send(framed("hello"));
  ASSERT_TRUE(test().run_until([&] { return good.act(), good.received() == framed("hello"); }));
}

TEST_P(NetTlsTest, a_second_handshake_is_refused_and_others_go_on) {
  Endpoint& endpoint = serve();
  TlsClient good = connect(endpoint), bad = connect(endpoint);
  ASSERT_TRUE(test().run_until([&] {
    good.act(), bad.act();
    return good.is_open() && bad.is_open();
  }));
  bad.client.send(TlsEnd(*client_).take_said());
  ASSERT_TRUE(test().run_until([&] { return closed(CloseReason::tls_broken) == 1; }));
  good.send(framed("hello"));
  ASSERT_TRUE(test().run_until([&] { return good.act(), good.received() == framed("hello"); }));
}

TEST_P(NetTlsTest, a_handshake_that_stalls_costs_only_itself_and_its_time) {
  Endpoint& endpoint = serve({.handshake_time = 200 * milliseconds});
  Client& silent = test().connect(endpoint.address());
  Client& slow = test().connect(endpoint.address());
  TlsEnd words(*client_);
  slow.send(words.take_said().substr(0, 50));
  TlsClient good = connect(endpoint);
  good.send(framed("hello"));
  ASSERT_TRUE(test().run_until([&] { return good.act(), good.received() == framed("hello"); }));
  ASSERT_TRUE(test().run_until([&] {
    return closed(CloseReason::handshake_timeout) == 2 && silent.saw_end && slow.saw_end;
  }));
  good.send(framed("again"));
  ASSERT_TRUE(test().run_until(
      [&] { return good.act(), good.received() == framed("hello") + framed("again"); }));
}

TEST_P(NetTlsTest, many_handshakes_at_once_take_turns) {
  Endpoint& endpoint = serve();
  std::vector<std::unique_ptr<TlsClient>> clients;
  std::size_t const count = 3 * TlsEndpoint::handshakes_per_turn;
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back(new TlsClient(connect(endpoint)));
    clients.back()->send(framed("x"));
  }
  ASSERT_TRUE(test().run_until([&] {
    bool all = true;
    for (auto const& client : clients) {
      client->act();
      all = all && client->received() == framed("x");
    }
    return all;
  }));
}

// ---- pressure

TEST_P(NetTlsTest, a_peer_that_does_not_read_is_bounded_and_others_go_on) {
  Limits limits;
  limits.egress_connection_mark_bytes = 64 * 1024;
  make(limits);
  Endpoint& endpoint = serve();
  TlsClient hog = connect(endpoint);
  TlsClient good = connect(endpoint);
  ASSERT_TRUE(
      test().run_until([&] { return hog.act(), good.act(), hog.is_open() && good.is_open(); }));
  hog.client.reads = false;
  Random random(5);
  for (int i = 0; i < 200; ++i) hog.send(framed(random_text(random, 60'000)));
  hog.act();
  bool bounded = true;
  ASSERT_TRUE(test().run_until([&] {
    bounded = bounded && test().net().pressure() < 8u << 20;
    return test().net().suspended_count() == 1;
  }));
  good.send(framed("hello"));
  ASSERT_TRUE(test().run_until([&] { return good.act(), good.received() == framed("hello"); }));
  EXPECT_TRUE(bounded);
  hog.client.reads = true;
  ASSERT_TRUE(test().run_until([&] { return hog.act(), hog.received().size() == 200 * 60'004; }));
}

TEST_P(NetTlsTest, an_endpoint_that_nobody_reads_still_sees_the_end) {
  Endpoint& endpoint = test().listen({.tls = server_.get()});
  struct Watch {
    Endpoint& endpoint;
    std::vector<ConnectionEvent>& events;
    void install(Graph& graph) && {
      Endpoint* const from = &endpoint;
      std::vector<ConnectionEvent>* const seen = &events;
      Subgraph& watch = graph.make_subgraph("watch", 0, {}, {}, [=](Activation& activation) {
        bool const done = from->events().drain(
            [&](ConnectionEvent const& event) { seen->push_back(event); }, activation.budget);
        return done ? Status::done : Status::yielded;
      });
      from->events().attach(graph, watch);
    }
  };
  test().worker().add(Watch{endpoint, events_});
  TlsClient client = connect(endpoint);
  client.send(std::string(100'000, 'x'));
  client.ends = true;
  ASSERT_TRUE(test().run_until([&] { return client.act(), events_.size() == 2; }));
  EXPECT_EQ(events_[1].reason, CloseReason::peer_closed);
}

}  // namespace
}  // namespace weir
