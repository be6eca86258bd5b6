// A worker: one thread with its ring, its net and its graphs. Nothing of it is shared but wake-ups:
// stop() and what channels call may come from any thread.
//
//   auto worker = Worker::make().value();
//   Endpoint* server = worker->listen(Address::loopback(7000)).value();
//   FlowHandle handle = worker->add(make_flow(*server));
//   worker->run();
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/atomic.h"
#include "weir/base/clock.h"
#include "weir/base/function.h"
#include "weir/base/log.h"
#include "weir/base/mutex.h"
#include "weir/base/owner.h"
#include "weir/base/result.h"
#include "weir/net/endpoint.h"
#include "weir/net/limits.h"
#include "weir/net/net.h"
#include "weir/plan/plan.h"
#include "weir/ring/kernel.h"
#include "weir/ring/ring.h"
#include "weir/sched/graph.h"
#include "weir/worker/gate.h"

namespace weir {

class StopSignals;
class Worker;

struct WorkerOptions {
  // Null: io_uring where the system allows it, else epoll.
  Function<std::unique_ptr<Kernel>()> make_kernel;
  Setup setup{};
  Limits limits{};
  // Of a tick of each flow, unless its graph is given another one.
  TickBudget tick_budget{};
  // The processor that the thread is pinned to.
  std::optional<std::uint32_t> cpu;
  // Below 256 and different for each worker of a process.
  std::uint32_t number = 0;
  // How long it looks again and again before it sleeps: a wake-up costs tens of microseconds, a
  // look less than one, and a processor that does nothing else.
  Duration spin_time = 0;
  // How long stop() lets flows drain what they have begun.
  Duration stop_time_max = 5 * seconds;
  // Where it says what an operator should know: nowhere, unless given a sink.
  LogOptions log{};
};

struct WorkerCounters {
  std::uint64_t parks = 0;          // times it went to sleep, or tried to
  std::uint64_t spins_found = 0;    // spins that ended because there was something to do
  std::uint64_t spins_in_vain = 0;  // those after which it slept all the same
  Duration spin_time = 0;           // of all spins
};

// A flow that a worker runs; what FlowHandle refers to.
struct RunningFlow {
  explicit RunningFlow(Worker& its_worker) : worker(its_worker) {}

  Worker& worker;
  std::string name;  // for metrics and pictures; may be empty
  Graph graph;
  std::vector<std::unique_ptr<Gate>> gates;  // which look at the graph
  PlanView plan;
  bool stopping = false;
  bool ended = false;
  bool failure_told = false;       // to the log
  FlowRest rest = FlowRest::busy;  // as its gates know it
  Instant stop_deadline = never;
};

// Refers to a flow of a worker; valid as long as the worker, and used on its thread.
class FlowHandle {
 public:
  explicit FlowHandle(RunningFlow& flow) : flow_(&flow) {}

  Graph& graph() { return flow_->graph; }
  // By hand, beside the worker's loop. At least one tick, whether or not there is anything to do.
  Status run_tick();
  std::uint64_t run_available();

  // What the flow is made of, for pictures and names (plan/describe.h).
  PlanView plan() const { return flow_->plan; }

  // The endpoints and sources of the flow accept and receive no more; what was received is
  // answered, what is queued is sent and written; then, or when the time is up, the flow ends.
  void stop(Duration time_max = 5 * seconds);
  // It has ended: it runs no more.
  bool ended() const { return flow_->ended; }
  // Null unless a user function threw.
  Failure const* failure() const { return flow_->graph.failure(); }

 private:
  RunningFlow* flow_;
};

class Worker {
 public:
  // On the thread that will run it. Fails with one sentence when the kernel refuses.
  static Result<std::unique_ptr<Worker>> make(WorkerOptions options = {});
  // Ends what is left at once.
  ~Worker();
  Worker(Worker const&) = delete;
  Worker& operator=(Worker const&) = delete;

  Result<Endpoint*> listen(Address const& address, EndpointOptions const& options = {}) {
    return net_->listen(address, options);
  }
  Endpoint& make_dialer(EndpointOptions const& options = {}) { return net_->make_dialer(options); }

  // Runs `flow` from now on, in a graph of its own. `std::move(flow).install(Graph&)` puts its
  // subgraphs there and hands it over for good (Graph::adopt).
  // Metrics and pictures call it by `name`; without one they number it.
  template <class Flow>
  FlowHandle add(Flow flow, std::string name = {}) {
    RunningFlow& running = begin_flow();
    running.name = std::move(name);
    // What is written by hand against the Core API has none.
    if constexpr (requires { Flow::plan(); }) running.plan = Flow::plan();
    std::move(flow).install(running.graph);
    return FlowHandle(running);
  }

  // Until stop() was called and everything has drained.
  void run();
  // Until each flow has come to its end: what its sources read (files, standard input) is read to
  // the end, worked off, and written. For programs that end with their input; stop() ends it
  // before.
  void run_to_end();
  // The same for programs that own the loop: from now on, until stopped().
  void begin_run_to_end();
  // From any thread; returns at once.
  void stop();
  // SIGTERM and SIGINT stop it from now on, and one more of them ends the process with a status
  // that is not 0. Once, before other threads are started (ring/signals.h says why).
  Result<void> stop_on_signals();

  // One turn of the loop, which sleeps until `deadline` at most. For tests, and for programs that
  // own the loop.
  void step(Instant deadline = never);
  // Turns until `predicate` holds: true; or until that took too long (some 10 seconds): false.
  bool run_until(Function<bool()> const& predicate);

  // ---- inside an event loop of somebody else's (docs/programs.md)
  // Turns that never sleep. True: nothing is left to do until descriptor() is readable or
  // next_deadline() has come. False: turns_max are over; again, after what else the loop has to do.
  // Any of these turns may be the last: ask stopped() before the loop waits.
  bool run_some(std::uint32_t turns_max = 16);
  // -1 in a simulated world.
  int descriptor() const;
  Instant next_deadline() const;

  // There is nothing to do until the kernel, a timer or another thread says something.
  bool may_sleep() const;
  bool stopped() const;
  // stop() was called, and seen.
  bool is_stopping() const { return stopping_; }

  // Serves `gate` from now on, as long as the flow of `graph`, which is one of this worker's.
  void add_gate(Graph& graph, std::unique_ptr<Gate> gate);

  // From now on the last so many activations of all flows are noted; 0: none any more. Between
  // steps.
  void keep_trace(std::uint32_t activations_max);
  // Null where none is kept.
  Trace const* trace() const { return trace_.get(); }

  Ring& ring() { return *ring_; }
  Net& net() { return *net_; }
  // For what the flows have to say; used on its thread.
  Log& log() { return log_; }
  std::uint32_t number() const { return options_.number; }
  WorkerCounters counters() const;
  std::vector<std::unique_ptr<RunningFlow>> const& flows() const { return flows_; }
  Clock const& clock() const { return ring_->clock(); }

 private:
  friend class FlowHandle;
  friend class Workers;

  explicit Worker(WorkerOptions options);
  RunningFlow& begin_flow();
  void stop_flow(RunningFlow& flow, Instant deadline);
  void stop_everything();
  Result<void> stop_on_signals(void (*told)(void*), void* context);
  void turn();
  void wait(Instant deadline);
  bool announce_sleep();
  bool spin(Instant deadline);
  void settle();
  void settle_stops();
  Instant stop_deadline() const;
  void end(RunningFlow& flow);
  void tell_failure(RunningFlow& flow);
  void shut_down_gates();
  bool is_drained(RunningFlow const& flow) const;
  bool has_something_to_do(RunningFlow const& flow) const;
  bool has_come_to_end(RunningFlow const& flow) const;
  bool may_end(RunningFlow const& flow, FlowRest rest) const;
  bool has_closed_endpoints(RunningFlow const& flow) const;
  FlowRest rest_of(RunningFlow const& flow) const;
  void settle_rest(RunningFlow& flow);
  bool should_stop(RunningFlow const& flow) const;
  bool shall_stop() const;

  WorkerOptions const options_;
  std::unique_ptr<Ring> ring_;
  Log log_;
  std::unique_ptr<StopSignals> stop_signals_;
  std::unique_ptr<Net> net_;
  std::vector<std::unique_ptr<RunningFlow>> flows_;
  Mutex stop_mutex_;
  Atomic<bool> stop_requested_{false};
  bool stopping_ = false;
  bool runs_to_end_ = false;
  WorkerCounters counters_;
  Owner<Trace> trace_;
};

}  // namespace weir
