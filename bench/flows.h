// The workloads of hand_loops.h as flows. Each prepare_* builds a graph with its flow; the function
// it returns is what is measured: one tick, which computes the result.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "bench/black_box.h"
#include "bench/workloads.h"
#include "weir/base/hash.h"
#include "weir/base/table.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/sched/graph.h"

namespace weir::bench::flows {

using Twenty = std::make_index_sequence<20>;

// A graph, and what the flow in it leaves behind.
struct Run {
  Graph graph;
  std::uint64_t sum = 0;
  HashSet<std::uint64_t> vertices;
};

inline auto ints() { return std::views::iota(std::uint64_t{0}, black_box(int_count)); }
inline constexpr auto use = [](std::uint64_t item) { consume(item); };

// source >> op >> op >> ... >> sink
template <class Source, class Op, class Sink, std::size_t... i>
auto through_twenty(Source source, Op op, Sink sink, std::index_sequence<i...>) {
  return (std::move(source) >> ... >> (static_cast<void>(i), op)) >> std::move(sink);
}

inline std::function<std::uint64_t()> prepare_identity() {
  auto run = std::make_shared<Run>();
  auto const same = map([](std::uint64_t item) { return black_box(item); });
  flow(through_twenty(source_iter(ints()), same, for_each(use), Twenty{})).install(run->graph);
  return [run] {
    run->graph.run_tick();
    return int_count;
  };
}

inline std::function<std::uint64_t()> prepare_arithmetic() {
  auto run = std::make_shared<Run>();
  auto const next = map([](std::uint64_t item) { return black_box(item + 1); });
  flow(through_twenty(source_iter(ints()), next, for_each(use), Twenty{})).install(run->graph);
  return [run] {
    run->graph.run_tick();
    return int_count;
  };
}

inline std::function<std::uint64_t()> prepare_fan_in() {
  static constexpr node<"all"> all;
  auto run = std::make_shared<Run>();
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    flow(all = union_() >> for_each(use), (static_cast<void>(i), source_iter(ints()) >> all)...)
        .install(run->graph);
  }
  (Twenty{});
  return [run] {
    run->graph.run_tick();
    return 20 * int_count;
  };
}

inline std::function<std::uint64_t()> prepare_fan_out() {
  static constexpr node<"each"> each;
  auto run = std::make_shared<Run>();
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    flow(each = source_iter(ints()) >> tee(), (static_cast<void>(i), each >> for_each(use))...)
        .install(run->graph);
  }
  (Twenty{});
  return [run] {
    run->graph.run_tick();
    return 20 * int_count;
  };
}

inline std::function<std::uint64_t()> prepare_words_diamond(std::vector<std::string> const& words) {
  static constexpr node<"each"> each;
  static constexpr node<"both"> both;
  auto run = std::make_shared<Run>();
  auto owned = words | std::views::transform([](std::string const& word) { return word; });
  flow(each = source_iter(owned) >> tee(),
       each >> flat_map([](std::string const& word) {
         return std::array<std::string, 2>{"hi " + word, "bye " + word};
       }) >>
           both,
       each >> filter([](std::string const& word) { return word.size() % 5 == 0; }) >> both,
       both = union_() >>
              fold([] { return std::uint64_t{0}; },
                   [](std::uint64_t& sum, std::string const& word) { sum += word.size(); }) >>
              for_each([run = run.get()](std::uint64_t sum) { run->sum = sum; }))
      .install(run->graph);
  return [run] {
    run->graph.run_tick();
    return run->sum;
  };
}

inline std::function<std::uint64_t()> prepare_reachability(std::vector<Edge> const& edges) {
  static constexpr node<"reached"> reached;
  static constexpr node<"matches"> matches;
  auto run = std::make_shared<Run>();
  flow(reached = union_(),
       matches = join() >> flat_map([](std::uint64_t from, auto const& match) {
                   return std::array{from, match.second};
                 }) >>
                 tee(),
       source_iter(std::array{start_vertex}) >> reached,  //
       matches >> reached,
       reached >> map([](std::uint64_t vertex) {
         return std::pair{vertex, unit{}};
       }) >>
           matches[_0],
       source_iter(std::views::all(edges)) >> matches[_1],
       matches >>
           for_each([run = run.get()](std::uint64_t vertex) { run->vertices.insert(vertex); }))
      .install(run->graph);
  return [run] {
    run->graph.run_tick();
    return run->vertices.size();
  };
}

}  // namespace weir::bench::flows
