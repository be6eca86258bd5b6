// An HTTP/1.1 server on a worker.
//
//   http::Server server(worker);
//   server.get("/healthz", [](http::Request const&) { return http::text("ok"); });
//   server.files("/", "public").value();                         // a folder
//   Address const where = server.listen("127.0.0.1:8080").value();
//   worker.run();
//
// It answers a handler's path exactly, HEAD by the handler of GET, 404 for what nobody answers, 405
// for another method. Handlers may be added at any time, and are called on the worker's thread: one
// that takes long holds up everybody. response.h says what they give back, handler.h how a body is
// received part by part, limits.h how much of everything there may be.
//
// It accepts, receives and sends by itself on the worker's ring; it is a flow without operators, so
// Worker::stop() drains it like any other: it accepts no more, answers what has begun, closes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "weir/base/clock.h"
#include "weir/base/owner.h"
#include "weir/base/result.h"
#include "weir/http/counters.h"
#include "weir/http/handler.h"
#include "weir/http/limits.h"
#include "weir/http/request.h"
#include "weir/http/response.h"
#include "weir/ring/address.h"

namespace weir {
class TlsContext;
class Worker;
}  // namespace weir

namespace weir::http {

class ServerGate;

// Seconds since 1970, for the Date of an answer.
std::int64_t system_time();

struct ServerOptions {
  Limits limits{};
  std::int64_t (*unix_time)() = system_time;
  std::string name = "http";  // of its flow, for metrics and pictures
};

struct FolderOptions {
  std::string index = "index.html";  // what a path that ends with a slash means; empty: nothing
  std::string cache_control;         // sent with each file, if not empty
};

class Server {
 public:
  // The worker outlives the server.
  explicit Server(Worker& worker, ServerOptions const& options = {});
  // Ends everything at once; handlers are not called any more.
  ~Server();
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  // "127.0.0.1:8080", "[::1]:0", "unix:/run/weir.sock"; several times for several addresses. The
  // result is where it listens, its port number filled in.
  Result<Address> listen(std::string_view address, Sharing sharing = Sharing::alone);
  Result<Address> listen(Address const& address, Sharing sharing = Sharing::alone);

  // The same with TLS (HTTPS); the context, a server's, outlives the server. Its options may name
  // "http/1.1" as a protocol.
  Result<Address> listen(std::string_view address, TlsContext& tls,
                         Sharing sharing = Sharing::alone);

  // A path, or "/a/*" for all paths below /a/ that nothing longer is said of.
  template <is_handler F>
  void get(std::string_view path, F handler) {
    on(Method::get, path, std::move(handler));
  }
  template <is_handler F>
  void post(std::string_view path, F handler) {
    on(Method::post, path, std::move(handler));
  }
  template <is_handler F>
  void put(std::string_view path, F handler) {
    on(Method::put, path, std::move(handler));
  }
  // A second one for the same path and method takes the place of the first.
  template <is_handler F>
  void on(Method method, std::string_view path, F handler) {
    add(method, path, Owner<Handler>(new HandlerOf<F>(std::move(handler))));
  }
  // `make` makes a receiver of each request: see handler.h.
  template <makes_receiver F>
  void receive(Method method, std::string_view path, F make) {
    add(method, path, Owner<Handler>(new ReceivingHandlerOf<F>(std::move(make))));
  }
  void add(Method method, std::string_view path, Owner<Handler> handler);

  // Every path that begins with `prefix` (which ends with a slash) is a file below `folder`, unless
  // a handler has that path. No path leads out of it, whatever links there are. Fails when there is
  // no such folder.
  Result<void> files(std::string_view prefix, std::string const& folder,
                     FolderOptions const& options = {});

  // A source that said `later` is asked again, a receiver that paused is given more. Nothing
  // happens if that exchange is over.
  void resume(ExchangeId id);

  // As the worker's stop() would do it.
  void stop(Duration time_max = 5 * seconds);
  bool stopped() const;

  ServerCounters const& counters() const;
  std::uint32_t connection_count() const;

 private:
  ServerGate* gate_;  // the worker's
};

}  // namespace weir::http
