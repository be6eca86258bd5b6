// The queue from one worker to another: bounded, in memory, one writes and one takes, no lock.
//
//   sender     open ─▶ write, write, … ─▶ show        many items, one store that others see
//   receiver                    length ─▶ take, in parts, each with one store back
//
//        taken_        published_        written_      stop_
//   ───────┴───── items ────┴── unpublished ──┴── open ──┴───  taken_ <= published_ <= written_
//                                                              stop_ - taken_ <= capacity
//
// The counts run freely and are masked on use; a slot is written again only after its item was
// taken. Items become visible by published_ (its store releases what was written before it, the
// receiver's load acquires it), slots become free by taken_ (the same the other way round). What
// one side writes for each item, the other does not look at: that is a cache line of its own.
//
// Whoever is about to sleep and whoever brings something must not miss each other: "I sleep, is
// there anything?" here, "here is something, do you sleep?" there. Each side stores first and loads
// then, another variable, and that order holds between them only if all four are sequentially
// consistent: at least one sees the other's store. Hence publish() and a receiver's `sleeps`
// (io/exchange_base.h), and tell_taken() and awaited_ of a sender that waits for room, are. On x86
// that is a locked exchange, which waits until the other processor has given up every line that was
// written before: so there is one after a tick, and within it show() and take() only release.
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
  MailboxBase(MailboxBase const&) = delete;
  MailboxBase& operator=(MailboxBase const&) = delete;

  std::uint32_t capacity() const { return capacity_; }

  // ---- the sender's
  bool has_room() {
    if (written_ - known_taken_ < capacity_) return true;
    known_taken_ = taken_.load();
    return written_ - known_taken_ < capacity_;
  }
  // That many items may be written now, or as many as there is room for. False if there is none.
  bool open(std::uint64_t count_max) {
    if (!has_room()) return false;
    stop_ = written_ + std::min(count_max, capacity_ - (written_ - known_taken_));
    return true;
  }
  bool is_open() const { return written_ < stop_; }
  void shut() { stop_ = written_; }
  std::uint64_t written_count() const { return written_; }
  // A receiver that looks sees what was written.
  void show() { published_.store(written_, std::memory_order_release); }
  // The same, before the sender looks whether it sleeps. False if nothing was written since the
  // last time.
  bool publish() {
    if (told_written_ == written_) return false;
    told_written_ = written_;
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
  // A sender that looks has seen already what was taken; this, before the receiver looks whether it
  // is awaited. False if nothing was taken since the last time.
  bool tell_taken() {
    std::uint64_t const taken = taken_.load(std::memory_order_relaxed);
    if (told_taken_ == taken) return false;
    told_taken_ = taken;
    taken_.store(taken);
    return true;
  }
  // Whether the sender is to be woken.
  bool was_awaited() { return awaited_.load() && awaited_.exchange(false); }

 protected:
  explicit MailboxBase(std::uint32_t capacity) : capacity_(capacity) { WEIR_ASSERT(capacity > 0); }
  ~MailboxBase() = default;

  // The sender's.
  alignas(cache_line_bytes) std::uint64_t written_ = 0;
  std::uint64_t stop_ = 0;
  std::uint64_t known_taken_ = 0;
  std::uint64_t told_written_ = 0;
  alignas(cache_line_bytes) std::atomic<std::uint64_t> published_{0};
  // The receiver's.
  alignas(cache_line_bytes) std::atomic<std::uint64_t> taken_{0};
  std::uint64_t told_taken_ = 0;
  // Of both, and hardly ever written.
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

  // The sender's. It is open, or there is room.
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
      ~Taking() { box.taken_.store(next, std::memory_order_release); }
    };
    // (What `push` writes might be these, as far as the compiler can see.)
    T* const slots = slots_;
    std::size_t const mask = mask_;
    for (Taking taking{*this, taken_.load(std::memory_order_relaxed)}; count > 0; --count) {
      Slot const item{slots + (taking.next++ & mask)};
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
