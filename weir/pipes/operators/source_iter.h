// source_iter(range): gives the elements of a range, once, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

#include "weir/pipes/operator.h"
#include "weir/pipes/range.h"

namespace weir {

template <class Range>
struct SourceIter : Operator {
  static constexpr OperatorInfo info{.name = "source_iter", .inputs = {0, 0}, .source = true};
  Range range;
  // How many elements have been given, and where the next one is.
  IteratorOf<Range> next{};
  bool begun = false;

  explicit SourceIter(Range given) : range(std::move(given)) {}
  // A position would dangle: a source that has begun stays where it is.
  SourceIter(SourceIter&& other) noexcept : range(std::move(other.range)) {}

  static consteval auto output() { return Type<ElementOf<Range>>{}; }

  bool drain(auto const& emit, std::int64_t& budget) {
    if (!begun) {
      next = std::begin(range);
      begun = true;
    }
    auto const end = std::end(range);
    if constexpr (is_random_access<Range>) {
      auto const left = static_cast<std::int64_t>(end - next);
      auto const given = left < budget ? left : budget;
      auto stop = next;
      stop += static_cast<decltype(end - next)>(given);
      budget -= given;
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

template <is_range Range>
SourceIter<Range> source_iter(Range range) {
  return SourceIter<Range>(std::move(range));
}

}  // namespace weir
