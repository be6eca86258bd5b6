// A registered ring of buffers, seen from the kernel's side: the same memory, parsed the same way.
//
// Beyond what Linux does, it asserts what Linux silently gets wrong: a buffer that is given twice,
// and a tail that runs over entries not taken yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "weir/ring/uapi.h"

namespace weir {

class ProvidedBuffers {
 public:
  // The ring's memory must outlive its registration.
  explicit ProvidedBuffers(uapi::BufferRingRegistration const& registration);

  // Whether Linux would take the registration: 0 or -errno.
  static int check(uapi::BufferRingRegistration const& registration, bool incremental_allowed);

  // Looks at the tail: whether there is a buffer.
  bool empty();
  // Where the next receive goes. There must be a buffer.
  std::byte* data() const;
  std::uint32_t size() const;
  // A receive put `count` bytes there. Returns the flags of its completion.
  std::uint32_t take(std::uint32_t count);

  bool incremental() const { return incremental_; }

 private:
  uapi::BufferEntry& at(std::uint16_t index) const;

  uapi::BufferEntry* entries_;
  std::uint32_t entry_count_;
  bool incremental_;
  std::uint16_t head_ = 0;
  std::uint16_t seen_tail_ = 0;
  std::set<std::uint16_t> ids_;  // in [head, seen tail)
};

}  // namespace weir
