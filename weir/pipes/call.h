// How a user function takes an item. Tried in this order:
//
//   f(item)    f(parts of a pair or tuple ...)
//   f(Context const&, item)    f(Context const&, parts ...)
//
// An item arrives as an rvalue, or as `T const&` where a tee gives it to others too; a function
// that insists on its own copy then gets one. A function may also be a pointer to a member of the
// item.
//
// Each shape is looked at only when those before it do not fit: to ask whether a generic lambda
// takes something is to compile its body.
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
concept has_parts = requires {
  std::tuple_size<std::remove_cvref_t<T>>::value;
};

template <class T>
using PartIndices = std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<T>>>;

template <class F, class Item, class... Before, std::size_t... I>
consteval bool takes_parts(std::index_sequence<I...>) {
  return std::invocable<F&, Before..., decltype(std::get<I>(std::declval<Item>()))...>;
}

template <class F, class Item, class... Before>
consteval bool takes_its_parts() {
  if constexpr (has_parts<Item>) return takes_parts<F, Item, Before...>(PartIndices<Item>{});
  else return false;
}

template <class F, class Item>
consteval CallShape call_shape() {
  if constexpr (std::invocable<F&, Item>) return CallShape::item;
  else if constexpr (takes_its_parts<F, Item>()) return CallShape::parts;
  else if constexpr (std::invocable<F&, Context const&, Item>) return CallShape::context_item;
  else if constexpr (takes_its_parts<F, Item, Context const&>()) return CallShape::context_parts;
  else return CallShape::impossible;
}

template <class F, class Item>
concept takes_item = call_shape<F, Item>()
!= CallShape::impossible;

// std::invoke for a pointer to a member, without <functional>, which takes long to compile.
template <class F, class Item>
[[gnu::always_inline]] constexpr decltype(auto) call_member(F member, Item&& item) {
  if constexpr (requires { (std::forward<Item>(item).*member)(); }) {
    return (std::forward<Item>(item).*member)();
  } else if constexpr (requires { std::forward<Item>(item).*member; }) {
    return std::forward<Item>(item).*member;
  } else {
    return call_member(member, *std::forward<Item>(item));  // of what it points to
  }
}

template <class F, class Item, std::size_t... I>
[[gnu::always_inline]] constexpr decltype(auto) call_with_parts(F& function, Item&& item,
                                                                std::index_sequence<I...>) {
  return function(std::get<I>(std::forward<Item>(item))...);
}
template <class F, class Item, std::size_t... I>
[[gnu::always_inline]] constexpr decltype(auto) call_with_parts(F& function, Context const& context,
                                                                Item&& item,
                                                                std::index_sequence<I...>) {
  return function(context, std::get<I>(std::forward<Item>(item))...);
}

// `F` takes items like `item`.
template <class F, class Item>
[[gnu::always_inline]] constexpr decltype(auto) call_unwatched(F& function, Context const& context,
                                                               Item&& item) {
  constexpr CallShape shape = call_shape<F, Item&&>();
  if constexpr (shape == CallShape::impossible) {
    using Own = std::remove_cvref_t<Item>;
    using Given = decltype(call_unwatched(function, context, std::declval<Own>()));
    // What refers into the copy goes with it.
    return static_cast<std::remove_reference_t<Given>>(
        call_unwatched(function, context, Own(item)));
  } else if constexpr (shape == CallShape::item && std::is_member_pointer_v<F>) {
    return call_member(function, std::forward<Item>(item));
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

// An emit that is to know when a function of its node throws. (So there is an exception's region
// around the user's function, and around nothing else: g++ 12 inlines little of what lies in one.)
template <class Emit>
concept is_told_of_throws = requires(Emit const& emit) {
  emit.blame();
};

// Calls `function` with an item, on behalf of the node that is to give to `emit`.
template <class F, class Emit, class Item>
[[gnu::always_inline]] constexpr decltype(auto) call(F& function, Emit const& emit, Item&& item) {
  if constexpr (is_told_of_throws<Emit>) {
    try {
      return call_unwatched(function, emit.context(), std::forward<Item>(item));
    } catch (...) {
      emit.blame();
      throw;
    }
  } else {
    return call_unwatched(function, emit.context(), std::forward<Item>(item));
  }
}

// What a call gives, as a value.
template <class F, class Item>
using CallResult = std::remove_cvref_t<decltype(call_unwatched(
    std::declval<F&>(), std::declval<Context const&>(), std::declval<Item>()))>;

}  // namespace weir
