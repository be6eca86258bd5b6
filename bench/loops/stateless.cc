// 10,000 ints through one operator that keeps nothing.

#include <array>
#include <cstdint>
#include <numeric>
#include <ranges>

#include "bench/loops/workload.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir::bench {
namespace {

std::uint64_t sum_of(Ints const& ints) {
  return std::accumulate(ints.begin(), ints.end(), std::uint64_t{0});
}

auto source_of(Ints const& ints) { return source_iter(std::views::all(ints)); }

struct MicroIdentity {
  static std::uint64_t expected(Inputs const& inputs) { return sum_of(inputs.small_ints(0)); }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.small_ints(0), sink] {
      for (std::uint64_t const item : ints) sink(item);
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    return run_tick(flow(source_of(inputs.small_ints(0)) >> identity() >> for_each(sink)));
  }
};

struct MicroMap {
  static std::uint64_t expected(Inputs const& inputs) {
    return sum_of(inputs.small_ints(0)) + inputs.small_ints(0).size();
  }

  static std::uint64_t next(std::uint64_t item) { return black_box(item + 1); }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.small_ints(0), sink] {
      for (std::uint64_t const item : ints) sink(next(item));
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    return run_tick(flow(source_of(inputs.small_ints(0)) >>
                         map([](std::uint64_t item) { return next(item); }) >> for_each(sink)));
  }
};

// Each item becomes a range of one …
struct MicroFlatMap {
  static std::uint64_t expected(Inputs const& inputs) { return sum_of(inputs.small_ints(0)); }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.small_ints(0), sink] {
      for (std::uint64_t const item : ints) {
        for (std::uint64_t const element : std::array{item}) sink(element);
      }
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    return run_tick(flow(source_of(inputs.small_ints(0)) >>
                         flat_map([](std::uint64_t item) { return std::array{item}; }) >>
                         for_each(sink)));
  }
};

// … or of as many as it says.
struct MicroFlatMapMany {
  static std::uint64_t expected(Inputs const& inputs) {
    std::uint64_t sum = 0;
    for (std::uint64_t const item : inputs.small_ints(0)) sum += item * (item - 1) / 2;
    return sum;
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.small_ints(0), sink] {
      for (std::uint64_t const item : ints) {
        for (std::uint64_t element = 0; element < item; ++element) sink(element);
      }
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    auto const below = [](std::uint64_t item) { return std::views::iota(std::uint64_t{0}, item); };
    return run_tick(flow(source_of(inputs.small_ints(0)) >> flat_map(below) >> for_each(sink)));
  }
};

struct MicroUnion {
  static std::uint64_t expected(Inputs const& inputs) {
    return sum_of(inputs.small_ints(0)) + sum_of(inputs.small_ints(1));
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&first = inputs.small_ints(0), &second = inputs.small_ints(1), sink] {
      for (std::uint64_t const item : first) sink(item);
      for (std::uint64_t const item : second) sink(item);
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    static constexpr node<"both"> both;
    return run_tick(flow(both = union_() >> for_each(sink), source_of(inputs.small_ints(0)) >> both,
                         source_of(inputs.small_ints(1)) >> both));
  }
};

struct MicroTee {
  static std::uint64_t expected(Inputs const& inputs) { return 2 * sum_of(inputs.small_ints(0)); }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.small_ints(0), sink] {
      for (std::uint64_t const item : ints) {
        sink(item);
        sink(item);
      }
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    static constexpr node<"each"> each;
    return run_tick(flow(each = source_of(inputs.small_ints(0)) >> tee(), each >> for_each(sink),
                         each >> for_each(sink)));
  }
};

}  // namespace

std::span<Workload const> stateless_workloads() {
  static constexpr Workload list[] = {
      workload<MicroIdentity>("micro_identity"), workload<MicroMap>("micro_map"),
      workload<MicroFlatMap>("micro_flat_map"),  workload<MicroFlatMapMany>("micro_flat_map2"),
      workload<MicroUnion>("micro_union"),       workload<MicroTee>("micro_tee"),
  };
  return list;
}

}  // namespace weir::bench
