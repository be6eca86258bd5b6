// Replaces operator new in the one file of a program that includes this: while `counting`, each
// call is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace weir {

inline bool counting = false;
inline std::uint64_t allocations = 0;

inline void* counted_allocate(std::size_t size) {
  if (counting) ++allocations;
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace weir

void* operator new(std::size_t size) { return weir::counted_allocate(size); }
void* operator new[](std::size_t size) { return weir::counted_allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
