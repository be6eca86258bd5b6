// Received bytes that have not been decoded: buffers in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/base/bytes.h"

namespace weir {

class BufferQueue {
 public:
  // With room for what most connections ever need, so that nothing is allocated later.
  BufferQueue() { buffers_.reserve(4); }

  void push(Buffer buffer) {
    WEIR_ASSERT(!buffer.empty());
    WEIR_ASSERT(buffer.storage() != nullptr);
    bytes_ += buffer.size();
    if (buffer.storage()->pooled) pooled_bytes_ += buffer.size();
    buffers_.push_back(std::move(buffer));
  }
  Buffer pop();
  // The first one, as long as it stays where it is; and so much of it is not needed any more.
  View front() const {
    WEIR_ASSERT(!empty());
    return buffers_[head_].view();
  }
  void skip(std::uint32_t size);
  void clear();

  bool empty() const { return bytes_ == 0; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t pooled_bytes() const { return pooled_bytes_; }
  std::uint64_t owned_bytes() const { return bytes_ - pooled_bytes_; }

  // Copies what lies in pool memory. Returns the number of bytes copied.
  std::uint64_t own();

 private:
  std::vector<Buffer> buffers_;
  std::size_t head_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t pooled_bytes_ = 0;
};

}  // namespace weir
