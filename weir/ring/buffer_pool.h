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

struct PoolSetup {
  std::uint32_t count = 0;        // a power of two, at most 32768; 0: by what the kernel can do
  std::uint32_t size = 0;         // of one buffer; 0: by what the kernel can do
  std::span<std::byte> memory{};  // count * size bytes that outlive the pool; empty: mapped here
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
  std::uint16_t group() const { return group_; }

  // Buffers the kernel can still put something into; one that it is filling counts.
  std::uint32_t free_count() const { return free_count_; }
  std::uint32_t out_count() const { return count() - free_count_; }
  PoolCounters const& counters() const { return counters_; }

 private:
  friend class Ring;

  // One buffer.
  struct Slot : Storage {
    BufferPool* pool = nullptr;
    std::uint32_t filled = 0;  // bytes of it that results have brought
    bool with_kernel = false;
  };

  BufferPool(Ring& ring, std::uint32_t count, std::uint32_t size);
  Result<void> map(std::span<std::byte> memory);
  Result<void> enroll();

  static void give_back(Storage& storage);
  void add(Slot& slot);

  // For the ring.
  void publish();
  Buffer take(uapi::Cqe const& reaped);
  void receive_began();
  void receive_ended(std::int32_t result);
  void ring_ended() { ring_ = nullptr; }

  Ring* ring_;  // null once it has ended
  std::vector<Slot> slots_;
  std::uint32_t size_;
  bool incremental_ = false;
  bool enrolled_ = false;
  bool owns_memory_ = false;
  std::uint16_t group_ = 0;
  std::byte* memory_ = nullptr;
  uapi::BufferEntry* entries_ = nullptr;
  std::size_t entries_size_ = 0;  // mapped bytes
  std::uint16_t tail_ = 0;        // of the buffer ring, runs freely
  std::uint16_t published_ = 0;   // the tail the kernel knows
  std::uint32_t free_count_ = 0;
  std::uint32_t receives_pending_ = 0;
  PoolCounters counters_;
};

}  // namespace weir
