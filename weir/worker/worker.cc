// The loop: the only place where I/O and computation alternate.
//
//   step      what was submitted goes to the kernel, what has completed comes back and is noted
//   admit     each graph between two ticks is given the bounded input of its next one
//   tick      and runs it, or goes on with one that has yielded
//   settle    everything that has changed gets what it needs: receives, sends, copies, ends
//
// It sleeps only if may_sleep() holds, which is the one place that says what sleeping must not
// leave undone. Every stall of an event loop is a missing term of it.
#include "weir/worker/worker.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cstring>

#include "weir/sched/trace.h"
#include "weir/worker/stop_signals.h"

namespace weir {

namespace {

constexpr Duration run_until_park_time = 1 * milliseconds;
constexpr Duration run_until_time_max = 10 * seconds;
constexpr std::uint32_t run_until_steps_min = 20'000;
constexpr std::uint32_t run_until_steps_max = 2'000'000;
// How often the destructor asks the kernel to end what is left, and how long it waits each time.
constexpr std::uint32_t shut_down_rounds_max = 10'000;
constexpr Duration shut_down_round_time = 10 * milliseconds;
// What a look for something to do costs at least.
constexpr Duration look_time_min = 50;

bool is_shut(std::unique_ptr<RunningFlow> const& flow) {
  return std::all_of(flow->gates.begin(), flow->gates.end(),
                     [](auto const& gate) { return gate->is_closed(); });
}

Result<void> pin_thread(std::uint32_t cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  int const code = ::pthread_setaffinity_np(::pthread_self(), sizeof(set), &set);
  if (code == 0) return {};
  return Error{code, "pin the worker to processor " + std::to_string(cpu) + ": " + strerror(code)};
}

}  // namespace

// ---- the loop -----------------------------------------------------------------------------------

void Worker::run() {
  while (!stopped()) step();
}

void Worker::run_to_end() {
  begin_run_to_end();
  run();
}

void Worker::begin_run_to_end() {
  runs_to_end_ = true;
  for (std::unique_ptr<RunningFlow> const& flow : flows_)
    for (std::unique_ptr<Gate> const& gate : flow->gates) gate->expect_end();
}

void Worker::step(Instant deadline) {
  wait(std::min(deadline, stop_deadline()));
  turn();
}

void Worker::turn() {
  for (std::unique_ptr<RunningFlow> const& flow : flows_) {
    if (flow->ended) continue;
    settle_rest(*flow);
    net_->admit(flow->graph);
    for (std::unique_ptr<Gate> const& gate : flow->gates) gate->admit();
    if (flow->graph.can_start()) flow->graph.run_tick();
  }
  settle();
  settle_stops();
}

void Worker::wait(Instant deadline) {
  bool sleeps = may_sleep();
  if (sleeps && options_.spin_time > 0 && spin(deadline)) return;
  if (sleeps) sleeps = announce_sleep();
  ring_->step(sleeps ? Wait::park : Wait::poll, deadline);
}

// Whoever has something for a gate wakes this worker from now on. False: it has something already.
bool Worker::announce_sleep() {
  bool announced = false;
  for (std::unique_ptr<RunningFlow> const& flow : flows_)
    for (std::unique_ptr<Gate> const& gate : flow->gates)
      announced = gate->announce_sleep() || announced;
  return !announced || may_sleep();  // what came before it was announced woke nobody
}

// Each look enters the kernel, which completes nothing by itself. False: it may sleep.
bool Worker::spin(Instant deadline) {
  Instant const begun = clock().now();
  Instant now = begun;
  bool found = false;
  // (A clock that stands still, as a simulated one may, must not keep it here.)
  for (Duration looks = options_.spin_time / look_time_min + 1; looks > 0; --looks) {
    found = ring_->step(Wait::poll) > 0 || !may_sleep();
    now = clock().now();
    if (found || now >= deadline || now - begun >= options_.spin_time) break;
  }
  counters_.spin_time += now - begun;
  ++(found ? counters_.spins_found : counters_.spins_in_vain);
  return found;
}

WorkerCounters Worker::counters() const {
  WorkerCounters counters = counters_;
  counters.parks = ring_->counters().parks;
  return counters;
}

// Gates first: what they release, net sees at once.
void Worker::settle() {
  for (std::unique_ptr<RunningFlow> const& flow : flows_)
    for (std::unique_ptr<Gate> const& gate : flow->gates) gate->settle();
  net_->settle();
}

bool Worker::has_something_to_do(RunningFlow const& flow) const {
  return flow.graph.can_start() || is_drained(flow) || should_stop(flow) ||
         rest_of(flow) != flow.rest;
}

bool Worker::may_sleep() const {
  if (shall_stop()) return false;
  for (std::unique_ptr<RunningFlow> const& flow : flows_) {
    if (!flow->ended && has_something_to_do(*flow)) return false;
    for (std::unique_ptr<Gate> const& gate : flow->gates)
      if (!gate->may_sleep()) return false;
  }
  return net_->may_sleep();
}

// ---- inside another loop ------------------------------------------------------------------------

bool Worker::run_some(std::uint32_t turns_max) {
  for (; turns_max > 0; --turns_max) {
    ring_->step(Wait::poll);
    turn();
    if (may_sleep() && announce_sleep() && ring_->may_wait()) return true;
  }
  return false;
}

int Worker::descriptor() const { return ring_->descriptor(); }

Instant Worker::next_deadline() const { return std::min(ring_->next_deadline(), stop_deadline()); }

// ---- making -------------------------------------------------------------------------------------

Result<std::unique_ptr<Worker>> Worker::make(WorkerOptions options) {
  std::unique_ptr<Worker> worker(new Worker(std::move(options)));
  WorkerOptions const& given = worker->options_;
  if (given.cpu.has_value()) {
    Result<void> const pinned = pin_thread(*given.cpu);
    if (!pinned) return pinned.error();
  }
  auto ring = Ring::make(given.make_kernel ? given.make_kernel() : make_kernel(), given.setup);
  if (!ring) return ring.error();
  worker->ring_ = std::move(ring).value();
  worker->log_ = Log(given.log, worker->clock());
  if (!given.make_kernel && worker->ring_->kernel().kind() == Kernel::Kind::epoll)
    worker->log_.warning("io_uring is not allowed here, epoll takes its place");
  auto net = Net::make(*worker->ring_, given.limits, given.number, &worker->log_);
  if (!net) return net.error();
  worker->net_ = std::move(net).value();
  return worker;
}

Worker::Worker(WorkerOptions options) : options_(std::move(options)) {}

Worker::~Worker() {
  // Whoever has called stop() in another thread may still be waking the ring.
  { Lock const lock(stop_mutex_); }
  shut_down_gates();  // some of which look at the net
  net_.reset();       // which still looks at the graphs
  flows_.clear();
  if (stop_signals_ != nullptr) stop_signals_->close();
}

RunningFlow& Worker::begin_flow() {
  flows_.push_back(std::make_unique<RunningFlow>(*this));
  RunningFlow& flow = *flows_.back();
  flow.graph.set_budget(options_.tick_budget);
  flow.graph.set_clock(clock());
  flow.graph.set_trace(trace_.get());
  flow.graph.set_waker({[](void* ring) { static_cast<Ring*>(ring)->wake(); }, ring_.get()});
  return flow;
}

void Worker::keep_trace(std::uint32_t activations_max) {
  Owner<Trace> trace;
  if (activations_max > 0) trace = make_owner<Trace>(activations_max, ring_->counters().parks);
  for (std::unique_ptr<RunningFlow> const& flow : flows_) flow->graph.set_trace(trace.get());
  trace_ = std::move(trace);
}

void Worker::add_gate(Graph& graph, std::unique_ptr<Gate> gate) {
  auto const runs = [&graph](auto const& flow) { return &flow->graph == &graph; };
  auto const found = std::find_if(flows_.begin(), flows_.end(), runs);
  // A flow is added to the worker that its sources and destinations were made with.
  WEIR_ASSERT(found != flows_.end());
  if (runs_to_end_) gate->expect_end();
  (*found)->gates.push_back(std::move(gate));
}

bool Worker::run_until(Function<bool()> const& predicate) {
  Instant const end = clock().now() + run_until_time_max;
  for (std::uint32_t i = 0; i < run_until_steps_max; ++i) {
    if (predicate()) return true;
    Instant const now = clock().now();
    if (i >= run_until_steps_min && now >= end) break;
    step(now + run_until_park_time);
  }
  return predicate();
}

// ---- stopping -----------------------------------------------------------------------------------

void Worker::stop() {
  Lock const lock(stop_mutex_);
  stop_requested_.store(true, MemoryOrder::relaxed);
  ring_->wake();
}

Result<void> Worker::stop_on_signals() {
  return stop_on_signals([](void* worker) { static_cast<Worker*>(worker)->stop(); }, this);
}

Result<void> Worker::stop_on_signals(void (*told)(void*), void* context) {
  WEIR_ASSERT(stop_signals_ == nullptr);
  stop_signals_ = std::make_unique<StopSignals>(*ring_, told, context);
  return stop_signals_->open();
}

bool Worker::stopped() const {
  if (!stopping_) return false;
  bool const over = std::all_of(flows_.begin(), flows_.end(),
                                [](auto const& flow) { return flow->ended && is_shut(flow); });
  return over && std::all_of(net_->endpoints().begin(), net_->endpoints().end(),
                             [](auto const& endpoint) { return endpoint->is_closed(); });
}

void Worker::stop_flow(RunningFlow& flow, Instant deadline) {
  flow.stopping = true;
  flow.stop_deadline = std::min(flow.stop_deadline, deadline);
  for (std::unique_ptr<Endpoint> const& endpoint : net_->endpoints())
    if (endpoint->uses(flow.graph)) endpoint->stop(deadline);
  for (std::unique_ptr<Gate> const& gate : flow.gates) gate->stop();
}

void Worker::stop_everything() {
  stopping_ = true;
  log_.info("stopping", {{"flows", flows_.size()}, {"connections", net_->connection_count()}});
  Instant const deadline = clock().now() + options_.stop_time_max;
  for (std::unique_ptr<RunningFlow> const& flow : flows_) stop_flow(*flow, deadline);
  for (std::unique_ptr<Endpoint> const& endpoint : net_->endpoints()) endpoint->stop(deadline);
}

void Worker::settle_stops() {
  if (shall_stop()) stop_everything();
  for (std::unique_ptr<RunningFlow> const& flow : flows_) {
    if (flow->graph.failure() != nullptr && !flow->failure_told) tell_failure(*flow);
    if (!flow->ended) settle_rest(*flow);
    if (should_stop(*flow)) stop_flow(*flow, clock().now() + options_.stop_time_max);
    if (!flow->ended && is_drained(*flow)) end(*flow);
  }
  if (shall_stop()) stop_everything();
}

bool Worker::shall_stop() const {
  if (stopping_) return false;
  if (stop_requested_.load(MemoryOrder::relaxed)) return true;
  return runs_to_end_ &&
         std::all_of(flows_.begin(), flows_.end(), [](auto const& flow) { return flow->ended; });
}

// When the first flow that drains will have to end anyway.
Instant Worker::stop_deadline() const {
  Instant nearest = never;
  for (std::unique_ptr<RunningFlow> const& flow : flows_)
    if (flow->stopping && !flow->ended) nearest = std::min(nearest, flow->stop_deadline);
  // Once it has passed, what is waited for ends by itself, and says so.
  return nearest == never || nearest > clock().now() ? nearest : never;
}

void Worker::tell_failure(RunningFlow& flow) {
  Failure const& failure = *flow.graph.failure();
  flow.failure_told = true;
  std::string_view const name = flow.name.empty() ? "unnamed" : std::string_view(flow.name);
  log_.error("a flow has failed", {{"flow", name}, {"node", failure.node}, {"what", failure.what}});
}

void Worker::end(RunningFlow& flow) {
  flow.ended = true;
  if (!has_come_to_end(flow))
    log_.warning("a flow was cut off: the time to stop was up", {{"flow", flow.name}});
  for (std::unique_ptr<Gate> const& gate : flow.gates) {
    gate->terminate();
    gate->settle();
  }
}

// When the worker dies with flows that have not ended.
void Worker::shut_down_gates() {
  if (ring_ == nullptr) return;
  for (std::unique_ptr<RunningFlow> const& flow : flows_)
    for (std::unique_ptr<Gate> const& gate : flow->gates) gate->terminate();
  for (std::uint32_t round = 0; !std::all_of(flows_.begin(), flows_.end(), is_shut); ++round) {
    WEIR_ASSERT(round < shut_down_rounds_max);  // the kernel has lost an operation
    for (std::unique_ptr<RunningFlow> const& flow : flows_)
      for (std::unique_ptr<Gate> const& gate : flow->gates) gate->settle();
    ring_->step(Wait::park, clock().now() + shut_down_round_time);
  }
}

// The flow has nothing to do, and never will unless somebody outside it acts.
bool Worker::has_come_to_end(RunningFlow const& flow) const {
  bool const done = std::all_of(flow.gates.begin(), flow.gates.end(),
                                [](auto const& gate) { return gate->is_done(); });
  bool const rests = flow.graph.is_idle() && !flow.graph.awaits();
  return done && (flow.graph.failure() != nullptr || rests);
}

bool Worker::should_stop(RunningFlow const& flow) const {
  if (flow.stopping) return false;
  bool const wanted = std::any_of(flow.gates.begin(), flow.gates.end(),
                                  [](auto const& gate) { return gate->wants_stop(); });
  return wanted || (runs_to_end_ && has_come_to_end(flow) && may_end(flow, FlowRest::input_over));
}

bool Worker::may_end(RunningFlow const& flow, FlowRest rest) const {
  return std::all_of(flow.gates.begin(), flow.gates.end(),
                     [rest](auto const& gate) { return gate->may_end(rest); });
}

FlowRest Worker::rest_of(RunningFlow const& flow) const {
  bool const shall_end = runs_to_end_ || flow.stopping;
  if (!shall_end || flow.gates.empty() || !has_come_to_end(flow)) return FlowRest::busy;
  return flow.stopping && has_closed_endpoints(flow) ? FlowRest::drained : FlowRest::input_over;
}

void Worker::settle_rest(RunningFlow& flow) {
  FlowRest const rest = rest_of(flow);
  if (rest == flow.rest) return;
  flow.rest = rest;
  for (std::unique_ptr<Gate> const& gate : flow.gates) gate->note_rest(rest);
}

// Its endpoints are closed, it knows, and has nothing left to do; or it will do nothing any more.
bool Worker::is_drained(RunningFlow const& flow) const {
  if (!flow.stopping || !has_closed_endpoints(flow)) return false;
  bool const out_of_time = clock().now() >= flow.stop_deadline;
  return out_of_time || (has_come_to_end(flow) && may_end(flow, FlowRest::drained));
}

bool Worker::has_closed_endpoints(RunningFlow const& flow) const {
  bool const out_of_time = clock().now() >= flow.stop_deadline;
  for (std::unique_ptr<Endpoint> const& endpoint : net_->endpoints()) {
    if (!endpoint->uses(flow.graph)) continue;
    bool const told = flow.graph.failure() != nullptr || endpoint->stopped();
    if (!endpoint->is_closed() || !(told || out_of_time)) return false;
  }
  return true;
}

Status FlowHandle::run_tick() {
  Status const status = flow_->graph.run_tick();
  flow_->worker.settle();
  return status;
}

std::uint64_t FlowHandle::run_available() {
  std::uint64_t const ticks = flow_->graph.run_available();
  flow_->worker.settle();
  return ticks;
}

void FlowHandle::stop(Duration time_max) {
  flow_->worker.stop_flow(*flow_, flow_->worker.clock().now() + time_max);
}

}  // namespace weir
