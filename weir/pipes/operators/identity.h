// identity(), identity<T>(): gives on what comes. With a T it says, and checks, what that is.
#pragma once

#include <concepts>
#include <type_traits>

#include "weir/pipes/passes_on.h"

namespace weir {

template <class T>
struct Identity : PassesOn {
  static constexpr OperatorInfo info{.name = "identity", .one_to_one = true};

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool same = std::is_void_v<T> || std::same_as<T, Item>;
    static_assert(same || !Aloud,
                  "weir: identity<T>(): the Item it receives is of another type; correct T, or map "
                  "the item to a T first");
    return same;
  }
};

template <class T = void>
Identity<T> identity() {
  return {};
}

}  // namespace weir
