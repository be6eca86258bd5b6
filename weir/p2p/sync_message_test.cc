// The messages of sync, byte by byte.
#include "weir/p2p/sync_message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/p2p/message.h"

namespace weir {
namespace {

std::vector<TimedId> some_ops(std::uint64_t count) {
  std::vector<TimedId> ops;
  for (std::uint64_t n = 0; n < count; ++n) {
    TimedId op{0x0102030405060708 + n, {}};
    op.id.bytes.fill(static_cast<std::byte>(n));
    ops.push_back(op);
  }
  return ops;
}

TEST(SyncMessage, PublishHasACountAndForEachOpItsTimeAndId) {
  std::vector<TimedId> const ops = some_ops(2);
  Bytes const data = publish_message(ops);
  std::string expected("\x01\x01\x02", 3);
  expected += std::string("\x08\x07\x06\x05\x04\x03\x02\x01") + std::string(32, '\0');
  expected += std::string("\x09\x07\x06\x05\x04\x03\x02\x01") + std::string(32, '\1');
  EXPECT_EQ(data.text(), expected);
  Result<SyncMessage> const read = read_sync(data.view());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().kind, SyncKind::publish);
  std::vector<TimedId> found;
  for (TimedId const& op : read.value().ops) found.push_back(op);
  EXPECT_EQ(found, ops);
}

TEST(SyncMessage, SessionsHaveANumber) {
  for (SyncKind const kind : {SyncKind::initiator, SyncKind::responder}) {
    Bytes const data = session_message(kind, 300, "abc");
    EXPECT_EQ(data.text(), std::string("\x01") + static_cast<char>(kind) + "\xac\x02" + "abc");
    Result<SyncMessage> const read = read_sync(data.view());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().kind, kind);
    EXPECT_EQ(read.value().session, 300u);
    EXPECT_EQ(read.value().reconciliation.text(), "abc");
  }
  Bytes const largest = session_message(SyncKind::initiator, ~0ull, "");
  EXPECT_EQ(read_sync(largest.view())->session, ~0ull);
}

TEST(SyncMessage, AnEndSaysWhy) {
  Bytes const data = end_message(5, SessionEnd::enough);
  EXPECT_EQ(data.text(), "\x01\x04\x05\x03");
  EXPECT_EQ(read_sync(data.view())->reason, SessionEnd::enough);
  EXPECT_EQ(read_sync(Bytes("\x01\x04\x05\x63").view())->reason, SessionEnd::busy);  // a later one
}

TEST(SyncMessage, TravelsInTheEnvelopeOfItsModule) {
  Bytes const data = publish_message(some_ops(1));
  SyncToSend const message{data.view()};
  std::string frame(size_in_frame(message, "a space"), '\0');
  write_frame(message, "a space", std::as_writable_bytes(std::span(frame)));
  Bytes const kept(frame);
  Result<Envelope> const envelope = read_envelope(kept.view());
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(envelope.value().type, EnvelopeType::module);
  EXPECT_EQ(envelope.value().space.text(), "a space");
  EXPECT_EQ(envelope.value().module.text(), "Sync");
  EXPECT_EQ(envelope.value().data.text(), data.text());
}

TEST(SyncMessage, EveryPrefixIsRefusedWithASentenceOrRead) {
  Bytes const data = publish_message(some_ops(3));
  for (std::size_t size = 0; size < data.size(); ++size) {
    Bytes const part(data.text().substr(0, size));
    Result<SyncMessage> const read = read_sync(part.view());
    ASSERT_FALSE(read.ok()) << size;
    EXPECT_NE(read.error().message.find("a message of sync is refused: "), std::string::npos);
  }
}

}  // namespace
}  // namespace weir
