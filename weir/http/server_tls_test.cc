// The same server behind TLS, on every kernel.
#include "tests/crypto/test_tls.h"
#include "tests/http/test_http.h"

namespace weir::http {
namespace {

class HttpsTest : public HttpTest {
 protected:
  static Limits short_limits() {
    Limits limits;
    limits.head_time = 100 * milliseconds;
    return limits;
  }
  HttpsTest() : HttpTest(short_limits()) {}
  void SetUp() override {
    HttpTest::SetUp();
    secure_ = server().listen("127.0.0.1:0", *context_).value();
  }
  // On a client's behalf: what TLS says goes out, what comes goes to TLS.
  bool exchange(Client& client, TlsEnd& end, std::function<bool()> const& predicate) {
    testing::AssertionResult const done = test_.run_until([&] {
      client.send(end.take_said());
      end.take(std::exchange(client.received, {}));
      client.send(end.take_said());
      return predicate();
    });
    EXPECT_TRUE(done);
    return static_cast<bool>(done);
  }

  Owner<TlsContext> context_ = server_context();
  Owner<TlsContext> peer_context_ = client_context();
  Address secure_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpsTest, testing::ValuesIn(test_kernels()), weir::name_of);

TEST_P(HttpsTest, AnswersSmallAndLarge) {
  std::string const large = pattern(500'000);
  make_folder("www");
  files_.put("www/large", large);
  ASSERT_TRUE(server().files("/", files_.path("www")).ok());
  Client& client = test_.connect(secure_);
  TlsEnd end(*peer_context_);
  ASSERT_TRUE(exchange(client, end, [&] { return end.session.is_open(); }));
  ASSERT_TRUE(end.send(get("/hello") + get("/large")));
  std::optional<Reply> reply;
  ASSERT_TRUE(
      exchange(client, end, [&] { return (reply = take_reply(end.received)).has_value(); }));
  EXPECT_EQ(reply->body, "hello");
  ASSERT_TRUE(
      exchange(client, end, [&] { return (reply = take_reply(end.received)).has_value(); }));
  EXPECT_TRUE(reply->body == large);
  ASSERT_TRUE(end.send(get("/hello", "Connection: close\r\n")));
  ASSERT_TRUE(exchange(client, end, [&] {
    return end.session.state() == TlsSession::State::ended && client.saw_end;
  })) << "the end is said, not only there";
  EXPECT_EQ(take_reply(end.received)->body, "hello");
}

TEST_P(HttpsTest, WhoSpeaksNoTlsIsRefused) {
  Client& client = test_.connect(secure_);
  client.send(get("/hello"));
  EXPECT_TRUE(ends(client));
  EXPECT_EQ(client.received.find("HTTP"), std::string::npos);
  EXPECT_EQ(counters().tls_failures, 1u);
  EXPECT_EQ(counters().requests, 0u);
  EXPECT_EQ(ask(get("/hello")).body, "hello") << "the other address is none of its business";
}

TEST_P(HttpsTest, ASecondHandshakeIsRefused) {
  Client& good = test_.connect(secure_);
  Client& bad = test_.connect(secure_);
  TlsEnd good_end(*peer_context_), bad_end(*peer_context_);
  ASSERT_TRUE(exchange(good, good_end, [&] { return good_end.session.is_open(); }));
  ASSERT_TRUE(exchange(bad, bad_end, [&] { return bad_end.session.is_open(); }));
  ASSERT_TRUE(bad_end.send(get("/hello").substr(0, 10)));
  bad.send(bad_end.take_said() + TlsEnd(*peer_context_).take_said());
  ASSERT_TRUE(test_.run_until([&] { return counters().tls_failures == 1; }));
  bad.finishes = true;
  EXPECT_TRUE(ends(bad));
  ASSERT_TRUE(good_end.send(get("/hello")));
  std::optional<Reply> reply;
  ASSERT_TRUE(exchange(good, good_end,
                       [&] { return (reply = take_reply(good_end.received)).has_value(); }));
  EXPECT_EQ(reply->body, "hello");
  EXPECT_EQ(counters().requests, 1u);
}

TEST_P(HttpsTest, AHandshakeThatStallsIsNotWaitedFor) {
  Client& client = test_.connect(secure_);
  TlsEnd end(*peer_context_);
  client.send(end.take_said().substr(0, 50));
  EXPECT_TRUE(ends(client));
  EXPECT_EQ(counters().closed_slow, 1u);
}

}  // namespace
}  // namespace weir::http
