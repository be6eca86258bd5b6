// source_iter(range): gives the elements of a range, once, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

#include "weir/pipes/operator.h"

namespace weir {

template <class Range>
struct SourceIter : Operator {
  static constexpr OperatorInfo info{.name = "source_iter", .inputs = {0, 0}, .source = true};
  Range range;
  // How many elements have been given, and where the next one is.
  std::ranges::iterator_t<Range> next{};
  bool begun = false;

  explicit SourceIter(Range given) : range(std::move(given)) {}
  // A position would dangle: a source that has begun stays where it is.
  SourceIter(SourceIter&& other) noexcept : range(std::move(other.range)) {}

  static consteval auto output() { return Type<std::ranges::range_value_t<Range>>{}; }

  bool drain(auto const& emit, std::int64_t& budget) {
    if (!begun) {
      next = std::ranges::begin(range);
      begun = true;
    }
    auto const end = std::ranges::end(range);
    if constexpr (std::ranges::random_access_range<Range> && std::ranges::common_range<Range>) {
      auto const left = static_cast<std::int64_t>(end - next);
      auto const stop =
          next + static_cast<std::ranges::range_difference_t<Range>>(left < budget ? left : budget);
      budget -= static_cast<std::int64_t>(stop - next);
      for (auto at = std::exchange(next, stop); at != stop; ++at) give(*at, emit);
    } else {
      for (; next != end && budget > 0; ++next, --budget) give(*next, emit);
    }
    return next == end;
  }

 private:
  [[gnu::always_inline]] static void give(auto&& element, auto const& emit) {
    if constexpr (std::is_lvalue_reference_v<decltype(element)>) emit(std::as_const(element));
    else emit(std::move(element));
  }
};

template <std::ranges::input_range Range>
SourceIter<Range> source_iter(Range range) {
  return SourceIter<Range>(std::move(range));
}

}  // namespace weir
