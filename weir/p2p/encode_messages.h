// encode_messages(space): makes frames of pairs (connection, RequestToSend) and (connection,
// ResponseToSend), with both envelopes around them. The bytes last until the tick ends.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/net/frame.h"
#include "weir/p2p/message.h"
#include "weir/pipes/arena.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/operators/encode.h"

namespace weir {

struct EncodeMessages : Operator {
  static constexpr OperatorInfo info{.name = "encode_messages", .ends_ticks = true};
  std::string space;

  template <class Item>
  struct State {
    TickArena arena;
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool fits = requires(Item item, std::string_view in) {
      size_in_frame(item.second, in);
    };
    static_assert(fits || !Aloud,
                  "weir: encode_messages(space): takes pairs (ConnectionId, RequestToSend) or "
                  "(ConnectionId, ResponseToSend)");
    return fits;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Frame>{};
  }
  template <int Port>
  void push(auto& state, auto&& item, auto const& emit) {
    std::uint32_t const size = size_in_frame(item.second, space);
    TickArena::Space const place = state.arena.allocate(size, encode_headroom_bytes);
    write_frame(item.second, space, std::span(place.data, size));
    emit(Frame{item.first, place.view});
  }
  void end_tick(auto& state) { state.arena.end_tick(); }
};

inline EncodeMessages encode_messages(std::string space) { return {{}, std::move(space)}; }

}  // namespace weir
