// The workloads of Weir's flows written by hand: the best plain loop that does the same, on the
// same tables and into the same sinks. Where an item is black-boxed in the flow it is here. Loops
// over the operators are unrolled: in a flow there is no such loop.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/black_box.h"
#include "bench/workloads.h"
#include "weir/base/hash.h"
#include "weir/base/table.h"

namespace weir::bench::hand {

// 1,000,000 ints through 20 maps that change nothing.
inline std::uint64_t identity() {
  std::uint64_t const count = black_box(int_count);
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t item = i;
#pragma GCC unroll 20
    for (int map = 0; map < 20; ++map) item = black_box(item);
    consume(item);
  }
  return count;
}

// The same, each map adding 1.
inline std::uint64_t arithmetic() {
  std::uint64_t const count = black_box(int_count);
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t item = i;
#pragma GCC unroll 20
    for (int map = 0; map < 20; ++map) item = black_box(item + 1);
    consume(item);
  }
  return count;
}

// 20 sources of 1,000,000 ints into one sink.
inline std::uint64_t fan_in() {
  std::uint64_t total = 0;
  for (int source = 0; source < 20; ++source) {
    std::uint64_t const count = black_box(int_count);
    for (std::uint64_t i = 0; i < count; ++i) consume(i);
    total += count;
  }
  return total;
}

// One source of 1,000,000 ints into 20 sinks.
inline std::uint64_t fan_out() {
  std::uint64_t const count = black_box(int_count);
  for (std::uint64_t i = 0; i < count; ++i) {
#pragma GCC unroll 20
    for (int sink = 0; sink < 20; ++sink) consume(i);
  }
  return 20 * count;
}

// Each word, owned, goes two ways: two greetings are made of it, and it is kept if its length is a
// multiple of 5. The length of everything together.
inline std::uint64_t words_diamond(std::vector<std::string> const& words) {
  std::uint64_t sum = 0;
  for (std::string const& word : words) {
    std::string item = word;
    std::array<std::string, 2> greetings{"hi " + item, "bye " + item};
    std::optional<std::string> kept;
    if (item.size() % 5 == 0) kept = std::move(item);
    for (std::string const& greeting : greetings) sum += greeting.size();
    if (kept) sum += kept->size();
  }
  return sum;
}

// The flow of the documentation: reached vertices joined with the edges by their source, both ends
// of a match reached in turn. The edges come as a stream, so either side of the join may come
// first.
class Reachability {
 public:
  std::uint64_t run(std::vector<Edge> const& edges) {
    reach(start_vertex);
    for (auto const& [from, to] : edges) {
      std::uint32_t const tag = edges_.tag_of(from);
      if (edges_.insert_unique(tag, from, to) && vertices_.find(tag, from) != nullptr) {
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
    if (!vertices_.insert_unique(tag, vertex, unit{})) return;
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

inline std::uint64_t reachability(std::vector<Edge> const& edges) {
  Reachability tables;
  return tables.run(edges);
}

}  // namespace weir::bench::hand
