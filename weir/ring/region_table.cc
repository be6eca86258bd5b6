#include "weir/ring/region_table.h"

#include <cerrno>

#include "weir/base/assert.h"

namespace weir {

int RegionTable::enroll(std::uint32_t opcode, void const* argument, std::uint32_t size) {
  if (opcode == uapi::register_regions) {
    if (size != sizeof(uapi::RegionTable)) return -EINVAL;
    auto const& table = *static_cast<uapi::RegionTable const*>(argument);
    if (!regions_.empty()) return -EBUSY;
    if (table.count == 0 || table.flags != uapi::regions_sparse) return -EINVAL;
    regions_.resize(table.count);
    return 0;
  }
  WEIR_ASSERT(opcode == uapi::update_regions);
  if (size != sizeof(uapi::RegionUpdate)) return -EINVAL;
  auto const& update = *static_cast<uapi::RegionUpdate const*>(argument);
  if (regions_.empty()) return -ENXIO;
  if (update.offset >= regions_.size() || update.count > regions_.size() - update.offset)
    return -EINVAL;
  auto const* const parts =
      reinterpret_cast<iovec const*>(static_cast<std::uintptr_t>(update.data));
  for (std::uint32_t i = 0; i < update.count; ++i) regions_[update.offset + i] = parts[i];
  return static_cast<int>(update.count);
}

int RegionTable::resolve(uapi::Sqe& submission) const {
  bool const reads = submission.opcode == uapi::op_read_fixed;
  WEIR_ASSERT(reads || submission.opcode == uapi::op_write_fixed);
  if (submission.buffer_group >= regions_.size()) return -EFAULT;
  iovec const& region = regions_[submission.buffer_group];
  std::uint64_t const begin = reinterpret_cast<std::uintptr_t>(region.iov_base);
  if (region.iov_base == nullptr || submission.address < begin) return -EFAULT;
  std::uint64_t const from = submission.address - begin;
  if (from > region.iov_len || submission.size > region.iov_len - from) return -EFAULT;
  submission.opcode = reads ? uapi::op_read : uapi::op_write;
  submission.buffer_group = 0;
  return 0;
}

}  // namespace weir
