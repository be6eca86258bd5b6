// A client against peers that answer exactly these bytes, and against the server, on every kernel.
#include "weir/http/client.h"

#include "tests/http/test_client.h"

namespace weir::http {
namespace {

INSTANTIATE_TEST_SUITE_P(Kernels, HttpClientTest, testing::ValuesIn(test_kernels()), weir::name_of);

TEST_P(HttpClientTest, AsksAndIsAnswered) {
  EXPECT_EQ(run("/hello"), "200 hello");
  EXPECT_EQ(run("/nowhere").substr(0, 4), "404 ");
  Call call;
  call.method = Method::post;
  call.url = url("/echo");
  call.body = pattern(50'000);
  EXPECT_TRUE(run(std::move(call)) == "200 " + pattern(50'000));
  Call head;
  head.method = Method::head;
  head.url = url("/hello");
  EXPECT_EQ(run(std::move(head)), "200 ");
  EXPECT_EQ(counters().accepted, 1u) << "one connection served them all";
}

TEST_P(HttpClientTest, ManyCallsShareFewConnections) {
  int answered = 0;
  for (int i = 0; i < 50; ++i) {
    client_->get(url("/hello"), [&](Result<Answer> answer) {
      EXPECT_EQ(text_of(answer), "200 hello");
      ++answered;
    });
  }
  EXPECT_EQ(client_->call_count(), 50u);
  ASSERT_TRUE(test_.run_until([&] { return answered == 50; }));
  EXPECT_EQ(counters().accepted, 2u);
  ASSERT_TRUE(test_.run_until([&] { return client_->connection_count() == 0; })) << "idle";
}

TEST_P(HttpClientTest, BodiesAreStreamedBothWays) {
  Call call;
  call.method = Method::post;
  call.url = url("/echo");
  call.source = Owner<Source>(new SourceOf([n = 0](std::string& out) mutable {
    out += std::string(1000, static_cast<char>('a' + n));
    return ++n < 20 ? More::yes : More::no;
  }));
  struct Parts final : CallObserver {
    explicit Parts(std::string& to, bool& over) : parts(to), ended(over) {}
    bool takes_parts() const override { return true; }
    void take(std::string_view part) override { parts += part; }
    void done(Result<Answer> answer) override { ended = answer.ok(); }
    std::string& parts;
    bool& ended;
  };
  std::string parts;
  bool ended = false;
  client_->begin(std::move(call), Owner<CallObserver>(new Parts(parts, ended)));
  ASSERT_TRUE(test_.run_until([&] { return ended; }));
  EXPECT_EQ(parts.size(), 20'000u);
  EXPECT_EQ(parts.back(), 'a' + 19);
}

TEST_P(HttpClientTest, AnswersOfEveryShape) {
  EXPECT_EQ(against("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", false), "200 ab");
  EXPECT_EQ(
      against("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", false),
      "200 a");
  EXPECT_EQ(against("HTTP/1.1 200 OK\r\n\r\nuntil the end", true), "200 until the end");
  EXPECT_EQ(against("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", true), "200 a");
  EXPECT_EQ(against("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", false),
            "204 ");
  EXPECT_EQ(against("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, Method::head), "200 ");
}

TEST_P(HttpClientTest, AnswersThatAreNoneAreErrors) {
  auto const code = [](std::string const& text) { return std::atoi(text.c_str()); };
  EXPECT_EQ(code(against("HELLO\r\n\r\n", false)), EPROTO);
  EXPECT_EQ(code(against("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", true)), ECONNRESET);
  EXPECT_EQ(code(against("HTTP/1.1 200 OK\r\nContent-L", true)), ECONNRESET);
  EXPECT_EQ(code(against("", true)), ECONNRESET);
  EXPECT_EQ(
      code(against("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", false)),
      EPROTO);
  EXPECT_EQ(code(against("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", false)), EMSGSIZE);
  EXPECT_EQ(code(against("HTTP/1.1 200 OK\r\n\r\n" + std::string(200'000, 'x'), false)), EMSGSIZE);
  EXPECT_EQ(code(against("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), false)), EPROTO);
  std::string interim;
  for (int i = 0; i < 3; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(code(against(interim, false)), EPROTO);
}

TEST_P(HttpClientTest, WhoDoesNotAnswerIsGivenUp) {
  Instant const began = now();
  EXPECT_EQ(against("HTTP/1.1 200 OK\r\n", false).substr(0, 4), std::to_string(ETIMEDOUT) + " ");
  EXPECT_GE(now() - began, 1 * seconds);
}

TEST_P(HttpClientTest, NobodyThereIsAnError) {
  Call call;
  call.to = Address::loopback(1);
  call.target = "/";
  EXPECT_EQ(run(std::move(call)).substr(0, 4), std::to_string(ECONNREFUSED) + " ");
}

TEST_P(HttpClientTest, CallsThatAreNoneAreRefused) {
  for (char const* const bad :
       {"", "https://127.0.0.1/", "https:/", "http://example.org/", "http://127.0.0.1:x/",
        "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "ftp://x"}) {
    Call call;
    call.url = bad;
    EXPECT_EQ(run(std::move(call)).substr(0, 3), std::to_string(EINVAL) + " ") << bad;
  }
  Call call;
  call.url = url("/hello");
  call.fields = {{"X", "a\r\nEvil: b"}};
  EXPECT_EQ(run(std::move(call)).substr(0, 3), std::to_string(EINVAL) + " ");
}

TEST_P(HttpClientTest, AConnectionThatEndedMeanwhileIsReplaced) {
  EXPECT_EQ(run("/hello"), "200 hello");
  server().get("/bye", [](Request const&) {
    Response response = text("bye");
    response.close = true;
    return response;
  });
  EXPECT_EQ(run("/bye"), "200 bye");
  EXPECT_EQ(run("/hello"), "200 hello");
  EXPECT_EQ(counters().accepted, 2u);
}

TEST_P(HttpClientTest, CancelledCallsEnd) {
  Address address;
  test_.accept(address);
  Call call;
  call.to = address;
  call.target = "/";
  std::string seen;
  CallId const id =
      client_->send(std::move(call), [&](Result<Answer> answer) { seen = text_of(answer); });
  test_.run_for();
  client_->cancel(id);
  client_->cancel(id);
  ASSERT_TRUE(test_.run_until([&] { return !seen.empty(); }));
  EXPECT_EQ(seen.substr(0, 4), std::to_string(ECANCELED) + " ");
  EXPECT_EQ(run("/hello"), "200 hello");
}

TEST_P(HttpClientTest, MayBeDroppedAtAnyTime) {
  bool told = false;
  for (int i = 0; i < 5; ++i) client_->get(url("/hello"), [&](Result<Answer>) { told = true; });
  test_.worker().step(now() + 1 * milliseconds);
  client_.reset();
  test_.run_for();
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace weir::http
