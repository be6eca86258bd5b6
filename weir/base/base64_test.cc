#include "weir/base/base64.h"

#include <gtest/gtest.h>

#include "weir/base/random.h"

namespace weir {
namespace {

std::span<std::byte const> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// RFC 4648, section 10, without its padding.
TEST(Base64, WritesTheExamplesOfTheStandard) {
  EXPECT_EQ(to_base64url(bytes_of("")), "");
  EXPECT_EQ(to_base64url(bytes_of("f")), "Zg");
  EXPECT_EQ(to_base64url(bytes_of("fo")), "Zm8");
  EXPECT_EQ(to_base64url(bytes_of("foo")), "Zm9v");
  EXPECT_EQ(to_base64url(bytes_of("foob")), "Zm9vYg");
  EXPECT_EQ(to_base64url(bytes_of("fooba")), "Zm9vYmE");
  EXPECT_EQ(to_base64url(bytes_of("foobar")), "Zm9vYmFy");
  EXPECT_EQ(to_base64url(bytes_of("\xfb\xff")), "-_8");
}

TEST(Base64, ReadsWhatItWrites) {
  Random random(7);
  for (std::size_t size = 0; size < 100; ++size) {
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.next());
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes) << size;
  }
}

TEST(Base64, RefusesWhatItWouldNotHaveWritten) {
  for (std::string_view const text : {"Z", "Zg==", "Zh", "Zm9=", "Zm 9", "Zm9v\n", "+/8", "Zm9vZ"})
    EXPECT_FALSE(from_base64url(text).has_value()) << text;
}

}  // namespace
}  // namespace weir
