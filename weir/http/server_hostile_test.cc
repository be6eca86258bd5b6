// Peers that say what they should not, too much, or too slowly: each is refused for its reason, and
// nobody else is affected.
#include "tests/http/test_http.h"
#include "tests/net/test_addresses.h"
#include "tests/ring/descriptor_limit.h"

namespace weir::http {
namespace {

Limits tight_limits() {
  Limits limits;
  limits.line_bytes_max = 256;
  limits.head_bytes_max = 1024;
  limits.field_count_max = 10;
  limits.body_bytes_max = 4096;
  limits.body_total_bytes_max = 10'000;
  limits.requests_per_connection_max = 5;
  limits.connections_per_peer_max = 0;
  limits.head_time = 100 * milliseconds;
  limits.idle_time = 400 * milliseconds;
  limits.transfer_time = 200 * milliseconds;
  limits.transfer_bytes_min = 64;
  limits.linger_time = 50 * milliseconds;
  limits.connection_count_max = 40;
  limits.pool_buffer_count = 2;
  limits.pool_buffer_bytes = 512;
  return limits;
}

class HttpHostileTest : public HttpTest {
 protected:
  HttpHostileTest() : HttpTest(tight_limits()) {}

  // On a connection of its own: what it is refused for, while another one is served.
  void expect_refused(std::string_view bytes, int status, Refusal refusal) {
    Client& good = connect();
    good.send(get("/hello").substr(0, 10));
    std::uint64_t const before = counters().refused_for(refusal);
    Client& client = connect();
    client.send(bytes);
    Reply const reply = read(client);
    EXPECT_EQ(reply.status, status) << bytes.substr(0, 100);
    EXPECT_EQ(reply.field("connection"), "close");
    EXPECT_EQ(counters().refused_for(refusal), before + 1) << name_of(refusal);
    EXPECT_TRUE(ends(client));
    good.send(get("/hello").substr(10));
    EXPECT_EQ(read(good).body, "hello");
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpHostileTest, testing::ValuesIn(test_kernels()),
                         weir::name_of);

// Where time is a number.
class HttpTimeTest : public HttpHostileTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpTimeTest, testing::ValuesIn(test_kernels_named("sim")),
                         weir::name_of);

TEST_P(HttpHostileTest, MalformedRequests) {
  expect_refused("nonsense\r\n\r\n", 400, Refusal::malformed);
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", 400, Refusal::malformed);
  expect_refused("GET / HTTP/1.1\nHost: a\n\n", 400, Refusal::malformed);
  expect_refused("GET / HTTP/1.1\r\n\r\n", 400, Refusal::bad_host);
  expect_refused("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, Refusal::unknown_version);
  expect_refused("CONNECT host:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400, Refusal::bad_path);
  expect_refused("GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400, Refusal::bad_path);
}

// What stands behind the first request must never be taken for a second one.
TEST_P(HttpHostileTest, SmuggledRequests) {
  std::string const smuggled = get("/hello");
  std::string const begin = "POST /echo HTTP/1.1\r\nHost: a\r\n";
  expect_refused(
      begin + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 400,
      Refusal::ambiguous_length);
  expect_refused(begin + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + smuggled, 400,
                 Refusal::ambiguous_length);
  expect_refused(begin + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled, 501,
                 Refusal::unknown_coding);
  expect_refused(begin + "Transfer-Encoding:\x0b chunked\r\n\r\n0\r\n\r\n" + smuggled, 400,
                 Refusal::malformed);
  expect_refused(begin + "Content-Length: 5\r\n Transfer-Encoding: chunked\r\n\r\n" + smuggled, 400,
                 Refusal::malformed);
  expect_refused(begin + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF5\r\n" + smuggled, 400,
                 Refusal::ambiguous_length);
  EXPECT_EQ(counters().responses[2], 6u) << "only the good ones";
}

TEST_P(HttpHostileTest, TooLargeRequests) {
  expect_refused("GET /" + std::string(300, 'a') + " HTTP/1.1\r\n", 414, Refusal::line_too_long);
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2000, 'a'), 431,
                 Refusal::head_too_large);
  std::string many;
  for (int i = 0; i < 20; ++i) many += "X: y\r\n";
  expect_refused(get("/", many), 431, Refusal::too_many_fields);
  expect_refused("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4097\r\n\r\n", 413,
                 Refusal::body_too_large);
  expect_refused("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1001\r\n",
                 413, Refusal::body_too_large);
  expect_refused("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                     std::string(2000, 'a'),
                 400, Refusal::ambiguous_length);
}

TEST_P(HttpHostileTest, AllBodiesTogetherAreBounded) {
  std::vector<Client*> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(&connect());
    clients.back()->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n" +
                         std::string(3900, 'x'));
  }
  ASSERT_TRUE(
      test_.run_until([&] { return counters().refused_for(Refusal::bodies_too_large) == 1; }));
  int served = 0;
  for (Client* client : clients) client->send(std::string(100, 'x'));
  for (Client* client : clients) served += read(*client).status == 200;
  EXPECT_EQ(served, 2);
  Client& next = connect();
  next.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n" +
            std::string(4000, 'x'));
  EXPECT_EQ(read(next).status, 200) << "their memory is free again";
}

TEST_P(HttpHostileTest, AConnectionServesSoManyRequests) {
  Client& client = connect();
  for (int i = 0; i < 8; ++i) client.send(get("/hello"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(read(client).body, "hello");
  EXPECT_TRUE(ends(client));
  EXPECT_EQ(client.received, "");
}

TEST_P(HttpHostileTest, ThereAreSoManyConnections) {
  std::string const request = get("/hello", "Connection: close\r\n");
  std::vector<Client*> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(&connect());
    clients.back()->send(request.substr(0, 20));
  }
  ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 40; }));
  test_.run_for(10 * milliseconds);
  EXPECT_EQ(server().connection_count(), 40u);
  for (Client* client : clients) client->send(request.substr(20));
  for (Client* client : clients) EXPECT_EQ(read(*client).body, "hello");
}

// (An accept knows the limit there was when it began; that of a new listener has not.)
TEST_P(HttpHostileTest, AcceptingPausesWithoutDescriptorsAndGoesOnWithThem) {
  make_folder("www");
  files_.put("www/page", "a page");
  ASSERT_TRUE(server().files("/www/", files_.path("www")).ok());
  Client& here = connect();
  here.send(get("/hello"));
  EXPECT_EQ(read(here).body, "hello");
  where_ = server().listen(Address::loopback(0)).value();
  std::vector<Client*> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(&connect());
    waiting.back()->send(get("/hello"));
  }
  {
    DescriptorLimit const limit(test_.kernel().world());
    ASSERT_TRUE(test_.run_until([&] { return counters().accept_failures > 0; }));
    here.send(get("/hello"));
    EXPECT_EQ(read(here).body, "hello") << "who is here is served";
    here.send(get("/www/page"));
    EXPECT_EQ(read(here).status, 503) << "and told where that takes a descriptor";
  }
  for (Client* client : waiting) EXPECT_EQ(read(*client).body, "hello");
  here.send(get("/www/page"));
  EXPECT_EQ(read(here).body, "a page");
}

class HttpPeerTest : public HttpTest {
 protected:
  static Limits few_of_each() {
    Limits limits;
    limits.connections_per_peer_max = 2;
    return limits;
  }
  HttpPeerTest() : HttpTest(few_of_each()) {}
};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpPeerTest, testing::ValuesIn(test_kernels()), weir::name_of);

TEST_P(HttpPeerTest, OneAddressHasSoManyConnections) {
  Client& first = connect();
  Client& second = connect();
  first.send(get("/hello"));
  second.send(get("/hello"));
  EXPECT_EQ(read(first).body + read(second).body, "hellohello");
  Client& third = connect();
  EXPECT_TRUE(ends(third));
  EXPECT_EQ(third.received, "");
  EXPECT_EQ(counters().closed_too_many, 1u);
  first.finishes = true;
  EXPECT_TRUE(ends(first));
  EXPECT_EQ(ask(get("/hello")).body, "hello") << "one has gone";
  second.send(get("/hello"));
  EXPECT_EQ(read(second).body, "hello");
  EXPECT_EQ(counters().closed_too_many, 1u);
}

// Peers at a UNIX socket have no address that would tell them apart.
TEST_P(HttpPeerTest, PeersWithoutAnAddressAreNotLimited) {
  where_ = server().listen(unused_local_address()).value();
  std::vector<Client*> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(&connect());
    clients.back()->send(get("/hello"));
  }
  for (Client* client : clients) EXPECT_EQ(read(*client).body, "hello");
  EXPECT_EQ(counters().closed_too_many, 0u);
}

TEST_P(HttpHostileTest, CutOffRequestsAreCounted) {
  Client& head = connect();
  head.send("GET /hello HT");
  head.finishes = true;
  EXPECT_TRUE(ends(head));
  Client& body = connect();
  body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  body.finishes = true;
  EXPECT_TRUE(ends(body));
  EXPECT_EQ(counters().refused_for(Refusal::cut_off), 2u);
  Client& whole = connect();
  whole.send(get("/hello"));
  whole.finishes = true;
  EXPECT_EQ(read(whole).body, "hello") << "who has only ended its own side is answered";
  EXPECT_TRUE(ends(whole));
}

// ---- slow ones ----------------------------------------------------------------------------------

TEST_P(HttpTimeTest, AHeadThatDripsIsNotWaitedFor) {
  Client& client = connect();
  std::string const request = get("/hello");
  Instant const began = now();
  for (std::size_t i = 0; i < request.size() && !client.saw_end; ++i) {
    client.send(request.substr(i, 1));
    pass(10 * milliseconds);
  }
  EXPECT_TRUE(client.saw_end);
  EXPECT_EQ(read(client).status, 408);
  EXPECT_EQ(counters().refused_for(Refusal::too_slow), 1u);
  EXPECT_LT(now() - began, 300 * milliseconds);
}

TEST_P(HttpTimeTest, ABodyThatDripsIsNotWaitedFor) {
  Client& client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n");
  for (int i = 0; i < 100 && !client.saw_end; ++i) {
    client.send("x");
    pass(10 * milliseconds);
  }
  EXPECT_EQ(read(client).status, 408);
  // One that comes slowly, but comes, is.
  Client& steady = connect();
  steady.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n");
  for (int i = 0; i < 40; ++i) {
    steady.send(std::string(100, 'x'));
    pass(50 * milliseconds);
  }
  EXPECT_EQ(read(steady).body.size(), 4000u);
}

TEST_P(HttpTimeTest, WhoSaysNothingIsClosed) {
  Client& silent = connect();
  Client& once = connect();
  once.send(get("/hello"));
  EXPECT_EQ(read(once).body, "hello");
  pass(300 * milliseconds);
  EXPECT_FALSE(silent.saw_end);
  pass(200 * milliseconds);
  EXPECT_TRUE(ends(silent) && ends(once));
  EXPECT_EQ(silent.received + once.received, "");
  EXPECT_EQ(counters().closed_idle, 2u);
}

TEST_P(HttpTimeTest, WhoDoesNotReadIsClosed) {
  server().get("/large", [](Request const&) { return text(std::string(3'000'000, 'x')); });
  Client& client = connect(1024);
  client.reads = false;
  client.send(get("/large"));
  ASSERT_TRUE(test_.run_until([&] { return counters().requests == 1; }));
  pass(1 * seconds);
  EXPECT_EQ(counters().closed_slow, 1u);
  EXPECT_EQ(server().connection_count(), 0u);
}

TEST_P(HttpTimeTest, ARefusedPeerThatGoesOnSendingIsCutOff) {
  Client& client = connect();
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(read(client).status, 400);
  for (int i = 0; i < 20; ++i) {
    client.send("x");
    pass(10 * milliseconds);
  }
  EXPECT_EQ(server().connection_count(), 0u);
}

TEST_P(HttpTimeTest, StopCutsOffWhatDoesNotEnd) {
  Client& client = connect();
  client.send("GET / HT");
  ASSERT_TRUE(test_.run_until([&] { return counters().bytes_in > 0; }));
  server().stop(20 * milliseconds);
  pass(15 * milliseconds);
  EXPECT_FALSE(server().stopped());
  pass(10 * milliseconds);
  EXPECT_TRUE(server().stopped());
}

// ---- noise --------------------------------------------------------------------------------------

// A good request and random damage to it, in random pieces: whatever is answered is whole, the
// server lives, and serves the next one.
TEST_P(HttpHostileTest, NoiseIsSurvived) {
  Random random(test_seed(7));
  std::string const good =
      "POST /echo?a=b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
      "Content-Type: text/plain\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  for (int i = 0; i < 150; ++i) {
    std::string bytes = good + good;
    for (std::uint64_t damage = random.below(4); damage > 0; --damage) {
      std::size_t const at = random.below(bytes.size());
      switch (random.below(4)) {
        case 0:
          bytes[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          bytes.erase(at, random.below(8));
          break;
        case 2:
          bytes.insert(at, 1 + random.below(3), "\r\n: 0\t;"[random.below(7)]);
          break;
        default:
          bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(20)));
      }
    }
    Client& client = connect();
    client.send_size_max = 1 + random.below(60);
    client.one_send_an_act = true;
    client.send(bytes);
    client.finishes = true;
    ASSERT_TRUE(ends(client)) << "seed " << test_seed(7) << ", round " << i;
    while (take_reply(client.received)) {}
    ASSERT_EQ(client.received, "") << "seed " << test_seed(7) << ", round " << i;
  }
  EXPECT_EQ(ask(get("/hello")).body, "hello");
}

}  // namespace
}  // namespace weir::http
