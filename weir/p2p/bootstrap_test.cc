// The bootstrap service, asked over HTTP on every kernel, and the client that asks it.
#include "weir/p2p/bootstrap.h"

#include <nlohmann/json.hpp>

#include "tests/http/test_http.h"
#include "weir/base/base64.h"
#include "weir/http/client.h"
#include "weir/p2p/bootstrap_client.h"

namespace weir {
namespace {

UnixTime service_now = 0;  // which a function has to tell
constexpr UnixTime start = 1'700'000'000 * unix_second;
std::string const space = "a space";

Ed25519Key key_of(std::uint32_t number) {
  Ed25519Key::Seed seed{};
  std::memcpy(seed.data(), &number, sizeof number);
  return Ed25519Key::from_seed(seed);
}

SignedPeerRecord record_of(std::uint32_t number, UnixTime created_at = start) {
  Ed25519Key const key = key_of(number);
  PeerRecord record;
  record.peer = {key.public_key()};
  record.space = space;
  record.created_at = created_at;
  record.expires_at = created_at + own_record_life;
  record.url = PeerUrl::parse("weir://192.0.2.1:7000").value();
  return sign(record, key);
}

std::string path_of(std::string const& of_space) {
  return "/bootstrap/" + to_base64url(std::as_bytes(std::span(of_space.data(), of_space.size())));
}

class BootstrapTest : public http::HttpTest {
 protected:
  void SetUp() override {
    http::HttpTest::SetUp();
    service_now = start;
    service_.serve(server());
  }

  http::Reply put(SignedPeerRecord const& record, std::string path = "") {
    if (path.empty()) path = path_of(space) + "/" + record.record.peer.text();
    std::string const text = record.text();
    return ask("PUT " + path + " HTTP/1.1\r\nHost: test\r\nContent-Length: " +
               std::to_string(text.size()) + "\r\n\r\n" + text);
  }
  std::vector<Result<SignedPeerRecord>> all() {
    return read_peer_records(ask(http::get(path_of(space))).body, 100);
  }

  BootstrapService service_{[] { return service_now; }};
};
INSTANTIATE_TEST_SUITE_P(Kernels, BootstrapTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(BootstrapTest, TellsWhatItWasTold) {
  EXPECT_EQ(ask(http::get(path_of(space))).body, "[]");
  http::Reply const reply = put(record_of(1));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(put(record_of(2)).status, 200);
  auto const records = all();
  ASSERT_EQ(records.size(), 2u);
  for (auto const& record : records) ASSERT_TRUE(record.ok()) << record.error().message;
  EXPECT_NE(records[0].value().record.peer, records[1].value().record.peer);
}

TEST_P(BootstrapTest, ForgetsWhoHasExpiredOrLeft) {
  put(record_of(1));
  put(record_of(2, start + unix_second));
  PeerRecord gone = record_of(2).record;
  gone.created_at += 2 * unix_second;
  gone.tombstone = true;
  gone.url.reset();
  EXPECT_EQ(put(sign(gone, key_of(2))).status, 200);
  EXPECT_EQ(all().size(), 1u);
  service_now = start + own_record_life;
  EXPECT_EQ(all().size(), 0u);
}

TEST_P(BootstrapTest, RefusesWithTheReason) {
  SignedPeerRecord forged = record_of(1);
  forged.signature[0] ^= std::byte{1};
  http::Reply const reply = put(forged);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, "no record of a peer: its peer has not signed it\n");
  EXPECT_EQ(put(record_of(1), path_of(space) + "/" + record_of(2).record.peer.text()).body,
            "the record is of another peer than the path\n");
  EXPECT_EQ(put(record_of(1), path_of("other") + "/" + record_of(1).record.peer.text()).body,
            "the record is of another space than the path\n");
  service_now = start - clock_drift_max - 1;
  EXPECT_EQ(put(record_of(1)).status, 400);
  service_now = start + own_record_life;
  EXPECT_EQ(put(record_of(1)).body, "the record has expired\n");
  EXPECT_EQ(put(record_of(1), "/bootstrap/").status, 404);
  EXPECT_EQ(ask(http::get("/bootstrap/!")).status, 400);
  EXPECT_EQ(ask(http::get(path_of(space) + "/x")).status, 404);
}

TEST(BootstrapService, IsBounded) {
  service_now = start;
  BootstrapService service([] { return service_now; },
                           {.space_count_max = 1, .peers_per_space_max = 40});
  std::string const in_space = path_of(space).substr(std::string("/bootstrap/").size());
  for (std::uint32_t i = 0; i < 50; ++i) {
    SignedPeerRecord const one = record_of(i, start + i);
    EXPECT_EQ(service.put(in_space, one.record.peer.text(), one.text()).status, 200);
  }
  EXPECT_EQ(read_peer_records(service.get(in_space).body, 100).size(), 32u);
  PeerRecord other = record_of(1).record;
  other.space = "other";
  EXPECT_EQ(service.put("b3RoZXI", other.peer.text(), sign(other, key_of(1)).text()).status, 503);
  service_now = start + 2 * own_record_life;  // everybody is gone, so there is room
  other.created_at = service_now;
  other.expires_at = service_now + own_record_life;
  EXPECT_EQ(service.put("b3RoZXI", other.peer.text(), sign(other, key_of(1)).text()).status, 200);
}

// ---- the client ---------------------------------------------------------------------------------

class User final : public BootstrapUser {
 public:
  SignedPeerRecord const* own_record() override { return own ? &*own : nullptr; }
  bool learn(SignedPeerRecord const& record) override {
    for (PeerId const& known : learned)
      if (known == record.record.peer) return false;
    learned.push_back(record.record.peer);
    return true;
  }

  std::optional<SignedPeerRecord> own;
  std::vector<PeerId> learned;
};

class BootstrapClientTest : public BootstrapTest {
 protected:
  Clock const& clock() { return test_.worker().clock(); }
  std::string url() { return "http://" + where_.text(); }
  BootstrapClientOptions options(std::vector<std::string> services) {
    BootstrapClientOptions options;
    options.services = std::move(services);
    options.space = space;
    return options;
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, BootstrapClientTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(BootstrapClientTest, TellsItsRecordAndLearnsOthers) {
  put(record_of(2));
  User user;
  user.own = record_of(1);
  http::Client http(test_.worker());
  BootstrapClient client(http, clock(), user, options({url()}));
  EXPECT_EQ(client.due(), 0u);
  client.act();
  EXPECT_EQ(client.due(), never);
  EXPECT_TRUE(
      test_.run_until([&] { return client.counters().told == 1 && client.counters().asked == 1; }));
  EXPECT_EQ(user.learned.size(), 1u + (client.counters().records == 2 ? 1u : 0u));
  EXPECT_EQ(all().size(), 2u);
  Instant const due = client.due();
  EXPECT_GE(due, clock().now());
  EXPECT_LE(due, clock().now() + 5 * seconds);
  client.act();
  EXPECT_EQ(http.call_count(), 0u) << "nothing is due, and the record is the one that was told";
  user.own = record_of(1, start + unix_second);
  client.act();
  EXPECT_EQ(http.call_count(), 1u) << "a new record is told at once";
  EXPECT_TRUE(test_.run_until([&] { return client.counters().told == 2; }));
}

// Each pause is twice as long as the one before, and drawn from its upper half.
TEST_P(BootstrapClientTest, TriesAgainLaterAndLater) {
  User user;
  http::Client http(test_.worker());
  Address const nobody = where_;
  server().stop();
  EXPECT_TRUE(test_.run_until([&] { return server().stopped(); }));
  BootstrapClient client(http, clock(), user, options({"http://" + nobody.text()}));
  Duration bound = 5 * seconds;
  for (std::uint64_t round = 1; round <= 2; ++round, bound *= 2) {
    client.act();
    EXPECT_TRUE(test_.run_until([&] { return client.counters().failed == round; }));
    if (round == 1) {
      EXPECT_LE(client.due(), clock().now() + bound);
      if (!test_.kernel().simulated()) break;  // nobody waits for five seconds
      pass(bound);
    } else {
      EXPECT_GT(client.due(), clock().now() + bound / 4);
    }
  }
}

}  // namespace
}  // namespace weir
