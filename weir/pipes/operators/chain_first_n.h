// chain_first_n(n): gives the items of [_0] and after them those of [_1], but no more than n in a
// tick. What comes beyond is taken and dropped, so nobody before it loses anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/pipes/give.h"
#include "weir/pipes/operator.h"

namespace weir {

struct ChainFirstN : Operator {
  static constexpr OperatorInfo info{.name = "chain_first_n",
                                     .inputs = {2, 2},
                                     .input_ports = {"0", "1"},
                                     .blocking_inputs = 0b01,
                                     .typed_by_any_input = true,
                                     .flushes = true,
                                     .ends_ticks = true};
  std::size_t count;

  // given <= passed <= count
  template <class Item>
  struct State {
    std::vector<Item> first;  // no more than can be given
    std::size_t given = 0;    // of those
    std::size_t passed = 0;   // in this tick, of all
  };

  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if (state.passed == count) return;
    ++state.passed;
    if constexpr (Port == 0) state.first.push_back(static_cast<decltype(item)&&>(item));
    else emit(static_cast<decltype(item)&&>(item));
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    return give_away(state.first, state.given, budget, emit);
  }
  void end_tick(auto& state) { state.passed = 0; }
};

inline ChainFirstN chain_first_n(std::size_t count) { return {{}, count}; }

}  // namespace weir
