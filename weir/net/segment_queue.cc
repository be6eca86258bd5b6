#include "weir/net/segment_queue.h"

#include <algorithm>
#include <cstring>

#include "weir/net/frame.h"

namespace weir {

namespace {

constexpr std::uint32_t chunk_bytes_min = 16 * 1024;
// A slice of foreign memory that may wait as it is: what it belongs to is unlikely to be much
// larger.
constexpr std::uint32_t kept_bytes_min = 64 * 1024;
// Consumed segments at the front are dropped when there are so many, and capacity beyond so many is
// not kept.
constexpr std::size_t consumed_max = 256;
constexpr std::size_t capacity_kept = 4096;

}  // namespace

SegmentQueue::Gathered SegmentQueue::gather(std::span<iovec> parts, std::uint32_t bytes_max) const {
  Gathered gathered;
  for (std::size_t i = head_; i < segments_.size() && gathered.parts < parts.size(); ++i) {
    std::uint32_t const room = bytes_max - gathered.bytes;
    if (room == 0) break;
    std::uint32_t const size = std::min(segments_[i].size, room);
    parts[gathered.parts++] = {segments_[i].data, size};
    gathered.bytes += size;
  }
  WEIR_ASSERT(gathered.bytes <= bytes_);
  return gathered;
}

void SegmentQueue::consume(std::uint64_t bytes) {
  WEIR_ASSERT(bytes <= bytes_);
  bytes_ -= bytes;
  while (bytes > 0) {
    Segment& first = segments_[head_];
    auto const size = static_cast<std::uint32_t>(std::min<std::uint64_t>(first.size, bytes));
    first.data += size;
    first.size -= size;
    bytes -= size;
    if (first.size > 0) break;
    first.storage->release();
    ++head_;
  }
  trim();
}

void SegmentQueue::trim() {
  if (bytes_ == 0) {
    WEIR_ASSERT(head_ == segments_.size());
    clear();
  } else if (head_ > consumed_max && head_ > segments_.size() / 2) {
    segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(head_));
    owned_ -= std::min(owned_, head_);
    head_ = 0;
  }
}

void SegmentQueue::clear() {
  for (; head_ < segments_.size(); ++head_) segments_[head_].storage->release();
  segments_.clear();
  if (segments_.capacity() > capacity_kept) {
    segments_.shrink_to_fit();
    segments_.reserve(segments_usual);
  }
  head_ = owned_ = 0;
  bytes_ = 0;
  if (chunk_ != nullptr) chunk_->release();
  chunk_ = nullptr;
}

// Makes a segment begin behind the first `bytes`; returns which.
std::size_t SegmentQueue::split(std::uint64_t bytes) {
  std::size_t i = head_;
  while (i < segments_.size() && segments_[i].size <= bytes) bytes -= segments_[i++].size;
  if (bytes == 0) return i;
  WEIR_ASSERT(i < segments_.size());
  auto const first = static_cast<std::uint32_t>(bytes);
  Segment rest = segments_[i];
  rest.storage->retain();
  rest.data += first;
  rest.size -= first;
  segments_[i].size = first;
  segments_.insert(segments_.begin() + static_cast<std::ptrdiff_t>(i + 1), rest);
  if (owned_ > i) ++owned_;
  return i + 1;
}

// What lies before the gap moves up to what lies behind it: it is less.
void SegmentQueue::drop(std::uint64_t from, std::uint64_t bytes) {
  WEIR_ASSERT(from <= bytes_);
  WEIR_ASSERT(bytes <= bytes_ - from);
  if (bytes == 0) return;
  std::size_t const begin = split(from);
  std::size_t const end = split(from + bytes);
  for (std::size_t i = begin; i < end; ++i) segments_[i].storage->release();
  auto const at = [this](std::size_t i) {
    return segments_.begin() + static_cast<std::ptrdiff_t>(i);
  };
  std::move_backward(at(head_), at(begin), at(end));
  if (owned_ >= begin) owned_ = std::max(owned_, end);
  else owned_ += end - begin;
  head_ += end - begin;
  bytes_ -= bytes;
  trim();
}

bool SegmentQueue::must_copy(Segment const& segment) {
  if (segment.storage->pooled) return true;
  if (FrameStorage const* const frame = FrameStorage::from(*segment.storage))
    return segment.size < frame->capacity / 2;
  return segment.size < kept_bytes_min;
}

std::uint64_t SegmentQueue::own() {
  owned_ = std::max(owned_, head_);
  if (owned_ == segments_.size()) return 0;
  std::uint64_t copied = 0;
  for (std::size_t i = owned_; i < segments_.size(); ++i)
    if (must_copy(segments_[i])) copied += segments_[i].size;
  std::uint64_t left = copied;
  std::size_t end = owned_;  // of what has been dealt with
  for (std::size_t i = owned_; i < segments_.size(); ++i) {
    Segment const segment = segments_[i];
    if (must_copy(segment)) {
      copy(segment, left, end);
      left -= segment.size;
    } else {
      segments_[end++] = segment;
    }
    WEIR_ASSERT(end <= i + 1);
  }
  WEIR_ASSERT(left == 0);
  segments_.resize(end);
  owned_ = end;
  return copied;
}

// `left`: what is still to be copied, this included; the next chunk has room for all of it.
void SegmentQueue::copy(Segment const& segment, std::uint64_t left, std::size_t& end) {
  std::uint32_t const room = chunk_ == nullptr ? 0 : chunk_size_ - chunk_used_;
  // A segment is cut in two only where its first part needs no entry of its own.
  std::uint32_t first = std::min(room, segment.size);
  if (first < segment.size && !ends_with_chunk(end)) first = 0;
  if (first > 0) copy_to_chunk(segment.data, first, end);
  std::uint32_t const rest = segment.size - first;
  if (rest > 0) {
    if (chunk_ != nullptr) chunk_->release();
    std::uint64_t const wanted = std::max<std::uint64_t>(left - first, chunk_bytes_min);
    chunk_size_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, segment_bytes_max));
    WEIR_ASSERT(chunk_size_ >= rest);
    chunk_ = &allocate_storage(chunk_size_);
    chunk_used_ = 0;
    copy_to_chunk(segment.data + first, rest, end);
  }
  segment.storage->release();
}

// The last segment before `end` goes up to where the chunk is filled.
bool SegmentQueue::ends_with_chunk(std::size_t end) const {
  if (chunk_ == nullptr || end == head_) return false;
  Segment const& last = segments_[end - 1];
  return last.storage == chunk_ && last.data + last.size == bytes_of(*chunk_) + chunk_used_ &&
         last.size <= segment_bytes_max / 2;
}

void SegmentQueue::copy_to_chunk(std::byte const* data, std::uint32_t size, std::size_t& end) {
  WEIR_ASSERT(size <= chunk_size_ - chunk_used_);
  bool const continues = ends_with_chunk(end);
  std::byte* const to = bytes_of(*chunk_) + chunk_used_;
  std::memcpy(to, data, size);
  chunk_used_ += size;
  if (continues) {
    segments_[end - 1].size += size;
    return;
  }
  chunk_->retain();
  segments_[end++] = {to, size, chunk_};
}

}  // namespace weir
