// Receive memory the kernel picks from: a ring of provided buffers, filled by multishot receives.
//
// A plain buffer serves one receive. An incremental one (kernel 6.12) serves receives one after the
// other until it is full: a completion flagged `more` leaves the buffer with the kernel, the bytes
// of the next one lie behind. A buffer returns to the ring when the kernel is through with it and
// no slice refers to it any more.
#pragma once

#include <liburing.h>
#include <sys/mman.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "bench/host.h"

namespace weir::bench {

// Debian 12's headers do not have these.
inline constexpr std::uint16_t pbuf_ring_incremental = 2;  // IOU_PBUF_RING_INC
inline constexpr std::uint32_t cqe_buffer_more = 1u << 4;  // IORING_CQE_F_BUF_MORE

// Received bytes: in a buffer of the pool, or copied out of it.
struct Slice {
  static constexpr int copied = -1;

  char* data = nullptr;
  std::uint32_t size = 0;
  int buffer = copied;
  std::unique_ptr<char[]> owned;
};

class BufferPool {
 public:
  static constexpr int group = 0;

  BufferPool(io_uring& ring, unsigned count, unsigned bytes, bool incremental)
      : buffer_bytes_(bytes), buffers_(count), free_(count) {
    entries_ = static_cast<io_uring_buf_ring*>(map(count * sizeof(io_uring_buf)));
    memory_ = static_cast<char*>(map(std::size_t{count} * bytes));
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(entries_);
    registration.ring_entries = count;
    registration.bgid = group;
    registration.pad = incremental ? pbuf_ring_incremental : 0;  // `flags` in later headers
    int const result = io_uring_register_buf_ring(&ring, &registration, 0);
    if (result != 0) fail("io_uring_register_buf_ring", -result);
    io_uring_buf_ring_init(entries_);
    for (unsigned i = 0; i < count; ++i) provide(i);
    publish();
  }

  unsigned count() const { return static_cast<unsigned>(buffers_.size()); }
  // How many buffers the kernel has, or gets with the next publish().
  unsigned free() const { return free_; }

  // The next `size` bytes of a buffer, from a completion.
  Slice take(unsigned index, std::uint32_t size, bool more) {
    Buffer& buffer = buffers_[index];
    char* const data = memory_ + std::size_t{index} * buffer_bytes_ + buffer.used;
    buffer.used += size;
    if (more) {
      ++buffer.references;
    } else {
      --free_;  // and the kernel's reference becomes the slice's
    }
    return {data, size, static_cast<int>(index), nullptr};
  }

  void release(int index) {
    if (index == Slice::copied) return;
    if (--buffers_[static_cast<unsigned>(index)].references > 0) return;
    provide(static_cast<unsigned>(index));
    ++free_;
  }

  // Makes what was released visible to the kernel.
  void publish() {
    if (unpublished_ > 0) io_uring_buf_ring_advance(entries_, std::exchange(unpublished_, 0));
  }

 private:
  struct Buffer {
    unsigned references = 0;  // slices, and one for the kernel
    unsigned used = 0;        // bytes
  };

  static void* map(std::size_t bytes) {
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) fail("mmap");
    return memory;
  }

  void provide(unsigned index) {
    buffers_[index] = {1, 0};
    io_uring_buf_ring_add(entries_, memory_ + std::size_t{index} * buffer_bytes_, buffer_bytes_,
                          static_cast<unsigned short>(index), io_uring_buf_ring_mask(count()),
                          unpublished_++);
  }

  unsigned buffer_bytes_;
  std::vector<Buffer> buffers_;
  unsigned free_;
  int unpublished_ = 0;
  io_uring_buf_ring* entries_ = nullptr;
  char* memory_ = nullptr;
};

}  // namespace weir::bench
