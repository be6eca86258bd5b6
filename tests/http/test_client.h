// For the tests of the client: one with short times, its calls, and what came of each as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/http/test_http.h"
#include "weir/http/client.h"

namespace weir::http {

class HttpClientTest : public HttpTest {
 protected:
  void SetUp() override {
    HttpTest::SetUp();
    ClientLimits limits;
    limits.body_bytes_max = 100'000;
    limits.connections_per_address_max = 2;
    limits.call_time = 1 * seconds;
    limits.connect_time = 500 * milliseconds;
    limits.idle_time = 300 * milliseconds;
    limits.interim_count_max = 2;
    client_.emplace(test_.worker(), limits);
  }
  void TearDown() override {
    client_.reset();
    HttpTest::TearDown();
  }

  std::string url(std::string_view target) {
    return "http://" + where_.text() + std::string(target);
  }
  // What came of a call: "200 body", or the error's number and sentence.
  std::string run(Call call) {
    std::optional<std::string> seen;
    client_->send(std::move(call), [&](Result<Answer> answer) { seen = text_of(answer); });
    EXPECT_TRUE(test_.run_until([&] { return seen.has_value(); }));
    return seen.value_or("nothing");
  }
  std::string run(std::string_view target) {
    Call call;
    call.url = url(target);
    return run(std::move(call));
  }
  static std::string text_of(Result<Answer> const& answer) {
    if (answer.ok()) return std::to_string(answer.value().status) + " " + answer.value().body;
    return std::to_string(answer.error().code) + " " + answer.error().message;
  }
  // What comes of a call to somebody who says this, and then perhaps ends.
  std::string against(std::string_view answer, bool ends, Method method = Method::get) {
    Address address;
    weir::Client& peer = test_.accept(address);
    peer.send(answer);
    peer.finishes = ends;
    Call call;
    call.method = method;
    call.to = address;
    call.target = "/x";
    std::optional<std::string> seen;
    client_->send(std::move(call), [&](Result<Answer> result) { seen = text_of(result); });
    bool accepted = false;
    EXPECT_TRUE(test_.run_until([&] {
      accepted = accepted || peer.peer().accepted();
      return seen.has_value();
    }));
    return seen.value_or("nothing");
  }

  std::optional<Client> client_;
};
}  // namespace weir::http
