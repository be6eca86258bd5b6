// What a server is inside: a gate of its worker, with its listeners, connections, handlers, files
// and time-outs.
//
//   ring callbacks note what happened ─▶ settle(): each connection that has changed reads, answers,
//   sends, waits or ends; those whose time is up are told so; then the one timer is set again.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/http/acceptor.h"
#include "weir/http/date.h"
#include "weir/http/file_cache.h"
#include "weir/http/server.h"
#include "weir/http/server_connection.h"
#include "weir/net/peer_limit.h"
#include "weir/ring/buffer_pool.h"
#include "weir/worker/worker.h"

namespace weir::http {

// Who answers a path.
struct Route {
  std::array<Owner<Handler>, method_count> handlers;
  // HEAD is answered by the handler of GET.
  Handler* handler_for(Method method) const;
  std::string allowed() const;
};

struct Folder {
  std::string prefix;
  std::size_t number = 0;  // in the cache
};

class ServerGate final : public Gate {
 public:
  ServerGate(Worker& worker, ServerOptions const& options);
  ~ServerGate() override;

  Result<Address> listen(Address const& address, Sharing sharing, TlsContext* tls);
  void add(Method method, std::string_view path, Owner<Handler> handler);
  Result<void> add_folder(std::string_view prefix, std::string const& folder,
                          FolderOptions const& options);
  void resume(ExchangeId id);
  // The handlers are called no more.
  void abandon();
  // Of the flow that it is.
  void set_handle(FlowHandle handle) { handle_ = handle; }
  FlowHandle& handle() { return *handle_; }

  void settle() override;
  bool may_sleep() const override;
  void stop() override;
  bool is_done() const override { return stopping_ && is_empty(); }
  void terminate() override;
  bool is_closed() const override;

  // ---- for its connections
  Ring& ring() const { return worker_.ring(); }
  BufferPool& pool() const { return *pool_; }
  Limits const& limits() const { return options_.limits; }
  ServerCounters& counters() { return counters_; }
  ServerCounters const& counters() const { return counters_; }
  FileCache& files() { return files_; }
  bool is_stopping() const { return stopping_; }
  Instant now() const { return worker_.clock().now(); }
  std::string_view date();
  Route* route(std::string_view path);
  Folder const* folder(std::string_view path) const;
  void change(ServerConnection& connection) { changed_.push_back(connection); }
  // In its list of those with the same time.
  void set_timed(ServerConnection& connection, Timed timed);
  Duration time_of(Timed timed) const;
  // False: that is too much.
  bool count_body(std::uint64_t bytes);
  void uncount_body(std::uint64_t bytes);
  std::uint32_t connection_count() const { return connection_count_; }

  // ---- for its listeners
  bool may_accept() const;
  void accepted(int descriptor, TlsContext* tls);
  // Settles again when so much time has passed.
  void wake_after(Duration duration);

 private:
  bool is_empty() const { return connection_count_ == 0; }
  void release(ServerConnection& connection);
  void settle_changed();
  void expire();
  void settle_timer();
  void settle_end();

  Worker& worker_;
  std::optional<FlowHandle> handle_;
  ServerOptions const options_;
  ServerCounters counters_;
  std::unique_ptr<BufferPool> pool_;
  FileCache files_;
  std::map<std::string, Route, std::less<>> routes_;
  std::vector<Folder> folders_;  // longer prefixes first
  std::vector<std::unique_ptr<Acceptor>> acceptors_;

  std::vector<std::unique_ptr<ServerConnection>> table_;
  std::vector<std::uint32_t> generations_;
  std::vector<std::uint32_t> free_slots_;
  std::uint32_t connection_count_ = 0;
  PeerLimit peers_{ByteRate{}};
  List<ServerConnection, On::changed> changed_;
  std::array<List<ServerConnection, On::timed>, timed_count> timed_;
  std::uint64_t body_bytes_ = 0;

  bool stopping_ = false;
  bool terminated_ = false;
  bool closes_files_ = false;
  Instant wake_ = never;
  Instant timer_deadline_ = never;
  bool timer_cancelled_ = false;
  bool timer_fired_ = false;
  Completion timer_;
  Instant date_until_ = 0;
  Date date_;
};

}  // namespace weir::http
