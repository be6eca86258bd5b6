// What operators need of a range, without <ranges>, which takes a fifth of a second to compile.
#pragma once

#include <iterator>
#include <span>
#include <type_traits>
#include <utility>

namespace weir {

template <class T>
concept is_range = requires(T& range) {
  std::begin(range) != std::end(range);
  *std::begin(range);
};

template <class T>
using IteratorOf = decltype(std::begin(std::declval<T&>()));
template <class T>
using ElementOf = std::remove_cvref_t<decltype(*std::begin(std::declval<T&>()))>;

// Its length is a subtraction, and a part of it an addition.
template <class T>
concept is_random_access = is_range<T> && requires(T& range, IteratorOf<T> at) {
  std::end(range) - at;
  at += std::end(range) - at;
  requires std::is_same_v<decltype(std::end(range)), IteratorOf<T>>;
};

// Its elements are its own, so that whoever was given the range may move them out.
template <class T>
inline constexpr bool owns_elements =
    !std::is_lvalue_reference_v<T> && !std::ranges::enable_borrowed_range<std::remove_cvref_t<T>>;

}  // namespace weir
