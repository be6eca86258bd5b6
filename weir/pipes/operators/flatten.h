// flatten(), flatten<T>(): each item is a range; its elements go on one by one. With a T it says,
// and checks, what those are.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "weir/pipes/operator.h"
#include "weir/pipes/range.h"

namespace weir {

template <class T>
struct Flatten : Operator {
  static constexpr OperatorInfo info{.name = "flatten"};

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool range = is_range<Item>;
    static_assert(range || !Aloud,
                  "weir: flatten(): the Item it receives is no range; use filter_map for an "
                  "optional, and flat_map to make a range of it");
    if constexpr (range) {
      constexpr bool same = std::is_void_v<T> || std::same_as<T, ElementOf<Item>>;
      static_assert(same || !Aloud,
                    "weir: flatten<T>(): the elements of the Item it receives are of another type; "
                    "correct T, or map the elements afterwards");
      return same;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<ElementOf<Item>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    using Given = std::remove_reference_t<decltype(item)>;
    if constexpr (is_range<Given>) {
      for (auto&& element : item) {
        emit_element<decltype(item)>(static_cast<decltype(element)&&>(element), emit);
      }
    } else {  // shared by a tee, but only to be read by who owns it
      auto own = item;
      for (auto&& element : own) {
        emit_element<decltype(own)>(static_cast<decltype(element)&&>(element), emit);
      }
    }
  }
};

template <class T = void>
Flatten<T> flatten() {
  return {};
}

}  // namespace weir
