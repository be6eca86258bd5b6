// A server with peers on the wire, on every kernel: what it answers, in what order, and when it
// keeps or closes a connection.
#include "weir/http/server.h"

#include <algorithm>
#include <stdexcept>

#include "tests/http/test_http.h"

namespace weir::http {
namespace {

std::string post(std::string_view path, std::string_view body, std::string_view fields = {}) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

// As chunks of `size` bytes.
std::string in_chunks(std::string_view body, std::size_t size) {
  std::string out;
  while (!body.empty()) {
    std::string_view const part = body.substr(0, size);
    char line[32];
    std::snprintf(line, sizeof(line), "%zx\r\n", part.size());
    out.append(line).append(part).append("\r\n");
    body.remove_prefix(part.size());
  }
  return out + "0\r\n\r\n";
}

class HttpServerTest : public HttpTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpServerTest, testing::ValuesIn(test_kernels()), weir::name_of);

TEST_P(HttpServerTest, AnswersAHandlersPath) {
  Reply const reply = ask(get("/hello"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "hello");
  EXPECT_EQ(reply.field("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.field("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(reply.field("connection"), "");
  EXPECT_EQ(counters().requests, 1u);
  EXPECT_EQ(counters().responses[2], 1u);
}

TEST_P(HttpServerTest, HandlersSeeTheRequest) {
  server().get("/a b", [](Request const& request) {
    std::string seen;
    for (Field const& field : request.fields)
      seen.append(field.name).append("=").append(field.value).append(";");
    return text(std::string(request.method_name) + " " + std::string(request.target) + " " +
                std::string(request.path) + " " + std::string(request.query) + " " + seen);
  });
  EXPECT_EQ(ask(get("/a%20b?x=1&y", "X-Thing:  two words \r\n")).body,
            "GET /a%20b?x=1&y /a b x=1&y Host=test;X-Thing=two words;");
}

TEST_P(HttpServerTest, AStarIsEveryPathBelow) {
  server().get("/ops/*", [](Request const& request) { return text(std::string(request.path)); });
  server().get("/ops/all", [](Request const&) { return text("all"); });
  server().get("/ops/old/*", [](Request const&) { return text("old"); });
  EXPECT_EQ(ask(get("/ops/1")).body, "/ops/1");
  EXPECT_EQ(ask(get("/ops/1/2/3")).body, "/ops/1/2/3");
  EXPECT_EQ(ask(get("/ops/")).body, "/ops/");
  EXPECT_EQ(ask(get("/ops/all")).body, "all");
  EXPECT_EQ(ask(get("/ops/old/1")).body, "old");
  EXPECT_EQ(ask(get("/ops")).status, 404);
  EXPECT_EQ(ask(get("/other/1")).status, 404);
}

TEST_P(HttpServerTest, NobodyAnswersAnUnknownPath) {
  EXPECT_EQ(ask(get("/nowhere")).status, 404);
  Reply const reply = ask("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.field("allow"), "GET, HEAD");
  EXPECT_EQ(ask("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n").status, 405);
}

TEST_P(HttpServerTest, HeadHasNoBody) {
  Client& client = connect();
  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));
  Reply const head = read(client, true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("content-length"), "5");
  EXPECT_EQ(read(client).body, "hello");
}

TEST_P(HttpServerTest, ConnectionsAreKept) {
  Client& client = connect();
  for (int i = 0; i < 5; ++i) {
    client.send(get("/hello"));
    EXPECT_EQ(read(client).body, "hello");
  }
  EXPECT_EQ(counters().accepted, 1u);
}

TEST_P(HttpServerTest, ConnectionsAreClosedOnRequest) {
  Client& client = connect();
  client.send(get("/hello", "Connection: close\r\n"));
  EXPECT_EQ(read(client).field("connection"), "close");
  EXPECT_TRUE(ends(client));
  Client& old = connect();
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(read(old).body, "hello");
  EXPECT_TRUE(ends(old));
  Client& kept = connect();
  kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(read(kept).field("connection"), "keep-alive");
  kept.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(read(kept).body, "hello");
  ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 0 || !kept.saw_end; }));
}

TEST_P(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  server().get("/n", [](Request const& request) { return text(std::string(request.query)); });
  server().get("/slow", [](Request const&) {
    return stream("text/plain", [n = 0](std::string& out) mutable {
      out += "part " + std::to_string(n) + ";";
      return ++n < 3 ? More::yes : More::no;
    });
  });
  Client& client = connect();
  for (int i = 0; i < 100; ++i)
    client.send(i % 10 == 5 ? get("/slow") : get("/n?" + std::to_string(i)));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(read(client).body, i % 10 == 5 ? "part 0;part 1;part 2;" : std::to_string(i).c_str());
  }
}

TEST_P(HttpServerTest, APipelineThatIsNotReadIsBounded) {
  std::string const large(20'000, 'x');
  server().get("/large", [&](Request const&) { return text(large); });
  Client& client = connect(4096);
  client.reads = false;
  std::string all;
  for (int i = 0; i < 2000; ++i) all += get("/large");
  client.send(all);
  test_.run_for();
  EXPECT_LT(counters().requests, 1000u);
  client.reads = true;
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(read(client).body.size(), large.size()) << i;
}

// ---- bodies -------------------------------------------------------------------------------------

TEST_P(HttpServerTest, BodiesAreGivenWhole) {
  std::string const body = pattern(100'000);
  Client& client = connect();
  client.send(post("/echo", body));
  EXPECT_TRUE(read(client).body == body);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
              in_chunks(body, 777));
  EXPECT_TRUE(read(client).body == body);
  client.send(post("/echo", ""));
  EXPECT_EQ(read(client).body, "");
}

TEST_P(HttpServerTest, ContinueIsSaidToThoseWhoAsk) {
  Client& client = connect();
  std::string const request = post("/echo", "body", "Expect: 100-continue\r\n");
  client.send(request.substr(0, request.size() - 4));
  EXPECT_EQ(read(client).status, 100);
  client.send("body");
  EXPECT_EQ(read(client).body, "body");
}

TEST_P(HttpServerTest, NobodyIsToldToGoOnInVain) {
  Client& client = connect();
  client.send(
      "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(read(client).status, 404);
  EXPECT_TRUE(ends(client));
  Client& large = connect();
  large.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(read(large).status, 413);
  EXPECT_TRUE(ends(large));
  EXPECT_EQ(counters().refused_for(Refusal::body_too_large), 1u);
}

TEST_P(HttpServerTest, AnAnswerReachesAPeerThatIsStillSending) {
  Client& client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n" +
              std::string(300'000, 'x'));
  EXPECT_EQ(read(client).status, 413);
  EXPECT_TRUE(ends(client));
}

struct Count {
  std::uint64_t* bytes;
  void take(std::string_view part) { *bytes += part.size(); }
  Response finish() { return text(std::to_string(*bytes)); }
};

TEST_P(HttpServerTest, AReceiverIsGivenTheBodyAsItComes) {
  std::uint64_t bytes = 0;
  server().receive(Method::put, "/count", [&](Request const&) { return Count{&bytes}; });
  Client& client = connect();
  client.send("PUT /count HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
  client.send(std::string(1'000'000, 'x'));
  ASSERT_TRUE(test_.run_until([&] { return bytes == 1'000'000; }));
  client.send(std::string(2'000'000, 'x'));
  EXPECT_EQ(read(client).body, "3000000");
}

struct Pausing {
  std::uint64_t* bytes;
  Take take(std::string_view part) {
    *bytes += part.size();
    return Take::pause;
  }
  Response finish() { return text("done"); }
};

TEST_P(HttpServerTest, AReceiverThatPausesHoldsUpTheSender) {
  std::uint64_t bytes = 0;
  ExchangeId id;
  server().receive(Method::put, "/pausing", [&](Request const& request) {
    id = request.id;
    return Pausing{&bytes};
  });
  std::string const body(4'000'000, 'x');
  Client& client = connect();
  client.send("PUT /pausing HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n" + body);
  ASSERT_TRUE(test_.run_until([&] { return bytes > 0; }));
  test_.run_for();
  EXPECT_LT(bytes, 100'000u);
  ASSERT_TRUE(test_.run_until([&] {
    server().resume(id);
    return bytes == body.size();
  }));
  EXPECT_EQ(read(client).body, "done");
}

// ---- streams ------------------------------------------------------------------------------------

TEST_P(HttpServerTest, ASourceIsAskedAsFastAsThePeerReads) {
  std::uint64_t given = 0;
  server().get("/endless", [&](Request const&) {
    return stream("application/octet-stream", [&](std::string& out) {
      out.append(50'000, 'x');
      given += 50'000;
      return given < 20'000'000 ? More::yes : More::no;
    });
  });
  Client& client = connect(4096);
  client.reads = false;
  client.send(get("/endless"));
  test_.run_for();
  EXPECT_LT(given, 10'000'000u);
  client.reads = true;
  Reply const reply = read(client);
  EXPECT_TRUE(reply.chunked);
  EXPECT_EQ(reply.body.size(), 20'000'000u);
}

TEST_P(HttpServerTest, AnAnswerMayBeKnownLater) {
  enum class Known { nothing, missing, broken } known = Known::nothing;
  ExchangeId id;
  int asked = 0;
  server().get("/later", [&](Request const& request) {
    id = request.id;
    return later([&](Response& response) {
      ++asked;
      if (known == Known::broken) throw std::runtime_error("no disk");
      response = status(404);
      return known == Known::missing;
    });
  });
  Client& client = connect();
  client.send(get("/later") + get("/later"));
  ASSERT_TRUE(test_.run_until([&] { return asked == 1; }));
  test_.run_for();
  EXPECT_TRUE(client.received.empty());
  server().resume(id);
  ASSERT_TRUE(test_.run_until([&] { return asked == 2; })) << "and it was not ready";
  known = Known::missing;
  server().resume(id);
  EXPECT_EQ(read(client).status, 404);
  // The next request on the connection is one of its own.
  EXPECT_EQ(read(client).status, 404);
  EXPECT_EQ(asked, 4);
  known = Known::broken;
  client.send(get("/later"));
  EXPECT_EQ(read(client).status, 500);
  // Who has gone is not waited for.
  known = Known::nothing;
  Client& gone = connect();
  gone.send(get("/later"));
  ASSERT_TRUE(test_.run_until([&] { return asked == 6; }));
  gone.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 1; }));
}

TEST_P(HttpServerTest, ASourceMayHaveNothingYet) {
  bool ready = false;
  ExchangeId id;
  server().get("/later", [&](Request const& request) {
    id = request.id;
    return stream("text/plain", [&](std::string& out) {
      if (!ready) return More::later;
      out += "now";
      return More::no;
    });
  });
  Client& client = connect();
  client.send(get("/later"));
  ASSERT_TRUE(test_.run_until([&] { return id.number == 1; }));
  test_.run_for();
  EXPECT_EQ(client.received.find("now"), std::string::npos);
  ready = true;
  server().resume({id.slot, id.generation, id.number + 1});
  test_.run_for();
  EXPECT_EQ(client.received.find("now"), std::string::npos) << "that was another exchange";
  server().resume(id);
  EXPECT_EQ(read(client).body, "now");
  // Who has gone is not waited for.
  ready = false;
  Client& gone = connect();
  gone.send(get("/later"));
  ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 2; }));
  gone.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 1; }));
}

TEST_P(HttpServerTest, AStreamToAnOldClientLastsUntilTheEnd) {
  server().get("/stream", [](Request const&) {
    return stream("text/plain", [n = 0](std::string& out) mutable {
      out += "x";
      return ++n < 3 ? More::yes : More::no;
    });
  });
  Client& client = connect();
  client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  Reply const reply = read(client);
  EXPECT_EQ(reply.body, "xxx");
  EXPECT_EQ(reply.field("connection"), "close");
}

// ---- what handlers do wrong ---------------------------------------------------------------------

TEST_P(HttpServerTest, AHandlerThatThrowsIsAnsweredFor) {
  server().get("/throws", [](Request const&) -> Response { throw std::runtime_error("no"); });
  server().get("/breaks", [](Request const&) {
    return stream("text/plain", [n = 0](std::string& out) mutable -> More {
      if (n++ > 0) throw std::runtime_error("no");
      out += "begun";
      return More::yes;
    });
  });
  Client& client = connect();
  client.send(get("/throws") + get("/hello"));
  EXPECT_EQ(read(client).status, 500);
  EXPECT_EQ(read(client).body, "hello");
  client.send(get("/breaks"));
  EXPECT_TRUE(ends(client));
  EXPECT_FALSE(take_reply(client.received).has_value()) << "the body has no end";
  EXPECT_EQ(counters().handler_failures, 2u);
}

TEST_P(HttpServerTest, WhatHandlersSayCannotBreakTheMessage) {
  server().get("/fields", [](Request const&) {
    return text("x")
        .with("X-Good", "1")
        .with("X-Bad", "1\r\nSet-Cookie: evil")
        .with("X Bad", "1")
        .with("Content-Length", "99")
        .with("Transfer-Encoding", "chunked");
  });
  server().get("/status", [](Request const&) { return status(99); });
  Reply const reply = ask(get("/fields"));
  EXPECT_EQ(reply.body, "x");
  EXPECT_EQ(reply.field("x-good"), "1");
  EXPECT_EQ(reply.field("x-bad") + reply.field("set-cookie") + reply.field("x bad"), "");
  EXPECT_EQ(ask(get("/status")).status, 500);
}

// ---- many ---------------------------------------------------------------------------------------

TEST_P(HttpServerTest, ManyAtOnce) {
  std::vector<Client*> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(&connect());
  for (int round = 0; round < 3; ++round) {
    for (Client* client : clients) client->send(get("/hello"));
    for (Client* client : clients) ASSERT_EQ(read(*client).body, "hello");
  }
  EXPECT_EQ(counters().accepted, 200u);
  for (Client* client : clients) client->finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 0; }));
}

TEST_P(HttpServerTest, APeerThatGoesAwayIsForgotten) {
  server().get("/large", [](Request const&) { return text(std::string(3'000'000, 'x')); });
  Client& client = connect(4096);
  client.reads = false;
  client.send(get("/large"));
  ASSERT_TRUE(test_.run_until([&] { return counters().requests == 1; }));
  client.over = true;
  client.peer().reset();
  ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 0; }));
  EXPECT_EQ(ask(get("/hello")).body, "hello");
}

TEST_P(HttpServerTest, ListensOnSeveralAddresses) {
  Address const second = server().listen("127.0.0.1:0").value();
  Client& client = test_.connect(second);
  client.send(get("/hello"));
  EXPECT_EQ(read(client).body, "hello");
  Result<Address> const taken = server().listen(second);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code, EADDRINUSE) << taken.error().message;
  EXPECT_FALSE(server().listen("nonsense").ok());
}

// ---- the end ------------------------------------------------------------------------------------

TEST_P(HttpServerTest, StopAnswersWhatHasBegun) {
  std::uint64_t bytes = 0;
  server().receive(Method::put, "/count", [&](Request const&) { return Count{&bytes}; });
  Client& idle = connect();
  idle.send(get("/hello"));
  EXPECT_EQ(read(idle).body, "hello");
  Client& busy = connect();
  busy.send("PUT /count HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  ASSERT_TRUE(test_.run_until([&] { return bytes == 1; }));
  test_.worker().stop();
  EXPECT_TRUE(ends(idle));
  idle.finishes = true;
  EXPECT_FALSE(test_.worker().stopped());
  busy.send("b");
  Reply const reply = read(busy);
  EXPECT_EQ(reply.body, "2");
  EXPECT_EQ(reply.field("connection"), "close");
  busy.finishes = true;
  ASSERT_TRUE(test_.run_until([&] { return test_.worker().stopped(); }));
  EXPECT_TRUE(server().stopped());
}

// Where a reset overtakes what it can. (What real kernels do: tests/stopping_test.)
class HttpStopTest : public HttpServerTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpStopTest, testing::ValuesIn(test_kernels_named("sim")),
                         weir::name_of);

// Each asks once more, one a little later than the other, while its first answer is on its way and
// the server stops. What is not answered any more must not take with it what is.
TEST_P(HttpStopTest, LosesNoAnswerOfThoseWhoGoOnAsking) {
  server().get("/page", [](Request const&) { return text(pattern(20'000)); });
  std::vector<Client*> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(&connect());
  for (Client* client : clients) client->send(get("/page"));
  ASSERT_TRUE(test_.run_until([&] { return counters().requests == clients.size(); }));
  test_.worker().stop();
  std::size_t next = 0;
  ASSERT_TRUE(test_.run_until([&] {
    if (next < clients.size()) clients[next++]->send(get("/page"));
    return next == clients.size() &&
           std::ranges::all_of(clients, [](Client* client) { return client->saw_end; });
  }));
  std::uint64_t answers = 0;
  for (Client* client : clients) {
    for (; take_reply(client->received); ++answers) {}
    EXPECT_EQ(client->received.size(), 0u);
    client->finishes = true;
  }
  EXPECT_EQ(answers, counters().requests);
  ASSERT_TRUE(test_.run_until([&] { return test_.worker().stopped(); }));
}

TEST_P(HttpServerTest, MayBeDroppedInTheMiddleOfAnything) {
  server().get("/later", [](Request const&) {
    return stream("text/plain", [](std::string&) { return More::later; });
  });
  Client& waiting = connect();
  waiting.send(get("/later"));
  Client& half = connect();
  half.send("GET / HT");
  Client& sending = connect();
  sending.send(post("/echo", std::string(500'000, 'x')));
  ASSERT_TRUE(test_.run_until([&] { return counters().accepted == 3 && counters().requests > 0; }));
  server_.reset();
  ASSERT_TRUE(test_.run_until([&] { return waiting.saw_end && half.saw_end && sending.saw_end; }));
}

}  // namespace
}  // namespace weir::http
