#include "weir/sched/graph.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <exception>

#include "weir/base/assert.h"
#include "weir/sched/trace.h"

namespace weir {

namespace {

// Within a tick data never goes back; and an iteration sees all that enters its loop.
void check_direction(Subgraph const& writer, Delay delay, Subgraph const& reader) {
  if (delay == Delay::iteration) {
    bool const stays_in_a_loop = reader.loop != nullptr && reader.loop->contains(writer.loop);
    WEIR_ASSERT(stays_in_a_loop);
  }
  if (delay != Delay::none) return;
  bool const backward = writer.stratum > reader.stratum;
  WEIR_ASSERT(!backward);
  for (Loop const* loop = reader.loop; loop != nullptr; loop = loop->parent()) {
    bool const enters_from_below =
        loop->contains(writer.loop) || writer.stratum < loop->first_stratum();
    WEIR_ASSERT(enters_from_below);
  }
  for (Loop const* loop = writer.loop; loop != nullptr; loop = loop->parent()) {
    bool const leaves_above = loop->contains(reader.loop) || reader.stratum > loop->last_stratum();
    WEIR_ASSERT(leaves_above);
  }
}

}  // namespace

HandoffCounters HandoffBase::counters() const {
  auto const unflipped = static_cast<std::uint64_t>(shared_ ? 0 : write_end_ - write_.begin);
  auto const unread = static_cast<std::uint64_t>(read_end_ - cursor_);
  std::uint64_t const waiting = (unflipped + unread) / item_size_;
  return {(read_bytes_ + unflipped) / item_size_, waiting,
          std::max<std::uint64_t>(high_water_bytes_ / item_size_, waiting)};
}

// ---- the ready set ----
//
// (What an activation comes through is inlined into run_ready, and what few come through is not:
// without that an activation takes 200 instructions with g++ and 245 with clang instead of 150.)

inline bool Graph::any_bit() const {
  for (std::uint64_t const word : ready_mask_)
    if (word != 0) return true;
  return false;
}

inline void Graph::append(Subgraph& subgraph) {
  subgraph.queued_ |= Subgraph::is_ready;
  subgraph.next_ready_ = nullptr;
  Fifo& fifo = *subgraph.fifo_;
  if (fifo.head != nullptr) {
    fifo.tail->next_ready_ = &subgraph;
  } else {
    fifo.head = &subgraph;
    set_bit(subgraph.stratum);
  }
  fifo.tail = &subgraph;
}

[[gnu::always_inline]] inline void Graph::make_ready(Subgraph& subgraph) {
  if (subgraph.queued_ == 0) [[likely]]
    append(subgraph);
  else make_ready_again(subgraph);
}

[[gnu::noinline]] void Graph::make_ready_again(Subgraph& subgraph) {
  if ((subgraph.queued_ & Subgraph::is_in_loop) != 0) enter(*subgraph.loop);
  if ((subgraph.queued_ & Subgraph::is_ready) == 0) append(subgraph);
}

void Graph::make_ready_first(Subgraph& subgraph) {
  if ((subgraph.queued_ & Subgraph::is_ready) != 0) return;
  subgraph.queued_ |= Subgraph::is_ready;
  Fifo& fifo = *subgraph.fifo_;
  if (fifo.head == nullptr) fifo.tail = &subgraph;
  subgraph.next_ready_ = std::exchange(fifo.head, &subgraph);
  set_bit(subgraph.stratum);
}

// If anything is, `current_` is then the lowest that is not empty.
inline bool Graph::any_ready() { return current_->head != nullptr || find_ready(); }

[[gnu::noinline]] bool Graph::find_ready() {
  for (std::size_t word = 0; word < ready_mask_.size(); ++word) {
    while (ready_mask_[word] != 0) {  // at most 64 times: those that have run empty lose theirs
      auto const bit = static_cast<std::size_t>(std::countr_zero(ready_mask_[word]));
      current_ = &ready_[word * 64 + bit];
      if (current_->head != nullptr) return true;
      ready_mask_[word] &= ready_mask_[word] - 1;
    }
  }
  return false;
}

[[gnu::always_inline]] inline Subgraph* Graph::pop_ready() {
  if (!any_ready()) return nullptr;
  Subgraph* const subgraph = current_->head;
  current_->head = subgraph->next_ready_;
  subgraph->queued_ &= static_cast<std::uint8_t>(~Subgraph::is_ready);
  return subgraph;
}

// ---- external input ----

void ExternalInput::attach(Graph& graph, HandoffBase& handoff, Subgraph& reader) {
  WEIR_ASSERT(graph_ == nullptr);
  graph_ = &graph;
  handoff_ = &handoff;
  graph.connect(nullptr, handoff, &reader);
}

void ExternalInput::flip_handoff() {
  handoff_->note_depth();
  handoff_->flip();
}

void ExternalInput::list() {
  if (graph_ == nullptr) return;
  listed_ = true;
  next_ = std::exchange(graph_->external_, this);
}

void ExternalInput::notify_from_any_thread() {
  Atomic<ExternalInput*>& list = is_awaited_ ? graph_->remote_awaited_ : graph_->remote_external_;
  do {  // bounded by the number of inputs that are listed at the same time
    next_ = list.load(MemoryOrder::relaxed);
  } while (!list.exchange_if(next_, this, MemoryOrder::release));
  graph_->wake_runner();
}

void Graph::wake_runner() {
  wake_count_.fetch_add(1, MemoryOrder::release);
  std::atomic_ref(wake_count_.value()).notify_one();
  if (waker_.wake != nullptr) waker_.wake(waker_.context);
}

void Hold::release_from_any_thread() {
  if (!set_.exchange(false)) return;
  graph_.hold_count_.fetch_sub(1);
  graph_.wake_runner();
}

void Suspension::set() {
  if (std::exchange(set_, true)) return;
  graph_.suspensions_.push_back(this);
  graph_.suspended_below_ = std::max(graph_.suspended_below_, below_);
}

void Suspension::release() {
  if (!std::exchange(set_, false)) return;
  std::erase(graph_.suspensions_, this);
  graph_.suspended_below_ = 0;
  for (Suspension const* other : graph_.suspensions_)
    graph_.suspended_below_ = std::max(graph_.suspended_below_, other->below_);
}

void Graph::admit_external() {
  if (external_ != nullptr) admit_list(std::exchange(external_, nullptr));
  if (awaited_pending()) admit_list(remote_awaited_.exchange(nullptr, MemoryOrder::acquire));
  if (external_pending() && admits())
    admit_list(remote_external_.exchange(nullptr, MemoryOrder::acquire));
}

void Graph::admit_list(ExternalInput* input) {
  while (input != nullptr) {  // as many as there are inputs: each is listed once
    ExternalInput* const next = input->next_;
    input->listed_ = false;
    input->admit_(*input);
    make_ready(*input->handoff_->reader);
    input = next;
  }
}

// ---- building ----

void Graph::add(Subgraph& subgraph) {
  WEIR_ASSERT(!mid_tick_);
  WEIR_ASSERT(subgraph.run != nullptr);
  subgraphs_.push_back(&subgraph);
  ++generation_;
  subgraph.fifo_ = &ready_[subgraph.stratum];
  subgraph.is_noted_ = subgraph.end_tick != nullptr || subgraph.replays || subgraph.loop != nullptr;
  if (subgraph.loop != nullptr) {
    Loop& loop = *subgraph.loop;
    WEIR_ASSERT(loop.graph_ == this);
    WEIR_ASSERT(loop.first_ <= subgraph.stratum && subgraph.stratum <= loop.last_);
    subgraph.queued_ |= Subgraph::is_in_loop;
    if (subgraph.replays) loop.replaying_.push_back(&subgraph);
  } else {
    make_ready(subgraph);
    start_ = true;
  }
}

void Graph::connect(Subgraph* writer, HandoffBase& handoff, Subgraph* reader) {
  WEIR_ASSERT(!mid_tick_);
  if (!std::exchange(handoff.connected_, true)) handoffs_.push_back(&handoff);
  auto const& writers = handoff.writers_;
  bool const is_new = std::find(writers.begin(), writers.end(), writer) == writers.end();
  if (writer != nullptr && is_new) {
    writer->outputs_.push_back(&handoff);
    handoff.writers_.push_back(writer);
    if (handoff.reader != nullptr) check_direction(*writer, handoff.delay, *handoff.reader);
  }
  if (reader != nullptr) {
    WEIR_ASSERT(handoff.reader == nullptr);  // one reader; a teeing handoff serves several
    handoff.reader = reader;
    for (Subgraph const* one : handoff.writers_) check_direction(*one, handoff.delay, *reader);
    if (reader->loop != nullptr && !handoff.empty()) schedule(*reader);
  }
  handoff.deferred_list_ = deferred_list(handoff);
  ++generation_;
}

// Where it waits for its reader's next tick or iteration.
HandoffBase** Graph::deferred_list(HandoffBase const& handoff) {
  if (handoff.delay == Delay::none) return nullptr;
  if (handoff.reader == nullptr || handoff.delay == Delay::tick_lazy) return &deferred_lazily_;
  return handoff.delay == Delay::tick ? &deferred_ : &handoff.reader->loop->deferred_;
}

void Graph::disconnect(HandoffBase& handoff) {
  WEIR_ASSERT(!mid_tick_ || failure_);
  for (Subgraph* writer : handoff.writers_) std::erase(writer->outputs_, &handoff);
  handoff.writers_.clear();
  handoff.reader = nullptr;
  handoff.deferred_list_ = nullptr;
  handoff.discard();
  if (std::exchange(handoff.connected_, false)) std::erase(handoffs_, &handoff);
  ++generation_;
}

Loop& Graph::make_loop(std::string name, Stratum first, Stratum last, LoopOptions const& options) {
  WEIR_ASSERT(!mid_tick_);
  loops_.push_back(make_owner<Loop>(std::move(name), first, last, options));
  Loop& loop = *loops_.back();
  WEIR_ASSERT(loop.parent_ == nullptr || loop.parent_->graph_ == this);
  loop.graph_ = this;
  loop.end_.run = &Graph::end_iteration;
  loop.end_.fifo_ = &ready_[loop.end_.stratum];
  ++generation_;
  return loop;
}

bool Graph::reaches(Subgraph const& from, Subgraph const& to) const {
  std::vector<Subgraph const*> found{&from};
  for (std::size_t next = 0; next < found.size(); ++next) {
    if (found[next] == &to) return true;
    for (HandoffBase const* handoff : found[next]->outputs_) {
      Subgraph const* const reader = handoff->reader;
      bool const known = std::find(found.begin(), found.end(), reader) != found.end();
      if (reader != nullptr && !known) found.push_back(reader);
    }
  }
  return false;
}

void Graph::schedule(Subgraph& subgraph) {
  start_ = true;
  if (!mid_tick_) {
    make_ready(subgraph);
  } else if (!subgraph.scheduled_) {  // as data that comes during a tick, it waits for the next one
    subgraph.scheduled_ = true;
    subgraph.next_scheduled_ = std::exchange(scheduled_, &subgraph);
  }
}

// ---- a tick ----

void Graph::begin_tick() {
  start_ = false;
  mid_tick_ = true;
  current_ = ready_.data();
  time_.begin_tick();
  admit_external();
}

Status Graph::run_tick() {
  if (failure_) return Status::done;
  if (held()) return Status::yielded;
  if (!mid_tick_) begin_tick();
  Activation activation{*this, budget_.items, tick(), false, nullptr};
  try {
    if (any_bit() && run_ready(activation) == Status::yielded) {
      ++counters_.yields;
      return Status::yielded;
    }
    end_tick(activation);
  } catch (std::exception const& thrown) {
    return fail(*activation.subgraph, thrown.what());
  } catch (...) {
    return fail(*activation.subgraph, "something that is not a std::exception");
  }
  return Status::done;
}

// What a call of run_tick may still do.
struct Graph::Turn {
  // Under a time budget an activation is given this many items at a time, so that the clock is
  // looked at.
  static constexpr std::int64_t items_per_look_at_the_clock = 1024;
  static constexpr double cycles_max = 4e18;  // a hundred years, or never

  Turn(TickBudget const& budget, std::uint64_t now) : timed(budget.time != never) {
    if (!timed) return;
    double const cycles = static_cast<double>(budget.time) * cycles_per_nanosecond();
    end = now + static_cast<std::uint64_t>(std::min(cycles, cycles_max));
  }
  // Fills up what the next activation is given.
  void give(Activation& activation) {
    if (!timed) return;
    kept_back += activation.budget;
    activation.budget = std::min(kept_back, items_per_look_at_the_clock);
    kept_back -= activation.budget;
  }
  bool out_of_time(std::uint64_t now) const {
    return timed && static_cast<std::int64_t>(now - end) >= 0;
  }

  bool const timed;
  bool yielded = false;  // the last one did
  // The one that yielded has not pulled anything: it waits for the world, not for its turn.
  bool waits = false;
  std::int64_t kept_back = 0;  // items of the budget
  std::uint64_t end = 0;       // in cycles
  std::uint64_t begun = 0;     // in cycles: the activation; only where it is traced
};

// Runs whatever is ready until nothing is (each stratum reaches its fixed point) or the tick must
// yield. `activation.subgraph` is always the one that runs, for whoever catches what it throws.
Status Graph::run_ready(Activation& activation) {
  std::uint64_t now = cycles();
  Turn turn(budget_, now);
  turn.give(activation);
  turn.begun = now;
  must_look_ = turn.timed || trace_ != nullptr;
  while (Subgraph* const subgraph = pop_ready()) {
    std::int64_t const given = activation.budget;
    if (activate(*subgraph, activation) == Status::yielded) [[unlikely]] {
      note_yield(*subgraph);
      turn.yielded = true;
      turn.waits = activation.budget == given;
    }
    schedule_readers(*subgraph);
    std::uint64_t const then = cycles();  // one read: where an activation ends, the next begins
    subgraph->counters.busy_cycles += then - now;
    now = then;
    if ((activation.budget <= 0 || must_look_) && must_yield(turn, activation, now)) [[unlikely]] {
      return Status::yielded;
    }
  }
  return Status::done;
}

[[gnu::noinline]] bool Graph::must_yield(Turn& turn, Activation& activation, std::uint64_t now) {
  must_look_ = turn.timed || trace_ != nullptr;
  bool const yielded = std::exchange(turn.yielded, false);
  if (trace_ != nullptr) {
    Subgraph const* const ran = activation.subgraph;
    trace_->note({this, ran, activation.tick, turn.begun, now, 0, yielded});
    turn.begun = now;
  }
  turn.give(activation);
  bool const waits = std::exchange(turn.waits, false);
  return (activation.budget <= 0 || turn.out_of_time(now) || held() || waits) && any_ready();
}

[[gnu::always_inline]] inline Status Graph::activate(Subgraph& subgraph, Activation& activation) {
  activation.subgraph = &subgraph;
  activation.first_in_tick = subgraph.last_tick_ != activation.tick;
  subgraph.last_tick_ = activation.tick;
  if (subgraph.is_noted_) [[unlikely]]
    note_activation(subgraph, activation.first_in_tick);
  ++subgraph.counters.runs;
  ++counters_.activations;
  return subgraph.run(subgraph.self, activation);
}

// It is first when it goes on: before its own output can put it behind the others.
[[gnu::noinline]] void Graph::note_yield(Subgraph& subgraph) {
  ++subgraph.counters.yields;
  must_look_ = true;
  make_ready_first(subgraph);
}

[[gnu::noinline]] void Graph::note_activation(Subgraph& subgraph, bool first) {
  if (!first) return;
  if (subgraph.loop != nullptr) subgraph.loop->note_activation(subgraph);
  bool const replays = subgraph.replays && subgraph.loop == nullptr;
  if (!subgraph.ends_tick_ && (subgraph.end_tick != nullptr || replays)) {
    subgraph.ends_tick_ = true;
    subgraph.next_ran_ = std::exchange(ran_, &subgraph);
  }
}

[[gnu::always_inline]] inline void Graph::schedule_readers(Subgraph& writer) {
  for (HandoffBase* handoff : writer.outputs_) {
    if (!handoff->has_input()) continue;
    handoff->note_depth();
    if (handoff->deferred_list_ == nullptr) {
      if (handoff->reader != nullptr) make_ready(*handoff->reader);
    } else if (!handoff->is_deferred_) {
      handoff->is_deferred_ = true;
      handoff->next_deferred_ = std::exchange(*handoff->deferred_list_, handoff);
    }
  }
}

void Graph::end_tick(Activation& activation) {
  for (Subgraph* one = std::exchange(ran_, nullptr); one != nullptr; one = one->next_ran_) {
    activation.subgraph = one;  // for whoever catches what its hook throws
    one->ends_tick_ = false;
    if (one->end_tick != nullptr) one->end_tick(one->self);
    if (one->replays && one->loop == nullptr) make_ready(*one);
  }
  mid_tick_ = false;
  ++context_.current_tick;
  ++counters_.ticks;
  if (deferred_ != nullptr) start_ = true;
  for (HandoffBase* handoff = std::exchange(deferred_, nullptr); handoff != nullptr;
       handoff = handoff->next_deferred_) {
    handoff->is_deferred_ = false;
    handoff->flip();
    make_ready(*handoff->reader);
  }
  for (HandoffBase* handoff = std::exchange(deferred_lazily_, nullptr); handoff != nullptr;
       handoff = handoff->next_deferred_) {
    handoff->is_deferred_ = false;
    if (handoff->reader != nullptr) {
      handoff->flip();
      make_ready(*handoff->reader);
    } else if (handoff->cursor_ == handoff->read_end_) {  // it leads out of the graph
      handoff->flip();
    }
  }
  for (Subgraph* subgraph = std::exchange(scheduled_, nullptr); subgraph != nullptr;) {
    subgraph->scheduled_ = false;
    make_ready(*subgraph);
    subgraph = std::exchange(subgraph->next_scheduled_, nullptr);
  }
}

// ---- loops ----

// Something makes a subgraph of the body ready.
void Graph::enter(Loop& loop) {
  if (loop.active_) return;
  if (loop.parent_ != nullptr) enter(*loop.parent_);
  loop.active_ = true;
  loop.iterations_left_ = loop.iterations_max_;
  ++loop.counters_.entries;
  begin_iteration(loop);
}

void Graph::begin_iteration(Loop& loop) {
  current_ = ready_.data();  // back to lower strata
  for (HandoffBase* handoff = std::exchange(loop.deferred_, nullptr); handoff != nullptr;
       handoff = handoff->next_deferred_) {
    handoff->is_deferred_ = false;
    handoff->flip();
    make_ready(*handoff->reader);
  }
  for (Subgraph* subgraph : loop.repeating_) {
    subgraph->repeats_ = false;
    make_ready(*subgraph);
  }
  loop.repeating_.clear();
  for (Subgraph* subgraph : loop.replaying_) make_ready(*subgraph);
  make_ready_first(loop.end_);  // what has left the loop runs after it
}

// The run function of a loop's end: nothing of the body is ready any more.
Status Graph::end_iteration(void* self, Activation& activation) {
  auto& loop = *static_cast<Loop*>(self);
  // For each of them the next activation is the first again.
  for (Subgraph* subgraph : loop.ran_) subgraph->last_tick_ = ~std::uint64_t{0};
  loop.ran_.clear();
  ++loop.iteration_;
  ++loop.counters_.iterations;
  --loop.iterations_left_;
  --activation.budget;
  bool const goes_on = loop.deferred_ != nullptr || !loop.repeating_.empty();
  if (goes_on && loop.iterations_left_ > 0) {
    activation.graph.begin_iteration(loop);
  } else {
    if (goes_on) ++loop.counters_.cut_short;
    activation.graph.leave(loop);
  }
  return Status::done;
}

void Graph::leave(Loop& loop) {
  loop.active_ = false;
  for (HandoffBase* handoff = std::exchange(loop.deferred_, nullptr); handoff != nullptr;
       handoff = handoff->next_deferred_) {
    handoff->is_deferred_ = false;
    handoff->discard();
  }
  for (Subgraph* subgraph : loop.repeating_) subgraph->repeats_ = false;
  loop.repeating_.clear();
  if (loop.parent_ == nullptr) return;  // its execution goes on
  loop.iteration_ = 0;
  for (LoopEnd* end = std::exchange(loop.ends_, nullptr); end != nullptr;
       end = std::exchange(end->next_, nullptr)) {
    end->listed_ = false;
    loop.end_.blamed = end->blamed;
    end->run(end->self);
  }
  loop.end_.blamed = {};
}

Status Graph::fail(Subgraph& subgraph, std::string what) {
  std::string_view const node = subgraph.blamed.empty() ? subgraph.name : subgraph.blamed;
  failure_ =
      make_owner<Failure>(Failure{std::string(node), std::string(subgraph.name), std::move(what)});
  return Status::done;
}

std::uint64_t Graph::run_available() {
  std::uint64_t const before = counters_.ticks;
  do {
    run_tick();
  } while (can_start());
  return counters_.ticks - before;
}

void Graph::run() {
  for (bool begun = false;; begun = true) {  // until somebody calls stop()
    // Read first: whatever comes after it changes the count, and then wait() does not wait.
    std::uint32_t const seen = wake_count_.load(MemoryOrder::acquire);
    if (stopped_.load(MemoryOrder::acquire) || failure_) break;
    if (!begun || can_start()) run_available();
    else std::atomic_ref(wake_count_.value()).wait(seen);
  }
  stopped_.store(false, MemoryOrder::release);
}

void Graph::stop() {
  stopped_.store(true, MemoryOrder::release);
  wake_count_.fetch_add(1, MemoryOrder::release);
  std::atomic_ref(wake_count_.value()).notify_one();
}

}  // namespace weir
