// The row of an operator: what a plan must know about it. Each operator's header holds its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/base/slice.h"

namespace weir {

// When what is written becomes visible to the reader: in this tick; in the next one, which the data
// starts (tick) or does not start by itself (tick_lazy); or in the next iteration of a loop.
enum class Delay : std::uint8_t { none, tick, tick_lazy, iteration };

struct Arity {
  std::uint16_t least = 1;
  std::uint16_t most = 1;
};
inline constexpr std::uint16_t any_number = 0xFFFF;

// What the outputs of an operator are called.
enum class OutputPorts : std::uint8_t {
  alike,     // nothing: whatever it gives goes to all of them
  listed,    // by the names in its row, each connected once
  numbered,  // 0, 1, 2, … without a gap, each connected once
  by_item,   // by names that the operator knows once it knows its item, each connected once
};

struct OperatorInfo {
  std::string_view name;
  Arity inputs{};
  Arity outputs{};
  // Named inputs must each be connected once; without names, inputs are numbered as they come.
  // (Both are spelt out because g++ 12 cannot read what an initializer leaves out of a constant.)
  std::array<std::string_view, 2> input_ports{std::string_view{}, std::string_view{}};
  OutputPorts output_ports = OutputPorts::alike;
  Slice<std::string_view const> output_names{};  // where they are listed
  // One bit for each input that must be complete before the operator gives anything. Its items go
  // into the operator's state; or they wait in a handoff, where it has none (`stages`).
  std::uint8_t blocking_inputs = 0;
  bool stages = false;
  // Whatever comes in waits in a handoff, though nothing else demands one.
  bool wants_handoff = false;
  // How long items wait on the way into the operator.
  Delay delay = Delay::none;
  bool source = false;
  // Takes its item type from the first input that has one (a union in a cycle), not from all.
  bool typed_by_any_input = false;
  // What it gives depends on the type of input 0 alone, so the other may come from itself.
  bool typed_by_first_input = false;
  // Gives what it has collected at the start of its stratum.
  bool flushes = false;
  // Has something to give in every tick that happens, even without input.
  bool replays = false;
  // Gives one item for each that it takes, at once, to every output: a map, a tee.
  bool one_to_one = false;
  // Collects what it is given, and works it off together: at the latest when its subgraph has run.
  bool batches = false;
  // Has state to reset at the end of a tick in which it ran.
  bool ends_ticks = false;
  // Has state to reset whenever its subgraph has run.
  bool ends_runs = false;

  constexpr bool blocks(std::size_t port) const {
    return port < 8 && ((blocking_inputs >> port) & 1) != 0;
  }
  constexpr std::size_t named_input_count() const {
    return input_ports[0].empty() ? 0 : input_ports[1].empty() ? 1 : 2;
  }
  // Empty where inputs have no names.
  constexpr std::string_view port_name(std::size_t port) const {
    return port < input_ports.size() ? input_ports[port] : std::string_view{};
  }
};

}  // namespace weir
