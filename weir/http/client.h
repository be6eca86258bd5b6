// An HTTP/1.1 client on a worker.
//
//   http::Client client(worker);
//   client.get("http://127.0.0.1:8080/healthz", [](Result<http::Answer> answer) {
//     if (answer.ok()) std::puts(answer.value().body.c_str());
//   });
//
// Each call ends with its function being called once, on the worker's thread: with the answer,
// whatever its status is, or with an error in one sentence. Connections are kept and used again;
// where one of those turns out to have ended, a call that may be repeated (GET, HEAD, PUT, DELETE,
// OPTIONS without a source) is sent once more, on a new one.
//
// A URL names an address, not a host: "http://127.0.0.1:80/", "http://[::1]:8080/", "http://
// localhost/"; names are not looked up, redirections not followed.
//
// "https://127.0.0.1:443/" is asked with TLS, by a context that says which server is wanted
// (crypto/tls_context.h): that of the call, or the client's. Nothing is said before the server has
// proven who it is, and an answer that is cut off is an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/clock.h"
#include "weir/base/owner.h"
#include "weir/base/result.h"
#include "weir/http/request.h"
#include "weir/http/response.h"
#include "weir/ring/address.h"

namespace weir {
class TlsContext;
class Worker;
}  // namespace weir

namespace weir::http {

class ClientGate;

struct ClientLimits {
  std::uint32_t head_bytes_max = 64u << 10;  // of an answer
  std::uint32_t field_count_max = 200;
  std::uint64_t body_bytes_max = 64u << 20;  // of an answer that is collected
  std::uint32_t connection_count_max = 256;
  std::uint32_t connections_per_address_max = 8;
  std::uint32_t call_count_max = 4096;  // begun or waiting; more are refused (EAGAIN)
  std::uint32_t receive_bytes = 32u << 10;
  std::uint32_t interim_count_max = 8;   // answers "1xx" before the one
  Duration call_time = 30 * seconds;     // from the beginning of a call to its end
  Duration connect_time = 10 * seconds;  // and to shake hands; and, at the end, to say goodbye
  Duration idle_time = 30 * seconds;     // a connection that is kept
};

struct Answer {
  int status = 0;
  std::vector<OwnedField> fields;
  std::string body;  // empty where it was given part by part

  // The first of that name; empty if there is none.
  std::string_view field(std::string_view name) const;
};

// What is asked.
struct Call {
  Method method = Method::get;
  // Where, and what: or a URL, which says both.
  Address to;
  std::string target;  // "/path?query"
  std::string host;    // the Host field; empty: the address
  std::string url;
  // A client's; outlives the client. Null: TLS is spoken only to an "https://" URL, by the context
  // of Client::use_tls(). With one, a URL has to be "https://".
  TlsContext* tls = nullptr;
  std::vector<OwnedField> fields;
  std::string type;  // of the body
  std::string body;
  Owner<Source> source;  // gives the body, instead, in chunks; see response.h
  Duration time = 0;     // instead of call_time
};

struct CallId {
  std::uint64_t number = 0;
};

// Who is told of a call.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  // Of an answer that is to be given part by part: its body, as it comes.
  virtual bool takes_parts() const { return false; }
  virtual void take(std::string_view) {}
  virtual void done(Result<Answer> answer) = 0;
};

template <class F>
class CallDone final : public CallObserver {
 public:
  explicit CallDone(F function) : function_(std::move(function)) {}
  void done(Result<Answer> answer) override { function_(std::move(answer)); }

 private:
  F function_;
};

class Client {
 public:
  // The worker outlives the client.
  explicit Client(Worker& worker, ClientLimits const& limits = {});
  // Ends everything at once; nobody is told.
  ~Client();
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;

  template <class F>
  requires std::is_invocable_v<F&, Result<Answer>> CallId get(std::string_view url, F done) {
    Call call;
    call.url = url;
    return send(std::move(call), std::move(done));
  }
  template <class F>
  requires std::is_invocable_v<F&, Result<Answer>> CallId send(Call call, F done) {
    return begin(std::move(call), Owner<CallObserver>(new CallDone<F>(std::move(done))));
  }
  CallId begin(Call call, Owner<CallObserver> observer);
  // For "https://" from now on, unless the call names another one. A client's context, which
  // outlives the client; its options may name "http/1.1" as a protocol.
  void use_tls(TlsContext& context);

  // It ends with ECANCELED, unless it has ended.
  void cancel(CallId id);
  // Its source, which said `later`, is asked again.
  void resume(CallId id);

  std::uint32_t call_count() const;
  std::uint32_t connection_count() const;

 private:
  ClientGate* gate_;  // the worker's
};

}  // namespace weir::http
