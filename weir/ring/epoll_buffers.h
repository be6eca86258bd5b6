// Provided-buffer rings as a kernel sees them: it takes entries from its own head up to the tail
// that the pool publishes. Plain ones only, as in Linux 6.1.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "weir/ring/uapi.h"

namespace weir {

class EpollBuffers {
 public:
  // As io_uring_register(2): 0 or -errno.
  int add_group(uapi::BufferRingRegistration const& registration);
  int remove_group(uapi::BufferRingRegistration const& registration);

  // The next buffer, which stays the next until it is consumed; nothing if there is none.
  std::optional<uapi::BufferEntry> next(std::uint16_t group);
  void consume(std::uint16_t group);

 private:
  struct Group {
    uapi::BufferEntry* entries;
    std::uint16_t mask;
    std::uint16_t head;
  };
  bool is_empty(Group const& group) const;

  std::unordered_map<std::uint16_t, Group> groups_;
};

}  // namespace weir
