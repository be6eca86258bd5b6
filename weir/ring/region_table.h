// The registered regions of a kernel that carries submissions out itself: which memory a read or
// write by index may touch.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <vector>

#include "weir/ring/uapi.h"

namespace weir {

class RegionTable {
 public:
  // io_uring_register(2) with register_regions or update_regions.
  int enroll(std::uint32_t opcode, void const* argument, std::uint32_t size);

  // Makes a read_fixed or write_fixed the plain one. 0, or -EFAULT where it leaves its region.
  int resolve(uapi::Sqe& submission) const;

 private:
  std::vector<iovec> regions_;
};

}  // namespace weir
