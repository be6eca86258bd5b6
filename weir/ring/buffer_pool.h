// Memory that the kernel picks from when data arrives: a provided-buffer ring.
//
// The pool owns `count` buffers of `size` bytes. Each is either with the kernel or out, held by
// whoever looks into it, counted by its Storage:
//
//     incremental      with the kernel ──result, cqe_buffer_more──▶ with the kernel, and held
//     (Linux 6.12)                     ──result──────────────────▶ out
//     plain            with the kernel ──result──────────────────▶ out
//     both             out ──last reference goes──▶ with the kernel, at the next step
//
// In an incremental pool one buffer is filled by many receives, one behind the other, so large
// buffers are not wasted on small messages: that geometry decides performance (16 x 256 KiB
// measured best). The kernel's own hold on a buffer is one reference of its Storage; the result
// that ends it hands that reference over. Plain pools lose a whole buffer to every result, hence
// more and smaller ones (64 x 64 KiB: the same memory; much smaller ones cost a pass through TCP
// each).
//
// Buffers that come back are published with one store per step. A pool outlives its buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/result.h"
#include "weir/ring/uapi.h"

namespace weir {

class Ring;

// Who provides the memory of a pool's buffers, if not the pool itself: two functions that are told
// `context`. It must live until the pool is gone.
struct PoolMemory {
  // `size` bytes; null if there are none.
  std::byte* (*allocate)(void* context, std::size_t size) = nullptr;
  void (*release)(void* context, std::byte* memory, std::size_t size) = nullptr;
  void* context = nullptr;
};

struct PoolSetup {
  std::uint32_t count = 0;        // a power of two, at most 32768; 0: by what the kernel can do
  std::uint32_t size = 0;         // of one buffer; 0: by what the kernel can do
  std::span<std::byte> memory{};  // count * size bytes that outlive the pool
  PoolMemory provider{};          // asked if there is no `memory`; without either it is mapped here
  // Each result takes a whole buffer, whatever the kernel can do: for datagrams, which would be cut
  // off by the end of a buffer that others have filled, and for receives and reads that end by
  // themselves.
  bool whole_buffers = false;
  // Of whole buffers, and with features.bundles: the kernel fills several at once, each of which is
  // told by itself. For large messages in small buffers: 256 x 4 KiB cost 0.89 of what 64 x 16 KiB
  // cost without. Incremental buffers are better still (0.85), so nobody asks for this by default.
  bool bundles = false;
};

struct PoolCounters {
  std::uint64_t starved = 0;         // receives that ended with -ENOBUFS
  std::uint64_t results = 0;         // that brought bytes in a buffer
  std::uint32_t out_high_water = 0;  // most buffers that were out at once
};

class BufferPool {
 public:
  static Result<std::unique_ptr<BufferPool>> make(Ring& ring, PoolSetup const& setup = {});
  // No buffer may be out and no receive pending. (Ring::finish() ends those.)
  ~BufferPool();
  BufferPool(BufferPool const&) = delete;
  BufferPool& operator=(BufferPool const&) = delete;

  std::uint32_t count() const { return static_cast<std::uint32_t>(slots_.size()); }
  std::uint32_t size() const { return size_; }
  bool incremental() const { return incremental_; }
  bool bundles() const { return bundles_; }
  std::uint16_t group() const { return group_; }

  // Buffers the kernel can still put something into; one that it is filling counts.
  std::uint32_t free_count() const { return free_count_; }
  std::uint32_t out_count() const { return count() - free_count_; }
  PoolCounters const& counters() const { return counters_; }
  // Whether these bytes are of one of its buffers.
  bool holds(std::byte const* bytes) const {
    auto const at = reinterpret_cast<std::uintptr_t>(bytes);
    auto const begin = reinterpret_cast<std::uintptr_t>(memory_);
    return at >= begin && at - begin < std::size_t{count()} * size_;
  }

 private:
  friend class Ring;

  // One buffer.
  struct Slot : Storage {
    BufferPool* pool = nullptr;
    std::uint32_t filled = 0;    // bytes of it that results have brought
    std::uint16_t position = 0;  // in the ring of buffers, when it was given; runs freely
    bool with_kernel = false;
  };

  BufferPool(Ring& ring, std::uint32_t count, std::uint32_t size, PoolSetup const& setup);
  Result<void> map(PoolSetup const& setup);
  Result<void> enroll();

  static void give_back(Storage& storage);
  void add(Slot& slot);

  // For the ring.
  void publish();
  Buffer take(uapi::Cqe const& reaped);
  // The next of a bundle, with at most `left` bytes.
  Buffer take_next(std::int32_t left);
  Buffer take(std::uint32_t id, std::int32_t result, bool kernel_goes_on);
  void receive_began();
  void receive_ended(std::int32_t result);
  void ring_ended() { ring_ = nullptr; }

  Ring* ring_;  // null once it has ended
  std::vector<Slot> slots_;
  std::uint32_t size_;
  bool incremental_ = false;
  bool bundles_ = false;
  std::uint16_t taken_position_ = 0;  // of the buffer that was taken last
  bool enrolled_ = false;
  std::uint16_t group_ = 0;
  std::byte* memory_ = nullptr;
  PoolMemory provider_;  // who takes the memory back; nobody if it is the user's
  uapi::BufferEntry* entries_ = nullptr;
  std::size_t entries_size_ = 0;  // mapped bytes
  std::uint16_t tail_ = 0;        // of the buffer ring, runs freely
  std::uint16_t published_ = 0;   // the tail the kernel knows
  std::uint32_t free_count_ = 0;
  std::uint32_t receives_pending_ = 0;
  PoolCounters counters_;
};

// Where a read or a receive puts its bytes: into a buffer of the caller's, which the operation
// holds until its terminal result brings it back, or into one that the kernel picks from a pool
// when there is something to put in. Either way the bytes come in Outcome::buffer.
class BufferOrPool {
 public:
  // At most the size of `buffer`, which is not 0.
  BufferOrPool(Buffer buffer) : buffer_(std::move(buffer)), size_(buffer_.size()) {}
  // At most `size` bytes; 0: as many as fit into a buffer. A pool of whole buffers only.
  BufferOrPool(BufferPool& pool, std::uint32_t size = 0) : pool_(&pool), size_(size) {}

 private:
  friend class Ring;

  Buffer buffer_;
  BufferPool* pool_ = nullptr;
  std::uint32_t size_;
};

}  // namespace weir
