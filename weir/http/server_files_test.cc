// Files of a folder, small and large, whole and in parts; and that no path leads out of it.
#include <filesystem>

#include "tests/http/test_http.h"

namespace weir::http {
namespace {

Limits small_limits() {
  Limits limits;
  limits.cached_file_bytes_max = 4096;
  limits.cached_total_bytes_max = 10'000;
  limits.open_file_count_max = 4;
  limits.file_check_time = 50 * milliseconds;
  return limits;
}

class HttpFilesTest : public HttpTest {
 protected:
  HttpFilesTest() : HttpTest(small_limits()) {}
  void SetUp() override {
    make_folder("www");
    make_folder("www/sub");
    files_.put("www/index.html", "<p>index");
    files_.put("www/small.txt", "small");
    files_.put("www/empty", "");
    files_.put("www/sub/index.html", "<p>sub");
    files_.put("www/large.bin", large_);
    files_.put("secret", "secret");
    HttpTest::SetUp();
    Result<void> const done = server().files("/", files_.path("www"));
    ASSERT_TRUE(done.ok()) << done.error().message;
  }

  std::string const large_ = pattern(1'000'000);
};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpFilesTest, testing::ValuesIn(test_kernels()), weir::name_of);

TEST_P(HttpFilesTest, ServesAFile) {
  Reply const reply = ask(get("/small.txt"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "small");
  EXPECT_EQ(reply.field("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.field("accept-ranges"), "bytes");
  EXPECT_NE(reply.field("etag"), "");
  EXPECT_NE(reply.field("last-modified"), "");
  EXPECT_EQ(ask(get("/empty")).field("content-length"), "0");
  EXPECT_EQ(ask(get("/hello")).body, "hello") << "a handler comes first";
}

TEST_P(HttpFilesTest, LargeFilesAreMoved) {
  Client& client = connect();
  client.send(get("/large.bin") + get("/small.txt") + get("/large.bin"));
  EXPECT_TRUE(read(client).body == large_);
  EXPECT_EQ(read(client).body, "small");
  EXPECT_TRUE(read(client).body == large_);
  // (A hostile world has part of it on its disk alone.)
  EXPECT_GT(counters().moved_bytes, 0u);
  EXPECT_LE(counters().moved_bytes, 2 * large_.size());
}

TEST_P(HttpFilesTest, APeerThatDoesNotReadHoldsUpNobody) {
  std::vector<Client*> slow;
  for (int i = 0; i < 10; ++i) {
    slow.push_back(&connect(2048));
    slow.back()->reads = false;
    slow.back()->send(get("/large.bin"));
  }
  ASSERT_TRUE(test_.run_until([&] { return counters().requests == 10; }));
  test_.run_for();
  EXPECT_TRUE(ask(get("/large.bin")).body == large_);
  for (Client* client : slow) client->reads = true;
  for (Client* client : slow) EXPECT_TRUE(read(*client).body == large_);
}

TEST_P(HttpFilesTest, Ranges) {
  Reply const part = ask(get("/large.bin", "Range: bytes=12345-99999\r\n"));
  EXPECT_EQ(part.status, 206);
  EXPECT_TRUE(part.body == large_.substr(12'345, 87'655));
  EXPECT_EQ(part.field("content-range"), "bytes 12345-99999/1000000");
  EXPECT_EQ(ask(get("/small.txt", "Range: bytes=-2\r\n")).body, "ll");
  Reply const none = ask(get("/small.txt", "Range: bytes=5-\r\n"));
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(none.field("content-range"), "bytes */5");
}

TEST_P(HttpFilesTest, WhatHasNotChangedIsNotSentAgain) {
  Reply const first = ask(get("/small.txt"));
  Client& client = connect();
  client.send(get("/small.txt", "If-None-Match: " + first.field("etag") + "\r\n"));
  Reply const second = read(client, true);
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.field("content-length"), "");
  EXPECT_EQ(second.field("etag"), first.field("etag"));
  client.send(get("/small.txt", "If-Modified-Since: " + first.field("last-modified") + "\r\n"));
  EXPECT_EQ(read(client, true).status, 304);
  EXPECT_EQ(ask(get("/small.txt", "If-Match: \"other\"\r\n")).status, 412);
}

TEST_P(HttpFilesTest, HeadTellsTheLengthAlone) {
  Client& client = connect();
  client.send("HEAD /large.bin HTTP/1.1\r\nHost: a\r\n\r\n" + get("/small.txt"));
  EXPECT_EQ(read(client, true).field("content-length"), "1000000");
  EXPECT_EQ(read(client).body, "small");
}

TEST_P(HttpFilesTest, FoldersHaveAnIndex) {
  EXPECT_EQ(ask(get("/")).body, "<p>index");
  EXPECT_EQ(ask(get("/")).field("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(ask(get("/sub/")).body, "<p>sub");
  Reply const moved = ask(get("/sub?x=1"));
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.field("location"), "/sub/?x=1");
  EXPECT_EQ(ask(get("/small.txt/")).status, 404);
  EXPECT_EQ(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status, 405);
}

TEST_P(HttpFilesTest, AFileThatChangesIsServedAnew) {
  std::string const before = ask(get("/small.txt")).field("etag");
  files_.put("www/small.txt", "changed and longer");
  pass(60 * milliseconds);
  Reply const reply = ask(get("/small.txt"));
  EXPECT_EQ(reply.body, "changed and longer");
  EXPECT_NE(reply.field("etag"), before);
  std::uint64_t const loaded = counters().files_loaded;
  pass(60 * milliseconds);
  EXPECT_EQ(ask(get("/small.txt")).body, "changed and longer");
  EXPECT_EQ(counters().files_loaded, loaded) << "it was looked at, and is the same";
}

TEST_P(HttpFilesTest, NoMoreFilesAreKeptThanThereMayBe) {
  for (int i = 0; i < 20; ++i) {
    files_.put("www/" + std::to_string(i), std::string(3000 + static_cast<std::size_t>(i), 'x'));
    EXPECT_EQ(ask(get("/" + std::to_string(i))).body.size(), 3000u + static_cast<unsigned>(i));
  }
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(ask(get("/" + std::to_string(i))).body.size(), 3000u + static_cast<unsigned>(i));
}

TEST_P(HttpFilesTest, NoPathLeadsOut) {
  for (char const* const path :
       {"/../secret", "/sub/../../secret", "/..", "/%2e%2e/secret", "/.%2E/secret",
        "/sub/%2e%2e/%2e%2e/secret", "/..%2fsecret", "/%2e%2e%2fsecret", "/small.txt%00.html",
        "/sub%2f..%2f..%2fsecret"}) {
    Reply const reply = ask(get(path));
    EXPECT_EQ(reply.status, 400) << path;
  }
  EXPECT_GE(counters().refused_for(Refusal::bad_path), 10u);
  for (char const* const path :
       {"//secret", "//etc/passwd", "/...", "/..;/secret", "/\\..\\secret", "/nowhere"}) {
    Reply const reply = ask(get(path));
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.body.find("secret\n"), std::string::npos);
  }
  EXPECT_GE(counters().files_refused, 2u);
  EXPECT_EQ(ask(get("/small.txt")).body, "small");
}

// There are no links in a simulated world.
class HttpLinksTest : public HttpFilesTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, HttpLinksTest, testing::ValuesIn(test_kernels_not_named("sim")),
                         weir::name_of);

TEST_P(HttpLinksTest, LinksThatLeadOutAreNotFollowed) {
  std::filesystem::create_symlink("../secret", files_.path("www/out"));
  std::filesystem::create_symlink(files_.path("secret"), files_.path("www/absolute"));
  std::filesystem::create_directory_symlink("..", files_.path("www/up"));
  std::filesystem::create_symlink("small.txt", files_.path("www/within"));
  EXPECT_EQ(ask(get("/out")).status, 404);
  EXPECT_EQ(ask(get("/absolute")).status, 404);
  EXPECT_EQ(ask(get("/up/secret")).status, 404);
  EXPECT_EQ(counters().files_refused, 3u);
  EXPECT_EQ(ask(get("/within")).body, "small");
}

TEST_P(HttpFilesTest, OnlyFilesAreServed) {
  files_.make_pipe("www/pipe");
  EXPECT_EQ(ask(get("/pipe")).status, 403);
}

TEST_P(HttpFilesTest, AFolderThatIsNoneIsSaidSo) {
  Result<void> const done = server().files("/x/", files_.path("nowhere"));
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ENOENT) << done.error().message;
}

TEST_P(HttpFilesTest, APeerThatGoesAwayInTheMiddleLeavesNothing) {
  for (int i = 0; i < 5; ++i) {
    Client& client = connect(2048);
    client.receive_size_max = 5000;
    client.send(get("/large.bin"));
    ASSERT_TRUE(test_.run_until([&] { return client.received.size() > 20'000; }));
    client.over = true;
    client.peer().reset();
  }
  ASSERT_TRUE(test_.run_until([&] { return server().connection_count() == 0; }));
  EXPECT_TRUE(ask(get("/large.bin")).body == large_);
}

}  // namespace
}  // namespace weir::http
