// What operators need of a range, without <ranges>, which takes a fifth of a second to compile, and
// without <iterator>, which brings streams: <span> has std::begin and std::iter_value_t as well.
#pragma once

#include <initializer_list>
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
// What its elements are: where they are proxies (those of std::vector<bool>), what they stand for.
template <class T>
struct RangeElement {
  using type = std::remove_cvref_t<decltype(*std::begin(std::declval<T&>()))>;
};
template <class T>
requires requires { typename std::iter_value_t<IteratorOf<T>>; }
struct RangeElement<T> {
  using type = std::iter_value_t<IteratorOf<T>>;
};
template <class T>
using ElementOf = typename RangeElement<T>::type;

// Its length is a subtraction, and a part of it an addition.
template <class T>
concept is_random_access = is_range<T> && requires(T& range, IteratorOf<T> at) {
  std::end(range) - at;
  at += std::end(range) - at;
  requires std::is_same_v<decltype(std::end(range)), IteratorOf<T>>;
};

// Its elements are its own, so that whoever was given the range may move them out. Those that a
// view shows belong to somebody else.
template <class T>
inline constexpr bool owns_elements =
    !std::is_lvalue_reference_v<T> && !std::ranges::enable_borrowed_range<std::remove_cvref_t<T>> &&
    !std::ranges::enable_view<std::remove_cvref_t<T>>;

template <class T>
inline constexpr bool is_initializer_list = false;
template <class T>
inline constexpr bool is_initializer_list<std::initializer_list<T>> = true;

// Gives on one element of a Range.
template <class Range, class Element, class Emit>
[[gnu::always_inline]] constexpr void emit_element(Element&& element, Emit const& emit) {
  using Value = ElementOf<Range>;
  if constexpr (!std::is_same_v<std::remove_cvref_t<Element>, Value>) {
    emit(static_cast<Value>(std::forward<Element>(element)));
  } else if constexpr (!std::is_lvalue_reference_v<Element>) {
    emit(std::forward<Element>(element));
  } else if constexpr (owns_elements<Range> && !std::is_const_v<std::remove_reference_t<Element>>) {
    emit(std::move(element));
  } else {
    emit(std::as_const(element));
  }
}

}  // namespace weir
