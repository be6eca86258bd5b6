#include "weir/worker/workers.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "weir/worker/stop_signals.h"

namespace weir {

namespace {

constexpr std::uint32_t worker_count_max = 256;  // WorkerOptions::number

std::vector<std::uint32_t> processors_of_process() {
  std::vector<std::uint32_t> all;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &set)) all.push_back(cpu);
  }
  return all;
}

// Where everybody waits for everybody, who may be fewer than was thought.
class Meeting {
 public:
  explicit Meeting(std::uint32_t expected) : missing_(expected) {}

  void arrive(std::uint32_t count = 1) {
    std::lock_guard const lock(mutex_);
    WEIR_ASSERT(count <= missing_);
    missing_ -= count;
    if (missing_ == 0) complete_.notify_all();
  }
  void arrive_and_wait() {
    arrive();
    std::unique_lock lock(mutex_);
    complete_.wait(lock, [this] { return missing_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable complete_;
  std::uint32_t missing_;
};

}  // namespace

// One call of run().
struct Workers::Run {
  Run(SetUp const& its_set_up, bool runs_to_end, std::uint32_t count)
      : set_up(its_set_up), to_end(runs_to_end), all_set_up(count), all_ended(count) {}

  // The first one counts.
  void note(Result<void>& first, std::uint32_t index, Error const& error) {
    std::lock_guard const lock(mutex);
    if (!first.ok()) return;
    first = Error{error.code, "worker " + std::to_string(index) + ": " + error.message};
  }

  SetUp const& set_up;
  bool const to_end;
  Meeting all_set_up;
  Meeting all_ended;
  std::mutex mutex;
  Result<void> refusal;  // why none runs; stays as it is once all have been set up
  Result<void> failure;  // of a flow
};

Workers::Workers(WorkersOptions options)
    : options_(std::move(options)), processors_(processors_of_process()) {
  auto const processors = static_cast<std::uint32_t>(processors_.size());
  count_ = options_.count > 0 ? options_.count : std::max(processors, 1u);
  count_ = std::min(count_, worker_count_max);
}

Result<void> Workers::run(SetUp const& set_up, bool to_end) {
  Run run(set_up, to_end, count_);
  BlockedStopSignals const blocked(stops_on_signals_);  // for all threads to come
  std::vector<std::thread> threads;
  threads.reserve(count_);
  for (std::uint32_t index = 0; index < count_; ++index) {
    try {
      threads.emplace_back([this, &run, index] { run_one(run, index); });
    } catch (std::system_error const& refused) {
      run.note(run.refusal, index,
               {refused.code().value(), std::string("start its thread: ") + refused.what()});
      run.all_ended.arrive(count_ - index);
      run.all_set_up.arrive(count_ - index);  // after it, none runs
      break;
    }
  }
  for (std::thread& thread : threads) thread.join();
  Lock const lock(mutex_);
  stop_requested_ = false;
  return run.refusal.ok() ? run.failure : run.refusal;
}

void Workers::run_one(Run& run, std::uint32_t index) {
  Result<std::unique_ptr<Worker>> made = make(run, index);
  if (!made.ok()) run.note(run.refusal, index, made.error());
  run.all_set_up.arrive_and_wait();
  if (run.refusal.ok()) {
    drive(run, *made.value());
    for (std::unique_ptr<RunningFlow> const& flow : made.value()->flows()) {
      Failure const* const failure = flow->graph.failure();
      if (failure == nullptr) continue;
      std::string const sentence = "a flow has failed at `" + failure->node + "`: " + failure->what;
      run.note(run.failure, index, {ECANCELED, sentence});
    }
  }
  // What is under way between two workers needs both.
  run.all_ended.arrive_and_wait();
}

Result<std::unique_ptr<Worker>> Workers::make(Run& run, std::uint32_t index) {
  WorkerOptions options = options_.worker;
  options.number = index;
  if (options_.pins && !processors_.empty()) options.cpu = processors_[index % processors_.size()];
  Result<std::unique_ptr<Worker>> made = Worker::make(std::move(options));
  if (!made.ok()) return made;
  if (stops_on_signals_ && index == 0) {
    auto const stop = [](void* workers) { static_cast<Workers*>(workers)->stop(); };
    Result<void> const opened = made.value()->stop_on_signals(stop, this);
    if (!opened.ok()) return opened.error();
  }
  try {
    Result<void> const done = run.set_up(*made.value(), index, count_);
    if (!done.ok()) return done.error();
  } catch (std::exception const& thrown) {
    return Error{ECANCELED, thrown.what()};
  } catch (...) {
    return Error{ECANCELED, "its set-up threw something that is not a std::exception"};
  }
  return made;
}

void Workers::drive(Run& run, Worker& worker) {
  {
    Lock const lock(mutex_);
    running_.push_back(&worker);
    if (stop_requested_) worker.stop();
  }
  if (run.to_end) worker.run_to_end();
  else worker.run();
  Lock const lock(mutex_);
  std::erase(running_, &worker);
}

void Workers::stop() {
  Lock const lock(mutex_);
  stop_requested_ = true;
  for (Worker* const worker : running_) worker->stop();
}

}  // namespace weir
