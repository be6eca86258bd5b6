#include "weir/sim/stream.h"

#include <algorithm>
#include <cstring>

#include "weir/base/assert.h"

namespace weir {

void ByteQueue::append(std::byte const* data, std::uint32_t size) {
  bytes_.insert(bytes_.end(), data, data + size);
}

void ByteQueue::drop(std::uint32_t size) {
  WEIR_ASSERT(size <= this->size());
  head_ += size;
  if (head_ < bytes_.size() / 2) return;  // moving the rest down now costs no more than it saved
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
}

void Stream::set_windows(std::uint32_t send_window, std::uint32_t receive_window) {
  WEIR_ASSERT(send_window > 0);
  WEIR_ASSERT(receive_window > 0);
  WEIR_ASSERT(in_flight_.empty() && arrived_.empty());
  send_window_ = send_window;
  receive_window_ = receive_window;
}

std::uint32_t Stream::accept(std::byte const* data, std::uint32_t size) {
  WEIR_ASSERT(!ended_);
  std::uint32_t const accepted = std::min(size, space());
  in_flight_.append(data, accepted);
  check();
  return accepted;
}

void Stream::end() {
  WEIR_ASSERT(!ended_);
  ended_ = true;
}

std::uint32_t Stream::deliverable() const {
  return std::min(in_flight_.size(), receive_window_ - arrived_.size());
}

void Stream::deliver(std::uint32_t size) {
  WEIR_ASSERT(size <= deliverable());
  WEIR_ASSERT(!end_delivered_);
  arrived_.append(in_flight_.data(), size);
  in_flight_.drop(size);
  check();
}

void Stream::deliver_end() {
  WEIR_ASSERT(end_deliverable());
  end_delivered_ = true;
}

std::uint32_t Stream::read(std::byte* out, std::uint32_t size, bool peek) {
  std::uint32_t const count = std::min(size, arrived_.size());
  if (count == 0) return 0;
  std::memcpy(out, arrived_.data(), count);
  if (!peek) arrived_.drop(count);
  return count;
}

void Stream::check() const {
  WEIR_ASSERT(in_flight_.size() <= send_window_);
  WEIR_ASSERT(arrived_.size() <= receive_window_);
}

}  // namespace weir
