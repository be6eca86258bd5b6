// Moving objects in memory that we manage ourselves.
#pragma once

#include <type_traits>
#include <utility>

namespace weir {

template <class T>
void destroy(T* first, T* last) {
  if constexpr (!std::is_trivially_destructible_v<T>) {
    for (; first != last; ++first) first->~T();
  }
}

// Moves [first, last) to raw memory at `to`; what is left there is raw memory again. A move that
// throws ends the process: half a table is no table.
template <class T>
void relocate(T* first, T* last, T* to) noexcept {
  for (T* from = first; from != last; ++from, ++to) {
    ::new (static_cast<void*>(to)) T(std::move(*from));
  }
  destroy(first, last);
}

}  // namespace weir
