// decode(codec, on_malformed): makes values of bytes. Takes a View, or a pair of anything and a
// View (a frame and whom it is from), and gives the value, or the pair with the value. Bytes that
// are no value go to on_malformed(item) instead and nowhere else.
#pragma once

#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/call.h"
#include "weir/pipes/codec.h"
#include "weir/pipes/operator.h"

namespace weir {

// Bytes, and whom they are from.
template <class T>
concept is_frame = requires(T frame) {
  frame.first;
  requires std::is_same_v<decltype(frame.second), View>;
};

template <is_codec Codec, class OnMalformed>
struct Decode : Operator {
  static constexpr OperatorInfo info{.name = "decode"};
  [[no_unique_address]] Codec codec;
  [[no_unique_address]] OnMalformed on_malformed;

  using Value = typename Codec::value_type;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool bytes = std::is_same_v<Item, View> || is_frame<Item>;
    static_assert(bytes || !Aloud,
                  "weir: decode(): takes a View, or a pair (from, View), and not this Item");
    if constexpr (bytes) {
      constexpr bool callable = takes_item<OnMalformed, Item const&>;
      static_assert(callable || !Aloud,
                    "weir: decode(codec, on_malformed): on_malformed cannot be called with the "
                    "Item it receives; let it take the item, or the parts of a pair");
      return callable;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    if constexpr (is_frame<Item>) return Type<std::pair<decltype(Item::first), Value>>{};
    else return Type<Value>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(item)>, View>) {
      if (auto value = codec.decode(item)) emit(*std::move(value));
      else static_cast<void>(call(on_malformed, emit, item));
    } else {
      if (auto value = codec.decode(item.second)) emit(std::pair{item.first, *std::move(value)});
      else static_cast<void>(call(on_malformed, emit, item));
    }
  }
};

template <is_codec Codec, class OnMalformed>
Decode<Codec, OnMalformed> decode(Codec codec, OnMalformed on_malformed) {
  return {{}, std::move(codec), std::move(on_malformed)};
}

}  // namespace weir
