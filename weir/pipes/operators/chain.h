// chain(): gives all items of [_0] and after them those of [_1]. What comes at [_0] is kept until
// all of it has come; [_1] passes straight through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/pipes/give.h"
#include "weir/pipes/operator.h"

namespace weir {

struct ChainInputs : Operator {
  static constexpr OperatorInfo info{.name = "chain",
                                     .inputs = {2, 2},
                                     .input_ports = {"0", "1"},
                                     .blocking_inputs = 0b01,
                                     .typed_by_any_input = true,
                                     .flushes = true};

  template <class Item>
  struct State {
    std::vector<Item> first;
    std::size_t given = 0;
  };

  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    if constexpr (Port == 0) state.first.push_back(static_cast<decltype(item)&&>(item));
    else emit(static_cast<decltype(item)&&>(item));
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    return give_away(state.first, state.given, budget, emit);
  }
};

inline ChainInputs chain() { return {}; }

}  // namespace weir
