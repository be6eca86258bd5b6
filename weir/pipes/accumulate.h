// How a user function takes an item into what has been accumulated so far. Tried in this order:
//
//   f(accumulated&, item)                    f(accumulated&, parts of a pair or tuple ...)
//   f(Context const&, accumulated&, item)    f(Context const&, accumulated&, parts ...)
//
// Items arrive as call.h says. A function may also be a pointer to a member function of what is
// accumulated: fold([] { return Words(); }, &Words::insert).
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "weir/base/context.h"
#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

// What `init` makes to begin with, as a Type.
template <class Init>
consteval auto accumulated_by() {
  if constexpr (std::invocable<Init&>) {
    return Type<std::remove_cvref_t<std::invoke_result_t<Init&>>>{};
  } else {
    return Type<Untyped>{};
  }
}

template <class F, class Accumulated, class Item>
consteval CallShape accumulate_shape() {
  if constexpr (std::invocable<F&, Accumulated, Item>) return CallShape::item;
  else if constexpr (takes_its_parts<F, Item, Accumulated>()) return CallShape::parts;
  else if constexpr (std::invocable<F&, Context const&, Accumulated, Item>) {
    return CallShape::context_item;
  } else if constexpr (takes_its_parts<F, Item, Context const&, Accumulated>()) {
    return CallShape::context_parts;
  } else {
    return CallShape::impossible;
  }
}

template <class F, class Accumulated, class Item>
concept accumulates = accumulate_shape<F, Accumulated&, Item>()
!= CallShape::impossible;

template <class F, class Accumulated, class... Rest>
[[gnu::always_inline]] constexpr decltype(auto) accumulate_with(F& function,
                                                                Accumulated& accumulated,
                                                                Rest&&... rest) {
  if constexpr (!std::is_member_pointer_v<F>) {
    return function(accumulated, std::forward<Rest>(rest)...);
  } else if constexpr (requires { (accumulated.*function)(std::forward<Rest>(rest)...); }) {
    return (accumulated.*function)(std::forward<Rest>(rest)...);
  } else {
    return accumulate_with(function, *accumulated, std::forward<Rest>(rest)...);
  }
}

template <class F, class Accumulated, class Item, std::size_t... I>
[[gnu::always_inline]] constexpr decltype(auto) accumulate_parts(F& function,
                                                                 Accumulated& accumulated,
                                                                 Item&& item,
                                                                 std::index_sequence<I...>) {
  return accumulate_with(function, accumulated, std::get<I>(std::forward<Item>(item))...);
}
template <class F, class Accumulated, class Item, std::size_t... I>
[[gnu::always_inline]] constexpr decltype(auto) accumulate_parts(F& function,
                                                                 Context const& context,
                                                                 Accumulated& accumulated,
                                                                 Item&& item,
                                                                 std::index_sequence<I...>) {
  return function(context, accumulated, std::get<I>(std::forward<Item>(item))...);
}

// `F` takes items like `item`.
template <class F, class Accumulated, class Item>
[[gnu::always_inline]] constexpr decltype(auto) accumulate_unwatched(F& function,
                                                                     Context const& context,
                                                                     Accumulated& accumulated,
                                                                     Item&& item) {
  constexpr CallShape shape = accumulate_shape<F, Accumulated&, Item&&>();
  if constexpr (shape == CallShape::impossible) {  // shared by a tee, and f wants its own
    using Own = std::remove_cvref_t<Item>;
    using Given =
        decltype(accumulate_unwatched(function, context, accumulated, std::declval<Own>()));
    // What refers into the copy goes with it.
    return static_cast<std::remove_reference_t<Given>>(
        accumulate_unwatched(function, context, accumulated, Own(item)));
  } else if constexpr (shape == CallShape::item) {
    return accumulate_with(function, accumulated, std::forward<Item>(item));
  } else if constexpr (shape == CallShape::parts) {
    return accumulate_parts(function, accumulated, std::forward<Item>(item), PartIndices<Item>{});
  } else if constexpr (shape == CallShape::context_item) {
    return function(context, accumulated, std::forward<Item>(item));
  } else {
    return accumulate_parts(function, context, accumulated, std::forward<Item>(item),
                            PartIndices<Item>{});
  }
}

// As call() does for those that accumulate nothing.
template <class F, class Emit, class Accumulated, class Item>
[[gnu::always_inline]] constexpr decltype(auto) accumulate(F& function, Emit const& emit,
                                                           Accumulated& accumulated, Item&& item) {
  if constexpr (is_told_of_throws<Emit>) {
    try {
      return accumulate_unwatched(function, emit.context(), accumulated, std::forward<Item>(item));
    } catch (...) {
      emit.blame();
      throw;
    }
  } else {
    return accumulate_unwatched(function, emit.context(), accumulated, std::forward<Item>(item));
  }
}

// What is accumulated begins as init().
template <class Init, class Emit>
[[gnu::always_inline]] constexpr auto begin_accumulated(Init& init, Emit const& emit) {
  if constexpr (is_told_of_throws<Emit>) {
    try {
      return init();
    } catch (...) {
      emit.blame();
      throw;
    }
  } else {
    return init();
  }
}

// What such a call gives, as a value.
template <class F, class Accumulated, class Item>
using AccumulateResult = std::remove_cvref_t<decltype(accumulate_unwatched(
    std::declval<F&>(), std::declval<Context const&>(), std::declval<Accumulated&>(),
    std::declval<Item>()))>;

// f takes the accumulated by value and gives another, [](int a, int b) { return a + b; }: nothing
// would ever change.
template <class F, class Accumulated, class Item>
inline constexpr bool changes_nothing = [] {
  if constexpr (std::is_pointer_v<Accumulated>) return false;
  else if constexpr (accumulate_shape<F, Accumulated&&, Item>() == CallShape::impossible) {
    return false;
  } else {
    using Given =
        decltype(accumulate_unwatched(std::declval<F&>(), std::declval<Context const&>(),
                                      std::declval<Accumulated&>(), std::declval<Item>()));
    return std::is_convertible_v<Given, Accumulated> && !std::is_reference_v<Given>;
  }
}();

// Whether a T can be copied, however deep inside the standard containers.
template <class T>
inline constexpr bool is_copied = [] {
  if constexpr (!std::copy_constructible<T>) return false;
  else if constexpr (requires { requires !std::is_same_v<typename T::value_type, T>; }) {
    return is_copied<typename T::value_type>;
  } else {
    return true;
  }
}();

// Gives what was accumulated. What can be copied stays where it is, for whoever reads it later.
template <class Accumulated, class Emit>
[[gnu::always_inline]] constexpr void emit_accumulated(Accumulated& accumulated, Emit const& emit) {
  if constexpr (is_copied<Accumulated>) emit(std::as_const(accumulated));
  else emit(std::move(accumulated));
}

}  // namespace weir
