// Which vertices can be reached: a cycle that runs to its fixed point.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <ranges>
#include <utility>
#include <vector>

#include "bench/loops/workload.h"
#include "weir/base/hash.h"
#include "weir/base/table.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir::bench {
namespace {

// The flow of the documentation: reached vertices joined with the edges by their source, both ends
// of a match reached in turn. The edges come as a stream, so either side of the join may come
// first.
class ByHand {
 public:
  std::uint64_t run(std::vector<Edge> const& edges) {
    reach(start_vertex);
    for (auto const& [from, to] : edges) {
      std::uint32_t const tag = edges_.tag_of(from);
      if (edges_.insert(tag, from, to) != nullptr && vertices_.find(tag, from) != nullptr) {
        emit(from, to);
      }
    }
    while (!next_.empty()) {
      current_.swap(next_);
      for (std::uint64_t const vertex : current_) reach(vertex);
      current_.clear();
    }
    return result_.size();
  }

 private:
  void reach(std::uint64_t vertex) {
    std::uint32_t const tag = edges_.tag_of(vertex);
    if (vertices_.insert(tag, vertex, unit{}) == nullptr) return;
    auto const* const targets = edges_.find(tag, vertex);
    if (targets == nullptr) return;
    for (std::uint64_t const to : *targets) emit(vertex, to);
  }

  void emit(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t const vertex : {from, to}) {
      next_.push_back(vertex);
      result_.insert(vertex);
    }
  }

  HashMultimap<std::uint64_t, unit> vertices_;
  HashMultimap<std::uint64_t, std::uint64_t> edges_;
  std::vector<std::uint64_t> next_;
  std::vector<std::uint64_t> current_;
  HashSet<std::uint64_t> result_;
};

struct Reachability {
  static std::uint64_t expected(Inputs const& inputs) {
    std::uint64_t vertices = start_vertex + 1;
    for (auto const& [from, to] : inputs.edges()) {
      vertices = std::max({vertices, from + 1, to + 1});
    }
    std::vector<bool> reached(vertices);
    reached[start_vertex] = true;
    for (bool changed = true; changed;) {
      changed = false;
      for (auto const& [from, to] : inputs.edges()) {
        if (!reached[from] || reached[to]) continue;
        reached[to] = changed = true;
      }
    }
    return static_cast<std::uint64_t>(std::ranges::count(reached, true));
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&edges = inputs.edges(), sink] {
      ByHand tables;
      sink(tables.run(edges));
    });
  }

  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    static constexpr node<"reached"> reached;
    static constexpr node<"matches"> matches;
    struct State {
      Graph graph;
      HashSet<std::uint64_t> vertices;
    };
    auto state = std::make_unique<State>();
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
         source_iter(std::views::all(inputs.edges())) >> matches[_1],
         matches >>
             for_each([to = state.get()](std::uint64_t vertex) { to->vertices.insert(vertex); }))
        .install(state->graph);
    return run([state = std::move(state), sink] {
      state->graph.run_tick();
      sink(state->vertices.size());
    });
  }
};

}  // namespace

std::span<Workload const> reachability_workloads() {
  static constexpr Workload list[] = {workload<Reachability>("reachability")};
  return list;
}

}  // namespace weir::bench
