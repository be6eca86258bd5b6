// flat_map(f): f gives a range; its elements go on one by one.
#pragma once

#include <type_traits>
#include <utility>

#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/range.h"

namespace weir {

template <class F>
struct FlatMap : Operator {
  static constexpr OperatorInfo info{.name = "flat_map"};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = takes_item<F, Item>;
    static_assert(callable || !Aloud,
                  "weir: flat_map(f): f cannot be called with the Item it receives; let it take "
                  "the item, or the parts of a pair or tuple, and return a range");
    if constexpr (callable) {
      constexpr bool range = is_range<CallResult<F, Item>>;
      static_assert(range || !Aloud, "weir: flat_map(f): f must return a range");
      constexpr bool lasts = !is_initializer_list<CallResult<F, Item>>;
      static_assert(lasts || !Aloud,
                    "weir: flat_map(f): f returns a std::initializer_list, whose elements end with "
                    "f; return a std::array or a std::vector");
      return range && lasts;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<ElementOf<CallResult<F, Item>>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    using Range = decltype(call(function, emit, static_cast<decltype(item)&&>(item)));
    Range&& range = call(function, emit, static_cast<decltype(item)&&>(item));
    for (auto&& element : range) {
      emit_element<Range>(static_cast<decltype(element)&&>(element), emit);
    }
  }
};

template <class F>
FlatMap<F> flat_map(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir
