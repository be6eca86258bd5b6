// What a request for a file is answered with, and the dates that this takes.
#include "weir/http/file_answer.h"

#include <gtest/gtest.h>

#include "weir/http/content_type.h"
#include "weir/http/date.h"

namespace weir::http {
namespace {

constexpr FileFacts facts{1000, 784'111'777, "\"tag\""};

std::string answer(std::vector<Field> const& fields, FileFacts const& of = facts,
                   Method method = Method::get) {
  Request request;
  request.method = method;
  request.fields = fields;
  FileAnswer const decided = answer_for(request, of);
  std::string text = std::to_string(decided.status);
  if (decided.status == 200 || decided.status == 206)
    text += " " + std::to_string(decided.begin) + "-" + std::to_string(decided.end);
  return text;
}

TEST(FileAnswerTest, Ranges) {
  EXPECT_EQ(answer({}), "200 0-1000");
  EXPECT_EQ(answer({{"Range", "bytes=0-0"}}), "206 0-1");
  EXPECT_EQ(answer({{"Range", "bytes=10-19"}}), "206 10-20");
  EXPECT_EQ(answer({{"Range", "BYTES=10-"}}), "206 10-1000");
  EXPECT_EQ(answer({{"Range", "bytes=990-5000"}}), "206 990-1000");
  EXPECT_EQ(answer({{"Range", "bytes=-10"}}), "206 990-1000");
  EXPECT_EQ(answer({{"Range", "bytes=-5000"}}), "206 0-1000");
  EXPECT_EQ(answer({{"Range", "bytes=0-99999999999999999999999"}}), "206 0-1000");
  EXPECT_EQ(answer({{"Range", "bytes=1000-"}}), "416");
  EXPECT_EQ(answer({{"Range", "bytes=-0"}}), "416");
  EXPECT_EQ(answer({{"Range", "bytes=-1"}}, {0, 0, "\"e\""}), "416");
  for (char const* const other : {"bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "lines=0-1",
                                  "bytes=0-1,5-6", "bytes 0-1", "bytes=0-1x", "bytes=+0-1"})
    EXPECT_EQ(answer({{"Range", other}}), "200 0-1000") << other;
  EXPECT_EQ(answer({{"Range", "bytes=0-0"}}, facts, Method::head), "200 0-1000");
}

TEST(FileAnswerTest, RangesUnderACondition) {
  EXPECT_EQ(answer({{"Range", "bytes=0-0"}, {"If-Range", "\"tag\""}}), "206 0-1");
  EXPECT_EQ(answer({{"Range", "bytes=0-0"}, {"If-Range", "\"old\""}}), "200 0-1000");
  EXPECT_EQ(answer({{"Range", "bytes=0-0"}, {"If-Range", "W/\"tag\""}}), "200 0-1000");
  EXPECT_EQ(answer({{"Range", "bytes=0-0"}, {"If-Range", "Sun, 06 Nov 1994 08:49:37 GMT"}}),
            "206 0-1");
  EXPECT_EQ(answer({{"Range", "bytes=0-0"}, {"If-Range", "Sun, 06 Nov 1994 08:49:38 GMT"}}),
            "200 0-1000");
}

TEST(FileAnswerTest, Conditions) {
  EXPECT_EQ(answer({{"If-None-Match", "\"tag\""}}), "304");
  EXPECT_EQ(answer({{"If-None-Match", "\"a\", W/\"tag\""}}), "304");
  EXPECT_EQ(answer({{"If-None-Match", "*"}}), "304");
  EXPECT_EQ(answer({{"If-None-Match", "\"a\""}}), "200 0-1000");
  EXPECT_EQ(answer({{"If-None-Match", "tag"}}), "200 0-1000");
  EXPECT_EQ(answer({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}), "304");
  EXPECT_EQ(answer({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}), "200 0-1000");
  EXPECT_EQ(answer({{"If-Modified-Since", "yesterday"}}), "200 0-1000");
  EXPECT_EQ(
      answer({{"If-None-Match", "\"a\""}, {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}),
      "200 0-1000")
      << "a tag says more than a date";
  EXPECT_EQ(answer({{"If-Match", "\"tag\""}}), "200 0-1000");
  EXPECT_EQ(answer({{"If-Match", "W/\"tag\""}}), "412");
  EXPECT_EQ(answer({{"If-Match", "\"a\""}}), "412");
  EXPECT_EQ(answer({{"If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}), "412");
  EXPECT_EQ(answer({{"If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}), "200 0-1000");
}

TEST(DateTest, ThereAndBack) {
  EXPECT_EQ(make_date(784'111'777).text(), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(make_date(0).text(), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(make_date(951'782'400).text(), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(make_date(-1).text(), "Wed, 31 Dec 1969 23:59:59 GMT");
  for (std::int64_t time = -5'000'000'000; time < 20'000'000'000; time += 98'765'431)
    EXPECT_EQ(parse_date(make_date(time).text()), time);
  EXPECT_EQ(make_date(INT64_MAX).text(), "Fri, 31 Dec 9999 23:59:59 GMT");
  for (char const* const bad : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                                "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 00 Nov 1994 08:49:37 GMT",
                                "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 ovJ 1994 08:49:37 GMT",
                                "Sun, 06 Nov 1994 08:4x:37 GMT"})
    EXPECT_FALSE(parse_date(bad).has_value()) << bad;
}

TEST(ContentTypeTest, ByTheEndOfTheName) {
  EXPECT_EQ(content_type_of("a/index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type_of("A.PNG"), "image/png");
  EXPECT_EQ(content_type_of("a.b/c"), "application/octet-stream");
  EXPECT_EQ(content_type_of("archive.tar.gz"), "application/gzip");
  EXPECT_EQ(content_type_of(""), "application/octet-stream");
}

}  // namespace
}  // namespace weir::http
