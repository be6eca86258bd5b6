// filter_map(f): f gives an optional; what is in it goes on.
#pragma once

#include <type_traits>
#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class T>
concept is_optional_like = requires(T value) {
  static_cast<bool>(value);
  *value;
};

template <class F>
struct FilterMap : Operator {
  static constexpr OperatorInfo info{.name = "filter_map"};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = takes_item<F, Item>;
    static_assert(callable || !Aloud,
                  "weir: filter_map(f): f cannot be called with the Item it receives; let it take "
                  "the item, or the parts of a pair or tuple, and return an optional");
    if constexpr (callable) {
      constexpr bool optional = is_optional_like<CallResult<F, Item>>;
      static_assert(optional || !Aloud, "weir: filter_map(f): f must return an optional");
      return optional;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<std::remove_cvref_t<decltype(*std::declval<CallResult<F, Item>>())>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    if (auto given = call(function, emit, static_cast<decltype(item)&&>(item))) {
      emit(*std::move(given));
    }
  }
};

template <class F>
FilterMap<F> filter_map(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir
