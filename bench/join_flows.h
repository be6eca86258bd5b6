// The measured joins as flows; the ticks are what is measured.
#pragma once

#include <cstdint>
#include <ranges>
#include <utility>
#include <vector>

#include "bench/join_inputs.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir::bench::flows {

template <class Sink>
auto join_of(Sides const& sides, Sink sink) {
  static constexpr node<"matches"> matches;
  return flow(matches = join() >> for_each([sink](std::uint64_t, auto const& values) {
                          sink(values.first, values.second);
                        }),
              source_iter(std::views::all(sides.left)) >> matches[_0],
              source_iter(std::views::all(sides.right)) >> matches[_1]);
}

template <class Sink>
auto cross_join_of(std::vector<std::uint64_t> const& left, std::vector<std::uint64_t> const& right,
                   Sink sink) {
  static constexpr node<"pairs"> pairs;
  return flow(pairs = cross_join_multiset() >>
                      for_each([sink](std::uint64_t l, std::uint64_t r) { sink(l, r); }),
              source_iter(std::views::all(left)) >> pairs[_0],
              source_iter(std::views::all(right)) >> pairs[_1]);
}

}  // namespace weir::bench::flows
