#include "tools/weir_top/fetch.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::top {
namespace {

// "host port path", or "no".
std::string parsed(std::string const& text) {
  Result<Url> const url = parse_url(text);
  if (!url) return "no";
  return url.value().host + " " + url.value().port_number + " " + url.value().path;
}

TEST(Url, IsAHostAPortNumberAndAPath) {
  EXPECT_EQ(parsed("http://127.0.0.1:9100"), "127.0.0.1 9100 /graph");
  EXPECT_EQ(parsed("http://127.0.0.1:9100/"), "127.0.0.1 9100 /graph");
  EXPECT_EQ(parsed("localhost:9100"), "localhost 9100 /graph");
  EXPECT_EQ(parsed("localhost"), "localhost 80 /graph");
  EXPECT_EQ(parsed("http://[::1]:9100/a/b?c"), "::1 9100 /a/b?c");
  EXPECT_EQ(parsed("[::1]"), "::1 80 /graph");
}

TEST(Url, IsNothingElse) {
  for (char const* text : {"", "/", ":80", "http://", "https://a", "a:", "a:b", "a:123456", "[::1",
                           "[::1]80", "a b", "a/\r\nHost: b", "unix:/a"})
    EXPECT_EQ(parsed(text), "no") << text;
}

TEST(Fetcher, SaysInASentenceThatNobodyAnswers) {
  auto fetcher = Fetcher::make("127.0.0.1:1");
  if (!fetcher) GTEST_SKIP() << fetcher.error().message;
  Result<std::string> const text = (*fetcher)->get();
  ASSERT_FALSE(text);
  EXPECT_FALSE(text.error().message.empty());
}

}  // namespace
}  // namespace weir::top
