#include "weir/pipes/codec.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "weir/base/random.h"

namespace weir {
namespace {

static_assert(is_codec<ViewCodec> && is_codec<TextCodec> && is_codec<IntegersCodec<std::uint8_t>>);
static_assert(!is_codec<int>);

template <class Codec>
Bytes encoded(Codec const& codec, typename Codec::value_type const& value) {
  Bytes bytes(codec.size(value));
  codec.encode(value, std::span(bytes.data(), bytes.size()));
  return bytes;
}

TEST(Codec, IntegersAreBigEndianAndAsWideAsTheyAre) {
  using Mixed = IntegersCodec<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
  Mixed::value_type const value{0x01, 0x0203, 0x04050607, 0x08090A0B0C0D0E0F};
  Bytes const bytes = encoded(Mixed(), value);
  ASSERT_EQ(bytes.size(), 15u);
  for (std::size_t i = 0; i < 15; ++i) {
    EXPECT_EQ(bytes.view()[i], static_cast<std::byte>(i + 1));
  }
  EXPECT_EQ(Mixed().decode(bytes.view()), value);
}

TEST(Codec, IntegersOfAnotherLengthAreMalformed) {
  using One = IntegersCodec<std::uint32_t>;
  for (std::size_t const size : {0u, 1u, 3u, 5u, 8u}) {
    EXPECT_EQ(One().decode(Bytes(std::string(size, 'x')).view()), std::nullopt) << size;
  }
}

TEST(Codec, IntegersComeBack) {
  Random random(7);
  using Two = IntegersCodec<std::uint64_t, std::uint8_t>;
  for (int i = 0; i < 200; ++i) {
    Two::value_type const value{random.next(), static_cast<std::uint8_t>(random.next())};
    EXPECT_EQ(Two().decode(encoded(Two(), value).view()), value);
  }
  Two::value_type const largest{std::numeric_limits<std::uint64_t>::max(), 0xFF};
  EXPECT_EQ(Two().decode(encoded(Two(), largest).view()), largest);
}

TEST(Codec, TextAndViewsAreTheBytesThemselves) {
  for (std::string const& text : {std::string(), std::string("text"), std::string("\0\xff", 2)}) {
    Bytes const bytes = encoded(TextCodec(), text);
    EXPECT_EQ(bytes.text(), text);
    EXPECT_EQ(TextCodec().decode(bytes.view()), text);
    EXPECT_EQ(encoded(ViewCodec(), bytes.view()), bytes);
    EXPECT_EQ(ViewCodec().decode(bytes.view())->data(), bytes.view().data());
  }
}

}  // namespace
}  // namespace weir
