// The row of an operator: what a plan must know about it. Each operator's header holds its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// When what is written becomes visible to the reader: in this tick, or in the next one, which the data
// starts (tick) or does not start by itself (tick_lazy).
enum class Delay : std::uint8_t { none, tick, tick_lazy };

struct Arity {
  std::uint16_t least = 1;
  std::uint16_t most = 1;
};
inline constexpr std::uint16_t any_number = 0xFFFF;

struct OperatorInfo {
  std::string_view name;
  Arity inputs{};
  Arity outputs{};
  // Named inputs must each be connected once; without names, inputs are numbered as they come.
  std::array<std::string_view, 2> input_ports{};
  // One bit for each input that must be complete before the operator gives anything.
  std::uint8_t blocking_inputs = 0;
  // How long items wait on the way into the operator.
  Delay delay = Delay::none;
  bool source = false;
  // Takes its item type from the first input that has one (a union in a cycle), not from all.
  bool typed_by_any_input = false;
  // Gives what it has collected at the start of its stratum.
  bool flushes = false;
  // Has something to give in every tick that happens, even without input.
  bool replays = false;
  // Has state to reset at the end of a tick in which it ran.
  bool ends_ticks = false;

  constexpr bool blocks(std::size_t port) const { return ((blocking_inputs >> port) & 1u) != 0; }
  constexpr std::size_t named_input_count() const {
    return input_ports[0].empty() ? 0 : input_ports[1].empty() ? 1 : 2;
  }
};

}  // namespace weir
