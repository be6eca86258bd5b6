// What the tests of http are made of: a server on the kernel under test, and clients that say
// exactly which bytes they send and read.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/net/test_net.h"
#include "tests/ring/recorder.h"
#include "tests/ring/test_files.h"
#include "weir/http/server.h"

namespace weir::http {

// One response, as a client reads it off the wire.
struct Reply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  bool chunked = false;

  std::string field(std::string_view name) const {
    for (auto const& [key, value] : fields)
      if (same_token(key, name)) return value;
    return {};
  }
};

// The obviously right reader: takes one whole response off the front of `bytes`; nothing if it is
// not whole yet. `no_body`: it answers a HEAD. `ended`: nothing follows.
inline std::optional<Reply> take_reply(std::string& bytes, bool no_body = false,
                                       bool ended = false) {
  std::size_t const end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  Reply reply;
  EXPECT_EQ(bytes.substr(0, 9), "HTTP/1.1 ") << bytes.substr(0, 80);
  reply.status = std::atoi(bytes.c_str() + 9);
  std::size_t at = bytes.find("\r\n") + 2;
  while (at < end + 2) {
    std::size_t const line_end = bytes.find("\r\n", at);
    std::string const line = bytes.substr(at, line_end - at);
    std::size_t const colon = line.find(": ");
    EXPECT_NE(colon, std::string::npos) << line;
    reply.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    at = line_end + 2;
  }
  std::size_t begin = end + 4;
  bool const empty = no_body || reply.status == 204 || reply.status == 304 || reply.status < 200;
  if (empty) {
    bytes.erase(0, begin);
    return reply;
  }
  if (reply.field("transfer-encoding") == "chunked") {
    reply.chunked = true;
    // Who reads a long body asks at every step: so its end is looked for first, near the end.
    std::size_t const tail = 64u << 10;
    std::size_t const from = bytes.size() > end + tail ? bytes.size() - tail : end + 2;
    if (bytes.find("\r\n0\r\n\r\n", from) == std::string::npos) return std::nullopt;
    while (true) {
      std::size_t const line_end = bytes.find("\r\n", begin);
      if (line_end == std::string::npos) return std::nullopt;
      std::size_t const size = std::strtoul(bytes.c_str() + begin, nullptr, 16);
      if (bytes.size() < line_end + 4 + size) return std::nullopt;
      reply.body += bytes.substr(line_end + 2, size);
      begin = line_end + 2 + size;
      EXPECT_EQ(bytes.substr(begin, 2), "\r\n");
      begin += 2;
      if (size == 0) break;
    }
  } else if (!reply.field("content-length").empty()) {
    std::size_t const size = std::strtoul(reply.field("content-length").c_str(), nullptr, 10);
    if (bytes.size() < begin + size) return std::nullopt;
    reply.body = bytes.substr(begin, size);
    begin += size;
  } else {
    if (!ended) return std::nullopt;
    reply.body = bytes.substr(begin);
    begin = bytes.size();
  }
  bytes.erase(0, begin);
  return reply;
}

inline std::string get(std::string_view target, std::string_view fields = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) +
         "\r\n";
}

class HttpTest : public testing::TestWithParam<KernelChoice> {
 protected:
  explicit HttpTest(Limits const& limits = {}) { options_.limits = limits; }
  HttpTest(Limits const& limits, Duration stop_time_max)
      : test_(GetParam(), weir::Limits{}, {}, stop_time_max) {
    options_.limits = limits;
  }

  void SetUp() override {
    options_.unix_time = [] { return std::int64_t{784'111'777}; };
    server_.emplace(test_.worker(), options_);
    server_->get("/hello", [](Request const&) { return text("hello"); });
    server_->post("/echo", [](Request const& request) { return text(std::string(request.body)); });
    where_ = server_->listen(Address::loopback(0)).value();
  }
  void TearDown() override { server_.reset(); }

  Server& server() { return *server_; }
  ServerCounters const& counters() { return server_->counters(); }
  weir::Client& connect(std::uint32_t window = 0) { return test_.connect(where_, window); }
  Instant now() { return test_.worker().clock().now(); }

  // What the server answers to `bytes` on a connection of its own, one reply.
  Reply ask(std::string_view bytes, bool no_body = false) {
    weir::Client& client = connect();
    client.send(bytes);
    return read(client, no_body);
  }
  Reply read(weir::Client& client, bool no_body = false) {
    std::optional<Reply> reply;
    EXPECT_TRUE(test_.run_until([&] {
      reply = take_reply(client.received, no_body, client.saw_end);
      return reply.has_value() || client.saw_end;
    })) << client.received.substr(0, 200);
    if (!reply) reply = take_reply(client.received, no_body, true);
    EXPECT_TRUE(reply.has_value()) << "no whole reply: " << client.received.substr(0, 200);
    return reply.value_or(Reply{});
  }
  bool ends(weir::Client& client) {
    testing::AssertionResult const ended = test_.run_until([&] { return client.saw_end; });
    EXPECT_TRUE(ended);
    return static_cast<bool>(ended);
  }
  // For files of it; a simulated world makes its folders by itself.
  void make_folder(std::string_view name) {
    if (!test_.kernel().simulated()) std::filesystem::create_directory(files_.path(name));
  }
  // Time goes by, whatever happens in it.
  void pass(Duration time) {
    Instant const end = now() + time;
    while (now() < end) {
      test_.act();
      test_.worker().step(end);
    }
  }

  TestNet test_{GetParam()};
  TestFiles files_{test_.kernel().world()};
  ServerOptions options_;
  std::optional<Server> server_;
  Address where_;
};

}  // namespace weir::http
