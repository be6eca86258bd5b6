// handoff(): cuts a subgraph in two. What comes is buffered and goes on in the same tick, by a
// function of its own: where one would grow too large, and where its part of the work is to be
// counted.
#pragma once

#include "weir/pipes/operator.h"

namespace weir {

struct CutHere : Operator {
  static constexpr OperatorInfo info{.name = "handoff", .wants_handoff = true, .one_to_one = true};

  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit(static_cast<decltype(item)&&>(item));
  }
};

inline CutHere handoff() { return {}; }

}  // namespace weir
