// flatten_stream(), flat_map_stream(f) and their kin: an item is, or f(item) gives, an async
// stream; its elements go on one by one. A stream is a type with
//
//   next()     gives something to co_await, which gives an optional<T>; an empty one at its end,
//              after which it is not called again, nor before the one before has landed
//
//   flatten_stream(), flat_map_stream(f)                     the flow goes on; elements come when
//                                                            they do, those of a stream in order
//   flatten_stream_blocking(), flat_map_stream_blocking(f)   the tick stays open until all streams
//                                                            have ended; their elements go on
//                                                            within it, stream after stream
//
// At most FutureLimits::in_flight_max of one operator are open, each one element ahead. What is
// beyond waits in order, and meanwhile nothing new is admitted (resolve_futures.h says what holds
// for all that is awaited).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/owner.h"
#include "weir/io/awaitable.h"
#include "weir/io/flights.h"
#include "weir/io/landing.h"
#include "weir/io/limits.h"
#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/operators/filter_map.h"
#include "weir/sched/graph.h"

namespace weir {

template <class T>
consteval bool has_awaited_next() {
  if constexpr (requires(T & stream) { stream.next(); }) {
    using Next = decltype(std::declval<T&>().next());
    if constexpr (is_awaitable<Next>) return is_optional_like<GivenByAwait<Next>>;
  }
  return false;
}
template <class T>
concept is_stream = has_awaited_next<T>();

template <is_stream T>
using StreamElement = std::remove_cvref_t<
    decltype(*std::declval<GivenByAwait<decltype(std::declval<T&>().next())>>())>;

// What to do with one stream.
template <class Stream>
struct AwaitEach {
  using Answer = StreamElement<Stream>;
  static constexpr bool repeats = true;
  static constexpr bool maybe = true;

  decltype(auto) ask() { return stream.next(); }

  Stream stream;
};

// What flatten_stream does with its items: nothing.
struct ItIsAStream {};

template <class F, bool Blocking>
struct FlattenStream : Operator {
  static constexpr bool maps = !std::is_same_v<F, ItIsAStream>;
  static constexpr std::array<std::string_view, 4> names{
      "flatten_stream", "flat_map_stream", "flatten_stream_blocking", "flat_map_stream_blocking"};
  static constexpr OperatorInfo info{.name = names[(Blocking ? 2 : 0) + (maps ? 1 : 0)],
                                     .blocking_inputs = Blocking ? 0b1 : 0,
                                     .flushes = true};
  [[no_unique_address]] F function;
  FutureLimits limits;
  Owner<Landing> landing_;

  template <class Item>
  static consteval auto stream_of() {
    if constexpr (maps) return Type<CallResult<F, Item>>{};
    else return Type<Item>{};
  }
  template <class Item>
  using StreamOf = typename decltype(stream_of<Item>())::type;
  template <class Item>
  using Kept = Flights<AwaitEach<StreamOf<Item>>, Blocking>;

  template <class Item>
  struct State {
    Owner<Kept<Item>> flights;
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = [] {
      if constexpr (maps) return takes_item<F, Item>;
      else return true;
    }();
    static_assert(callable || !Aloud,
                  "weir: flat_map_stream(f): f cannot be called with the Item it receives; let it "
                  "take the item, or the parts of a pair or tuple, and return a stream");
    if constexpr (callable) {
      constexpr bool streams = is_stream<StreamOf<Item>>;
      static_assert(streams || maps || !Aloud,
                    "weir: flatten_stream(): the items are not async streams: each must have "
                    "next(), which returns something to co_await that gives an optional");
      static_assert(streams || !maps || !Aloud,
                    "weir: flat_map_stream(f): f must return an async stream: it has next(), which "
                    "returns something to co_await that gives an optional");
      constexpr bool moves = std::is_nothrow_move_constructible_v<StreamOf<Item>>;
      static_assert(moves || !streams || !Aloud,
                    "weir: flatten_stream() and its kin: the stream must be movable without an "
                    "exception");
      if constexpr (streams && moves && !Blocking) {
        constexpr bool lasts = !borrows<StreamOf<Item>> && !borrows<StreamElement<StreamOf<Item>>>;
        static_assert(lasts || !Aloud,
                      "weir: flatten_stream() and its kin: the stream, or its elements, hold a "
                      "View, which ends with the tick; own() its bytes first, or let the tick wait "
                      "with flatten_stream_blocking()");
        return lasts;
      }
      return streams && moves;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<StreamElement<StreamOf<Item>>>{};
  }
  void attach(Graph& graph, Subgraph& reader) {
    landing_ = make_owner<Landing>(graph);
    if constexpr (!Blocking) landing_->answer_later(reader);
  }

  template <int Port, class Item>
  void push(auto& state, Item&& item, auto const& emit) {
    if (!state.flights) {
      using Made = Kept<std::remove_cvref_t<Item>>;
      state.flights = make_owner<Made>(*landing_, limits.in_flight_max);
      state.flights->begin_burst();
    }
    auto& flights = *state.flights;
    bool given;
    if constexpr (maps) {
      given = flights.take({call(function, emit, std::forward<Item>(item))});
    } else {
      given = flights.take({std::remove_cvref_t<Item>(std::forward<Item>(item))});
    }
    if constexpr (!Blocking) {
      std::int64_t every = std::numeric_limits<std::int64_t>::max();
      if (given) flights.give(emit, every);
    }
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if (!state.flights) return true;
    if (begin) state.flights->begin_burst();
    if constexpr (Blocking) return state.flights->give_all(emit, budget);
    else return state.flights->give(emit, budget);
  }
};

inline FlattenStream<ItIsAStream, false> flatten_stream(FutureLimits limits = {}) {
  return {{}, {}, limits, {}};
}
inline FlattenStream<ItIsAStream, true> flatten_stream_blocking(FutureLimits limits = {}) {
  return {{}, {}, limits, {}};
}
template <class F>
FlattenStream<F, false> flat_map_stream(F function, FutureLimits limits = {}) {
  return {{}, std::move(function), limits, {}};
}
template <class F>
FlattenStream<F, true> flat_map_stream_blocking(F function, FutureLimits limits = {}) {
  return {{}, std::move(function), limits, {}};
}

}  // namespace weir
