// The scheduled layer: a Graph owns subgraphs and the handoffs between them, and runs them tick by
// tick.
//
// A tick admits the external input that is there, runs stratum after stratum, each until none of
// its subgraphs is ready (its fixed point), and ends: state that lives for a tick resets, deferred
// data becomes visible. A tick starts only because of external input, because data was deferred to
// it, or because the graph has never run; a subgraph that replays runs in every tick but starts
// none. run_tick() and run_available() called by hand always run at least one.
//
//   begin_tick ─▶ pop the lowest ready stratum's first subgraph ─▶ activate ─▶ … ─▶ end_tick
//                     ▲                                             │ yielded: first in its stratum
//                     └─────────────────────────────────────────────┘ and run_tick returns
//
// Building: `add` what the caller owns, `make_*` what the graph shall own, `connect` both. A graph
// grows between ticks and never shrinks. Everything but Waker, Channel, external_pending and the
// end of a Hold belongs to one thread. docs/core-api.md shows all of it from the outside.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/atomic.h"
#include "weir/base/clock.h"
#include "weir/base/context.h"
#include "weir/base/owner.h"
#include "weir/base/slice.h"
#include "weir/sched/handoff.h"
#include "weir/sched/loop.h"
#include "weir/sched/subgraph.h"

namespace weir {

// ends.h, state.h and tee.h define these, and the members of Graph that make or take them.
template <class... In>
struct From;
template <class... Out>
struct To;
template <class... Kept>
struct Uses;
template <class T, class Life>
class State;
template <class T>
class TeeingHandoff;
class Suspension;
class Trace;

// What one tick may do before it yields: items pulled, and time. A tick that yields is continued by
// the next run_tick; nothing is admitted in between.
struct TickBudget {
  std::int64_t items = std::numeric_limits<std::int64_t>::max();
  Duration time = never;
};

struct GraphCounters {
  std::uint64_t ticks = 0;
  std::uint64_t activations = 0;
  std::uint64_t yields = 0;
};

// A flow that ended because a user function threw.
struct Failure {
  std::string node;      // whose function; the subgraph's name where that is all that is known
  std::string subgraph;  // the one that ran
  std::string what;
};

// Something a graph keeps alive as long as itself: the state behind its subgraphs.
class Program {
 public:
  virtual ~Program() = default;
};

// Tells whoever runs the graph, from any thread, that it has something to do.
struct Waker {
  void (*wake)(void* context) = nullptr;
  void* context = nullptr;
};

// The part of Input and Channel that the graph sees.
class ExternalInput {
 public:
  ExternalInput(ExternalInput const&) = delete;
  ExternalInput& operator=(ExternalInput const&) = delete;

 protected:
  using Admit = void (*)(ExternalInput&);
  explicit ExternalInput(Admit admit = [](ExternalInput& input) { input.flip_handoff(); })
      : admit_(admit) {}
  ~ExternalInput() = default;

  // A graph that is attached outlives the last use of this input.
  void attach(Graph& graph, HandoffBase& handoff, Subgraph& reader);
  // New data has been written to the handoff.
  void notify() {
    if (!listed_) list();  // once per tick, however many items come
  }
  // The same from any thread; not again before the graph has admitted it.
  void notify_from_any_thread();
  bool attached() const { return graph_ != nullptr; }
  void flip_handoff();
  // Puts this input on the list of those that the next tick admits.
  void list();
  // Other threads write to this handoff.
  static void share(HandoffBase& handoff) { handoff.shared_ = true; }
  // It brings what the graph itself waits for (Graph::begin_awaiting), from any thread: it is
  // admitted though what feeds the graph is suspended.
  void bring_awaited() { is_awaited_ = true; }

 private:
  friend class Graph;

  Admit admit_;
  Graph* graph_ = nullptr;
  HandoffBase* handoff_ = nullptr;
  ExternalInput* next_ = nullptr;
  bool listed_ = false;
  bool is_awaited_ = false;
};

class Graph {
 public:
  Graph() = default;
  Graph(Graph const&) = delete;
  Graph& operator=(Graph const&) = delete;
  ~Graph() = default;

  // ---- building (between ticks) ----

  // The caller owns `subgraph`, or adopts its owner; it is ready at once (in the body of a loop: as
  // soon as something comes).
  void add(Subgraph& subgraph);
  // Either end may be null: what is outside the graph. Data must not flow to an earlier stratum
  // within a tick; give such a handoff Delay::tick. What enters a loop comes from below its strata,
  // and what leaves it goes above them.
  void connect(Subgraph* writer, HandoffBase& handoff, Subgraph* reader);
  // What waits in `handoff` is dropped, and it is no part of the graph any more.
  void disconnect(HandoffBase& handoff);
  void adopt(Owner<Program> program) { programs_.push_back(std::move(program)); }

  template <class T>
  Handoff<T>& make_handoff(std::string_view name = "handoff", Delay delay = Delay::none);
  // `run` is called with an Activation&, and returns Status or nothing (done).
  template <class Run>
  Subgraph& make_subgraph(std::string name, Where where, std::initializer_list<HandoffBase*> inputs,
                          std::initializer_list<HandoffBase*> outputs, Run run);
  // The same where the ends are known by type: from(a, b), to(c), uses(state); see ends.h.
  template <class... In, class... Out, class Run>
  Subgraph& make_subgraph(std::string name, Where where, From<In...> inputs, To<Out...> outputs,
                          Run run);
  template <class... In, class... Out, class... Kept, class Run>
  Subgraph& make_subgraph(std::string name, Where where, From<In...> inputs, To<Out...> outputs,
                          Uses<Kept...> states, Run run);
  // A handoff with any number of readers; see tee.h.
  template <class T>
  TeeingHandoff<T>& make_tee(std::string_view name = "tee");
  // State that is reset when `life` ends: none, tick, forever, or a Loop; see state.h.
  template <class T, class Life>
  State<T, Life>& make_state(Life life, T initial = T());
  template <class T>
  State<T, Loop>& make_state(Loop& loop, T initial = T());
  // Its body has the strata from `first` to `last`, its end the one above.
  Loop& make_loop(std::string name, Stratum first, Stratum last, LoopOptions const& options = {});

  // ---- running ----

  // One whole tick, or the rest of an unfinished one, or as much of either as the budget allows.
  Status run_tick();
  // At least one tick, then more while one can start. Returns the number of ticks that ended.
  std::uint64_t run_available();
  // run_available, then sleeps until a channel is sent to; again and again until somebody calls
  // stop().
  void run();
  // From any thread: run() returns after the tick it is in.
  void stop();
  // Makes `subgraph` ready as if it had been given external input: during a tick, for the next one.
  void schedule(Subgraph& subgraph);

  // A tick can start or go on.
  bool can_start() const {
    if (held() || failure_) return false;
    return start_ || mid_tick_ || external_ != nullptr || (external_pending() && admits()) ||
           awaited_pending();
  }
  bool mid_tick() const { return mid_tick_; }
  // Nothing is left to do, now or when a hold is released.
  bool is_idle() const {
    return !start_ && !mid_tick_ && external_ == nullptr && !external_pending() &&
           !awaited_pending();
  }
  // Somebody inside waits for what will be external input when it comes by itself (a future), so
  // the flow has not come to its end although it is idle. As often as it began it ends.
  void begin_awaiting() { ++awaited_count_; }
  void end_awaiting() {
    WEIR_ASSERT(awaited_count_ > 0);
    --awaited_count_;
  }
  bool awaits() const { return awaited_count_ > 0; }
  // Something of it has come that no tick has seen.
  bool awaited_pending() const {
    return awaits() && remote_awaited_.load(MemoryOrder::relaxed) != nullptr;
  }
  // From any thread: a channel has data that no tick has seen.
  bool external_pending() const { return remote_external_.load(MemoryOrder::relaxed) != nullptr; }
  // While somebody holds it (Hold), nothing starts or goes on, and a running tick yields.
  bool held() const { return hold_count_.load(MemoryOrder::acquire) > 0; }
  // What feeds the graph may give it something; a tick may go on without (Suspension). Sources, and
  // channels, have rank 0.
  bool admits(std::uint32_t rank = 0) const { return rank >= suspended_below_ && !held(); }

  std::uint64_t tick() const { return context_.current_tick; }
  // When the tick began, by the clock; the monotonic one unless another is set.
  TickTime const& tick_time() const { return time_; }
  // Of the tick that runs, or runs next; as long as the graph.
  Context const& context() const { return context_; }
  void set_clock(Clock const& clock) { time_ = TickTime(clock); }
  void set_budget(TickBudget budget) {
    WEIR_ASSERT(budget.items > 0);
    budget_ = budget;
  }
  void set_waker(Waker waker) { waker_ = waker; }
  // Notes its activations there, or nowhere (null). Between calls of run_tick(); it outlives the
  // graph, or is taken away before (trace.h).
  void set_trace(Trace* trace) { trace_ = trace; }
  // Set once a user function threw; the graph does not run any more.
  Failure const* failure() const { return failure_.get(); }

  // ---- looking ----

  GraphCounters const& counters() const { return counters_; }
  Slice<Subgraph* const> subgraphs() const { return subgraphs_; }
  Slice<HandoffBase* const> handoffs() const { return handoffs_; }
  Slice<Owner<Loop> const> loops() const { return loops_; }
  Slice<Owner<Program> const> programs() const { return programs_; }
  // Whether items that enter `from` can come out of `to`.
  bool reaches(Subgraph const& from, Subgraph const& to) const;
  // Changes whenever the graph grows, and with it the answers of `reaches`.
  std::uint64_t generation() const { return generation_; }

 private:
  friend class ExternalInput;
  friend class Hold;
  friend class Suspension;

  using Fifo = Subgraph::Fifo;
  struct Turn;

  void set_bit(Stratum stratum) { ready_mask_[stratum / 64] |= std::uint64_t{1} << (stratum % 64); }
  bool any_bit() const;
  void append(Subgraph& subgraph);
  void make_ready(Subgraph& subgraph);
  void make_ready_again(Subgraph& subgraph);
  void make_ready_first(Subgraph& subgraph);
  bool any_ready();
  bool find_ready();
  Subgraph* pop_ready();
  void begin_tick();
  void admit_external();
  void admit_list(ExternalInput* input);
  Status run_ready(Activation& activation);
  bool must_yield(Turn& turn, Activation& activation, std::uint64_t now);
  Status activate(Subgraph& subgraph, Activation& activation);
  void note_activation(Subgraph& subgraph, bool first);
  void note_yield(Subgraph& subgraph);
  void schedule_readers(Subgraph& writer);
  HandoffBase** deferred_list(HandoffBase const& handoff);
  void end_tick(Activation& activation);
  Status fail(Subgraph& subgraph, std::string what);

  void enter(Loop& loop);
  static Status end_iteration(void* self, Activation& activation);
  void begin_iteration(Loop& loop);
  void leave(Loop& loop);
  // From any thread: whoever runs this graph looks at it again.
  void wake_runner();

  static constexpr std::size_t stratum_count = std::size_t{stratum_last} + 1;

  // One FIFO a stratum, and a bit for each that is not empty; one that runs empty keeps its bit
  // until somebody looks for the next one.
  std::array<std::uint64_t, stratum_count / 64> ready_mask_{};
  std::array<Fifo, stratum_count> ready_{};
  // Of the stratum that runs: below it nothing is ready.
  Fifo* current_ = ready_.data();

  bool start_ = false;
  bool mid_tick_ = false;
  // After this activation somebody must look whether the tick may go on.
  bool must_look_ = false;
  Atomic<std::uint32_t> hold_count_{0};
  std::uint32_t awaited_count_ = 0;
  std::uint32_t suspended_below_ = 0;
  TickTime time_;
  Context context_{0, &time_};
  TickBudget budget_;

  Subgraph* ran_ = nullptr;          // with something to do at the end of the tick
  Subgraph* scheduled_ = nullptr;    // during this tick, for the next one
  HandoffBase* deferred_ = nullptr;  // on tick edges, with data for the next tick, which they start
  HandoffBase* deferred_lazily_ = nullptr;  // … or do not; and those that lead out of the graph
  ExternalInput* external_ = nullptr;
  Atomic<ExternalInput*> remote_external_{nullptr};
  Atomic<ExternalInput*> remote_awaited_{nullptr};

  Waker waker_;
  Trace* trace_ = nullptr;
  Atomic<std::uint32_t> wake_count_{0};
  Atomic<bool> stopped_{false};
  GraphCounters counters_;
  Owner<Failure> failure_;
  std::uint64_t generation_ = 0;
  std::vector<Subgraph*> subgraphs_;
  std::vector<HandoffBase*> handoffs_;
  std::vector<Owner<Loop>> loops_;
  std::vector<Suspension*> suspensions_;  // those that are set; programs may have some
  std::vector<Owner<Program>> programs_;
};

// One reason for a graph to stand still: what its tick writes to is full. Each who may have one
// owns a Hold, and the graph goes on when none of them is set.
class Hold {
 public:
  // The graph outlives the hold.
  explicit Hold(Graph& graph) : graph_(graph) {}
  Hold(Hold const&) = delete;
  Hold& operator=(Hold const&) = delete;
  ~Hold() { release(); }

  // On the graph's thread. Setting a set one, or releasing one that is not, does nothing.
  void set() {
    if (set_.exchange(true)) return;
    graph_.hold_count_.fetch_add(1);
    graph_.must_look_ = true;
  }
  void release() {
    if (is_set() && set_.exchange(false)) graph_.hold_count_.fetch_sub(1);
  }
  // The same for another thread: whoever runs the graph is woken.
  void release_from_any_thread();
  bool is_set() const { return set_.load(); }

 private:
  Graph& graph_;
  Atomic<bool> set_{false};
};

// One reason for what feeds a graph to give it nothing more, while the graph goes on with what it
// has: an exchange with other workers that has more to send than they take. It is about what has a
// smaller rank alone, so that those who wait for each other do not: what comes from the other
// workers goes on.
class Suspension {
 public:
  // The graph outlives it.
  Suspension(Graph& graph, std::uint32_t below) : graph_(graph), below_(below) {}
  Suspension(Suspension const&) = delete;
  Suspension& operator=(Suspension const&) = delete;
  ~Suspension() { release(); }

  // On the graph's thread. Setting a set one, or releasing one that is not, does nothing.
  void set();
  void release();
  bool is_set() const { return set_; }

 private:
  Graph& graph_;
  std::uint32_t const below_;
  bool set_ = false;
};

template <class T>
Handoff<T>& Graph::make_handoff(std::string_view name, Delay delay) {
  struct Owned final : Program {
    explicit Owned(std::string_view given) : name(given), handoff(name) {}
    std::string name;
    Handoff<T> handoff;
  };
  auto owned = make_owner<Owned>(name);
  Handoff<T>& handoff = owned->handoff;
  handoff.delay = delay;
  adopt(std::move(owned));
  return handoff;
}

template <class Run>
Subgraph& Graph::make_subgraph(std::string name, Where where,
                               std::initializer_list<HandoffBase*> inputs,
                               std::initializer_list<HandoffBase*> outputs, Run run) {
  struct Owned final : Program {
    Owned(std::string given, Run function) : name(std::move(given)), run(std::move(function)) {}
    static Status call(void* self, Activation& activation) {
      auto& run = static_cast<Owned*>(self)->run;
      if constexpr (std::is_void_v<decltype(run(activation))>) {
        run(activation);
        return Status::done;
      } else {
        return run(activation);
      }
    }
    std::string name;
    Run run;
    Subgraph subgraph;
  };
  auto owned = make_owner<Owned>(std::move(name), std::move(run));
  Subgraph& subgraph = owned->subgraph;
  subgraph.run = &Owned::call;
  subgraph.self = owned.get();
  subgraph.name = owned->name;
  subgraph.stratum = where.stratum;
  subgraph.loop = where.loop;
  subgraph.replays = where.replays;
  add(subgraph);
  for (HandoffBase* handoff : inputs) connect(nullptr, *handoff, &subgraph);
  for (HandoffBase* handoff : outputs) connect(&subgraph, *handoff, nullptr);
  adopt(std::move(owned));
  return subgraph;
}

}  // namespace weir
