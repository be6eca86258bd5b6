#include "weir/p2p/peer_record.h"

#include <gtest/gtest.h>

#include "weir/base/random.h"
#include "weir/p2p/peer_store.h"

namespace weir {
namespace {

constexpr UnixTime now = 1'700'000'000 * unix_second;
constexpr UnixTime minute = 60 * unix_second;

Ed25519Key key_of(std::uint8_t number) {
  Ed25519Key::Seed seed{};
  seed[0] = std::byte{number};
  return Ed25519Key::from_seed(seed);
}

PeerId peer_of(std::uint8_t number) { return {key_of(number).public_key()}; }

PeerRecord record_of(std::uint8_t number, UnixTime created_at = now) {
  PeerRecord record;
  record.peer = peer_of(number);
  record.space = "s";
  record.created_at = created_at;
  record.expires_at = created_at + own_record_life;
  record.url = PeerUrl::parse("weir://192.0.2.1:7000").value();
  return record;
}

SignedPeerRecord signed_record(std::uint8_t number, UnixTime created_at = now) {
  return sign(record_of(number, created_at), key_of(number));
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  std::size_t const at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what << " is not in " << text;
  return text.replace(at, what.size(), by);
}

// ---- urls ---------------------------------------------------------------------------------------

TEST(PeerUrl, SaysWhereAndWho) {
  std::string const peer = peer_of(1).text();
  for (std::string const& text : {"weir://192.0.2.1:7000/" + peer, "weir://[::1]:7000/" + peer,
                                  std::string("weir://127.0.0.1:1")}) {
    Result<PeerUrl> const url = PeerUrl::parse(text);
    ASSERT_TRUE(url.ok()) << url.error().message;
    EXPECT_EQ(url.value().text(), text);
  }
  EXPECT_EQ(PeerUrl::parse("weir://127.0.0.1:1/").value().peer, std::nullopt);
}

TEST(PeerUrl, RefusesInOneSentence) {
  for (char const* const text :
       {"", "http://127.0.0.1:1", "weir://", "weir://127.0.0.1", "weir://127.0.0.1:0",
        "weir://somewhere:1", "weir://127.0.0.1:70000", "weir://unix:/tmp/x",
        "weir://127.0.0.1:1/x"})
    EXPECT_FALSE(PeerUrl::parse(text).ok()) << text;
  EXPECT_EQ(PeerUrl::parse("weir://127.0.0.1:1/x").error().message,
            "'weir://127.0.0.1:1/x' is no address of a peer: what stands behind the slash is no "
            "peer's id (weir://ADDRESS:PORT/PEER, or weir://ADDRESS:PORT)");
}

// ---- records ------------------------------------------------------------------------------------

TEST(PeerRecord, IsReadAsItWasSigned) {
  SignedPeerRecord const made = signed_record(1);
  Result<SignedPeerRecord> const read = read_peer_record(made.text());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().record, made.record);
  EXPECT_EQ(read.value().text(), made.text());
  EXPECT_EQ(read.value().record.url->peer, peer_of(1)) << "its url leads to it";
}

// So kitsune2's services and nodes understand it.
TEST(PeerRecord, HasTheShapeOfAnAgentInfo) {
  SignedPeerRecord const made = signed_record(1);
  EXPECT_EQ(made.info, "{\"agent\":\"" + peer_of(1).text() +
                           "\",\"space\":\"cw\",\"createdAt\":\"1700000000000000\",\"expiresAt\":"
                           "\"1700001200000000\",\"isTombstone\":false,\"url\":"
                           "\"weir://192.0.2.1:7000/" +
                           peer_of(1).text() + "\",\"storageArc\":[0,4294967295]}");
}

TEST(PeerRecord, ATombstoneNeedsNoUrl) {
  PeerRecord record = record_of(1);
  record.tombstone = true;
  record.url.reset();
  Result<SignedPeerRecord> const read = read_peer_record(sign(record, key_of(1)).text());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().record, record);
}

TEST(PeerRecord, NobodySignsForSomebodyElse) {
  SignedPeerRecord forged = signed_record(1);
  forged.signature = signed_record(2).signature;
  EXPECT_EQ(read_peer_record(forged.text()).error().message,
            "no record of a peer: its peer has not signed it");
  SignedPeerRecord changed = signed_record(1);
  changed.info = replaced(changed.info, "192.0.2.1", "192.0.2.2");
  EXPECT_FALSE(read_peer_record(changed.text()).ok());
}

TEST(PeerRecord, ItsUrlLeadsToItself) {
  PeerRecord record = record_of(1);
  SignedPeerRecord other = sign(record, key_of(1));
  other.info = replaced(other.info, "7000/" + peer_of(1).text(), "7000/" + peer_of(2).text());
  std::span const info(other.info.data(), other.info.size());
  other.signature = key_of(1).sign(std::as_bytes(info));
  EXPECT_EQ(read_peer_record(other.text()).error().message,
            "no record of a peer: its url leads to somebody else");
}

// One byte changed anywhere: either it is refused, or it says the same.
TEST(PeerRecord, NoChangedByteSaysSomethingElse) {
  SignedPeerRecord const made = signed_record(1);
  std::string const text = made.text();
  Random random(3);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ (1 << random.below(8)));
    Result<SignedPeerRecord> const read = read_peer_record(changed);
    if (!read.ok()) continue;
    EXPECT_EQ(read.value().record, made.record) << changed;
  }
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(read_peer_record(text.substr(0, size)).ok());
}

TEST(PeerRecord, RefusesOtherForms) {
  std::string const text = signed_record(1).text();
  for (std::string const& other :
       {std::string("[]"), std::string("{}"), std::string("null"), std::string(1025, ' '),
        std::string(1000, '['), replaced(text, "\"signature\":\"", "\"signature\":1,\"x\":\"")}) {
    Result<SignedPeerRecord> const read = read_peer_record(other);
    ASSERT_FALSE(read.ok()) << other;
    EXPECT_TRUE(read.error().message.starts_with("no record of a peer: ")) << read.error().message;
  }
}

TEST(PeerRecord, LivesAsLongAsItMay) {
  PeerRecord record = record_of(1);
  EXPECT_TRUE(check_lifetime(record, now).ok());
  EXPECT_TRUE(check_lifetime(record, record.expires_at - 1).ok());
  EXPECT_FALSE(check_lifetime(record, record.expires_at).ok());
  EXPECT_TRUE(check_lifetime(record, now - clock_drift_max).ok());
  EXPECT_FALSE(check_lifetime(record, now - clock_drift_max - 1).ok());
  record.expires_at = record.created_at + peer_record_life_max + 1;
  EXPECT_FALSE(check_lifetime(record, now).ok());
  record.expires_at = ~UnixTime{0};
  EXPECT_FALSE(check_lifetime(record, now).ok());
  record.created_at = now + minute;
  record.expires_at = now + 1;
  EXPECT_FALSE(check_lifetime(record, now).ok());
}

// ---- the store ----------------------------------------------------------------------------------

struct PeerStoreTest : testing::Test {
  AccessRules rules;
  PeerStore store{"s", rules};
};

TEST_F(PeerStoreTest, KeepsTheNewestOfEach) {
  EXPECT_EQ(store.insert(signed_record(1), now), RecordNews::added);
  EXPECT_EQ(store.insert(signed_record(1), now), RecordNews::known);
  EXPECT_EQ(store.insert(signed_record(1, now + 1), now), RecordNews::renewed);
  EXPECT_EQ(store.insert(signed_record(1), now), RecordNews::known) << "a replayed one";
  EXPECT_EQ(store.insert(signed_record(2), now), RecordNews::added);
  EXPECT_EQ(store.find(peer_of(1))->record.created_at, now + 1);
  EXPECT_EQ(store.all().size(), 2u);
}

TEST_F(PeerStoreTest, WhoHasLeftStaysAway) {
  PeerRecord gone = record_of(1, now + 1);
  gone.tombstone = true;
  gone.url.reset();
  store.insert(signed_record(1), now);
  EXPECT_EQ(store.insert(sign(gone, key_of(1)), now), RecordNews::left);
  EXPECT_EQ(store.find(peer_of(1)), nullptr);
  EXPECT_EQ(store.insert(signed_record(1), now), RecordNews::known) << "an old one, replayed";
  EXPECT_EQ(store.all().size(), 0u);
  EXPECT_EQ(store.insert(signed_record(1, now + 2), now), RecordNews::added) << "it is back";
}

TEST_F(PeerStoreTest, RefusesOthersAndTheDead) {
  PeerRecord other = record_of(1);
  other.space = "t";
  EXPECT_EQ(store.insert(sign(other, key_of(1)), now), RecordNews::other_space);
  EXPECT_EQ(store.insert(signed_record(1, now - 20 * minute), now), RecordNews::not_alive);
  rules.block(peer_of(1));
  EXPECT_EQ(store.insert(signed_record(1), now), RecordNews::refused);
  EXPECT_EQ(store.size(), 0u);
}

TEST_F(PeerStoreTest, ForgetsWhatHasExpiredAndWhoIsBlocked) {
  store.insert(signed_record(1), now);
  store.insert(signed_record(2, now + minute), now);
  store.insert(signed_record(3, now + minute), now);
  store.prune(now + 20 * minute);
  EXPECT_EQ(store.find(peer_of(1)), nullptr);
  EXPECT_NE(store.find(peer_of(2)), nullptr);
  rules.block(peer_of(2));
  store.prune(now + 20 * minute);
  EXPECT_EQ(store.size(), 1u);
}

TEST_F(PeerStoreTest, IsBounded) {
  PeerStore small("s", rules, {.peer_count_max = 2});
  small.insert(signed_record(1, now + 1), now);
  small.insert(signed_record(2, now + 2), now);
  EXPECT_EQ(small.insert(signed_record(3, now), now), RecordNews::no_room);
  EXPECT_EQ(small.insert(signed_record(3, now + 3), now), RecordNews::added);
  EXPECT_EQ(small.size(), 2u);
  EXPECT_EQ(small.find(peer_of(1)), nullptr) << "it would have gone first";
}

TEST(AccessRules, BlockingWinsOverAllowing) {
  AccessRules rules;
  EXPECT_EQ(rules.decide(peer_of(1)), Access::granted) << "nobody is unknown";
  rules.block(peer_of(1));
  EXPECT_EQ(rules.decide(peer_of(1)), Access::blocked);
  rules.allow(peer_of(1));
  rules.allow(peer_of(2));
  EXPECT_EQ(rules.decide(peer_of(1)), Access::blocked);
  EXPECT_EQ(rules.decide(peer_of(2)), Access::granted);
  EXPECT_EQ(rules.decide(peer_of(3)), Access::not_allowed);
  rules.forget(peer_of(1));
  EXPECT_EQ(rules.decide(peer_of(1)), Access::not_allowed);
}

}  // namespace
}  // namespace weir
