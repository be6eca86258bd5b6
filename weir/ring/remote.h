// How other threads hand work to a ring: a bounded queue in memory.
//
//   Remote remote = ring.remote();        // on the ring's thread; copies may go anywhere
//   ...
//   Posted const posted = remote.post([...](Ring& ring) { ... });    // on any thread
//
// The work runs on the ring's thread, in a step, after the completions: there it may submit
// operations, spawn coroutines, or post back to a ring of the sender's. What one thread posts runs
// in its order. Only the first work of a batch wakes the ring, and that costs a system call only
// where it sleeps. Nothing is lost in silence: a full queue and a ring that has ended say so. Work
// that a ring has taken and not begun when it ends is destroyed, on the ring's thread.
//
// Nothing is allocated for a piece of work: it is at most 64 bytes, and moved.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "weir/base/mutex.h"
#include "weir/base/queue.h"

namespace weir {

class Kernel;
class Ring;

inline constexpr std::size_t work_size_max = 64;

// A function of a ring, called once at most. It must not throw.
class Work {
 public:
  template <class F>
  explicit Work(F function) noexcept : kind_(&kind_of<F>) {
    static_assert(std::is_invocable_v<F&, Ring&>, "weir: Work(f): f must be callable with a Ring&");
    static_assert(sizeof(F) <= work_size_max,
                  "weir: Work(f): f holds more than 64 bytes; let it own them elsewhere");
    static_assert(std::is_nothrow_move_constructible_v<F>,
                  "weir: Work(f): f must be movable without an exception");
    ::new (static_cast<void*>(room_)) F(std::move(function));
  }
  Work(Work&& other) noexcept : kind_(std::exchange(other.kind_, nullptr)) {
    if (kind_ != nullptr) kind_->move(other.room_, room_);
  }
  Work& operator=(Work&&) = delete;
  ~Work() {
    if (kind_ != nullptr) kind_->destroy(room_);
  }

  void run(Ring& ring) noexcept { kind_->run(room_, ring); }

 private:
  struct Kind {
    void (*run)(std::byte*, Ring&);
    void (*move)(std::byte* from, std::byte* to);  // and destroys what is left
    void (*destroy)(std::byte*);
  };
  template <class F>
  static F& in(std::byte* room) {
    return *reinterpret_cast<F*>(room);
  }
  template <class F>
  static constexpr Kind kind_of = {
      [](std::byte* room, Ring& ring) { in<F>(room)(ring); },
      [](std::byte* from, std::byte* to) {
        ::new (static_cast<void*>(to)) F(std::move(in<F>(from)));
        in<F>(from).~F();
      },
      [](std::byte* room) { in<F>(room).~F(); },
  };

  Kind const* kind_;
  alignas(std::max_align_t) std::byte room_[work_size_max];
};

enum class Posted : std::uint8_t {
  taken,
  full,   // try again when some of it has run
  ended,  // the ring is no more
};

struct RemoteCounters {
  std::uint64_t posted = 0;
  std::uint64_t wakes = 0;  // batches, each of which woke the ring or kept it from sleeping
  std::uint64_t full = 0;   // refusals
};

// What a ring and its Remotes share. The last of them deletes it.
class RemoteQueue {
 public:
  RemoteQueue(Kernel& kernel, std::uint32_t capacity) : kernel_(&kernel), capacity_(capacity) {}
  RemoteQueue(RemoteQueue const&) = delete;
  RemoteQueue& operator=(RemoteQueue const&) = delete;

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // From any thread. `work` is moved away only if it is taken.
  Posted post(Work& work);
  RemoteCounters counters();

  // ---- the ring's
  bool has_work() const { return has_work_.load(std::memory_order_relaxed); }
  // Runs what is there; returns how much that was.
  std::uint32_t run(Ring& ring);
  // Nothing is taken any more; what waits is destroyed.
  void end();

 private:
  ~RemoteQueue() = default;

  std::atomic<std::uint32_t> references_ = 1;
  std::atomic<bool> has_work_ = false;
  Mutex mutex_;
  Kernel* kernel_;  // null once the ring has ended
  Queue<Work> waiting_;
  std::uint32_t const capacity_;
  RemoteCounters counters_;
};

class Remote {
 public:
  Remote() = default;
  explicit Remote(RemoteQueue& queue) : queue_(&queue) { queue.retain(); }
  Remote(Remote const& other) : queue_(other.queue_) {
    if (queue_ != nullptr) queue_->retain();
  }
  Remote(Remote&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
  Remote& operator=(Remote other) noexcept {
    std::swap(queue_, other.queue_);
    return *this;
  }
  ~Remote() {
    if (queue_ != nullptr) queue_->release();
  }

  // From any thread: `work(ring)` is called once on the ring's. If it is refused it is destroyed.
  template <class F>
  requires(!std::is_same_v<F, Work>) [[nodiscard]] Posted post(F work) const {
    Work wrapped(std::move(work));
    return post(wrapped);
  }
  // The same, for who tries again: `work` is moved away only if it is taken.
  [[nodiscard]] Posted post(Work& work) const {
    return queue_ == nullptr ? Posted::ended : queue_->post(work);
  }

  RemoteCounters counters() const {
    return queue_ == nullptr ? RemoteCounters{} : queue_->counters();
  }

 private:
  RemoteQueue* queue_ = nullptr;
};

}  // namespace weir
