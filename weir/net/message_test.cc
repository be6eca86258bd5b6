// The bytes of a message, exactly.
#include "weir/net/message.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "weir/net/frame.h"
#include "weir/pipes/codec.h"

namespace weir {
namespace {

using namespace std::string_view_literals;

static_assert(is_codec<MessageCodec>);
static_assert(borrows<Message>);

std::string encoded(Message const& message) {
  MessageCodec const codec;
  std::string bytes(codec.size(message), '\0');
  codec.encode(message, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

TEST(Message, IsItsAddressBigEndianAndTheBatch) {
  Bytes const batch("ab\0c"sv);
  EXPECT_EQ(encoded({0x01020304, batch.view()}),
            "\x01\x02\x03\x04"
            "ab\0c"sv);
  EXPECT_EQ(encoded({0xFFFFFFFE, View()}), "\xFF\xFF\xFF\xFE"sv);
  EXPECT_EQ(encoded({0, View()}), "\0\0\0\0"sv);
}

TEST(Message, DecodesWhatItEncodes) {
  Bytes const bytes("\x00\x00\x01\x02 the batch"sv);
  std::optional<Message> const message = MessageCodec().decode(bytes.view());
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->address, 0x102u);
  EXPECT_EQ(message->batch.text(), " the batch");
  EXPECT_EQ(message->batch.data(), bytes.data() + 4) << "nothing was copied";
  // The bytes before the batch are the address, and no room for a frame's header.
  EXPECT_EQ(message->batch.headroom(), 0u);
  EXPECT_EQ(encoded(*message), bytes.text());
}

TEST(Message, IsRefusedWhenItsAddressIsCutOff) {
  for (std::string_view const bytes : {""sv, "\0"sv, "\0\0"sv, "\0\0\0"sv}) {
    Bytes const owned(bytes);
    EXPECT_FALSE(MessageCodec().decode(owned.view()).has_value());
  }
  Bytes const shortest("\0\0\0\7"sv);
  std::optional<Message> const message = MessageCodec().decode(shortest.view());
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->address, 7u);
  EXPECT_TRUE(message->batch.empty());
}

TEST(MessageEncoder, LeavesRoomForTheFramesHeaderAndLaysMessagesSideBySide) {
  MessageEncoder encoder;
  Bytes const batch("xyz"sv);
  View const first = encoder.encode({1, batch.view()});
  View const second = encoder.encode({2, batch.view()});
  EXPECT_EQ(first.text(), "\0\0\0\1xyz"sv);
  EXPECT_EQ(second.text(), "\0\0\0\2xyz"sv);
  EXPECT_EQ(first.headroom(), length_header_bytes);
  EXPECT_EQ(first.end() + length_header_bytes, second.begin());
  EXPECT_EQ(first.storage(), second.storage());
}

TEST(MessageEncoder, KeepsItsMemoryUntilTheTickEndsAndThenForWhoeverRetainedIt) {
  MessageEncoder encoder;
  std::vector<View> views;
  std::string const text(5000, 'x');
  std::string const large(200'000, 'y');
  for (int tick = 0; tick < 3; ++tick) {
    Bytes const batch(text);
    Bytes const large_batch(large);
    for (int i = 0; i < 100; ++i) views.push_back(encoder.encode({1, batch.view()}));
    views.push_back(encoder.encode({2, large_batch.view()}));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(views[static_cast<std::size_t>(i)].size(), 5004u);
    EXPECT_EQ(views.front().from(4).text(), text);
    EXPECT_EQ(views.back().from(4).text(), large);
    View const kept = views.back();
    kept.storage()->retain();
    encoder.end_tick();
    EXPECT_EQ(kept.from(4).text(), large);
    kept.storage()->release();
    views.clear();
  }
}

}  // namespace
}  // namespace weir
