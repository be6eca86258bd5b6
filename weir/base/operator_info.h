// The row of an operator: what a plan must know about it. Each operator's header holds its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// When what is written becomes visible to the reader: in this tick, or in the next one, which the
// data starts (tick) or does not start by itself (tick_lazy).
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
  // (Both are spelt out because g++ 12 cannot read what an initializer leaves out of a constant.)
  std::array<std::string_view, 2> input_ports{std::string_view{}, std::string_view{}};
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
