// How an operator with several outputs chooses one.
#pragma once

#include <cstddef>
#include <utility>

namespace weir {

// Calls give.operator()<Output>() for one output of `Count` after the other until one returns true,
// and says whether any did: a chain of comparisons, of which the compiler makes a jump.
template <std::size_t Count, class Give>
[[gnu::always_inline]] constexpr bool give_to_first(Give give) {
  return [&]<std::size_t... Output>(std::index_sequence<Output...>) __attribute__((always_inline)) {
    return (give.template operator()<Output>() || ...);
  }
  (std::make_index_sequence<Count>{});
}

}  // namespace weir
