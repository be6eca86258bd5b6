// What the optimiser may not see through. It works on registers and costs no instruction, so it is
// as cheap for a flow as for a hand-written loop.
#pragma once

#include <type_traits>

namespace weir::bench {

template <class T>
concept fits_register = std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(void*);

// The same value, of which nothing is known any more.
template <fits_register T>
[[gnu::always_inline]] inline T black_box(T value) {
  asm volatile("" : "+r"(value));
  return value;
}

// The value has been used.
template <fits_register T>
[[gnu::always_inline]] inline void consume(T value) {
  asm volatile("" : : "r"(value));
}

// What lies in memory from `address` on has been used, and has perhaps changed.
[[gnu::always_inline]] inline void touch(void const* address) {
  asm volatile("" : : "r"(address) : "memory");
}

}  // namespace weir::bench
