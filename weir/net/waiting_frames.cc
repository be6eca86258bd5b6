#include "weir/net/waiting_frames.h"

#include <algorithm>

#include "weir/base/assert.h"

namespace weir {

namespace {

// Entries that are no longer needed are removed when there are so many, and half of all.
constexpr std::size_t spent_max = 64;

}  // namespace

void WaitingFrames::add(std::uint64_t bytes) {
  WEIR_ASSERT(bytes > 0);
  if (head_ > spent_max && head_ > sizes_.size() / 2) {
    sizes_.erase(sizes_.begin(), sizes_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  sizes_.push_back(bytes);
}

void WaitingFrames::consume(std::uint64_t bytes) {
  while (bytes > 0) {
    WEIR_ASSERT(head_ < sizes_.size());
    std::uint64_t const part = std::min(sizes_[head_], bytes);
    sizes_[head_] -= part;
    bytes -= part;
    begun_ = sizes_[head_] > 0;
    if (!begun_) ++head_;
  }
  if (head_ == sizes_.size()) clear();
}

void WaitingFrames::clear() {
  sizes_.clear();
  head_ = 0;
  begun_ = false;
}

WaitingFrames::Frames WaitingFrames::kept(std::uint64_t offered) const {
  Frames front;
  for (std::size_t i = head_; i < sizes_.size(); ++i) {
    bool const first_has_begun = begun_ && front.count == 0;
    if (front.bytes >= offered && !first_has_begun) break;
    front.bytes += sizes_[i];
    ++front.count;
  }
  WEIR_ASSERT(front.bytes >= offered);
  return front;
}

WaitingFrames::Frames WaitingFrames::drop(std::uint64_t offered, std::uint64_t bytes) {
  std::size_t const begin = head_ + kept(offered).count;
  Frames dropped;
  while (begin + dropped.count < sizes_.size() && dropped.bytes < bytes)
    dropped.bytes += sizes_[begin + dropped.count++];
  auto const at = [this](std::size_t i) { return sizes_.begin() + static_cast<std::ptrdiff_t>(i); };
  std::move_backward(at(head_), at(begin), at(begin + dropped.count));
  head_ += dropped.count;
  if (head_ == sizes_.size()) clear();
  return dropped;
}

}  // namespace weir
