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
//     // if it batches, flushes, replays, ends ticks, ends runs:
//     void finish(auto& state, auto const& emit);
//     bool flush(auto& state, auto const& emit, std::int64_t& budget, bool begin);
//     bool replay(auto& state, auto const& emit, std::int64_t& budget, bool begin);
//     void end_tick(auto& state);
//     void end_run(auto& state);
//   };
//
// takes() says whether the operator can work with such items, and `Aloud` it says so as a compile
// error (a static_assert): the flow asks silently of all nodes first, then aloud of the first that
// cannot, so one mistake is one error and its message is short. output() is asked only of items
// that are taken; or, of input 0 alone, before the other is known (`typed_by_first_input`).
//
// An operator whose outputs have names (`output_ports` in its row) gives an item to one of them:
//
//     emit.template to<I>(item);      // the I-th of emit.output_count, called emit.output_names[I]
//     template <class AtPort, class... Item> static consteval auto output_at();
//                                     // instead of output(): what goes out at AtPort::name
//     template <class... Item> static consteval WrongOutput find_wrong_output(
//         std::span<std::string_view const> ports);      // where the item decides their names
//
// flush, replay and a source's drain are pulls: they give at most `budget` items, take those off
// it, and return whether they are finished; if not, they are called again where they stopped
// (`begin` is false then). `emit(item)` gives an item on; `emit.context()` is the Context of this
// moment.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "weir/base/lifetime.h"
#include "weir/base/operator_info.h"

namespace weir {

struct Operator {};

template <class T>
concept is_operator = std::derived_from<T, Operator>;

template <class T>
struct Type {
  using type = T;
};

// The base of what names an input or an output: `static constexpr std::string_view name`.
struct PortName {};
template <class T>
concept is_port = std::derived_from<T, PortName>;

// What is wrong with the names of an operator's outputs, given its item.
struct WrongOutput {
  enum Kind : std::uint8_t {
    nothing,
    unknown,  // `port` is connected, but no item goes there
    missing,  // items go to `port`, but it is not connected
  };
  Kind kind = nothing;
  std::string_view port{};
};

// The item type behind a mistake: nothing is asked of the operators it reaches.
struct Untyped {};

// What a node without state has.
struct Stateless {};

}  // namespace weir
