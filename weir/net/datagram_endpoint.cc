#include "weir/net/datagram_endpoint.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "weir/ring/buffer_pool.h"
#include "weir/ring/datagram.h"
#include "weir/ring/ring.h"

namespace weir {

static_assert(sizeof(Datagram) <= 56);  // handoffs are made of them

namespace {

// Sends that are offered to the kernel together.
constexpr std::size_t slot_count_max = 256;
// What a datagram counts beside its bytes, so that empty ones count, too.
constexpr std::uint64_t datagram_overhead_bytes = 256;
constexpr std::int64_t items_per_look = 64;
// Before the next receive after an error that should not be.
constexpr Duration pause_time = 100 * milliseconds;

bool is_usual_end(std::int32_t result) {
  return result == -ECANCELED || result == -EINTR || result == -EAGAIN;
}

}  // namespace

// One send in the kernel, with all that it looks at.
struct DatagramEndpoint::Slot {
  explicit Slot(DatagramEndpoint& its_endpoint) : endpoint(its_endpoint) {
    completion.context = this;
    completion.callback = on_sent;
  }

  DatagramEndpoint& endpoint;
  Completion completion;
  Waiting waiting;
  iovec part{};
};

struct DatagramEndpoint::Writer {
  explicit Writer(DatagramEndpoint& its_endpoint) : endpoint(its_endpoint) {}

  DatagramEndpoint& endpoint;
  Handoff<Datagram> handoff{"datagrams out"};
  Subgraph subgraph;
};

Result<std::unique_ptr<DatagramEndpoint>> DatagramEndpoint::make(Ring& ring, Address const& at,
                                                                 DatagramOptions const& options) {
  WEIR_ASSERT(options.datagram_bytes_max > 0);
  WEIR_ASSERT(options.datagram_bytes_max <= 1u << 20);
  PoolSetup setup;
  setup.count = options.buffer_count;
  setup.size = (options.datagram_bytes_max + datagram_head_bytes + 7) / 8 * 8;
  setup.whole_buffers = true;
  Result<std::unique_ptr<BufferPool>> pool = BufferPool::make(ring, setup);
  if (!pool) return pool.error();
  Result<int> const opened = ring.kernel().open_datagrams(at, options.sharing);
  if (!opened) return opened.error();
  Result<Address> const bound = ring.kernel().local_address(opened.value());
  return std::unique_ptr<DatagramEndpoint>(new DatagramEndpoint(
      ring, opened.value(), bound ? bound.value() : at, options, std::move(pool).value()));
}

DatagramEndpoint::DatagramEndpoint(Ring& ring, int descriptor, Address const& address,
                                   DatagramOptions const& options, std::unique_ptr<BufferPool> pool)
    : ring_(ring),
      descriptor_(descriptor),
      address_(address),
      options_(options),
      pool_(std::move(pool)) {
  for (Completion* completion : {&receive_, &pause_, &cancel_, &close_}) {
    completion->context = this;
    completion->callback = [](Completion&, Outcome) {};
  }
  receive_.callback = on_received;
  pause_.callback = [](Completion& completion, Outcome) {
    static_cast<DatagramEndpoint*>(completion.context)->pausing_ = false;
  };
  given_.reserve(pool_->count());
}

DatagramEndpoint::~DatagramEndpoint() {
  WEIR_ASSERT(is_closed());
  WEIR_ASSERT(untried_bytes_ == 0);
}

// ---- in -----------------------------------------------------------------------------------------

void DatagramEndpoint::attach(Graph& graph, Subgraph& reader) {
  WEIR_ASSERT(graph_ == nullptr);  // one endpoint is read by one graph
  graph_ = &graph;
  input_.attach(graph, reader);
}

void DatagramEndpoint::on_received(Completion& completion, Outcome outcome) {
  DatagramEndpoint& endpoint = *static_cast<DatagramEndpoint*>(completion.context);
  DatagramCounters& counters = endpoint.counters_;
  if (outcome.result >= 0 && outcome.buffer.storage() != nullptr) {
    if (!endpoint.closing_) endpoint.ready_.push(std::move(outcome.buffer));
  } else if (outcome.result == -ENOBUFS) {
    ++counters.no_buffers;
  } else if (outcome.result < 0 && !is_usual_end(outcome.result)) {
    ++counters.receive_errors;
    endpoint.pausing_ = true;
  }
  if (!outcome.more && !endpoint.closing_) endpoint.cancelled_ = false;
}

bool DatagramEndpoint::may_admit() const {
  if (graph_ == nullptr || ready_.empty() || closing_) return false;
  if (graph_->failure() != nullptr || graph_->mid_tick() || !graph_->admits()) return false;
  return graph_->tick() >= given_tick_end_;
}

void DatagramEndpoint::admit(AdmitBudget budget) {
  if (!may_admit()) return;
  given_.clear();
  while (!ready_.empty() && !budget.spent()) {
    Buffer buffer = ready_.pop();
    ReceivedDatagram const datagram = datagram_in(buffer, latest_sender_);
    bool const too_large = datagram.bytes.size() > options_.datagram_bytes_max;
    if (datagram.truncated() || too_large) {
      ++counters_.too_large_in;
      continue;
    }
    ++counters_.datagrams_in;
    counters_.bytes_in += datagram.bytes.size();
    --budget.items;
    budget.bytes -= datagram.bytes.size();
    input_.give(Datagram{datagram.sender, datagram.bytes});
    latest_sender_ = datagram.sender;
    given_.push_back(std::move(buffer));
    given_tick_end_ = graph_->tick() + 1;
  }
}

bool DatagramEndpoint::may_receive() const {
  if (graph_ == nullptr || stopping_ || closing_ || pausing_) return false;
  return graph_->failure() == nullptr && pool_->free_count() > 0;
}

void DatagramEndpoint::settle_receive() {
  if (!given_.empty() && (graph_->tick() >= given_tick_end_ || graph_->failure() != nullptr))
    given_.clear();
  if (graph_ != nullptr && graph_->failure() != nullptr) {  // nobody will ever see it
    stopping_ = true;
    ready_.clear();
  }
  if (pausing_ && pause_.idle()) ring_.timeout(pause_, ring_.clock().now() + pause_time);
  if (may_receive() && receive_.idle()) ring_.receive_datagrams(receive_, descriptor_, *pool_);
  if (stopping_ && !receive_.idle() && !cancelled_) {
    cancelled_ = true;
    ring_.cancel_quietly(receive_);
  }
}

// ---- out ----------------------------------------------------------------------------------------

Handoff<Datagram>& DatagramEndpoint::connect(Graph& graph, Subgraph& writer) {
  writers_.push_back(std::make_unique<Writer>(*this));
  Writer& made = *writers_.back();
  made.subgraph.run = &DatagramEndpoint::run;
  made.subgraph.self = &made;
  made.subgraph.name = "datagrams out";
  made.subgraph.stratum = stratum_last;
  graph.add(made.subgraph);
  graph.connect(&writer, made.handoff, &made.subgraph);
  return made.handoff;
}

Status DatagramEndpoint::run(void* self, Activation& activation) {
  Writer& writer = *static_cast<Writer*>(self);
  DatagramEndpoint& endpoint = writer.endpoint;
  while (!writer.handoff.empty()) {  // ends: each turn takes items, or the budget is used up
    if (activation.budget <= 0) return Status::yielded;
    if (endpoint.untried_bytes_ > endpoint.options_.untried_mark_bytes) return Status::yielded;
    std::int64_t const given = std::min(activation.budget, items_per_look);
    std::int64_t left = given;
    writer.handoff.drain([&](Datagram const& datagram) { endpoint.send(datagram); }, left);
    activation.budget -= given - left;
  }
  return Status::done;
}

// Memory that nobody counts ends with the tick: it is copied.
void DatagramEndpoint::send(Datagram const& datagram) {
  auto const& [address, bytes] = datagram;
  if (closing_) {
    ++counters_.closed;
    return;
  }
  if (address.empty() || (address.family() == Family::local && address.raw_bytes().size() <= 2)) {
    ++counters_.unreachable;  // somebody without a name
    return;
  }
  Waiting waiting{address, const_cast<std::byte*>(bytes.data()), bytes.size(), bytes.storage()};
  if (waiting.size == 0) {
    waiting.storage = nullptr;
  } else if (waiting.storage != nullptr) {
    waiting.storage->retain();
  } else {
    waiting.storage = &allocate_storage(waiting.size);
    waiting.data = bytes_of(*waiting.storage);
    std::memcpy(waiting.data, bytes.data(), waiting.size);
  }
  untried_bytes_ += waiting.size + datagram_overhead_bytes;
  waiting_.push(waiting);
}

void DatagramEndpoint::release(Waiting const& waiting) {
  WEIR_ASSERT(untried_bytes_ >= waiting.size + datagram_overhead_bytes);
  untried_bytes_ -= waiting.size + datagram_overhead_bytes;
  if (waiting.storage != nullptr) waiting.storage->release();
}

// A park does not end because of a silent success: so nothing may depend on it, here (may_sleep) or
// in a pool of others.
bool DatagramEndpoint::may_be_silent(Waiting const& waiting) const {
  bool const is_of_others =
      waiting.storage != nullptr && waiting.storage->pooled && !pool_->holds(waiting.data);
  return !receive_.idle() && !stopping_ && !is_of_others;
}

void DatagramEndpoint::start_sends() {
  while (!waiting_.empty()) {
    if (spare_slots_.empty()) {
      if (slots_.size() == slot_count_max) return;
      slots_.push_back(std::make_unique<Slot>(*this));
      spare_slots_.reserve(slots_.capacity());
      spare_slots_.push_back(slots_.back().get());
    }
    Slot& slot = *spare_slots_.back();
    spare_slots_.pop_back();
    slot.waiting = waiting_.pop();
    slot.part = {slot.waiting.data, slot.waiting.size};
    slot.completion.silent_success = may_be_silent(slot.waiting);
    if (slot.completion.silent_success) ++silent_sends_;
    ring_.send_to(slot.completion, descriptor_, {&slot.part, 1}, slot.waiting.address,
                  MSG_DONTWAIT);
  }
}

void DatagramEndpoint::on_sent(Completion& completion, Outcome outcome) {
  Slot& slot = *static_cast<Slot*>(completion.context);
  slot.endpoint.sent(slot, outcome.result);
}

void DatagramEndpoint::sent(Slot& slot, std::int32_t result) {
  if (slot.completion.silent_success) --silent_sends_;
  if (result < 0) {
    count_failure(result);
  } else {
    ++counters_.datagrams_out;
    counters_.bytes_out += static_cast<std::uint32_t>(result);
  }
  release(slot.waiting);
  slot.waiting = {};
  spare_slots_.push_back(&slot);
}

void DatagramEndpoint::count_failure(std::int32_t result) {
  switch (-result) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
      ++counters_.full;
      break;
    case ECONNREFUSED:
    case ENOENT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
      ++counters_.unreachable;
      break;
    case ECANCELED:
      ++counters_.closed;
      break;
    default:
      ++counters_.refused;
  }
}

// ---- its end ------------------------------------------------------------------------------------

bool DatagramEndpoint::is_idle() const {
  return receive_.idle() && pause_.idle() && cancel_.idle() && close_.idle() &&
         spare_slots_.size() == slots_.size();
}

bool DatagramEndpoint::is_done() const {
  if (closing_) return true;
  return stopping_ && receive_.idle() && ready_.empty() && untried_bytes_ == 0;
}

void DatagramEndpoint::terminate() {
  if (closing_) return;
  closing_ = stopping_ = true;
  cancelled_ = false;
  ready_.clear();
  while (!waiting_.empty()) {
    ++counters_.closed;
    release(waiting_.pop());
  }
}

// terminate, join, close
void DatagramEndpoint::settle_end() {
  if (descriptor_ < 0 || !cancel_.idle()) return;
  bool const idle = receive_.idle() && pause_.idle() && spare_slots_.size() == slots_.size();
  if (idle) return ring_.close(close_, std::exchange(descriptor_, -1));
  if (cancelled_) return;
  cancelled_ = true;
  ring_.cancel_quietly(pause_);
  ring_.cancel_descriptor(cancel_, descriptor_);
}

void DatagramEndpoint::settle() {
  if (closing_) return settle_end();
  settle_receive();
  start_sends();
}

bool DatagramEndpoint::may_sleep() const {
  // Whoever waits for the end of a silent send is not woken by it.
  bool const wait_for_sends = stopping_ || !waiting_.empty() || receive_.idle();
  if (silent_sends_ > 0 && wait_for_sends) return false;
  if (closing_) return descriptor_ < 0 || (cancelled_ && !is_idle());
  if (stopping_ && !receive_.idle() && !cancelled_) return false;
  bool const can_send =
      !waiting_.empty() && (slots_.size() < slot_count_max || !spare_slots_.empty());
  bool const can_receive = may_receive() && receive_.idle();
  return !can_send && !can_receive && !may_admit() && !(pausing_ && pause_.idle());
}

}  // namespace weir
