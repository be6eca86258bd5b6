// A handoff is the buffer between two subgraphs: one writes, one reads, neither waits.
//
// It has two buffers. Writers append to the write buffer; when the reader has finished its read
// buffer the two are swapped (`flip`). So a subgraph may write to a handoff that it reads (a cycle)
// without disturbing the items under its loop. A handoff on a tick edge flips at the end of the
// tick instead, one to the next iteration at the end of its loop's iteration, and one that carries
// external input at the beginning of a tick.
//
//   write   begin ───── write_end ······ capacity
//   read    begin ── cursor ── read_end ······ capacity
//                       length() = (write_end - begin) + (read_end - cursor)
//
// HandoffBase is what the scheduler sees: raw ends, an item size and the reader. Nothing is
// virtual: the length is a subtraction and a flip is a swap. Handoffs never refuse: what enters a
// tick is bounded instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/assert.h"
#include "weir/base/block.h"
#include "weir/base/operator_info.h"
#include "weir/base/relocate.h"
#include "weir/base/slice.h"

namespace weir {

struct Subgraph;

struct HandoffCounters {
  std::uint64_t items = 0;       // ever read or ready to be read
  std::uint64_t depth = 0;       // waiting now
  std::uint64_t high_water = 0;  // largest depth seen at an activation's border
};

class HandoffBase {
 public:
  HandoffBase(HandoffBase const&) = delete;
  HandoffBase& operator=(HandoffBase const&) = delete;

  bool has_input() const { return write_.begin != write_end_; }
  std::size_t length() const { return waiting_bytes() / item_size_; }
  bool empty() const { return waiting_bytes() == 0; }
  HandoffCounters counters() const;
  // Those of the graph; others may write to it by hand.
  Slice<Subgraph* const> writers() const { return writers_; }
  // Drops what waits.
  void discard() { discard_(*this); }

  std::string_view name;
  // (What activations and the end of a tick look at lies together, from here to `next_deferred_`.)
  Subgraph* reader = nullptr;
  Delay delay = Delay::none;
  // What its counters count are items; a Mark has none.
  bool carries_items = true;

 protected:
  friend class Graph;
  friend class ExternalInput;

  // The memory of a buffer; where its items end is kept beside it.
  struct Memory {
    std::byte* begin = nullptr;
    std::byte* capacity = nullptr;
  };

  using Discard = void (*)(HandoffBase&);

  HandoffBase(std::size_t item_size, Discard how) : item_size_(item_size), discard_(how) {}
  ~HandoffBase() = default;

  std::size_t waiting_bytes() const {
    return static_cast<std::size_t>((write_end_ - write_.begin) + (read_end_ - cursor_));
  }
  void note_depth() {
    std::size_t const bytes = waiting_bytes();
    if (bytes > high_water_bytes_) high_water_bytes_ = bytes;
  }
  void flip() {
    WEIR_ASSERT(cursor_ == read_end_);
    Memory const written = write_;
    write_ = read_;
    read_ = written;
    cursor_ = written.begin;
    read_end_ = std::exchange(write_end_, write_.begin);
    read_bytes_ += static_cast<std::uint64_t>(read_end_ - cursor_);
  }

  bool is_deferred_ = false;
  bool connected_ = false;
  // Other threads write to it (under a lock): what they wrote counts from when a tick admits it.
  bool shared_ = false;
  Memory write_;
  Memory read_;
  std::byte* write_end_ = nullptr;
  std::byte* cursor_ = nullptr;
  std::byte* read_end_ = nullptr;
  std::uint64_t read_bytes_ = 0;
  std::size_t high_water_bytes_ = 0;
  // Where it waits for its next tick or iteration when it has data; null if there is no delay.
  HandoffBase** deferred_list_ = nullptr;
  HandoffBase* next_deferred_ = nullptr;
  std::size_t item_size_;
  Discard discard_;
  std::vector<Subgraph*> writers_;
};

template <class T>
class Handoff : public HandoffBase {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "weir: an item that passes a handoff must be movable without an exception");
  static_assert(alignof(T) <= alignof(std::max_align_t));

 public:
  using value_type = T;

  explicit Handoff(std::string_view handoff_name = {}) : HandoffBase(sizeof(T), &discard_items) {
    name = handoff_name;
  }
  ~Handoff() {
    destroy(items(write_.begin), items(write_end_));
    destroy(items(cursor_), items(read_end_));
    std::free(write_.begin);
    std::free(read_.begin);
  }

  template <class U = T>
  [[gnu::always_inline]] void push(U&& item) {
    if (write_end_ == write_.capacity) [[unlikely]]
      grow(1);
    new (static_cast<void*>(write_end_)) T(std::forward<U>(item));
    write_end_ += sizeof(T);
  }

  template <class U>
  void append(U const* first, std::size_t count) {
    reserve(count);
    T* const room = items(write_end_);
    for (std::size_t i = 0; i < count; ++i) new (static_cast<void*>(room + i)) T(first[i]);
    write_end_ += count * sizeof(T);
  }

  // Room for `count` more items without growing.
  void reserve(std::size_t count) {
    if (static_cast<std::size_t>(write_.capacity - write_end_) < count * sizeof(T)) grow(count);
  }

  // Gives at most `budget` items to `push` and takes them off the budget. True when none are left.
  template <class Push>
  [[gnu::always_inline]] bool drain(Push&& push, std::int64_t& budget) {
    if (cursor_ == read_end_) {
      if (delay != Delay::none || !has_input()) return true;
      flip();
    }
    return drain_read_buffer(push, budget);
  }

  // The same, of what was flipped before: for tick edges and external input.
  template <class Push>
  [[gnu::always_inline]] bool drain_read_buffer(Push&& push, std::int64_t& budget) {
    T* const first = items(cursor_);
    T* last = items(read_end_);
    if (last - first > budget) [[unlikely]] {
      WEIR_ASSERT(budget >= 0);
      last = first + budget;
    }
    budget -= last - first;
    T* item = first;
    try {
      give_in_blocks(
          item, last, push, [](auto& receiver, T* given) __attribute__((always_inline)) {
            receiver(std::move(*given));
          });
    } catch (...) {  // what threw is gone; what lies behind it is still there
      budget += count_between(item, last);
      consume_until(item);
      throw;
    }
    return consume_until(last);
  }

 private:
  static T* items(std::byte* bytes) { return reinterpret_cast<T*>(bytes); }

  static void discard_items(HandoffBase& base) {
    auto& handoff = static_cast<Handoff&>(base);
    handoff.consume_until(items(handoff.read_end_));
    handoff.flip();
    handoff.consume_until(items(handoff.read_end_));
  }

  // True when none are left.
  [[gnu::always_inline]] bool consume_until(T* last) {
    destroy(items(cursor_), last);
    cursor_ = reinterpret_cast<std::byte*>(last);
    return cursor_ == read_end_;
  }
  // For what throws. (Out of line, or clang keeps account of it for every item.)
  [[gnu::noinline, gnu::cold]] static std::int64_t count_between(T* from, T* to) {
    return to - from;
  }

  [[gnu::noinline, gnu::cold]] void grow(std::size_t count) {
    std::size_t const used = static_cast<std::size_t>(write_end_ - write_.begin);
    std::size_t capacity = used == 0 ? 64 * sizeof(T) : 2 * used;
    while (capacity - used < count * sizeof(T)) capacity *= 2;  // bounded by the width of size_t
    auto* const bytes = static_cast<std::byte*>(std::malloc(capacity));
    if (bytes == nullptr) throw std::bad_alloc();
    relocate(items(write_.begin), items(write_end_), items(bytes));
    std::free(write_.begin);
    write_ = {bytes, bytes + capacity};
    write_end_ = bytes + used;
  }
};

// A blocking edge: the items go straight into the state of the operator that waits for them; the
// mark tells the scheduler that something came, so that the operator's subgraph runs.
class Mark : public HandoffBase {
 public:
  Mark() : HandoffBase(1, [](HandoffBase& mark) { static_cast<Mark&>(mark).take(); }) {
    write_ = {&place_, &place_ + 1};
    write_end_ = &place_;
    carries_items = false;
  }
  void set() { write_end_ = &place_ + 1; }
  bool take() { return std::exchange(write_end_, &place_) != &place_; }

 private:
  std::byte place_{};
};

}  // namespace weir
