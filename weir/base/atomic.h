// An atomic that costs a header nothing: <atomic> takes a twentieth of a second to compile, mostly
// for what waits. Names and meanings are std::atomic's; who waits asks std::atomic_ref for it, on
// value().
#pragma once

namespace weir {

enum class MemoryOrder : int {
  relaxed = __ATOMIC_RELAXED,
  acquire = __ATOMIC_ACQUIRE,
  release = __ATOMIC_RELEASE,
  acquire_release = __ATOMIC_ACQ_REL,
  sequential = __ATOMIC_SEQ_CST,
};

// `T` is an integer, a bool or a pointer, of at most 8 bytes.
template <class T>
class Atomic {
  static_assert(__atomic_always_lock_free(sizeof(T), nullptr));

 public:
  constexpr Atomic(T value) : value_(value) {}
  Atomic(Atomic const&) = delete;
  Atomic& operator=(Atomic const&) = delete;

  T load(MemoryOrder order = MemoryOrder::sequential) const {
    return __atomic_load_n(&value_, static_cast<int>(order));
  }
  void store(T value, MemoryOrder order = MemoryOrder::sequential) {
    __atomic_store_n(&value_, value, static_cast<int>(order));
  }
  // Each of these returns what was there before.
  T exchange(T value, MemoryOrder order = MemoryOrder::sequential) {
    return __atomic_exchange_n(&value_, value, static_cast<int>(order));
  }
  T fetch_add(T more, MemoryOrder order = MemoryOrder::sequential) {
    return __atomic_fetch_add(&value_, more, static_cast<int>(order));
  }
  T fetch_sub(T less, MemoryOrder order = MemoryOrder::sequential) {
    return __atomic_fetch_sub(&value_, less, static_cast<int>(order));
  }
  // If `expected` is there, which it may deny by mistake: true.
  bool exchange_if(T expected, T value, MemoryOrder order = MemoryOrder::sequential) {
    return __atomic_compare_exchange_n(&value_, &expected, value, true, static_cast<int>(order),
                                       __ATOMIC_RELAXED);
  }

  T& value() { return value_; }

 private:
  T value_;
};

}  // namespace weir
