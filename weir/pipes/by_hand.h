// What an operator needs to run without a flow: whether it can, the state for its items, and what
// it gives.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "weir/pipes/operator.h"

namespace weir {

constexpr bool has_one_input(OperatorInfo const& info) {
  return !info.source && info.inputs.least <= 1 && info.inputs.most >= 1 &&
         info.named_input_count() == 0;
}

// It neither waits for a tick nor needs a handoff of its own.
constexpr bool needs_no_scheduler(OperatorInfo const& info) {
  bool const replays = info.replays && !info.flushes;
  return info.delay == Delay::none && !info.stages && !info.wants_handoff && !replays;
}

constexpr bool gives_at_most_one(OperatorInfo const& info) {
  constexpr std::array<std::string_view, 6> known{"filter", "filter_map", "unique",
                                                  "scan",   "decode",     "encode"};
  bool is_known = false;
  for (std::string_view const name : known) is_known = is_known || name == info.name;
  return info.one_to_one || is_known;
}

// Whether `Op` can run by hand with such items; `Aloud`, it says why not.
template <bool Aloud, class Op, class Item>
consteval bool runs_by_hand() {
  constexpr bool one = has_one_input(Op::info);
  static_assert(one || !Aloud,
                "weir: by hand, an operator stands between one pull and one push; several pulls "
                "meet in pull::chain and pull::zip, several pushes in push::outputs");
  constexpr bool alone = needs_no_scheduler(Op::info);
  static_assert(alone || !one || !Aloud,
                "weir: this operator waits for other ticks or subgraphs, which only a flow has; "
                "by hand, connect two subgraphs by a Handoff (with Delay::tick to wait)");
  if constexpr (!one || !alone) return false;
  else if constexpr (requires { Op::template takes<false, Item>(); }) {
    return Op::template takes<Aloud, Item>();
  } else {
    return true;
  }
}

template <class Op, class Item>
concept has_state = requires {
  typename Op::template State<Item>;
};

template <class Op, class Item>
struct StateOf {
  using type = Stateless;
};
template <class Op, class Item>
requires has_state<Op, Item>
struct StateOf<Op, Item> {
  using type = typename Op::template State<Item>;
};

// An operator may begin with a state of its own making (fold's init).
template <class Item, class Op>
typename StateOf<Op, Item>::type initial_state(Op& op) {
  if constexpr (!has_state<Op, Item>) return Stateless{};
  else if constexpr (requires { op.template initial_state<Item>(); }) {
    return op.template initial_state<Item>();
  } else {
    return {};
  }
}

}  // namespace weir
