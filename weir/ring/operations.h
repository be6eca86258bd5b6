// What is under way on a ring for coroutines, and the descriptors they own: the memory that the
// kernel may still touch when its user is gone.
//
//              start                terminal result                  taken
//     free ──────────▶ in_flight ─────────────────────▶ ended ─────────────▶ free
//                          │ drop: cancelled                 terminal result
//                          └───────────────▶ dropped ───────────────────────▶ free
//
// An operation is a slot of the ring's. It keeps the value that it works on (a buffer, a path) and
// a reference to its descriptor until its terminal result, whether anybody waits for that or not;
// then they go their way: to whoever waits, or back to their pool, or to be closed. So dropping a
// coroutine anywhere frees nothing early and leaks nothing, and an accept or an open that succeeds
// after its owner is gone closes what it has opened.
//
// Slots are made 64 at a time and kept for the next operation, at most operations_max of them. All
// of it ends with the ring: what is in flight is cancelled, what is open is closed. A Descriptor,
// or an operation that has ended, may be dropped even later.
#pragma once

#include <sys/uio.h>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "weir/ring/completion.h"
#include "weir/ring/stop.h"

namespace weir {

class Operations;
class Ring;

// In flight at once on one ring, or ended and not taken; more are refused with -ENOBUFS.
inline constexpr std::uint32_t operations_max = 65'536;
// Of what one operation keeps.
inline constexpr std::size_t kept_size_max = 64;

// One open descriptor. References: its Descriptor, and each operation that is under way on it.
struct OpenDescriptor {
  enum class State : std::uint8_t { open, cancelling, cancelled, closing, closed };

  void retain() { ++references; }
  void release();

  int number = -1;
  std::uint32_t references = 0;
  State state = State::open;
  bool owned = true;  // closed with its last reference
  bool awaited = false;
  std::int32_t result = 0;  // of the close
  std::coroutine_handle<> waiter;
  Completion completion;
  Operations* operations = nullptr;
  OpenDescriptor* next_free = nullptr;
};

// An open descriptor of one ring: closed when it is dropped and nothing is under way on it any
// more.
class Descriptor {
 public:
  Descriptor() = default;
  // Takes over one reference.
  explicit Descriptor(OpenDescriptor& open) : open_(&open) {}
  Descriptor(Descriptor&& other) noexcept : open_(std::exchange(other.open_, nullptr)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(open_, other.open_);
    return *this;
  }
  ~Descriptor() {
    if (open_ != nullptr) open_->release();
  }

  // -1 if there is none, or not any more.
  int number() const { return open_ == nullptr ? -1 : open_->number; }
  explicit operator bool() const { return number() >= 0; }
  // Gives the number away, to whoever closes it. Nothing may be under way on it.
  int give_up();

  // ---- for operations
  OpenDescriptor* open() const { return open_; }
  OpenDescriptor* take() { return std::exchange(open_, nullptr); }

 private:
  OpenDescriptor* open_ = nullptr;
};

// One operation.
struct OperationSlot : StopListener {
  enum class State : std::uint8_t { free, in_flight, ended, dropped };

  State state = State::free;
  bool has_result = false;
  std::uint32_t generation = 0;  // another one for each operation that lies here
  std::int32_t result = 0;
  std::coroutine_handle<> waiter;        // goes on when it has ended
  OpenDescriptor* descriptor = nullptr;  // with one reference; null: none
  Operations* operations = nullptr;
  OperationSlot* next_free = nullptr;
  void (*settle)(OperationSlot&, Outcome&) = nullptr;  // what the result means for what is kept
  void (*destroy)(OperationSlot&) = nullptr;           // what is kept
  iovec part{};                                        // of a send
  Completion completion;
  alignas(std::max_align_t) std::byte kept[kept_size_max];
};

class Operations {
 public:
  // The ring makes one when it is first asked for (Ring::operations).
  explicit Operations(Ring& ring);
  Operations(Operations const&) = delete;
  Operations& operator=(Operations const&) = delete;

  Ring& ring() {
    WEIR_ASSERT(ring_ != nullptr);
    return *ring_;
  }

  // Takes over `number`, or only uses it (owned: false) and leaves it open: standard input, say.
  Descriptor adopt(int number, bool owned = true);

  // An idle slot with nothing in it; null if there is none.
  OperationSlot* take();
  // Nobody waits for it any more.
  void drop(OperationSlot& slot);

  // Slots that are not free; most of them at once; starts refused because there was none.
  std::uint32_t in_use() const { return in_use_; }
  std::uint32_t high_water() const { return high_water_; }
  std::uint64_t refused() const { return refused_; }
  // Slots that have been made: memory, which stays.
  std::size_t slot_count() const;
  // Descriptors that are not closed yet.
  std::uint32_t open_count() const { return open_count_; }

  // ---- for the parts of it
  static void on_result(Completion& completion, Outcome outcome);
  static void on_stop(StopListener& listener);
  // Begins the end of a descriptor whose reference it takes over: terminate, join, close.
  void close(OpenDescriptor& open);
  // Nobody waits for the end any more.
  void forget(OpenDescriptor& open);
  void last_reference_gone(OpenDescriptor& open);

 private:
  friend class Ring;
  ~Operations();

  // The ring's last steps: closes what is open; then it is gone.
  void close_all();
  void ring_ended();

  void release(OperationSlot& slot);
  static void release_descriptor(OperationSlot& slot);
  void submit_close(OpenDescriptor& open);
  static void on_close(Completion& completion, Outcome outcome);
  void closed(OpenDescriptor& open, std::int32_t result);
  void free_if_unused(OpenDescriptor& open);
  void end_if_unused();

  Ring* ring_;  // null once it has ended
  std::vector<std::unique_ptr<OperationSlot[]>> slots_;
  OperationSlot* free_slot_ = nullptr;
  std::uint32_t in_use_ = 0;
  std::uint32_t high_water_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<std::unique_ptr<OpenDescriptor>> descriptors_;
  OpenDescriptor* free_descriptor_ = nullptr;
  std::uint32_t descriptors_in_use_ = 0;
  std::uint32_t open_count_ = 0;
};

inline void OpenDescriptor::release() {
  WEIR_ASSERT(references > 0);
  if (--references == 0) operations->last_reference_gone(*this);
}

}  // namespace weir
