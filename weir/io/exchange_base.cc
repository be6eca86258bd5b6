#include "weir/io/exchange_base.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "weir/io/end_flow.h"
#include "weir/ring/ring.h"
#include "weir/worker/worker.h"

namespace weir {

namespace {

// Taken at once, so that the sender soon has room again.
constexpr std::uint32_t share_items_max = 256;

bool is_exchange(PlanNode const& node) {
  return node.info.source && node.info.delay != Delay::none && node.info.blocks(0);
}

// Which nodes the items that leave `node` can reach.
std::vector<bool> reached_from(PlanView plan, std::size_t node) {
  std::vector<bool> reached(plan.nodes.size(), false);
  std::vector<std::size_t> found{node};
  for (std::size_t next = 0; next < found.size(); ++next) {
    for (PlanEdge const& edge : plan.edges) {
      auto const target = static_cast<std::size_t>(edge.target);
      if (static_cast<std::size_t>(edge.source) != found[next] || reached[target]) continue;
      reached[target] = true;
      found.push_back(target);
    }
  }
  return reached;
}

}  // namespace

ExchangePlace exchange_place(PlanView plan, Index node) {
  auto const place = static_cast<std::size_t>(node);
  std::vector<bool> const behind = reached_from(plan, place);
  std::uint32_t rank = 1;  // sources have 0
  for (std::size_t other = 0; other < plan.nodes.size(); ++other) {
    if (other == place || behind[other] || !is_exchange(plan.nodes[other])) continue;
    if (reached_from(plan, other)[place]) ++rank;
  }
  return {rank, plan.nodes[place].title()};
}

// ---- what is shared -----------------------------------------------------------------------------

ExchangeBase::ExchangeBase(std::uint32_t worker_count, ExchangeLimits const& limits)
    : worker_count_(worker_count),
      limits_(limits),
      members_(worker_count),
      input_over_(worker_count),
      drained_(worker_count) {
  WEIR_ASSERT(worker_count > 0);
  WEIR_ASSERT(consistent(limits));
}

ExchangeBase::~ExchangeBase() {
  // It outlives the flows.
  for (Member const& member : members_) WEIR_ASSERT(member.ring.load() == nullptr);
}

void ExchangeBase::wake(std::uint32_t member, ExchangeCounters& waking) {
  Member& sleeper = members_[member];
  if (!sleeper.sleeps.load() || !sleeper.sleeps.exchange(false)) return;
  if (Ring* const ring = sleeper.ring.load(); ring != nullptr) {
    ++waking.wakes;
    ring->wake();
  }
}

void ExchangeBase::wake_all(ExchangeCounters& waking) {
  for (std::uint32_t member = 0; member < worker_count_; ++member) wake(member, waking);
}

// ---- the end of one worker ----------------------------------------------------------------------

ExchangeGate::ExchangeGate(ExchangeBase& exchange, Worker& worker, Graph& graph, Subgraph& reader,
                           ExchangePlace const& place, std::vector<MailboxBase*> outboxes,
                           std::vector<MailboxBase*> inboxes)
    : exchange_(exchange),
      index_(index_of(worker, exchange)),
      late_counts_(exchange.worker_count(), 0),
      graph_(graph),
      reader_(reader),
      place_(place),
      suspension_(graph, place.rank),
      outboxes_(std::move(outboxes)),
      inboxes_(std::move(inboxes)),
      shares_(exchange.worker_count(), 0) {
  ExchangeBase::Member& member = exchange_.members_[index_];
  WEIR_ASSERT(member.ring.load() == nullptr);  // one flow of each worker
  member.ring.store(&worker.ring());
  mark_.name = "exchange";
  attach(graph, mark_, reader);
}

ExchangeGate::~ExchangeGate() { exchange_.members_[index_].ring.store(nullptr); }

std::uint32_t ExchangeGate::index_of(Worker const& worker, ExchangeBase const& exchange) {
  // WorkerOptions::number: from 0 to one less than the workers of the exchange.
  WEIR_ASSERT(worker.number() < exchange.worker_count());
  return worker.number();
}

void ExchangeGate::add(Worker& worker, Graph& graph, ExchangeGate* made) {
  worker.add_gate(graph, std::unique_ptr<Gate>(made));
}

// ---- what comes ---------------------------------------------------------------------------------

bool ExchangeGate::can_admit() const {
  if (input_over_ || drained_) return false;  // what has come just now: first it leaves (note_rest)
  if (over_ || graph_.failure() != nullptr || graph_.mid_tick() || !graph_.admits(place_.rank))
    return false;
  return graph_.tick() >= given_until_tick_;
}

void ExchangeGate::admit() {
  std::atomic<bool>& sleeps = exchange_.members_[index_].sleeps;
  if (sleeps.load(std::memory_order_relaxed)) sleeps.store(false, std::memory_order_relaxed);
  if (!can_admit()) return;
  std::uint32_t left = exchange_.limits_.admit_items_per_tick;
  std::uint32_t const whole = left;
  for (std::uint32_t i = 0; i < exchange_.worker_count_; ++i) {
    std::uint32_t const from = (first_ + i) % exchange_.worker_count_;
    WEIR_ASSERT(shares_[from] == 0);
    shares_[from] =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(inboxes_[from]->length(), left));
    left -= shares_[from];
  }
  first_ = (first_ + 1) % exchange_.worker_count_;
  if (left == whole) return;
  given_until_tick_ = graph_.tick() + 1;
  notify();
}

std::uint32_t ExchangeGate::next_share(std::uint32_t& from, std::int64_t budget) {
  for (; from < exchange_.worker_count_; ++from) {
    if (shares_[from] == 0) continue;
    return static_cast<std::uint32_t>(
        std::min<std::int64_t>(budget, std::min(shares_[from], share_items_max)));
  }
  return 0;
}

void ExchangeGate::took(std::uint32_t from, std::uint32_t count) {
  shares_[from] -= count;
  counters().received += count;
}

// Who waits for room hears of it after the tick: then there is all of it.
void ExchangeGate::tell_taken() {
  for (std::uint32_t from = 0; from < exchange_.worker_count_; ++from) {
    MailboxBase& inbox = *inboxes_[from];
    if (inbox.tell_taken() && inbox.was_awaited()) exchange_.wake(from, counters());
  }
}

void ExchangeGate::check_failure() const {
  if (exchange_.has_failed()) [[unlikely]]
    end_flow(exchange_.failure_);
}

// ---- what goes ----------------------------------------------------------------------------------

bool ExchangeGate::reopen(std::uint32_t to) {
  MailboxBase& outbox = *outboxes_[to];
  WEIR_ASSERT(!outbox.is_open());
  if (over_) return false;
  outbox.show();
  // If it falls asleep just now it may be missed here, but not by publish_all().
  exchange_.wake(to, counters());
  return late_counts_[to] == 0 && outbox.open(publish_items_max);
}

void ExchangeGate::publish_all() {
  for (std::uint32_t to = 0; to < exchange_.worker_count_; ++to)
    if (outboxes_[to]->publish()) exchange_.wake(to, counters());
}

void ExchangeGate::count_sent() {
  std::uint64_t sent = late_count_ + late_dropped_;
  for (MailboxBase const* const outbox : outboxes_) sent += outbox->written_count();
  counters().sent = sent;
}

void ExchangeGate::drop_late() {
  forget_late();
  counters().dropped += late_count_;
  late_dropped_ += late_count_;
  late_count_ = 0;
  std::fill(late_counts_.begin(), late_counts_.end(), 0);
}

void ExchangeGate::end_sending() {
  over_ = true;
  for (MailboxBase* const outbox : outboxes_) outbox->shut();
  drop_late();
  count_sent();
  suspension_.release();
}

void ExchangeGate::settle() {
  if (graph_.failure() != nullptr) fail();
  tell_taken();
  if (exchange_.is_over()) {
    if (!over_) end_sending();
    bool const tells = exchange_.has_failed() && graph_.failure() == nullptr;
    if (tells && !std::exchange(told_, true)) graph_.schedule(reader_);
    return;
  }
  if (late_count_ > 0) send_late();
  publish_all();
  count_sent();
  counters().late_high = std::max(counters().late_high, late_count_);
  std::uint64_t const mark = exchange_.limits_.late_mark_items;
  if (late_count_ > mark && !suspension_.is_set()) {
    suspension_.set();
    ++counters().suspensions;
  }
  if (late_count_ <= mark / 2) suspension_.release();
}

bool ExchangeGate::has_room_for_late() const {
  if (late_count_ == 0) return false;
  for (std::uint32_t to = 0; to < exchange_.worker_count_; ++to)
    if (late_counts_[to] > 0 && outboxes_[to]->has_room()) return true;
  return false;
}

bool ExchangeGate::has_come() const {
  return std::any_of(inboxes_.begin(), inboxes_.end(),
                     [](MailboxBase const* box) { return box->length() > 0; });
}

// ---- sleeping -----------------------------------------------------------------------------------

bool ExchangeGate::may_sleep() const {
  bool const failed = graph_.failure() != nullptr;
  if (exchange_.is_over()) return over_ && (told_ || failed || !exchange_.has_failed());
  if (failed || has_room_for_late()) return false;
  return !(can_admit() && has_come());
}

bool ExchangeGate::announce_sleep() {
  exchange_.members_[index_].sleeps.store(true);
  for (std::uint32_t to = 0; to < exchange_.worker_count_; ++to) {
    bool const matters = late_counts_[to] > 0 || (expects_end_ && !outboxes_[to]->is_taken());
    if (matters) outboxes_[to]->await();
  }
  return true;
}

// ---- the end ------------------------------------------------------------------------------------

void ExchangeGate::stop() {
  expects_end_ = true;
  if (!exchange_.stopping_.exchange(true)) exchange_.wake_all(counters());
}

bool ExchangeGate::is_done() const {
  if (exchange_.is_over() || graph_.failure() != nullptr) return true;
  if (late_count_ > 0 || has_come()) return false;
  return std::all_of(outboxes_.begin(), outboxes_.end(),
                     [](MailboxBase const* box) { return box->is_taken(); });
}

void ExchangeGate::note_rest(FlowRest rest) {
  set_joined(exchange_.input_over_, input_over_, rest != FlowRest::busy);
  set_joined(exchange_.drained_, drained_, rest == FlowRest::drained);
}

void ExchangeGate::set_joined(Agreement& agreement, bool& joined, bool joins) {
  if (joined == joins) return;
  joined = joins;
  if (!joins) return agreement.leave();
  if (agreement.join()) exchange_.wake_all(counters());
}

bool ExchangeGate::may_end(FlowRest rest) const {
  if (exchange_.is_over()) return true;
  if (rest == FlowRest::drained) return exchange_.drained_.reached();
  return exchange_.input_over_.reached() || exchange_.stopping_.load();
}

// The flow has failed here: it ends everywhere.
void ExchangeGate::fail() {
  Failure const& failure = *graph_.failure();
  end("the flow has failed on worker " + std::to_string(index_) + ", at `" + failure.node +
      "`: " + failure.what);
}

void ExchangeGate::end(std::string sentence) {
  ExchangeBase::End before = ExchangeBase::End::not_yet;
  if (!exchange_.end_.compare_exchange_strong(before, ExchangeBase::End::failing)) return;
  exchange_.failure_ = std::move(sentence);
  exchange_.end_.store(ExchangeBase::End::failed);
  exchange_.wake_all(counters());
}

// The worker runs it no more. Where all have agreed that it is over nothing is left.
void ExchangeGate::terminate() {
  if (!over_ && !exchange_.drained_.reached()) {
    ExchangeBase::End before = ExchangeBase::End::not_yet;
    if (!exchange_.stopping_.load()) {
      end("the flow was ended on worker " + std::to_string(index_));
    } else if (exchange_.end_.compare_exchange_strong(before, ExchangeBase::End::abandoned)) {
      exchange_.wake_all(counters());
    }
  }
  end_sending();
}

}  // namespace weir
