// How a loop that gives many items offers them in blocks to whoever likes that.
//
// A receiver of items is called with each. One that can do more with many says so
// (`takes_blocks<>`) and has `begin_block(arrays)`: what that returns is called with exactly
// `block_size` items instead, and then finish()ed. `arrays` is a BlockArrays<> of the receiver, for
// its use meanwhile.
#pragma once

#include <cstddef>

namespace weir {

inline constexpr std::size_t block_size = 64;

template <class T>
concept takes_blocks = requires {
  requires T::template takes_blocks<>;
};

// Calls give(receiver, position) for every position from `at` to `end`, which is a subtraction
// away; `receiver` is `emit` itself, or one of its blocks. `at` is moved on before each call.
template <class Position, class Emit, class Give>
[[gnu::always_inline]] inline void give_in_blocks(Position& at, Position const end, Emit& emit,
                                                  Give&& give) {
  if constexpr (takes_blocks<Emit>) {
    while (static_cast<std::size_t>(end - at) >= block_size) {
      typename Emit::template BlockArrays<> arrays;
      auto const block = emit.begin_block(arrays);
      for (std::size_t i = 0; i < block_size; ++i) give(block, at++);
      block.finish();
    }
  }
  try {
    for (; at != end; ++at) give(emit, at);
  } catch (...) {
    ++at;
    throw;
  }
}

}  // namespace weir
