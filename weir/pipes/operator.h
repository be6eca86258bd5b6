// What an operator is: its row, its state, its push, and its flush if it holds something back.
//
// An operator is written once, as push. The engine makes one function of each (node, port) pair and
// hands it an `emit` that calls, or appends to, whatever comes next; nothing is virtual and nothing
// waits.
//
//   struct Name : Operator {
//     static constexpr OperatorInfo info{...};                  // its row
//     template <class... Item> struct State {...};              // optional
//     template <bool Aloud, class... Item> static consteval bool takes();  // optional: its checks
//     template <class... Item> static consteval auto output();             // Type<what it gives>
//     template <int Port> void push(auto& state, auto&& item, auto const& emit);
//     // if it flushes, replays, ends ticks, ends runs:
//     bool flush(auto& state, auto const& emit, std::int64_t& budget, bool begin);
//     bool replay(auto& state, auto const& emit, std::int64_t& budget, bool begin);
//     void end_tick(auto& state);
//     void end_run(auto& state);
//   };
//
// takes() says whether the operator can work with such items, and `Aloud` it says so as a compile
// error (a static_assert): the flow asks silently of all nodes first, then aloud of the first that
// cannot, so one mistake is one error and its message is short. output() is asked only of items
// that are taken.
//
// flush, replay and a source's drain are pulls: they give at most `budget` items, take those off
// it, and return whether they are finished; if not, they are called again where they stopped
// (`begin` is false then). `emit(item)` gives an item on; `emit.context()` is the Context of this
// moment.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "weir/base/operator_info.h"

namespace weir {

struct Operator {};

template <class T>
concept is_operator = std::derived_from<T, Operator>;

template <class T>
struct Type {
  using type = T;
};

// The item type behind a mistake: nothing is asked of the operators it reaches.
struct Untyped {};

// What a node without state has.
struct Stateless {};

// How long an operator's state lives; the leading arguments of an operator.
struct None {};     // until the run of the subgraph ends
struct Tick {};     // until the tick ends
struct Forever {};  // as long as the flow
inline constexpr None none{};
inline constexpr Tick tick{};
inline constexpr Forever forever{};

template <class Lifetime>
inline constexpr bool lives_forever = std::same_as<Lifetime, Forever>;
template <class Lifetime>
inline constexpr bool lives_a_tick = std::same_as<Lifetime, Tick>;
template <class Lifetime>
inline constexpr bool lives_a_run = std::same_as<Lifetime, None>;

template <class T>
inline constexpr bool is_none_tick_or_forever =
    lives_forever<T> || lives_a_tick<T> || lives_a_run<T>;
template <class T>
concept is_lifetime = is_none_tick_or_forever<T>;

}  // namespace weir
