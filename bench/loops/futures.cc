// 3,000 futures that are ready, beside a loop that polls them.

#include <coroutine>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <ranges>
#include <utility>
#include <vector>

#include "bench/loops/workload.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/resolve_futures.h"

namespace weir::bench {
namespace {

constexpr std::uint64_t future_count = 3000;

// What a future is about: whoever has the answer writes it there. (No compiler knows that it is
// there already.)
struct Promise {
  std::uint64_t answer = 0;
  bool kept = false;
};

struct Future {
  Promise* promise;
  bool await_ready() const { return promise->kept; }
  void await_suspend(std::coroutine_handle<>) const {}
  std::uint64_t await_resume() const { return promise->answer; }
};

// Futures, and what they are about.
struct Futures {
  Futures() {
    for (std::uint64_t i = 0; i < future_count; ++i) promises.push_back({i, black_box(1u) == 1u});
    for (Promise& promise : promises) all.push_back({&promise});
  }
  std::vector<Promise> promises;
  std::vector<Future> all;
};

struct ReadyFutures {
  static std::uint64_t expected(Inputs const&) { return future_count * (future_count - 1) / 2; }

  // In order: none is polled behind one that was not ready.
  template <bool Ordered, class Sink>
  static auto polled(Sink sink) {
    return run([futures = std::make_unique<Futures>(), sink] {
      std::vector<Future> unready;
      for (Future& future : futures->all) {
        if ((!Ordered || unready.empty()) && future.await_ready()) sink(future.await_resume());
        else unready.push_back(future);
      }
      if (!unready.empty()) std::abort();
    });
  }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return polled<false>(sink);
  }

  template <class Sink, class Resolve>
  static auto as_flow_of(Sink sink, Resolve resolve) {
    auto futures = std::make_unique<Futures>();
    auto graph = std::make_unique<Graph>();
    flow(source_iter(std::views::all(futures->all)) >> std::move(resolve) >> for_each(sink))
        .install(*graph);
    return run([futures = std::move(futures), graph = std::move(graph)] { graph->run_tick(); });
  }
  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    return as_flow_of(sink, resolve_futures());
  }
};

struct ReadyFuturesOrdered : ReadyFutures {
  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return polled<true>(sink);
  }
  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    return as_flow_of(sink, resolve_futures_ordered());
  }
};

}  // namespace

std::span<Workload const> future_workloads() {
  static constexpr Workload list[] = {
      workload<ReadyFutures>("futures"),
      workload<ReadyFuturesOrdered>("futures_ordered"),
  };
  return list;
}

}  // namespace weir::bench
