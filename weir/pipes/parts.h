// An item of two parts, a pair or a tuple, taken apart.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include "weir/pipes/call.h"

namespace weir {

template <class Item>
inline constexpr bool has_two_parts = [] {
  if constexpr (has_parts<Item>) return std::tuple_size_v<std::remove_cvref_t<Item>> == 2;
  else return false;
}();

template <std::size_t I, class Item>
using PartOf = std::remove_cvref_t<std::tuple_element_t<I, std::remove_cvref_t<Item>>>;

// To be moved where the item is ours; what the item only refers to is somebody else's.
template <std::size_t I, class Item>
[[gnu::always_inline]] constexpr decltype(auto) part_of(Item&& item) {
  if constexpr (std::is_reference_v<std::tuple_element_t<I, std::remove_cvref_t<Item>>>) {
    return static_cast<PartOf<I, Item> const&>(std::get<I>(item));
  } else {
    return std::get<I>(static_cast<Item&&>(item));
  }
}

}  // namespace weir
