// The rows of the measured joins.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/hash.h"
#include "weir/base/random.h"

namespace weir::bench {

using Row = std::pair<std::uint64_t, std::uint64_t>;
struct Sides {
  std::vector<Row> left;
  std::vector<Row> right;
};

// (first + i, value + i), i from 0 to `count`.
inline std::vector<Row> rows(std::uint64_t count, std::uint64_t first, std::uint64_t value) {
  std::vector<Row> all;
  for (std::uint64_t i = 0; i < count; ++i) all.emplace_back(first + i, value + i);
  return all;
}

// Keys of 1 to 8,000 of which k is as frequent as k to the power of -exponent.
inline std::vector<Row> zipf_rows(std::uint64_t count, double exponent, std::uint64_t value,
                                  std::uint64_t seed) {
  std::vector<double> below;  // how often a key is at most k + 1
  for (double k = 1, sum = 0; k <= 8000; ++k) below.push_back(sum += std::pow(k, -exponent));
  Random random(seed);
  std::vector<Row> all;
  for (std::uint64_t i = 0; i < count; ++i) {
    double const at = static_cast<double>(random.below(1u << 30)) / (1u << 30) * below.back();
    auto const found = std::upper_bound(below.begin(), below.end(), at);
    auto const key = static_cast<std::uint64_t>(found - below.begin()) + 1;
    all.emplace_back(std::min<std::uint64_t>(key, 8000), value + i);
  }
  return all;
}

inline Sides no_match() { return {rows(3'000, 0, 0), rows(3'000, 50'000, 0)}; }
inline Sides match_other_values() { return {rows(3'000, 0, 0), rows(3'000, 0, 50'000)}; }
inline Sides match_same_values() { return {rows(3'000, 0, 0), rows(3'000, 0, 0)}; }
inline Sides zipf_low() { return {zipf_rows(2'000, 0.5, 0, 1), zipf_rows(2'000, 0.5, 8'000, 2)}; }
inline Sides zipf_high() { return {zipf_rows(1'000, 4.0, 0, 3), zipf_rows(1'000, 4.0, 8'000, 4)}; }

// Far more than a cache holds: 500,000 nodes, each with a number, and 1,500,000 edges between them.
inline Sides graph() {
  Random random(5);
  auto const node = [](std::uint64_t n) { return mix(n); };
  Sides sides;
  for (std::uint64_t n = 0; n < 500'000; ++n) sides.left.emplace_back(node(n), n);
  for (int e = 0; e < 1'500'000; ++e) {
    sides.right.emplace_back(node(random.below(500'000)), node(random.below(500'000)));
  }
  return sides;
}

// One key has 20,000 values, and meets one.
inline Sides hot_key() {
  Sides sides{rows(20'000, 0, 0), {{7, 7}}};
  for (Row& row : sides.left) row.first = 7;
  return sides;
}

// How many pairs the join of these sets of rows has.
inline std::uint64_t pair_count(Sides sides) {
  for (std::vector<Row>* const side : {&sides.left, &sides.right}) {
    std::ranges::sort(*side);
    side->erase(std::unique(side->begin(), side->end()), side->end());
  }
  std::uint64_t count = 0;
  for (Row const& row : sides.left) {
    auto const [first, last] = std::ranges::equal_range(sides.right, row.first, {}, &Row::first);
    count += static_cast<std::uint64_t>(last - first);
  }
  return count;
}

// `count` numbers, always the same, of 0 to 4,294,967,295.
inline std::vector<std::uint64_t> congruential(std::size_t count, std::uint32_t state) {
  std::vector<std::uint64_t> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(state = state * 1'664'525u + 1'013'904'223u);
  return all;
}

}  // namespace weir::bench
