// encode(codec): makes bytes of values: of a value a View, of a pair (to, value) the pair
// (to, View). The bytes last until the tick ends. A value that is a View already passes as it is.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/pipes/arena.h"
#include "weir/pipes/codec.h"
#include "weir/pipes/operator.h"

namespace weir {

// Room before encoded bytes in which net writes the frame's header.
inline constexpr std::uint32_t encode_headroom_bytes = 4;

template <is_codec Codec>
struct Encode : Operator {
  static constexpr OperatorInfo info{.name = "encode", .ends_ticks = true};
  [[no_unique_address]] Codec codec;

  using Value = typename Codec::value_type;

  template <class Item>
  struct State {
    TickArena arena;
  };

  // A pair (to, value).
  template <class Item>
  static constexpr bool is_addressed = requires(Item item) {
    item.first;
    requires std::is_convertible_v<decltype(item.second), Value>;
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool fits = std::is_convertible_v<Item, Value> || is_addressed<Item>;
    static_assert(fits || !Aloud,
                  "weir: encode(codec): takes the codec's value_type, or a pair (to, value_type); "
                  "map the Item into one of them first");
    return fits;
  }
  template <class Item>
  static consteval auto output() {
    if constexpr (std::is_convertible_v<Item, Value>) return Type<View>{};
    else return Type<std::pair<decltype(Item::first), View>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if constexpr (std::is_convertible_v<std::remove_cvref_t<decltype(item)>, Value>) {
      emit(bytes(state, item));
    } else {
      emit(std::pair{item.first, bytes(state, item.second)});
    }
  }
  void end_tick(auto& state) { state.arena.end_tick(); }

 private:
  [[gnu::always_inline]] View bytes(auto& state, auto const& value) {
    if constexpr (std::is_same_v<Value, View>) {
      return value;
    } else {
      std::uint32_t const size = codec.size(value);
      TickArena::Space const space = state.arena.allocate(size, encode_headroom_bytes);
      codec.encode(value, std::span(space.data, size));
      return space.view;
    }
  }
};

template <is_codec Codec>
Encode<Codec> encode(Codec codec) {
  return {{}, std::move(codec)};
}

}  // namespace weir
