#include "weir/http/client.h"

#include "weir/crypto/tls_context.h"
#include "weir/http/client_gate.h"
#include "weir/worker/worker.h"

namespace weir::http {

namespace {

// As a server's: no operators.
struct ClientFlow {
  Worker* worker;
  std::unique_ptr<ClientGate> gate;

  void install(Graph& graph) && { worker->add_gate(graph, std::move(gate)); }
};

}  // namespace

Client::Client(Worker& worker, ClientLimits const& limits) {
  auto gate = std::make_unique<ClientGate>(worker, limits);
  gate_ = gate.get();
  worker.add(ClientFlow{&worker, std::move(gate)}, "http client");
}

Client::~Client() { gate_->abandon(); }

CallId Client::begin(Call call, Owner<CallObserver> observer) {
  return gate_->begin(std::move(call), std::move(observer));
}
void Client::use_tls(TlsContext& context) {
  WEIR_ASSERT(context.role() == TlsContext::Role::client);
  gate_->use_tls(context);
}
void Client::cancel(CallId id) { gate_->cancel(id); }
void Client::resume(CallId id) { gate_->resume(id); }
std::uint32_t Client::call_count() const { return gate_->call_count(); }
std::uint32_t Client::connection_count() const { return gate_->connection_count(); }

}  // namespace weir::http
