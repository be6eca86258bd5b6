#include "weir/net/net.h"

#include <algorithm>

#include "weir/net/connection.h"
#include "weir/net/lane.h"
#include "weir/ring/buffer_pool.h"
#include "weir/ring/ring.h"
#include "weir/sched/graph.h"

namespace weir {

namespace {

// How long shut_down waits for the kernel in one step, and how often.
constexpr Duration shut_down_step_time = 10 * milliseconds;
constexpr std::uint32_t shut_down_step_count_max = 10'000;

}  // namespace

Result<std::unique_ptr<Net>> Net::make(Ring& ring, Limits const& limits, std::uint32_t number) {
  WEIR_ASSERT(consistent(limits));
  WEIR_ASSERT(number < 1u << (32 - ConnectionId::place_bits));
  std::unique_ptr<Net> net(new Net(ring, limits, number));
  Result<std::unique_ptr<BufferPool>> pool = net->make_pool();
  if (!pool) return pool.error();
  net->spare_pool_ = std::move(pool).value();
  return net;
}

Net::Net(Ring& ring, Limits const& limits, std::uint32_t number)
    : ring_(ring), limits_(limits), number_(number) {
  timer_.context = this;
  timer_.callback = [](Completion& completion, Outcome) {
    static_cast<Net*>(completion.context)->timer_cancelled_ = false;
  };
}

Net::~Net() {
  shut_down();
  WEIR_ASSERT(connection_count_ == 0);
  WEIR_ASSERT(pressure_ == 0);
  WEIR_ASSERT(unfinished_bytes_ == 0);
}

Result<std::unique_ptr<BufferPool>> Net::make_pool() {
  PoolSetup setup;
  setup.count = limits_.pool_buffer_count;
  setup.size = limits_.pool_buffer_bytes;
  return BufferPool::make(ring_, setup);
}

Result<Endpoint*> Net::listen(Address const& address, EndpointOptions const& options) {
  Kernel& kernel = ring_.kernel();
  Result<int> const opened = kernel.open_listener(address, limits_.accept_backlog_count);
  if (!opened) return opened.error();
  Result<Address> const bound = kernel.local_address(opened.value());
  endpoints_.push_back(std::make_unique<Endpoint>(*this, options));
  Endpoint& endpoint = *endpoints_.back();
  endpoint.start_listening(opened.value(), bound ? bound.value() : address);
  return &endpoint;
}

Endpoint& Net::make_dialer(EndpointOptions const& options) {
  endpoints_.push_back(std::make_unique<Endpoint>(*this, options));
  endpoints_.back()->start_dialing();
  return *endpoints_.back();
}

Lane& Net::lane_of(Graph& graph) {
  for (std::unique_ptr<Lane> const& lane : lanes_)
    if (&lane->graph() == &graph) return *lane;
  std::unique_ptr<BufferPool> pool = std::move(spare_pool_);
  if (pool == nullptr) {
    Result<std::unique_ptr<BufferPool>> made = make_pool();
    WEIR_ASSERT(made.ok());  // the first one was made, so this machine is out of memory
    pool = std::move(made).value();
  }
  lanes_.push_back(std::make_unique<Lane>(*this, graph, std::move(pool)));
  return *lanes_.back();
}

// ---- the loop's three ---------------------------------------------------------------------------

void Net::admit(Graph& graph) {
  for (std::unique_ptr<Lane> const& lane : lanes_)
    if (&lane->graph() == &graph) return lane->admit();
}

void Net::settle() {
  for (std::unique_ptr<Lane> const& lane : lanes_) lane->settle_tick();
  check_deadlines();
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_) endpoint->settle();
  settle_changed();
  // Now it is known what waits: who is full, and who is suspended because of it.
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_) endpoint->egress().settle_full();
  for (std::unique_ptr<Lane> const& lane : lanes_) lane->settle_holds();
  settle_changed();
  // And what memory has come back.
  for (std::unique_ptr<Lane> const& lane : lanes_) lane->settle_pool();
  settle_timer();
}

void Net::change(Connection& connection) { changed_.push_back(connection); }

// Those that change while they are settled wait for the next time: may_sleep() knows.
void Net::settle_changed() {
  Connections<On::changed> now;
  now.take(changed_);
  while (Connection* const connection = now.pop_front()) connection->settle();
}

bool Net::may_sleep() const {
  if (!changed_.empty()) return false;
  if (next_deadline_ != never && timer_.idle()) return false;
  if (silent_sends_ > 0 && anyone_starved()) return false;
  for (std::unique_ptr<Lane> const& lane : lanes_)
    if (!lane->may_sleep()) return false;
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_)
    if (!endpoint->may_sleep()) return false;
  return true;
}

void Net::shut_down() {
  Instant const now = ring_.clock().now();
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_) endpoint->stop(now);
  auto const is_over = [this] {
    if (connection_count_ > 0 || !timer_.idle()) return false;
    return std::all_of(endpoints_.begin(), endpoints_.end(),
                       [](auto const& endpoint) { return endpoint->is_closed(); });
  };
  for (std::uint32_t i = 0; i < shut_down_step_count_max; ++i) {
    for (std::unique_ptr<Lane> const& lane : lanes_) lane->abandon();
    settle();
    if (is_over()) return;
    ring_.cancel_quietly(timer_);
    ring_.step(Wait::park, ring_.clock().now() + shut_down_step_time);
  }
  WEIR_ASSERT(is_over());
}

// ---- the table ----------------------------------------------------------------------------------

Connection& Net::begin(Endpoint& endpoint) {
  if (free_places_.empty()) {
    auto const place = static_cast<std::uint32_t>(table_.size());
    WEIR_ASSERT(place <= ConnectionId::place_mask);
    std::uint32_t const slot = number_ << ConnectionId::place_bits | place;
    table_.push_back(std::make_unique<Connection>(*this, slot));
    free_places_.push_back(place);
  }
  Connection& connection = *table_[free_places_.back()];
  free_places_.pop_back();
  ++connection_count_;
  endpoint.connection_began();
  return connection;
}

Connection* Net::find(ConnectionId id) const {
  if (id.net_number() != number_ || id.place() >= table_.size()) return nullptr;
  Connection* const connection = table_[id.place()].get();
  return connection->id() == id ? connection : nullptr;
}

void Net::release(Connection& connection) {
  WEIR_ASSERT(connection.state() == Connection::State::closed);
  WEIR_ASSERT(connection_count_ > 0);
  ++counters_.closed[static_cast<std::size_t>(connection.reason())];
  Connections<On::changed>::remove(connection);
  connection.endpoint().connection_ended(connection);
  --connection_count_;
  // A place whose generations are used up is never used again.
  if (connection.next_generation()) free_places_.push_back(connection.id().place());
}

void Net::descriptor_freed() {
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_) endpoint->descriptor_freed();
}

// ---- sends --------------------------------------------------------------------------------------

SendParts& Net::take_parts() {
  if (spare_parts_.empty()) {
    parts_.push_back(std::make_unique<SendParts>());
    spare_parts_.reserve(parts_.capacity());
    return *parts_.back();
  }
  SendParts& parts = *spare_parts_.back();
  spare_parts_.pop_back();
  return parts;
}

void Net::silent_send_ended() {
  WEIR_ASSERT(silent_sends_ > 0);
  --silent_sends_;
}

bool Net::anyone_starved() const {
  for (std::unique_ptr<Lane> const& lane : lanes_)
    if (lane->has_starved()) return true;
  return false;
}

// ---- what is counted ----------------------------------------------------------------------------

void Net::count_pressure(std::uint64_t before, std::uint64_t after) {
  WEIR_ASSERT(before <= pressure_);
  pressure_ = pressure_ - before + after;
  if (before == 0 && after > 0) ++pressed_count_;
  if (before > 0 && after == 0) --pressed_count_;
}

// Memory of unfinished frames, and the order in which they began. When it falls below its mark all go on; when
// the oldest of them is finished, the next one may.
void Net::count_unfinished(Connection& connection, bool assembling, std::uint64_t before,
                           std::uint64_t after) {
  WEIR_ASSERT(before <= unfinished_bytes_);
  bool const was_over = unfinished_bytes_ > limits_.unfinished_total_mark_bytes;
  unfinished_bytes_ = unfinished_bytes_ - before + after;
  bool const over = unfinished_bytes_ > limits_.unfinished_total_mark_bytes;
  if (assembling) unfinished_.push_back(connection);
  else Connections<On::unfinished>::remove(connection);
  if (was_over && !over) {
    unfinished_deadline_ = never;
    for (Connection* one = unfinished_.front(); one != nullptr; one = unfinished_.next(*one))
      change(*one);
  } else if (over) {
    if (Connection* const oldest = unfinished_.front()) change(*oldest);
    if (unfinished_deadline_ != never) return;
    unfinished_deadline_ = ring_.clock().now() + limits_.pressure_time_max;
    note_deadline(unfinished_deadline_);
  }
}

bool Net::may_go_on_with_frame(Connection const& connection) const {
  if (unfinished_bytes_ <= limits_.unfinished_total_mark_bytes) return true;
  return unfinished_.front() == &connection;
}

// ---- deadlines: all of them on one timer --------------------------------------------------------

void Net::note_deadline(Instant deadline) { next_deadline_ = std::min(next_deadline_, deadline); }

void Net::check_deadlines() {
  if (next_deadline_ == never) return;
  Instant const now = ring_.clock().now();
  if (next_deadline_ > now) return;
  next_deadline_ = never;
  note_deadline(check_unfinished(now));
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_)
    note_deadline(endpoint->check_deadlines(now));
}

void Net::settle_timer() {
  if (next_deadline_ == never) return;
  if (timer_.idle()) {
    ring_.timeout(timer_, next_deadline_);
  } else if (next_deadline_ < timer_.deadline && !timer_cancelled_) {
    timer_cancelled_ = true;
    ring_.cancel_quietly(timer_);
  }
}

// While memory for unfinished frames is short everybody waits for the oldest: it has to make progress.
Instant Net::check_unfinished(Instant now) {
  if (unfinished_deadline_ > now) return unfinished_deadline_;
  Connection* const oldest = unfinished_.front();
  unfinished_deadline_ = now + limits_.pressure_time_max;
  if (oldest == nullptr) return unfinished_deadline_ = never;
  bool const same = oldest->id() == oldest_unfinished_;
  if (same && oldest->received_bytes() == oldest_received_bytes_ && oldest->is_alive())
    oldest->terminate(CloseReason::slow);
  oldest_unfinished_ = oldest->id();
  oldest_received_bytes_ = oldest->received_bytes();
  return unfinished_deadline_;
}

}  // namespace weir
