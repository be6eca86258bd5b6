// Asks a weir program for its /graph.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/http/client.h"
#include "weir/ring/address.h"
#include "weir/worker/worker.h"

namespace weir::top {

// "http://127.0.0.1:9100", "localhost:9100", "http://[::1]:9100/graph": a host, a port number, and
// /graph unless there is a path.
struct Url {
  std::string host;  // without the brackets of an IPv6 address
  std::string port_number = "80";
  std::string path = "/graph";
};

// Fails with one sentence.
Result<Url> parse_url(std::string_view text);

class Fetcher {
 public:
  // Looks the host up. Fails with one sentence.
  static Result<std::unique_ptr<Fetcher>> make(std::string_view url);

  // The body of the answer; waits for it as long as answer_time_max. Fails with one sentence, also
  // where the answer is no 200.
  Result<std::string> get();

 private:
  Fetcher(std::unique_ptr<Worker> worker, Url url, Address address);

  std::unique_ptr<Worker> worker_;
  http::Client client_{*worker_};
  Url const url_;
  Address const address_;
};

}  // namespace weir::top
