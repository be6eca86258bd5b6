// Which bytes are a request, where it ends, and what is refused as what.
#include "weir/http/parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/http/read_all.h"

namespace weir::http {
namespace {

std::string read_all(std::string_view stream, std::size_t piece, Limits const& limits = {}) {
  return read_all(stream, limits, [=] { return piece; });
}

struct Row {
  char const* what;
  std::string stream;
  char const* expected;
};

std::string with(std::string_view fields, std::string_view body = {}) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

using namespace std::string_literals;

std::vector<Row> requests() {
  return {
      {"one", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /;"},
      {"two, pipelined", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
       "GET /1;GET /2;"},
      {"an empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /;"},
      {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed"},
      {"HTTP/1.0 without host", "GET / HTTP/1.0\r\n\r\n", "GET /;"},
      {"a body", with("Content-Length: 3\r\n", "abcGET"), "POST / [abc];..."},
      {"an empty body", with("Content-Length: 0\r\n"), "POST /;"},
      {"chunks", with("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"),
       "POST / [abc0123456789];"},
      {"chunks, upper case", with("Transfer-Encoding: CHUNKED\r\n", "1\r\nx\r\n0\r\n\r\n"),
       "POST / [x];"},
      {"an extension and a trailer",
       with("Transfer-Encoding: chunked\r\n", "1;a=b\r\nx\r\n0\r\nX: y\r\n\r\nGET"),
       "POST / [x];..."},
      {"no chunk but the last", with("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), "POST /;"},
      {"no chunk but the last, with an extension and a trailer",
       with("Transfer-Encoding: chunked\r\n", "000;a=\"b;c\"\r\nX: y\r\n\r\nGET"), "POST /;..."},
      {"an unfinished last chunk", with("Transfer-Encoding: chunked\r\n", "0\r\n\r"), "POST /..."},
      {"no end", "GET / HTTP/1.1\r\nHost: a\r\n", "..."},
      {"an unfinished body", with("Content-Length: 3\r\n", "ab"), "POST /..."},
  };
}

std::vector<Row> doubtful_lengths() {
  return {
      {"both lengths", with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
       "ambiguous_length"},
      {"both, the other way", with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
       "ambiguous_length"},
      {"two lengths", with("Content-Length: 3\r\nContent-Length: 4\r\n"), "ambiguous_length"},
      {"two lengths, equal", with("Content-Length: 3\r\nContent-Length: 3\r\n"),
       "ambiguous_length"},
      {"a list of lengths", with("Content-Length: 3, 3\r\n"), "ambiguous_length"},
      {"a signed length", with("Content-Length: +3\r\n"), "ambiguous_length"},
      {"a negative length", with("Content-Length: -3\r\n"), "ambiguous_length"},
      {"a hexadecimal length", with("Content-Length: 0x3\r\n"), "ambiguous_length"},
      {"no length", with("Content-Length:\r\n"), "ambiguous_length"},
      {"a length of 2^64", with("Content-Length: 18446744073709551616\r\n"), "ambiguous_length"},
      {"another coding", with("Transfer-Encoding: gzip\r\n"), "unknown_coding"},
      {"a coding before chunked", with("Transfer-Encoding: gzip, chunked\r\n"), "unknown_coding"},
      {"chunked twice", with("Transfer-Encoding: chunked, chunked\r\n"), "unknown_coding"},
      {"chunked in two fields",
       with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "ambiguous_length"},
      {"chunked and something", with("Transfer-Encoding: xchunked\r\n"), "unknown_coding"},
      {"chunked with a tab in it", with("Transfer-Encoding: chunked\x0b\r\n"), "malformed"},
      {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
       "ambiguous_length"},
      {"a chunk size that overflows",
       with("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n"), "POST /ambiguous_length"},
      {"a chunk size that is none", with("Transfer-Encoding: chunked\r\n", "g\r\n"),
       "POST /ambiguous_length"},
      {"a chunk size with a sign", with("Transfer-Encoding: chunked\r\n", "+1\r\nx\r\n"),
       "POST /ambiguous_length"},
      {"a chunk size with 0x", with("Transfer-Encoding: chunked\r\n", "0x1\r\nx\r\n0\r\n\r\n"),
       "POST /ambiguous_length"},
      {"a chunk that is longer than it says",
       with("Transfer-Encoding: chunked\r\n", "1\r\nxy\r\n0\r\n\r\n"), "POST /ambiguous_length"},
      {"a chunk line that ends with LF",
       with("Transfer-Encoding: chunked\r\n", "1\nx\r\n0\r\n\r\n"), "POST /ambiguous_length"},
      {"an extension that ends in the chunk",
       with("Transfer-Encoding: chunked\r\n", "9;a=\"\r\n\"\r\n456789\r\n0\r\n\r\n"),
       "POST /malformed"},
      {"a length in a trailer",
       with("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 3\r\n\r\n"),
       "POST /ambiguous_length"},
  };
}

std::vector<Row> malformed_heads() {
  return {
      {"a folded line", with("X: a\r\n b\r\n"), "malformed"},
      {"a folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "malformed"},
      {"a bare LF", "GET / HTTP/1.1\nHost: a\n\n", "malformed"},
      {"a bare LF in the middle", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "malformed"},
      {"a bare CR", with("X: a\rY: b\r\n"), "malformed"},
      {"CR CR LF", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", "malformed"},
      {"a NUL", with("X: a\0b\r\n"s), "malformed"},
      {"a space before a colon", with("Content-Length : 3\r\n"), "malformed"},
      {"a tab before a colon", with("Content-Length\t: 3\r\n"), "malformed"},
      {"a space in a name", with("Content Length: 3\r\n"), "malformed"},
      {"no name", with(": 3\r\n"), "malformed"},
      {"no colon", with("Host\r\n"), "malformed"},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "bad_host"},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "bad_host"},
      {"HTTP/2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "unknown_version"},
      {"the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "unknown_version"},
      {"HTTP/0.9", "GET /\r\n\r\n", "malformed"},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed"},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "unknown_version"},
      {"a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "malformed"},
      {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"s, "malformed"},
      {"nothing but zeros", std::string(64, '\0') + "\n", "malformed"},
      {"another expectation", with("Expect: 200-ok\r\n"), "unknown_expectation"},
  };
}

std::vector<Row> rows() {
  std::vector<Row> all = requests();
  for (auto const& more : {doubtful_lengths(), malformed_heads()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(RequestParserTest, ReadsWhatIsARequestAndRefusesWhatIsNot) {
  for (Row const& row : rows()) EXPECT_EQ(read_all(row.stream, 1 << 20), row.expected) << row.what;
}

TEST(RequestParserTest, PiecesMakeNoDifference) {
  for (Row const& row : rows()) {
    for (std::size_t const piece : {1u, 2u, 3u, 4u, 5u, 7u})
      EXPECT_EQ(read_all(row.stream, piece), row.expected) << row.what << " by " << piece;
  }
}

TEST(RequestParserTest, OneCutAnywhereMakesNoDifference) {
  for (Row const& row : rows()) {
    for (std::size_t cut = 1; cut < row.stream.size(); ++cut) {
      std::size_t turn = 0;
      auto const piece = [&] { return turn++ == 0 ? cut : row.stream.size(); };
      EXPECT_EQ(read_all(row.stream, Limits{}, piece), row.expected)
          << row.what << " cut at " << cut;
    }
  }
}

TEST(RequestParserTest, LimitsAreNamed) {
  Limits limits;
  limits.line_bytes_max = 32;
  limits.head_bytes_max = 100;
  limits.field_count_max = 3;
  limits.body_bytes_max = 5;
  std::string const begin = "GET / HTTP/1.1\r\nHost: a\r\n";
  std::string const chunked = with("Transfer-Encoding: chunked\r\n");
  for (std::size_t const piece : {1u, 1000u}) {
    EXPECT_EQ(read_all("GET /" + std::string(40, 'a'), piece, limits), "line_too_long");
    EXPECT_EQ(read_all(begin + "X: " + std::string(100, 'a'), piece, limits), "head_too_large");
    EXPECT_EQ(read_all(begin + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", piece, limits), "too_many_fields");
    EXPECT_EQ(read_all(begin + "A: 1\r\nB: 2\r\n\r\n", piece, limits), "GET /;");
    EXPECT_EQ(read_all(with("Content-Length: 6\r\n"), piece, limits), "POST /body_too_large");
    EXPECT_EQ(read_all(chunked + "3\r\nabc\r\n3\r\n", piece, limits), "POST /body_too_large");
    EXPECT_EQ(read_all(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", piece, limits),
              "POST / [abcde];");
    // (An extension does not count.)
    EXPECT_EQ(read_all(chunked + "5;a=b;c=\"d\"\r\nabcde\r\n0\r\n\r\n", piece, limits),
              "POST / [abcde];");
  }
}

TEST(RequestParserTest, WhatStandsBeforeAChunkIsLimitedWhetherItComesWholeOrNot) {
  Limits limits;
  limits.chunk_line_bytes_max = 40;
  std::string const chunked = with("Transfer-Encoding: chunked\r\n");
  auto const line = [](std::size_t size) { return "1;" + std::string(size - 4, 'a') + "\r\n"; };
  auto const end = [](std::size_t size) {
    return "\r\n0\r\nX:" + std::string(size - 11, 'a') + "\r\n\r\n";
  };
  for (std::size_t const piece : {1u, 39u, 1000u}) {
    EXPECT_EQ(read_all(chunked + line(40) + "x" + end(40), piece, limits), "POST / [x];");
    EXPECT_EQ(read_all(chunked + line(41) + "x", piece, limits), "POST /ambiguous_length");
    EXPECT_EQ(read_all(chunked + line(40) + "x" + end(41), piece, limits),
              "POST /ambiguous_length");
    EXPECT_EQ(read_all(chunked + "1;" + std::string(5000, 'a'), piece, limits),
              "POST /ambiguous_length");
    EXPECT_EQ(read_all(chunked + "0\r\nX: " + std::string(5000, 'a'), piece, limits),
              "POST /ambiguous_length");
  }
}

TEST(TargetTest, IsTakenApart) {
  std::string decoded;
  Target target;
  ASSERT_TRUE(split_target("/a%20b/c?d=%2f", decoded, target));
  EXPECT_EQ(target.path, "/a b/c");
  EXPECT_EQ(target.query, "d=%2f");
  ASSERT_TRUE(split_target("http://host:80/x", decoded, target));
  EXPECT_EQ(target.path, "/x");
  ASSERT_TRUE(split_target("http://host?q", decoded, target));
  EXPECT_EQ(target.path, "/");
  EXPECT_EQ(target.query, "q");
  ASSERT_TRUE(split_target("/...", decoded, target));
  EXPECT_EQ(target.path, "/...");
  for (char const* const bad :
       {"",        "a",     "host:443", "http:///x", "/..",       "/../x",   "/x/..",
        "/x/../y", "/.",    "/./x",     "/%2e%2e",   "/%2E%2e/x", "/.%2e/x", "/x%2fy",
        "/x%2Fy",  "/x%00", "/x%0a",    "/%",        "/%2",       "/%zz",    "/x#y"})
    EXPECT_FALSE(split_target(bad, decoded, target)) << bad;
}

}  // namespace
}  // namespace weir::http
