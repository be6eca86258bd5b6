// What waits to be sent on one connection: segments of memory in order, each with a reference to
// its storage.
//
//   head                 owned                     end
//    │ in copies of ours   │ borrowed: of the pool   │      head <= owned <= end
//    ▼                     ▼                         ▼
//   [chunk 8 KiB][frame 1 MiB][pool 68 B][pool 4 KiB]
//
// Adjacent segments of the same storage are one, so a burst of echoed frames is one part of one
// send. Until a send has been tried the segments are borrowed as they are. own() copies those that
// must not wait: memory of the receive pool, and slices so small that they would keep a much larger
// storage alive. The copies of one call lie one behind the other, so a slow peer costs its bytes
// and little more.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weir/base/bytes.h"

namespace weir {

class SegmentQueue {
 public:
  // With room for what most connections ever need, so that nothing is allocated later.
  SegmentQueue() { segments_.reserve(segments_usual); }
  SegmentQueue(SegmentQueue const&) = delete;
  SegmentQueue& operator=(SegmentQueue const&) = delete;
  ~SegmentQueue() { clear(); }

  // Retains `storage` unless the bytes go on where the last segment ended.
  void append(std::byte* data, std::uint32_t size, Storage& storage) {
    WEIR_ASSERT(size > 0);
    bytes_ += size;
    if (!segments_.empty()) {
      Segment& last = segments_.back();
      bool const continues = last.storage == &storage && last.data + last.size == data;
      if (continues && size <= segment_bytes_max - last.size) {
        last.size += size;
        return;
      }
    }
    storage.retain();
    segments_.push_back({data, size, &storage});
  }

  bool empty() const { return bytes_ == 0; }
  std::uint64_t bytes() const { return bytes_; }
  std::size_t segment_count() const { return segments_.size() - head_; }

  struct Gathered {
    std::uint32_t parts = 0;
    std::uint32_t bytes = 0;
  };
  // The front of the queue, as much as fits into `parts` and `bytes_max`.
  Gathered gather(std::span<iovec> parts, std::uint32_t bytes_max) const;
  // The first `bytes` have been sent.
  void consume(std::uint64_t bytes);
  // Takes `bytes` out behind the first `from`, which may be in the kernel.
  void drop(std::uint64_t from, std::uint64_t bytes);
  // Returns the number of bytes copied. What a send in the kernel looks at must be owned already.
  std::uint64_t own();
  void clear();

 private:
  struct Segment {
    std::byte* data;
    std::uint32_t size;
    Storage* storage;
  };

  static constexpr std::size_t segments_usual = 8;
  static constexpr std::uint32_t segment_bytes_max = 1u << 30;

  static bool must_copy(Segment const& segment);
  void copy(Segment const& segment, std::uint64_t left, std::size_t& end);
  bool ends_with_chunk(std::size_t end) const;
  void copy_to_chunk(std::byte const* data, std::uint32_t size, std::size_t& end);
  void trim();
  std::size_t split(std::uint64_t bytes);

  std::vector<Segment> segments_;
  std::size_t head_ = 0;
  std::size_t owned_ = 0;
  std::uint64_t bytes_ = 0;
  // The chunk that copies go to, while there is room in it; one reference is ours.
  Storage* chunk_ = nullptr;
  std::uint32_t chunk_used_ = 0;
  std::uint32_t chunk_size_ = 0;
};

}  // namespace weir
