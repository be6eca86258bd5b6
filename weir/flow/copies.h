// copies<N>(f): a chain of N copies of a fragment, each made by f.
//
//   source_iter(items) >> copies<20>([] { return map([](int v) { return v + 1; }); }) >> …
//   source_iter(items) >> copies<3>([](auto n) { return map([](int v) { return v * n; }); }) >> …
//
// f is called with the number of the copy, from 0 on, as a std::integral_constant<std::size_t, I>,
// so that it may be a constant there; or with nothing. It returns an operator, a node or a chain.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "weir/flow/syntax.h"

namespace weir {

template <std::size_t I, class F>
constexpr auto make_copy(F& function) {
  if constexpr (std::invocable<F&, std::integral_constant<std::size_t, I>>) {
    return function(std::integral_constant<std::size_t, I>{});
  } else {
    return function();
  }
}

// In halves, so that templates nest as deep as the logarithm of N.
template <std::size_t First, std::size_t Count, class F>
constexpr auto make_copies(F& function) {
  if constexpr (Count == 1) {
    return make_copy<First>(function);
  } else {
    return make_copies<First, Count / 2>(function) >>
           make_copies<First + Count / 2, Count - Count / 2>(function);
  }
}

template <std::size_t N, class F>
requires(N > 0) constexpr auto copies(F function) { return make_copies<0, N>(function); }

}  // namespace weir
