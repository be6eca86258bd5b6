// The queue from one worker to another: bounded, in memory, one writes and one takes, no lock.
//
//   sender     has_room ─▶ write, write, … ─▶ publish        many items, one store that others see
//   receiver                                  length ─▶ take, in parts, each with one store back
//
//        taken_        published_        written_
//   ───────┴───── items ────┴── unpublished ──┴───  taken_ <= published_ <= written_
//                                                   written_ - taken_ <= capacity
//
// The counts run freely and are masked on use; a slot is written again only after its item was
// taken. Items become visible by published_ (its store releases what was written before it, the
// receiver's load acquires it), slots become free by taken_ (the same the other way round).
//
// Whoever is about to sleep and whoever brings something must not miss each other: "I sleep, is
// there anything?" here, "here is something, do you sleep?" there. Each side stores first and loads
// then, another variable, and that order holds between them only if all four are sequentially
// consistent: at least one sees the other's store. Hence published_ and a receiver's `sleeps`
// (io/exchange_base.h), and taken_ and awaited_ of a sender that waits for room, are. On x86 that
// costs one locked exchange a publish and one a take, not one an item.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

// What is written by one thread lies apart from what is written by another.
inline constexpr std::size_t cache_line_bytes = 64;

class MailboxBase {
 public:
  explicit MailboxBase(std::uint32_t capacity) : capacity_(capacity) { WEIR_ASSERT(capacity > 0); }
  MailboxBase(MailboxBase const&) = delete;
  MailboxBase& operator=(MailboxBase const&) = delete;

  std::uint32_t capacity() const { return capacity_; }

  // ---- the sender's
  bool has_room() {
    if (written_ - known_taken_ < capacity_) return true;
    known_taken_ = taken_.load();
    return written_ - known_taken_ < capacity_;
  }
  std::uint64_t unpublished_count() const {
    return written_ - published_.load(std::memory_order_relaxed);
  }
  // Shows the receiver what was written. False if that was nothing.
  bool publish() {
    if (unpublished_count() == 0) return false;
    published_.store(written_);
    return true;
  }
  // The receiver has taken everything.
  bool is_taken() const { return taken_.load() == written_; }
  // From now on the receiver, when it has taken something, is to wake the sender, once. To be
  // followed by one more look.
  void await() { awaited_.store(true); }

  // ---- the receiver's
  // Items that may be taken.
  std::uint64_t length() const {
    return published_.load() - taken_.load(std::memory_order_relaxed);
  }
  // After take(): whether the sender is to be woken.
  bool was_awaited() { return awaited_.load() && awaited_.exchange(false); }

 protected:
  alignas(cache_line_bytes) std::uint64_t written_ = 0;
  std::uint64_t known_taken_ = 0;
  std::atomic<std::uint64_t> published_{0};
  alignas(cache_line_bytes) std::atomic<std::uint64_t> taken_{0};
  alignas(cache_line_bytes) std::atomic<bool> awaited_{false};
  std::uint32_t const capacity_;
};

template <class T>
class Mailbox : public MailboxBase {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "weir: an item that passes a mailbox must be movable without an exception");

 public:
  explicit Mailbox(std::uint32_t capacity)
      : MailboxBase(capacity),
        mask_(std::bit_ceil(std::size_t{capacity}) - 1),
        slots_(static_cast<T*>(::operator new((mask_ + 1) * sizeof(T), alignment))) {}
  // Nobody uses it any more.
  ~Mailbox() {
    for (std::uint64_t i = taken_.load(); i != written_; ++i) slot(i)->~T();
    ::operator delete(slots_, alignment);
  }

  // The sender's. There is room.
  template <class U>
  [[gnu::always_inline]] void write(U&& item) {
    ::new (static_cast<void*>(slot(written_))) T(std::forward<U>(item));
    ++written_;
  }

  // The receiver's. Gives `count` items to `push`, of those that are there. One that throws is
  // taken.
  template <class Push>
  void take(std::uint64_t count, Push&& push) {
    WEIR_ASSERT(count <= length());
    struct Taking {
      Mailbox& box;
      std::uint64_t next;
      ~Taking() { box.taken_.store(next); }
    };
    for (Taking taking{*this, taken_.load(std::memory_order_relaxed)}; count > 0; --count) {
      Slot const item{slot(taking.next++)};
      push(std::move(*item.at));
    }
  }

 private:
  static constexpr std::align_val_t alignment{
      std::max<std::size_t>(alignof(T), __STDCPP_DEFAULT_NEW_ALIGNMENT__)};

  struct Slot {
    T* at;
    ~Slot() { at->~T(); }
  };

  T* slot(std::uint64_t number) const { return slots_ + (number & mask_); }

  std::size_t const mask_;
  T* const slots_;
};

}  // namespace weir
