#include "weir/sched/graph.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <exception>

#include "weir/base/assert.h"

namespace weir {

namespace {

// Under a time budget an activation is given this many items at a time, so that the clock is looked
// at.
constexpr std::int64_t items_per_look_at_the_clock = 1024;

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
  auto const unflipped = static_cast<std::uint64_t>(shared_ ? 0 : write_.end - write_.begin);
  auto const unread = static_cast<std::uint64_t>(read_.end - cursor_);
  std::uint64_t const waiting = (unflipped + unread) / item_size_;
  return {(read_bytes_ + unflipped) / item_size_, waiting,
          std::max<std::uint64_t>(high_water_bytes_ / item_size_, waiting)};
}

// ---- the ready set: one FIFO a stratum, one bit for each that is not empty ----

inline void Graph::make_ready(Subgraph& subgraph) {
  if (subgraph.queued_ != 0) [[unlikely]] {
    if ((subgraph.queued_ & Subgraph::is_in_loop) != 0) enter(*subgraph.loop);
    if ((subgraph.queued_ & Subgraph::is_ready) != 0) return;
  }
  subgraph.queued_ |= Subgraph::is_ready;
  subgraph.next_ready_ = nullptr;
  Fifo& fifo = ready_[subgraph.stratum];
  (fifo.tail == nullptr ? fifo.head : fifo.tail->next_ready_) = &subgraph;
  fifo.tail = &subgraph;
  ready_mask_[subgraph.stratum / 64] |= std::uint64_t{1} << (subgraph.stratum % 64);
}

void Graph::make_ready_first(Subgraph& subgraph) {
  if ((subgraph.queued_ & Subgraph::is_ready) != 0) return;
  subgraph.queued_ |= Subgraph::is_ready;
  Fifo& fifo = ready_[subgraph.stratum];
  subgraph.next_ready_ = fifo.head;
  fifo.head = &subgraph;
  if (fifo.tail == nullptr) fifo.tail = &subgraph;
  ready_mask_[subgraph.stratum / 64] |= std::uint64_t{1} << (subgraph.stratum % 64);
}

inline Subgraph* Graph::pop_ready() {
  for (std::size_t word = 0; word < ready_mask_.size(); ++word) {
    if (ready_mask_[word] == 0) continue;
    auto const bit = static_cast<std::size_t>(std::countr_zero(ready_mask_[word]));
    Fifo& fifo = ready_[word * 64 + bit];
    Subgraph* const subgraph = fifo.head;
    fifo.head = subgraph->next_ready_;
    if (fifo.head == nullptr) {
      fifo.tail = nullptr;
      ready_mask_[word] &= ready_mask_[word] - 1;
    }
    subgraph->queued_ &= static_cast<std::uint8_t>(~Subgraph::is_ready);
    return subgraph;
  }
  return nullptr;
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
  Atomic<ExternalInput*>& list = graph_->remote_external_;
  do {  // bounded by the number of channels that are listed at the same time
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

void Graph::admit_external() {
  admit_list(std::exchange(external_, nullptr));
  if (external_pending()) admit_list(remote_external_.exchange(nullptr, MemoryOrder::acquire));
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
  if (writer != nullptr) {
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
  ++generation_;
}

void Graph::disconnect(HandoffBase& handoff) {
  WEIR_ASSERT(!mid_tick_ || failure_);
  for (Subgraph* writer : handoff.writers_) std::erase(writer->outputs_, &handoff);
  handoff.writers_.clear();
  handoff.reader = nullptr;
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

bool Graph::any_ready() const {
  std::uint64_t ready = 0;
  for (std::uint64_t const word : ready_mask_) ready |= word;
  return ready != 0;
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
  time_.begin_tick();
  admit_external();
}

Status Graph::run_tick() {
  if (failure_) return Status::done;
  if (held()) return Status::yielded;
  if (!mid_tick_) begin_tick();
  Subgraph* running = pop_ready();
  try {
    if (running != nullptr && run_ready(running) == Status::yielded) {
      ++counters_.yields;
      return Status::yielded;
    }
    end_tick(running);
  } catch (std::exception const& thrown) {
    return fail(*running, thrown.what());
  } catch (...) {
    return fail(*running, "something that is not a std::exception");
  }
  return Status::done;
}

// Runs `running` and then whatever is ready, until nothing is (each stratum reaches its fixed
// point) or the tick must yield. `running` is always the subgraph that runs, for whoever catches
// what it throws.
Status Graph::run_ready(Subgraph*& running) {
  std::uint64_t now = cycles();
  bool const timed = budget_.time != never;
  std::uint64_t const end =
      timed ? now + static_cast<std::uint64_t>(static_cast<double>(budget_.time) *
                                               cycles_per_nanosecond())
            : 0;
  std::int64_t const slice = timed ? items_per_look_at_the_clock : budget_.items;
  std::int64_t left = budget_.items;
  Activation activation{*this, 0, tick_, false, nullptr};
  do {
    std::int64_t const given = std::min(left, slice);
    activation.budget = given;
    Status const status = activate(*running, activation);
    left -= given - activation.budget;
    std::uint64_t const then = cycles();
    running->counters.busy_cycles += then - now;
    now = then;
    bool const out_of_time = timed && static_cast<std::int64_t>(now - end) >= 0;
    // Who yields without having pulled anything waits for the world, not for its turn.
    bool const waits = status == Status::yielded && activation.budget == given;
    if ((left <= 0 || out_of_time || held() || waits) && any_ready()) return Status::yielded;
    running = pop_ready();
  } while (running != nullptr);
  return Status::done;
}

inline Status Graph::activate(Subgraph& subgraph, Activation& activation) {
  activation.subgraph = &subgraph;
  activation.first_in_tick = subgraph.last_tick_ != tick_;
  if (activation.first_in_tick) {
    subgraph.last_tick_ = tick_;
    if (subgraph.is_noted_) note_first_activation(subgraph);
  }
  ++subgraph.counters.runs;
  ++counters_.activations;
  Status const status = subgraph.run(subgraph.self, activation);
  if (status == Status::yielded) {
    ++subgraph.counters.yields;
    make_ready_first(subgraph);  // before its own output can put it behind the others
  }
  schedule_readers(subgraph);
  return status;
}

void Graph::note_first_activation(Subgraph& subgraph) {
  if (subgraph.loop != nullptr) subgraph.loop->ran_.push_back(&subgraph);
  bool const replays = subgraph.replays && subgraph.loop == nullptr;
  if (!subgraph.ends_tick_ && (subgraph.end_tick != nullptr || replays)) {
    subgraph.ends_tick_ = true;
    subgraph.next_ran_ = std::exchange(ran_, &subgraph);
  }
}

inline void Graph::schedule_readers(Subgraph& writer) {
  for (HandoffBase* handoff : writer.outputs_) {
    if (!handoff->has_input()) continue;
    handoff->note_depth();
    if (handoff->delay == Delay::none) {
      if (handoff->reader != nullptr) make_ready(*handoff->reader);
    } else if (!handoff->deferred_) {
      handoff->deferred_ = true;
      bool const for_iteration = handoff->delay == Delay::iteration && handoff->reader != nullptr;
      HandoffBase*& list = for_iteration ? handoff->reader->loop->deferred_ : deferred_;
      handoff->next_deferred_ = std::exchange(list, handoff);
    }
  }
}

// `running` is the subgraph whose hook runs, for whoever catches what it throws.
void Graph::end_tick(Subgraph*& running) {
  for (running = std::exchange(ran_, nullptr); running != nullptr; running = running->next_ran_) {
    running->ends_tick_ = false;
    if (running->end_tick != nullptr) running->end_tick(running->self);
    if (running->replays && running->loop == nullptr) make_ready(*running);
  }
  mid_tick_ = false;
  ++tick_;
  ++counters_.ticks;
  for (HandoffBase* handoff = std::exchange(deferred_, nullptr); handoff != nullptr;) {
    HandoffBase* const next = handoff->next_deferred_;
    handoff->deferred_ = false;
    if (handoff->reader != nullptr) {
      handoff->flip();
      make_ready(*handoff->reader);
      if (handoff->delay == Delay::tick) start_ = true;
    } else if (handoff->cursor_ == handoff->read_.end) {  // it leads out of the graph
      handoff->flip();
    }
    handoff = next;
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
  for (HandoffBase* handoff = std::exchange(loop.deferred_, nullptr); handoff != nullptr;
       handoff = handoff->next_deferred_) {
    handoff->deferred_ = false;
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
    handoff->deferred_ = false;
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
