// What a client is inside: a gate of its worker, with the calls that have not ended and the
// connections that carry them.
//
//   begin ─▶ waiting ─▶ on a connection (one that is kept, or a new one) ─▶ told
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/http/client.h"
#include "weir/http/client_connection.h"
#include "weir/http/limits.h"
#include "weir/worker/worker.h"

namespace weir::http {

class ClientGate final : public Gate {
 public:
  ClientGate(Worker& worker, ClientLimits const& limits);
  ~ClientGate() override;

  CallId begin(Call call, Owner<CallObserver> observer);
  void use_tls(TlsContext& context) { tls_ = &context; }
  void cancel(CallId id);
  void resume(CallId id);
  // Nobody is told any more.
  void abandon();

  void settle() override;
  bool may_sleep() const override;
  void stop() override;
  bool is_done() const override;
  void terminate() override;
  bool is_closed() const override;

  Ring& ring() const { return worker_.ring(); }
  Instant now() const { return worker_.clock().now(); }
  ClientLimits const& limits() const { return limits_; }
  // The same for its parsers.
  Limits const& parser_limits() const { return parser_limits_; }
  std::uint32_t call_count() const { return static_cast<std::uint32_t>(calls_.size()); }
  std::uint32_t connection_count() const { return static_cast<std::uint32_t>(connections_.size()); }

  // ---- for its connections
  void change(ClientConnection& connection) { changed_.push_back(connection); }
  // The call is over; `result` is what it is told in the next settle().
  void end(CallState& call, Result<Answer> result);
  // Its connection had ended before it was sent: it waits for another one.
  void repeat(CallState& call);

 private:
  struct Ended {
    Owner<CallState> call;
    Result<Answer> result;
  };

  void assign();
  bool assign(CallState& call);
  void settle_timer();
  void tell();
  CallState* find(CallId id);

  Worker& worker_;
  ClientLimits const limits_;
  Limits parser_limits_;
  TlsContext* tls_ = nullptr;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, Owner<CallState>> calls_;
  std::deque<std::uint64_t> waiting_;
  std::vector<Ended> ended_;
  std::vector<std::unique_ptr<ClientConnection>> connections_;
  List<ClientConnection, OnClient::changed> changed_;
  bool assigns_ = false;  // a call has come, a connection become free, or time is up
  Completion timer_;      // of the calls that wait
  bool stopping_ = false;
  bool terminated_ = false;
};

}  // namespace weir::http
