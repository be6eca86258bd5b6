// One operation of a ring for coroutines: a value that is awaited (async.h has all of them).
//
//      made ──await or start()──▶ in flight ──▶ ended ──await──▶ its result, and what it kept
//       │                             │           │
//       └─ dropped ── dropped: cancelled ── dropped: what it kept goes where it belongs
//
// What it keeps is moved into a slot of the ring's when it begins (operations.h), and moved out
// when it is awaited. Without room for another one it ends with -ENOBUFS, without a descriptor with
// -EBADF, after a request to stop with -ECANCELED, and what it was given comes back untouched.
#pragma once

#include <cerrno>
#include <climits>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "weir/ring/operations.h"
#include "weir/ring/ring.h"
#include "weir/ring/task.h"

namespace weir {

// What an operation that has ended gives: its result, and what it was given or has made.
template <class T>
struct Finished {
  // No aggregate: g++ 12 destroys a temporary one twice in a coroutine.
  Finished(std::int32_t its_result, T its_value)
      : result(its_result), value(std::move(its_value)) {}

  std::int32_t result;  // at least 0, or -errno
  T value;

  bool ok() const { return result >= 0; }
};

// Bytes that go wherever their object goes, and not away before it.
template <class T>
concept owned_bytes =
    std::is_nothrow_move_constructible_v<T> && !std::is_trivially_destructible_v<T> &&
    requires(T & bytes) {
  requires sizeof(*bytes.data()) == 1;
  { bytes.size() } -> std::convertible_to<std::size_t>;
};

// The part [from, to) of such bytes, for an operation that goes on where the last one ended.
template <owned_bytes T>
class Part {
 public:
  Part(T bytes, std::size_t from, std::size_t to)
      : whole(std::move(bytes)),
        from_(static_cast<std::uint32_t>(from)),
        size_(static_cast<std::uint32_t>(to - from)) {
    WEIR_ASSERT(from <= to);
    WEIR_ASSERT(to <= whole.size());
    WEIR_ASSERT(to <= UINT32_MAX);
  }
  auto* data() { return whole.data() + from_; }
  std::size_t size() const { return size_; }

  T whole;

 private:
  std::uint32_t from_;
  std::uint32_t size_;
};

// ---- what operations keep: owned bytes, or one of these. settle() is told the result first of
// all; give() makes what is awaited, without it that is a Finished of what was kept

struct KeepsNothing {
  std::int32_t give(std::int32_t result) && { return result; }
};
// A buffer that the kernel has picked from a pool.
struct KeepsBuffer {
  Buffer buffer;
  void settle(Outcome& outcome, Operations&) { buffer = std::move(outcome.buffer); }
  Finished<Buffer> give(std::int32_t result) && { return {result, std::move(buffer)}; }
};
// A descriptor that the kernel has opened.
struct KeepsOpened {
  Descriptor opened;
  void settle(Outcome& outcome, Operations& operations) {
    if (outcome.result >= 0) opened = operations.adopt(outcome.result);
  }
  Finished<Descriptor> give(std::int32_t result) && { return {result, std::move(opened)}; }
};

// ---- one operation ------------------------------------------------------------------------------

// start_(ring, slot, kept) submits slot.completion; slot.descriptor is what it is on.
template <class Kept, class Start>
class [[nodiscard]] Operation {
  static_assert(sizeof(Kept) <= kept_size_max,
                "weir: an operation keeps at most 64 bytes; let what it keeps own them elsewhere");
  static_assert(std::is_nothrow_move_constructible_v<Kept>,
                "weir: what an operation keeps must be movable without an exception");

 public:
  Operation(Operations& operations, OpenDescriptor* descriptor, Kept kept, Start start,
            std::int32_t early)
      : operations_(&operations),
        descriptor_(descriptor),
        kept_(std::move(kept)),
        start_(std::move(start)),
        early_(early) {
    if (descriptor_ != nullptr) descriptor_->retain();
  }
  Operation(Operation&& other) noexcept
      : operations_(other.operations_),
        slot_(std::exchange(other.slot_, nullptr)),
        descriptor_(std::exchange(other.descriptor_, nullptr)),
        kept_(std::move(other.kept_)),
        start_(std::move(other.start_)),
        early_(other.early_) {}
  Operation& operator=(Operation&&) = delete;
  ~Operation() {
    if (slot_ != nullptr) operations_->drop(*slot_);
    if (descriptor_ != nullptr) descriptor_->release();
  }

  // Begins it, if it has not begun; it may be awaited later, or dropped.
  void start(Stop* stop = nullptr);
  // Has it come to its result?
  bool ended() const {
    return early_ <= 0 || (slot_ != nullptr && slot_->state == OperationSlot::State::ended);
  }

  bool await_ready() const { return ended(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter) {
    start(stop_of(waiter));
    if (ended()) return false;
    slot_->waiter = waiter;
    return true;
  }
  auto await_resume() {
    WEIR_ASSERT(ended());
    if (slot_ == nullptr) return give(std::move(kept_), early_);
    OperationSlot& slot = *std::exchange(slot_, nullptr);
    auto given = give(std::move(kept_in(slot)), slot.result);
    early_ = slot.result < 0 ? slot.result : 0;
    operations_->drop(slot);
    return given;
  }

 private:
  friend class Async;

  static Kept& kept_in(OperationSlot& slot) { return *reinterpret_cast<Kept*>(slot.kept); }
  static auto give(Kept&& kept, std::int32_t result) {
    if constexpr (requires { std::move(kept).give(result); }) return std::move(kept).give(result);
    else return Finished<Kept>{result, std::move(kept)};
  }

  Operations* operations_;
  OperationSlot* slot_ = nullptr;
  OpenDescriptor* descriptor_;  // with a reference, until it begins
  Kept kept_;                   // until it begins
  Start start_;
  std::int32_t early_;  // at most 0: the result, without having begun
};

inline constexpr std::int32_t not_ended = 1;  // the early result of what may begin

template <class Kept, class Start>
void Operation<Kept, Start>::start(Stop* stop) {
  if (slot_ != nullptr || early_ <= 0) return;
  if (descriptor_ != nullptr && descriptor_->state != OpenDescriptor::State::open) early_ = -EBADF;
  else if (stop != nullptr && stop->requested()) early_ = -ECANCELED;
  else if (slot_ = operations_->take(); slot_ == nullptr) early_ = -ENOBUFS;
  if (slot_ == nullptr) return;
  OperationSlot& slot = *slot_;
  ::new (static_cast<void*>(slot.kept)) Kept(std::move(kept_));
  slot.settle = [](OperationSlot& its, Outcome& outcome) {
    if constexpr (requires(Kept & kept, Operations & all) { kept.settle(outcome, all); })
      kept_in(its).settle(outcome, *its.operations);
  };
  slot.destroy = [](OperationSlot& its) { kept_in(its).~Kept(); };
  slot.descriptor = std::exchange(descriptor_, nullptr);
  start_(operations_->ring(), slot, kept_in(slot));
  if (stop != nullptr) slot.listen(*stop, Operations::on_stop);
}

// The end of a descriptor: what is under way on it is cancelled, and when that has ended, it is
// closed. The result is that of the close. Dropped meanwhile, it is closed all the same.
class [[nodiscard]] Closing {
 public:
  explicit Closing(OpenDescriptor* open) : open_(open) {}
  Closing(Closing&& other) noexcept
      : open_(std::exchange(other.open_, nullptr)), begun_(other.begun_) {}
  Closing& operator=(Closing&&) = delete;
  ~Closing() {
    if (open_ == nullptr) return;
    if (begun_) open_->operations->forget(*open_);
    else open_->release();
  }

  bool await_ready() const { return open_ == nullptr; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    begun_ = true;
    open_->operations->close(*open_);
    if (open_->state == OpenDescriptor::State::closed) return false;
    open_->waiter = waiter;
    return true;
  }
  std::int32_t await_resume() { return open_ == nullptr ? -EBADF : open_->result; }

 private:
  OpenDescriptor* open_;
  bool begun_ = false;
};

}  // namespace weir
