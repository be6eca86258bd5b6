// 10,000 ints that have to be there before anything comes out.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <ranges>
#include <vector>

#include "bench/loops/workload.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir::bench {
namespace {

std::uint64_t sum_of(Ints const& ints) {
  return std::accumulate(ints.begin(), ints.end(), std::uint64_t{0});
}

struct MicroFold {
  static std::uint64_t expected(Inputs const& inputs) { return sum_of(inputs.small_ints(0)); }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.small_ints(0), sink] {
      std::uint64_t sum = 0;
      for (std::uint64_t const item : ints) sum += item;
      sink(sum);
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    return run_tick(flow(source_iter(std::views::all(inputs.small_ints(0))) >>
                         fold([] { return std::uint64_t{0}; },
                              [](std::uint64_t& sum, std::uint64_t item) { sum += item; }) >>
                         for_each(sink)));
  }
};

struct MicroSort {
  static std::uint64_t expected(Inputs const& inputs) { return sum_of(inputs.small_ints(0)); }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.small_ints(0), sink] {
      std::vector<std::uint64_t> items;
      for (std::uint64_t const item : ints) items.push_back(item);
      std::ranges::sort(items);
      for (std::uint64_t const item : items) sink(item);
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    return run_tick(
        flow(source_iter(std::views::all(inputs.small_ints(0))) >> sort() >> for_each(sink)));
  }
};

}  // namespace

std::span<Workload const> blocking_workloads() {
  static constexpr Workload list[] = {
      workload<MicroFold>("micro_fold"),
      workload<MicroSort>("micro_sort"),
  };
  return list;
}

}  // namespace weir::bench
