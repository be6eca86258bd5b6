#include "weir/net/lane.h"

#include <algorithm>

#include "weir/net/connection.h"
#include "weir/net/egress.h"
#include "weir/net/endpoint.h"
#include "weir/net/ingress.h"
#include "weir/net/net.h"

namespace weir {

namespace {

// The pool runs low when no more than this part of it is free.
constexpr std::uint32_t low_fraction = 4;
// Of the free memory of a pool, what those get in one step who stand in line for it: the rest is
// for those who do not. 512 connections with 32 x 1 KiB under way (server ns a message, p99):
//
//   one for each free buffer   252   28 ms
//   1/4                        277   15
//   1/2                        295   12
//   3/4                        340    9     everybody in turn: 16 MiB are touched, which no cache
//                                           holds, before anything is touched again
constexpr std::uint64_t line_fraction = 4;
// What a receive is counted as at least.
constexpr std::uint32_t receive_bytes_min = 4096;

}  // namespace

Lane::Lane(Net& net, Graph& graph, std::unique_ptr<BufferPool> pool)
    : net_(net), graph_(graph), pool_(std::move(pool)), settled_tick_(graph.tick()), hold_(graph) {
  WEIR_ASSERT(pool_ != nullptr);
  retained_.reserve(pool_->count());
}

Lane::~Lane() { release_retained(); }

void Lane::add(Endpoint& endpoint) { endpoints_.push_back(&endpoint); }

void Lane::add(EgressWriter& writer) { writers_.push_back(&writer); }

// ---- a tick -------------------------------------------------------------------------------------

bool Lane::may_admit() const {
  if (over_ || graph_.failure() != nullptr || graph_.mid_tick() || !graph_.admits()) return false;
  return graph_.tick() >= admitted_tick_end_;
}

// When memory for what peers do not read runs out less is admitted, at last one frame at a time: a
// flow that answers each peer with no more than it got then never reaches the total (see egress.h).
void Lane::admit() {
  if (!may_admit()) return;
  Limits const& limits = net_.limits();
  std::uint64_t const room = net_.pressure_room() / 2;
  std::uint64_t const bytes = std::min<std::uint64_t>(limits.admit_bytes_per_tick, room);
  AdmitBudget const whole{limits.admit_items_per_tick,
                          std::max<std::int64_t>(static_cast<std::int64_t>(bytes), 1)};
  AdmitBudget budget = whole;
  std::size_t const count = endpoints_.size();
  for (std::size_t i = 0; i < count && !budget.spent(); ++i) {
    Endpoint& endpoint = *endpoints_[(first_ + i) % count];
    bool const all_events = endpoint.events().admit(budget);
    if (all_events && !endpoint.ingress().suspended()) endpoint.ingress().admit(budget);
  }
  if (count > 0) first_ = (first_ + 1) % count;
  if (budget.items != whole.items) admitted_tick_end_ = next_tick_end();
}

void Lane::settle_tick() {
  if (graph_.failure() != nullptr && !over_) {
    over_ = true;  // so nobody will ever answer these peers
    for (Endpoint* const endpoint : endpoints_) endpoint->fail();
  }
  if (graph_.tick() == settled_tick_ && !over_) return;
  settled_tick_ = graph_.tick();
  if (has_ended(admitted_tick_end_)) release_retained();
  while (Connection* const connection = awaiting_.pop_front()) net_.change(*connection);
}

void Lane::abandon() {
  over_ = true;
  for (Endpoint* const endpoint : endpoints_) endpoint->change_connections();
}

void Lane::release_retained() {
  for (Storage* const storage : retained_) storage->release();
  retained_.clear();
  last_retained_ = nullptr;
}

// ---- being held ---------------------------------------------------------------------------------

void Lane::hold(EgressWriter& writer) {
  WEIR_ASSERT(writer.egress.full());
  writer.stopped = true;
  if (hold_.is_set()) return;
  hold_.set();
  ++net_.counters().holds;
}

void Lane::settle_holds() {
  bool holds = false;
  for (EgressWriter* const writer : writers_) {
    if (!writer->egress.full()) writer->stopped = false;
    holds = holds || writer->stopped;
  }
  if (!holds) hold_.release();
  for (std::size_t i = 0; i < endpoints_.size(); ++i)
    endpoints_[i]->ingress().set_suspended(!graph_.admits() || feeds_something_full(i));
}

bool Lane::feeds_something_full(std::size_t endpoint) {
  for (std::size_t writer = 0; writer < writers_.size(); ++writer) {
    if (!writers_[writer]->egress.full()) continue;
    refresh_reach();
    if (reach_[endpoint * writers_.size() + writer]) return true;
  }
  return false;
}

void Lane::refresh_reach() {
  bool const fresh = reach_.size() == endpoints_.size() * writers_.size();
  if (fresh && reach_generation_ == graph_.generation()) return;
  reach_generation_ = graph_.generation();
  reach_.clear();
  for (Endpoint* const endpoint : endpoints_) {
    Subgraph const* const reader = endpoint->ingress().reader();
    for (EgressWriter* const writer : writers_)
      reach_.push_back(reader != nullptr && graph_.reaches(*reader, writer->subgraph));
  }
}

// ---- who waits for what -------------------------------------------------------------------------

void Lane::await_tick(Connection& connection) { awaiting_.push_back(connection); }
void Lane::starve(Connection& connection) { starved_.push_back(connection); }
void Lane::note_in_pool(Connection& connection) { in_pool_.push_back(connection); }

// ---- the pool -----------------------------------------------------------------------------------

void Lane::settle_pool() {
  bool const spills = std::exchange(spills_, false);
  if (spills || pool_->free_count() <= pool_->count() / low_fraction) {
    while (Connection* const connection = in_pool_.pop_front()) connection->leave_pool();
  }
  // One for each free buffer; or, where receives share buffers, as many as a part of these holds of
  // what each has brought lately.
  std::uint64_t const whole = pool_->size();
  std::uint64_t room = pool_->free_count() * whole;
  if (pool_->incremental()) room /= line_fraction;
  while (room > 0) {
    Connection* const connection = starved_.pop_front();
    if (connection == nullptr) break;
    std::uint64_t const brought = std::max(connection->receive_bytes(), receive_bytes_min);
    room -= std::min({room, pool_->incremental() ? brought : whole, whole});
    connection->receive();
  }
}

bool Lane::may_sleep() const {
  if (!starved_.empty() && pool_->free_count() > 0) return false;
  if (!may_admit()) return true;  // its tick goes on, or somebody is waited for
  return std::none_of(endpoints_.begin(), endpoints_.end(), [](Endpoint* endpoint) {
    bool const has_frames = endpoint->ingress().has_ready() && !endpoint->ingress().suspended();
    return has_frames || !endpoint->events().empty();
  });
}

}  // namespace weir
