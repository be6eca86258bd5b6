// A tuple with the cheapest compile-time cost there is: one base class an element, found by
// overload resolution; std::tuple recurses.
#pragma once

#include <cstddef>
#include <utility>

namespace weir {

template <std::size_t I, class T>
struct PackElement {
  [[no_unique_address]] T value;
};

template <class Indices, class... T>
struct PackBase;
template <std::size_t... I, class... T>
struct PackBase<std::index_sequence<I...>, T...> : PackElement<I, T>... {};

template <class... T>
using Pack = PackBase<std::index_sequence_for<T...>, T...>;

template <std::size_t I, class T>
[[gnu::always_inline]] constexpr T& get(PackElement<I, T>& element) {
  return element.value;
}
template <std::size_t I, class T>
T element_type_of(PackElement<I, T> const&);

template <std::size_t I, class P>
using PackType = decltype(element_type_of<I>(std::declval<P const&>()));

}  // namespace weir
