// The client with TLS, on every kernel: against the server, and against peers that say exactly what
// a test has them say.
#include "tests/crypto/test_tls.h"
#include "tests/http/test_client.h"

namespace weir::http {
namespace {

// A server's end of TLS at the other end of the client's connection.
class SecurePeer {
 public:
  SecurePeer(TestNet& test, TlsContext& context) : client_(test.accept(address)), end_(context) {}

  // What TLS says goes out, what comes goes to TLS.
  void act() {
    accepted_ = accepted_ || client_.peer().accepted();
    end_.take(std::exchange(client_.received, {}));
    client_.send(end_.take_said());
  }
  TlsEnd& end() { return end_; }
  weir::Client& client() { return client_; }

  Address address;

 private:
  weir::Client& client_;
  TlsEnd end_;
  bool accepted_ = false;
};

class HttpsClientTest : public HttpClientTest {
 protected:
  void SetUp() override {
    HttpClientTest::SetUp();
    client_->use_tls(*trusting_);
    secure_ = server().listen("127.0.0.1:0", *context_).value();
  }
  static std::string url_of(Address const& address, std::string_view target) {
    return "https://" + address.text() + std::string(target);
  }
  std::string run(std::string_view target) {
    Call call;
    call.url = url_of(secure_, target);
    return HttpClientTest::run(std::move(call));
  }
  std::string run(Call call) { return HttpClientTest::run(std::move(call)); }
  // A server of its own beside the one with key 1: what comes of a call to it.
  std::string against_server(TlsContext& server_tls, TlsContext& tls) {
    Call call;
    call.url = url_of(server().listen("127.0.0.1:0", server_tls).value(), "/hello");
    call.tls = &tls;
    return run(std::move(call));
  }
  // Of a call to `peer` for "/x"; null while there is none.
  std::optional<std::string>& begin(SecurePeer const& peer) {
    client_->get(url_of(peer.address, "/x"),
                 [this](Result<Answer> answer) { seen_ = text_of(answer); });
    return seen_;
  }
  bool until(SecurePeer& peer, std::function<bool()> const& predicate) {
    testing::AssertionResult const done = test_.run_until([&] {
      peer.act();
      return predicate();
    });
    EXPECT_TRUE(done);
    return static_cast<bool>(done);
  }
  static int code(std::string const& text) { return std::atoi(text.c_str()); }

  Owner<TlsContext> context_ = server_context();
  Owner<TlsContext> trusting_ = client_context();
  Address secure_;
  std::optional<std::string> seen_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpsClientTest, testing::ValuesIn(test_kernels()),
                         weir::name_of);

TEST_P(HttpsClientTest, AsksAndIsAnswered) {
  EXPECT_EQ(run("/hello"), "200 hello");
  Call call;
  call.method = Method::post;
  call.url = url_of(secure_, "/echo");
  call.body = pattern(90'000);
  EXPECT_TRUE(run(std::move(call)) == "200 " + pattern(90'000));
  EXPECT_EQ(counters().accepted, 1u) << "one connection served them all";
  EXPECT_EQ(counters().tls_failures, 0u);
  EXPECT_EQ(HttpClientTest::run("/hello"), "200 hello") << "without TLS, on another connection";
  EXPECT_EQ(counters().accepted, 2u);
  EXPECT_EQ(trusting_->kept_ticket_count(), 1u);
}

TEST_P(HttpsClientTest, LargeBodiesGoPartByPart) {
  std::uint64_t counted = 0;
  struct Count {
    std::uint64_t* bytes;
    void take(std::string_view part) { *bytes += part.size(); }
    Response finish() { return text(std::to_string(*bytes)); }
  };
  server().receive(Method::put, "/count", [&](Request const&) { return Count{&counted}; });
  Call call;
  call.method = Method::put;
  call.url = url_of(secure_, "/count");
  call.body = std::string(1'000'000, 'x');
  EXPECT_EQ(run(std::move(call)), "200 1000000");
  Call streamed;
  streamed.method = Method::put;
  streamed.url = url_of(secure_, "/count");
  streamed.source = Owner<Source>(new SourceOf([n = 0](std::string& out) mutable {
    out += std::string(50'000, 'y');
    return ++n < 20 ? More::yes : More::no;
  }));
  EXPECT_EQ(run(std::move(streamed)), "200 2000000");
}

TEST_P(HttpsClientTest, AServerThatIsNotWantedIsNotAsked) {
  TlsOptions other = server_options();
  other.credentials = test_credentials(7);
  Owner<TlsContext> const stranger = server_context(other);
  std::string const seen = against_server(*stranger, *trusting_);
  EXPECT_EQ(code(seen), EACCES) << seen;
  EXPECT_NE(seen.find("credentials wrong"), std::string::npos) << seen;
  EXPECT_EQ(counters().requests, 0u);
  ASSERT_TRUE(test_.run_until([&] { return counters().tls_failures == 1; })) << "it was told why";
}

TEST_P(HttpsClientTest, AServerMayWantToKnowWhoAsks) {
  Owner<TlsContext> const server_tls = server_context(mutual_server_options());
  Owner<TlsContext> const known = client_context(mutual_client_options());
  EXPECT_EQ(against_server(*server_tls, *known), "200 hello");
  std::string const seen = against_server(*server_tls, *trusting_);
  EXPECT_EQ(code(seen), EACCES) << seen;
  EXPECT_NE(seen.find("credentials refused"), std::string::npos) << seen;
  EXPECT_EQ(counters().requests, 1u);
}

TEST_P(HttpsClientTest, OnlyHttpIsSpokenBehindTls) {
  TlsOptions offered = server_options();
  TlsOptions asked = client_options();
  offered.protocols = {"http/1.1"};
  asked.protocols = {"h2", "http/1.1"};
  Owner<TlsContext> const one = server_context(offered), two = client_context(asked);
  EXPECT_EQ(against_server(*one, *two), "200 hello");
  offered.protocols = {"h2"};
  Owner<TlsContext> const newer = server_context(offered);
  std::string const seen = against_server(*newer, *two);
  EXPECT_EQ(code(seen), EPROTO) << seen;
  EXPECT_NE(seen.find("h2"), std::string::npos) << seen;
}

TEST_P(HttpsClientTest, WhoSpeaksNoTlsIsNoServer) {
  Address address;
  weir::Client& peer = test_.accept(address);
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  Call call;
  call.url = url_of(address, "/");
  std::optional<std::string> seen;
  client_->send(std::move(call), [&](Result<Answer> answer) { seen = text_of(answer); });
  ASSERT_TRUE(test_.run_until([&] { return peer.peer().accepted() && seen.has_value(); }));
  EXPECT_EQ(code(*seen), EPROTO) << *seen;
}

TEST_P(HttpsClientTest, AHandshakeThatStallsIsGivenUp) {
  Address address;
  test_.accept(address);
  Instant const began = now();
  Call call;
  call.url = url_of(address, "/");
  EXPECT_EQ(code(run(std::move(call))), ETIMEDOUT);
  EXPECT_GE(now() - began, 500 * milliseconds) << "connect_time";
  EXPECT_LT(now() - began, 1 * seconds) << "call_time";
}

TEST_P(HttpsClientTest, CallsThatMixUpTlsAreRefused) {
  Call none;
  none.url = url_of(secure_, "/hello");
  Client without(test_.worker());
  std::optional<std::string> seen;
  without.send(std::move(none), [&](Result<Answer> answer) { seen = text_of(answer); });
  ASSERT_TRUE(test_.run_until([&] { return seen.has_value(); }));
  EXPECT_EQ(code(*seen), EINVAL) << *seen;
  Call plain;
  plain.url = url("/hello");
  plain.tls = trusting_.get();
  EXPECT_EQ(code(run(std::move(plain))), EINVAL);
  Call servers;
  servers.url = url_of(secure_, "/hello");
  servers.tls = context_.get();
  EXPECT_EQ(code(run(std::move(servers))), EINVAL);
}

// An answer without a length ends where the peer says so, and not where somebody has cut the
// connection.
TEST_P(HttpsClientTest, AnAnswerThatIsCutOffIsAnError) {
  for (bool const says_end : {true, false}) {
    SecurePeer peer(test_, *context_);
    seen_.reset();
    begin(peer);
    ASSERT_TRUE(until(peer, [&] { return peer.end().received.ends_with("\r\n\r\n"); }));
    ASSERT_TRUE(peer.end().send("HTTP/1.1 200 OK\r\n\r\nuntil the end"));
    if (says_end) peer.end().session.end();
    peer.act();
    peer.client().finishes = true;
    ASSERT_TRUE(until(peer, [&] { return seen_.has_value(); }));
    EXPECT_EQ(seen_->substr(0, 4), says_end ? "200 " : std::to_string(ECONNRESET) + " ") << *seen_;
  }
}

TEST_P(HttpsClientTest, BytesThatWereChangedOnTheWayEndTheCall) {
  SecurePeer peer(test_, *context_);
  begin(peer);
  ASSERT_TRUE(until(peer, [&] { return peer.end().received.ends_with("\r\n\r\n"); }));
  ASSERT_TRUE(peer.end().send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"));
  std::string said = peer.end().take_said();
  said.back() ^= 1;
  peer.client().send(said);
  ASSERT_TRUE(until(peer, [&] { return seen_.has_value(); }));
  EXPECT_EQ(code(*seen_), EPROTO) << *seen_;
  ASSERT_TRUE(until(peer, [&] { return peer.end().session.state() == TlsSession::State::failed; }))
      << "the alert";
}

TEST_P(HttpsClientTest, AConnectionThatIsNotUsedSaysGoodbye) {
  SecurePeer peer(test_, *context_);
  begin(peer);
  ASSERT_TRUE(until(peer, [&] { return peer.end().received.ends_with("\r\n\r\n"); }));
  ASSERT_TRUE(peer.end().send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"));
  ASSERT_TRUE(until(peer, [&] { return seen_.has_value(); }));
  EXPECT_EQ(*seen_, "200 a");
  ASSERT_TRUE(until(peer, [&] { return peer.client().saw_end; })) << "after idle_time";
  peer.act();
  EXPECT_EQ(peer.end().session.state(), TlsSession::State::ended);
  EXPECT_EQ(client_->connection_count(), 0u);
}

TEST_P(HttpsClientTest, AConnectionThatEndedMeanwhileIsReplaced) {
  server().get("/bye", [](Request const&) {
    Response response = text("bye");
    response.close = true;
    return response;
  });
  EXPECT_EQ(run("/hello"), "200 hello");
  EXPECT_EQ(run("/bye"), "200 bye");
  EXPECT_EQ(run("/hello"), "200 hello");
  EXPECT_EQ(counters().accepted, 2u);
  EXPECT_EQ(counters().tls_failures, 0u);
}

TEST_P(HttpsClientTest, MayBeDroppedAtAnyTime) {
  for (int steps = 0; steps < 40; ++steps) {
    bool told = false;
    bool dropped = false;
    client_->get(url_of(secure_, "/hello"), [&](Result<Answer>) {
      told = true;
      EXPECT_FALSE(dropped);
    });
    for (int i = 0; i < steps && !told; ++i) test_.worker().step(now() + 1 * milliseconds);
    client_.reset();
    dropped = true;
    ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 0; })) << steps;
    if (told) break;
    client_.emplace(test_.worker());
    client_->use_tls(*trusting_);
  }
}

}  // namespace
}  // namespace weir::http
