#include "weir/http/server.h"

#include <ctime>

#include "weir/crypto/tls_context.h"
#include "weir/http/server_gate.h"
#include "weir/worker/worker.h"

namespace weir::http {

namespace {

// No operators: it is there so that the worker serves the gate and stops it as it does others.
struct ServerFlow {
  Worker* worker;
  std::unique_ptr<ServerGate> gate;

  void install(Graph& graph) && { worker->add_gate(graph, std::move(gate)); }
};

}  // namespace

std::int64_t system_time() { return static_cast<std::int64_t>(std::time(nullptr)); }

Server::Server(Worker& worker, ServerOptions const& options) {
  auto gate = std::make_unique<ServerGate>(worker, options);
  gate_ = gate.get();
  gate_->set_handle(worker.add(ServerFlow{&worker, std::move(gate)}, options.name));
}

Server::~Server() { gate_->abandon(); }

Result<Address> Server::listen(std::string_view address, Sharing sharing) {
  Result<Address> const parsed = Address::parse(address);
  return parsed ? listen(parsed.value(), sharing) : parsed;
}

Result<Address> Server::listen(Address const& address, Sharing sharing) {
  return gate_->listen(address, sharing, nullptr);
}

Result<Address> Server::listen(std::string_view address, TlsContext& tls, Sharing sharing) {
  WEIR_ASSERT(tls.role() == TlsContext::Role::server);
  Result<Address> const parsed = Address::parse(address);
  return parsed ? gate_->listen(parsed.value(), sharing, &tls) : parsed;
}

void Server::add(Method method, std::string_view path, Owner<Handler> handler) {
  gate_->add(method, path, std::move(handler));
}

Result<void> Server::files(std::string_view prefix, std::string const& folder,
                           FolderOptions const& options) {
  return gate_->add_folder(prefix, folder, options);
}

void Server::resume(ExchangeId id) { gate_->resume(id); }
void Server::stop(Duration time_max) { gate_->handle().stop(time_max); }
bool Server::stopped() const { return gate_->is_closed(); }
ServerCounters const& Server::counters() const { return gate_->counters(); }
std::uint32_t Server::connection_count() const { return gate_->connection_count(); }

}  // namespace weir::http
