// source_iter(range): gives the elements of a range, once, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "weir/base/block.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/range.h"

namespace weir {

template <class Range>
struct SourceIter : Operator {
  static constexpr OperatorInfo info{.name = "source_iter", .inputs = {0, 0}, .source = true};
  Range range;
  // Where the next element is, once it has begun.
  std::optional<IteratorOf<Range>> position;

  explicit SourceIter(Range given) : range(std::move(given)) {}
  // A position would dangle: a source that has begun stays where it is.
  SourceIter(SourceIter&& other) noexcept : range(std::move(other.range)) {}

  static consteval auto output() { return Type<ElementOf<Range>>{}; }

  bool drain(auto const& emit, std::int64_t& budget) {
    if (!position) position.emplace(std::begin(range));
    auto& next = *position;
    auto const end = std::end(range);
    if constexpr (is_random_access<Range>) {
      auto const left = static_cast<std::int64_t>(end - next);
      auto const given = left < budget ? left : budget;
      auto stop = next;
      stop += static_cast<decltype(end - next)>(given);
      budget -= given;
      auto at = std::exchange(next, stop);
      give_in_blocks(
          at, stop, emit,
          [](auto const& receiver, auto const& element)
              __attribute__((always_inline)) { emit_element<Range>(*element, receiver); });
    } else {
      for (; next != end && budget > 0; ++next, --budget) emit_element<Range>(*next, emit);
    }
    return next == end;
  }
};

template <is_range Range>
SourceIter<Range> source_iter(Range range) {
  return SourceIter<Range>(std::move(range));
}

}  // namespace weir
