// Memory that the kernel has looked up once and keeps pinned, so that a read or write of a part of
// it need not: worth it with O_DIRECT, where each of them would pin its pages anew.
//
//   Region region(ring, memory);
//   ring.read(completion, descriptor, region, memory.data(), 4096, offset);
//
// A ring has room for regions_max of them. Where there is none left, or the kernel refuses (memory
// that may be locked is limited: RLIMIT_MEMLOCK), the operations are carried out the ordinary way,
// with the same results; pinned() tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace weir {

class Ring;

// Of one ring.
inline constexpr std::uint32_t regions_max = 64;

class Region {
 public:
  // `memory` (at most 1 GiB) must outlive the region, and the ring too. An operation that is under
  // way when the region ends goes on, as long as the memory is there.
  Region(Ring& ring, std::span<std::byte> memory);
  ~Region();
  Region(Region const&) = delete;
  Region& operator=(Region const&) = delete;

  std::span<std::byte> memory() const { return memory_; }
  bool contains(std::byte const* data, std::uint32_t size) const {
    std::size_t const from = static_cast<std::size_t>(data - memory_.data());
    return from <= memory_.size() && size <= memory_.size() - from;
  }
  bool pinned() const { return index_ >= 0; }
  // Among the regions of the ring; -1 if it is not pinned.
  std::int32_t index() const { return index_; }

 private:
  Ring& ring_;
  std::span<std::byte> memory_;
  std::int32_t index_ = -1;
};

}  // namespace weir
