// The joins of join_flows.h written plainly: a symmetric hash join on any map from key to values,
// the same on Weir's own table without staging, and the nested loops of a cross join.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "bench/join_inputs.h"
#include "weir/base/join_table.h"

namespace weir::bench::peers {

using Values = boost::container::small_vector<std::uint64_t, 1>;
using StandardMap = std::unordered_map<std::uint64_t, Values>;
using BoostMap = boost::unordered_flat_map<std::uint64_t, Values>;

// Gives sink(left value, right value) for each pair.
template <class Map, class Sink>
void join(Sides const& sides, Sink sink) {
  Map left;
  Map right;
  auto const add = [](Map& own, Row const& row) {
    Values& values = own[row.first];
    if (std::find(values.begin(), values.end(), row.second) != values.end()) return false;
    values.push_back(row.second);
    return true;
  };
  for (Row const& row : sides.left) {
    if (!add(left, row)) continue;
    auto const met = right.find(row.first);
    if (met == right.end()) continue;
    for (std::uint64_t const other : met->second) sink(row.second, other);
  }
  for (Row const& row : sides.right) {
    if (!add(right, row)) continue;
    auto const met = left.find(row.first);
    if (met == left.end()) continue;
    for (std::uint64_t const other : met->second) sink(other, row.second);
  }
}

// On the tables of the flow: item by item, nothing is fetched ahead.
template <template <class, class, class, template <class> class> class Tables, class Sink>
void join_unstaged(Sides const& sides, Sink sink) {
  Tables<std::uint64_t, std::uint64_t, std::uint64_t, SmallSet> tables;
  for (auto const& [key, value] : sides.left) {
    auto const met = tables.template insert<0>(tables.tag_of(key), key, value);
    for (std::uint32_t i = 0; i < met.count; ++i) sink(*met.own, met.others[i]);
  }
  for (auto const& [key, value] : sides.right) {
    auto const met = tables.template insert<1>(tables.tag_of(key), key, value);
    for (std::uint32_t i = 0; i < met.count; ++i) sink(met.others[i], *met.own);
  }
}

// All pairs, while the items are kept on both sides as in the flow.
template <class Sink>
void cross_join(std::vector<std::uint64_t> const& lefts, std::vector<std::uint64_t> const& rights,
                Sink sink) {
  std::vector<std::uint64_t> left;
  std::vector<std::uint64_t> right;
  for (std::uint64_t const item : lefts) {
    left.push_back(item);
    for (std::uint64_t const other : right) sink(item, other);
  }
  for (std::uint64_t const item : rights) {
    right.push_back(item);
    for (std::uint64_t const other : left) sink(other, item);
  }
}

}  // namespace weir::bench::peers
