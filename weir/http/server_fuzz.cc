// A server against peers that say anything: the input is what one of them sends, in pieces, in a
// simulated world with small limits. Whatever that is
//
//   * what the server answers are whole responses, but perhaps the last;
//   * another peer, which asks in good order meanwhile, is answered;
//   * the server comes to rest, and nothing is left over: no operation, no descriptor.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "fuzz/script.h"
#include "tests/http/test_http.h"

namespace weir::http {
namespace {

class Play {
 public:
  Play(std::uint64_t seed, std::uint8_t choices)
      : world_(seed, choices % 2 == 0 ? SimOptions::calm() : SimOptions::hostile()),
        piece_(1u + (choices >> 1)) {
    world_.files().put("www/file", std::string(10'000, 'f'));
    world_.files().put("www/index.html", "index");
    WorkerOptions options;
    options.make_kernel = [this] { return world_.make_kernel(); };
    worker_ = Worker::make(std::move(options)).value();
    ServerOptions server_options;
    Limits& limits = server_options.limits;
    limits.line_bytes_max = 128;
    limits.head_bytes_max = 512;
    limits.body_bytes_max = 256;
    limits.cached_file_bytes_max = 1000;
    limits.pool_buffer_count = 2;
    limits.pool_buffer_bytes = 256;
    limits.output_mark_bytes = 1000;
    server_ = std::make_unique<Server>(*worker_, server_options);
    server_->get("/a", [](Request const& request) { return text(std::string(request.query)); });
    server_->post("/b", [](Request const& request) { return text(std::string(request.body)); });
    WEIR_ASSERT(server_->files("/", "www").ok());
    where_ = server_->listen(Address::loopback(0)).value();
  }

  void run(Script script) {
    std::string bytes;
    while (!script.empty()) bytes += static_cast<char>(script.next());
    Client noisy(make_sim_peer(world_), where_);
    Client good(make_sim_peer(world_), where_);
    noisy.send_size_max = piece_;
    noisy.one_send_an_act = true;
    noisy.send(bytes);
    noisy.finishes = true;
    good.send(get("/a?good"));
    for (int i = 0; i < 20'000 && !(noisy.saw_end && good.received.ends_with("good")); ++i) {
      noisy.act();
      good.act();
      worker_->step(worker_->clock().now() + 1 * milliseconds);
    }
    WEIR_ASSERT(good.received.ends_with("good"));
    WEIR_ASSERT(noisy.saw_end);
    server_.reset();
    worker_.reset();
    WEIR_ASSERT(world_.operation_count() == 0);
    WEIR_ASSERT(world_.descriptor_count() == 0);
  }

 private:
  SimWorld world_;
  std::size_t piece_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<Server> server_;
  Address where_;
};

}  // namespace
}  // namespace weir::http

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  weir::play<weir::http::Play>(data, size);
  return 0;
}
