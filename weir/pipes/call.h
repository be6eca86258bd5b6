// How a user function takes an item. Tried in this order:
//
//   f(item)      f(parts of a pair or tuple ...)      f(Context const&, item)      f(Context const&, parts ...)
//
// An item arrives as an rvalue, or as `T const&` where a tee gives it to others too; a function that insists
// on its own copy then gets one.
#pragma once

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "weir/base/context.h"

namespace weir {

enum class CallShape : unsigned char { impossible, item, parts, context_item, context_parts };

template <class T>
concept has_parts = requires { std::tuple_size<std::remove_cvref_t<T>>::value; };

template <class T>
using PartIndices = std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<T>>>;

template <class F, class Item, class... Before, std::size_t... I>
consteval bool takes_parts(std::index_sequence<I...>) {
  return std::invocable<F&, Before..., decltype(std::get<I>(std::declval<Item>()))...>;
}

template <class F, class Item>
consteval CallShape call_shape() {
  if constexpr (std::invocable<F&, Item>) return CallShape::item;
  if constexpr (has_parts<Item>) {
    if constexpr (takes_parts<F, Item>(PartIndices<Item>{})) return CallShape::parts;
  }
  if constexpr (std::invocable<F&, Context const&, Item>) return CallShape::context_item;
  if constexpr (has_parts<Item>) {
    if constexpr (takes_parts<F, Item, Context const&>(PartIndices<Item>{})) {
      return CallShape::context_parts;
    }
  }
  return CallShape::impossible;
}

template <class F, class Item>
concept takes_item = call_shape<F, Item>() != CallShape::impossible;

template <class F, class Item, std::size_t... I>
[[gnu::always_inline]] constexpr decltype(auto) call_with_parts(F& function, Item&& item,
                                                                std::index_sequence<I...>) {
  return function(std::get<I>(std::forward<Item>(item))...);
}
template <class F, class Item, std::size_t... I>
[[gnu::always_inline]] constexpr decltype(auto) call_with_parts(F& function,
                                                                Context const& context,
                                                                Item&& item,
                                                                std::index_sequence<I...>) {
  return function(context, std::get<I>(std::forward<Item>(item))...);
}

// `F` takes items like `item`.
template <class F, class Item>
[[gnu::always_inline]] constexpr decltype(auto) call(F& function, Context const& context,
                                                     Item&& item) {
  constexpr CallShape shape = call_shape<F, Item&&>();
  if constexpr (shape == CallShape::impossible) {
    return call(function, context, std::remove_cvref_t<Item>(item));
  } else if constexpr (shape == CallShape::item) {
    return function(std::forward<Item>(item));
  } else if constexpr (shape == CallShape::parts) {
    return call_with_parts(function, std::forward<Item>(item), PartIndices<Item>{});
  } else if constexpr (shape == CallShape::context_item) {
    return function(context, std::forward<Item>(item));
  } else {
    return call_with_parts(function, context, std::forward<Item>(item), PartIndices<Item>{});
  }
}

// What a call gives, as a value.
template <class F, class Item>
using CallResult = std::remove_cvref_t<decltype(call(
    std::declval<F&>(), std::declval<Context const&>(), std::declval<Item>()))>;

}  // namespace weir
