#include "weir/net/ingress.h"

#include <algorithm>

#include "weir/net/connection.h"
#include "weir/net/endpoint.h"
#include "weir/net/lane.h"
#include "weir/net/net.h"

namespace weir {

void ConnectionEvents::attach(Graph& graph, Subgraph& reader) {
  WEIR_ASSERT(!attached_);
  attached_ = true;
  endpoint_.use_lane_of(graph, Endpoint::Reads::yes);
  input_.attach(graph, reader);
  Connections<On::endpoint>& all = endpoint_.connections();
  for (Connection* one = all.front(); one != nullptr; one = all.next(*one)) {
    if (one->state() == Connection::State::open)
      add({one->id(), ConnectionEvent::Kind::opened, CloseReason::peer_closed});
  }
}

bool ConnectionEvents::crowded() const {
  return pending_.size() >= endpoint_.net().limits().event_count_mark;
}

bool ConnectionEvents::admit(AdmitBudget& budget) {
  auto const room = static_cast<std::size_t>(std::max<std::int64_t>(budget.items, 0));
  std::size_t const count = std::min(room, pending_.size());
  for (std::size_t i = 0; i < count; ++i) input_.give(pending_[i]);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  budget.items -= static_cast<std::int64_t>(count);
  return pending_.empty();
}

void Ingress::attach(Graph& graph, Subgraph& reader) {
  WEIR_ASSERT(reader_ == nullptr);
  reader_ = &reader;
  endpoint_.use_lane_of(graph, Endpoint::Reads::yes);
  input_.attach(graph, reader);
}

void Ingress::set_suspended(bool suspended) {
  if (suspended == suspended_) return;
  suspended_ = suspended;
  endpoint_.change_connections();
}

void Ingress::make_ready(Connection& connection) { ready_.push_back(connection); }

// Ends: a connection either has nothing left, or has spent the budget.
void Ingress::admit(AdmitBudget& budget) {
  WEIR_ASSERT(!suspended_);
  while (!budget.spent()) {
    Connection* const connection = ready_.pop_front();
    if (connection == nullptr) break;
    connection->admit(budget);
  }
}

}  // namespace weir
