#include "weir/net/net.h"

#include <algorithm>

#include "weir/base/log.h"
#include "weir/net/connection.h"
#include "weir/net/datagram_endpoint.h"
#include "weir/net/lane.h"
#include "weir/net/lazy_dialer.h"
#include "weir/ring/buffer_pool.h"
#include "weir/ring/ring.h"
#include "weir/sched/graph.h"

namespace weir {

namespace {

// How long shut_down waits for the kernel in one step, and how often.
constexpr Duration shut_down_step_time = 10 * milliseconds;
constexpr std::uint32_t shut_down_step_count_max = 10'000;

// Ours, because of what the peer did, or did not do. The other ends are in the order of things.
bool is_refusal(CloseReason reason) {
  for (CloseReason const orderly :
       {CloseReason::peer_closed, CloseReason::peer_reset, CloseReason::closed_by_flow,
        CloseReason::flow_failed, CloseReason::stopped, CloseReason::connect_refused,
        CloseReason::connect_timeout, CloseReason::connect_failed, CloseReason::network_error}) {
    if (reason == orderly) return false;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Net>> Net::make(Ring& ring, Limits const& limits, std::uint32_t number,
                                       Log* log) {
  WEIR_ASSERT(consistent(limits));
  WEIR_ASSERT(number < 1u << (32 - ConnectionId::place_bits));
  std::unique_ptr<Net> net(new Net(ring, limits, number, log));
  Result<std::unique_ptr<BufferPool>> pool = net->make_pool();
  if (!pool) return pool.error();
  net->spare_pool_ = std::move(pool).value();
  return net;
}

Net::Net(Ring& ring, Limits const& limits, std::uint32_t number, Log* log)
    : ring_(ring), limits_(limits), number_(number), log_(log) {
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
  Result<int> const opened =
      kernel.open_listener(address, limits_.accept_backlog_count, options.sharing);
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

LazyDialer& Net::make_lazy_dialer(EndpointOptions const& options) {
  return make_lazy_dialer(options, {});
}

LazyDialer& Net::make_lazy_dialer(EndpointOptions const& options, RedialOptions const& redial) {
  Endpoint& endpoint = make_dialer(options);
  lazy_dialers_.push_back(std::make_unique<LazyDialer>(endpoint, redial));
  endpoint.serve(*lazy_dialers_.back());
  return *lazy_dialers_.back();
}

Result<DatagramEndpoint*> Net::open_datagrams(Address const& at) { return open_datagrams(at, {}); }

Result<DatagramEndpoint*> Net::open_datagrams(Address const& at, DatagramOptions const& options) {
  Result<std::unique_ptr<DatagramEndpoint>> made = DatagramEndpoint::make(ring_, at, options);
  if (!made) return made.error();
  datagram_endpoints_.push_back(std::move(made).value());
  return datagram_endpoints_.back().get();
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
  old_silent_sends_ = silent_sends_;
  for (std::unique_ptr<Lane> const& lane : lanes_) lane->settle_tick();
  check_deadlines();
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_) endpoint->settle();
  settle_changed();
  // Now it is known what waits: who is full, and who is suspended because of it.
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_) {
    endpoint->egress().settle_appended();
    endpoint->egress().settle_full();
  }
  for (std::unique_ptr<Lane> const& lane : lanes_) lane->settle_holds();
  settle_changed();
  // And what memory has come back.
  for (std::unique_ptr<Lane> const& lane : lanes_) lane->settle_pool();
  for (auto const& endpoint : datagram_endpoints_) endpoint->settle();
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
  // A silent send is over with the step that submits it. If the kernel did not take it yet somebody
  // may have come to depend on it since; and so does who is starved, now.
  if (old_silent_sends_ > 0 || (silent_sends_ > 0 && anyone_starved())) return false;
  for (std::unique_ptr<Lane> const& lane : lanes_)
    if (!lane->may_sleep()) return false;
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_)
    if (!endpoint->may_sleep()) return false;
  return std::all_of(datagram_endpoints_.begin(), datagram_endpoints_.end(),
                     [](auto const& endpoint) { return endpoint->may_sleep(); });
}

void Net::shut_down() {
  Instant const now = ring_.clock().now();
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_) endpoint->stop(now);
  for (auto const& endpoint : datagram_endpoints_) endpoint->terminate();
  auto const is_over = [this] {
    if (connection_count_ > 0 || !timer_.idle()) return false;
    auto const is_closed = [](auto const& endpoint) { return endpoint->is_closed(); };
    return std::all_of(endpoints_.begin(), endpoints_.end(), is_closed) &&
           std::all_of(datagram_endpoints_.begin(), datagram_endpoints_.end(), is_closed);
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
  if (log_ != nullptr) tell_closed(connection);
  Connections<On::changed>::remove(connection);
  connection.endpoint().connection_ended(connection);
  --connection_count_;
  // A place whose generations are used up is never used again.
  if (connection.next_generation()) free_places_.push_back(connection.id().place());
}

void Net::tell_closed(Connection const& connection) {
  CloseReason const reason = connection.reason();
  LogLevel const level = is_refusal(reason) ? LogLevel::info : LogLevel::debug;
  if (!log_->enabled(level)) return;
  std::uint32_t const place = connection.id().place();
  std::string_view const why = text(reason);
  if (level == LogLevel::info) log_->info("connection closed", {{"place", place}, {"why", why}});
  else log_->debug("connection closed", {{"place", place}, {"why", why}});
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
  if (old_silent_sends_ > 0) --old_silent_sends_;
}

bool Net::anyone_starved() const {
  for (std::unique_ptr<Lane> const& lane : lanes_)
    if (lane->has_starved()) return true;
  return false;
}

std::uint32_t Net::buffers_out() const {
  std::uint32_t out = 0;
  for (auto const& lane : lanes_) out += lane->pool().out_count();
  return out;
}

std::uint64_t Net::queue_bytes() const {
  std::uint64_t bytes = 0;
  for (std::unique_ptr<Endpoint> const& endpoint : endpoints_) {
    Pressure const pressure = endpoint->egress().pressure();
    bytes += pressure.waiting + pressure.untried;
  }
  return bytes;
}

std::uint64_t Net::suspended_count() const {
  std::uint64_t count = 0;
  for (Connection* one = suspended_.front(); one != nullptr; one = suspended_.next(*one)) ++count;
  return count;
}

// ---- what is counted ----------------------------------------------------------------------------

void Net::count_pressure(std::uint64_t before, std::uint64_t after) {
  WEIR_ASSERT(before <= pressure_);
  pressure_ = pressure_ - before + after;
  if (before == 0 && after > 0) ++pressed_count_;
  if (before > 0 && after == 0) --pressed_count_;
}

void Net::set_suspended(Connection& connection, bool suspended) {
  if (suspended == Connections<On::suspended>::listed(connection)) return;
  if (!suspended) return Connections<On::suspended>::remove(connection);
  suspended_.push_back(connection);
  ++counters_.suspended;
  Instant const deadline = ring_.clock().now() + limits_.stall_time;
  suspended_deadline_ = std::min(suspended_deadline_, deadline);
  note_deadline(suspended_deadline_);
}

bool Net::is_short_of_unfinished() const {
  return unfinished_bytes_ > limits_.unfinished_total_mark_bytes;
}

void Net::count_unfinished(std::uint64_t before, std::uint64_t after) {
  WEIR_ASSERT(before <= unfinished_bytes_);
  bool const was_short = is_short_of_unfinished();
  unfinished_bytes_ = unfinished_bytes_ - before + after;
  if (was_short == is_short_of_unfinished()) return;
  growing_deadline_ = never;
  if (was_short) {
    for (Connection* one = growing_.front(); one != nullptr; one = growing_.next(*one))
      change(*one);
  } else {
    growing_deadline_ = ring_.clock().now() + limits_.pressure_time_max;
    note_deadline(growing_deadline_);
  }
}

void Net::set_growing(Connection& connection, bool grows) {
  if (grows == Connections<On::growing>::listed(connection)) return;
  bool const was_first = growing_.front() == &connection;
  if (grows) growing_.push_back(connection);
  else Connections<On::growing>::remove(connection);
  if (was_first && growing_.front() != nullptr) change(*growing_.front());  // its turn
}

bool Net::may_grow(Connection const& connection) const {
  return !is_short_of_unfinished() || growing_.front() == &connection;
}

// ---- deadlines: all of them on one timer --------------------------------------------------------

void Net::note_deadline(Instant deadline) { next_deadline_ = std::min(next_deadline_, deadline); }

void Net::check_deadlines() {
  if (next_deadline_ == never) return;
  Instant const now = ring_.clock().now();
  if (next_deadline_ > now) return;
  next_deadline_ = never;
  note_deadline(check_growing(now));
  note_deadline(check_suspended(now));
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

Instant Net::check_suspended(Instant now) {
  if (suspended_deadline_ > now) return suspended_deadline_;
  if (suspended_.empty()) return suspended_deadline_ = never;
  bool const room = pressure_ <= limits_.egress_total_mark_bytes / 4;
  for (Connection* one = suspended_.front(); one != nullptr;) {
    Connection* const next = suspended_.next(*one);
    one->check_standing(now, room);
    one = next;
  }
  return suspended_deadline_ = now + (room ? limits_.stall_time : limits_.pressure_time_max);
}

// While memory for unfinished frames is short everybody waits for the oldest: it has to make
// progress.
Instant Net::check_growing(Instant now) {
  if (growing_deadline_ > now) return growing_deadline_;
  growing_deadline_ = now + limits_.pressure_time_max;
  Connection* const oldest = growing_.front();
  if (oldest == nullptr) return growing_deadline_;
  bool const same = oldest->id() == oldest_growing_;
  bool const stands = same && oldest->received_bytes() == oldest_received_bytes_;
  oldest_growing_ = oldest->id();
  oldest_received_bytes_ = oldest->received_bytes();
  if (stands) oldest->terminate(CloseReason::slow);
  return growing_deadline_;
}

}  // namespace weir
