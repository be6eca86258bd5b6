// Several workers, each on a thread of its own that is pinned to a processor of its own.
//
//   Workers workers;                                     // as many as there are processors
//   Exchange<Order> orders(workers.count());
//   Result<void> const done = workers.run([&](Worker& worker, std::uint32_t index, std::uint32_t) {
//     worker.add(make_flow(worker, orders));
//   });
//
// They share nothing: what one has for another goes through an exchange (io/exchange.h), a Channel,
// or the network. Each thread makes its worker and sets it up; when all have done that they run;
// when all have stopped they are destroyed. So while one runs all are there, and where one cannot
// be made or set up none runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/base/function.h"
#include "weir/base/mutex.h"
#include "weir/base/result.h"
#include "weir/worker/worker.h"

namespace weir {

struct WorkersOptions {
  // 0: one for each processor that this process may use; at most 256.
  std::uint32_t count = 0;
  // Worker i to the i-th of those processors; where there are more workers, from the first again.
  bool pins = true;
  // Of each; `number`, and with `pins` `cpu`, are filled in.
  WorkerOptions worker{};
};

class Workers {
 public:
  // Sets up the worker of number `index` on its thread, several at the same time: listens, adds
  // flows. What it throws, or an Error that it returns, is a failure.
  using SetUp = Function<Result<void>(Worker& worker, std::uint32_t index, std::uint32_t count)>;

  explicit Workers(WorkersOptions options = {});
  // No run is under way.
  ~Workers() = default;
  Workers(Workers const&) = delete;
  Workers& operator=(Workers const&) = delete;

  std::uint32_t count() const { return count_; }

  // Until stop() was called and everything has drained. Fails with one sentence, which says of
  // which worker, when one of them could not begin, or else when a flow has failed. May be called
  // again.
  template <class F>
  Result<void> run(F set_up) {
    return run(as_set_up(std::move(set_up)), false);
  }
  // Until every flow has come to its end (Worker::run_to_end).
  template <class F>
  Result<void> run_to_end(F set_up) {
    return run(as_set_up(std::move(set_up)), true);
  }
  // From any thread, at any time; returns at once. Before a run it ends the next one as soon as it
  // has begun.
  void stop();
  // SIGTERM and SIGINT stop each run from now on, and one more of them ends the process with a
  // status that is not 0. Threads that were started before, or by others, must have blocked them.
  void stop_on_signals() { stops_on_signals_ = true; }

 private:
  struct Run;

  template <class F>
  static SetUp as_set_up(F set_up) {
    return [set_up = std::move(set_up)](Worker& worker, std::uint32_t index,
                                        std::uint32_t count) -> Result<void> {
      if constexpr (std::is_void_v<decltype(set_up(worker, index, count))>) {
        set_up(worker, index, count);
        return {};
      } else {
        return set_up(worker, index, count);
      }
    };
  }
  Result<void> run(SetUp const& set_up, bool to_end);
  void run_one(Run& run, std::uint32_t index);
  Result<std::unique_ptr<Worker>> make(Run& run, std::uint32_t index);
  void drive(Run& run, Worker& worker);

  WorkersOptions const options_;
  std::vector<std::uint32_t> processors_;
  std::uint32_t count_;
  Mutex mutex_;
  bool stop_requested_ = false;
  bool stops_on_signals_ = false;
  std::vector<Worker*> running_;  // which stop() is to reach
};

}  // namespace weir
