#include "weir/ring/region.h"

#include <sys/uio.h>

#include <bit>

#include "weir/base/assert.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

static_assert(regions_max == 64);  // a bit each of Ring::regions_

// Puts `part` at this place of the table, or nothing.
int update(Kernel& kernel, std::uint32_t index, iovec const& part) {
  uapi::RegionUpdate update{};
  update.offset = index;
  update.data = reinterpret_cast<std::uintptr_t>(&part);
  update.count = 1;
  return kernel.enroll(uapi::update_regions, &update, sizeof(update));
}

bool make_table(Kernel& kernel) {
  uapi::RegionTable table{};
  table.count = regions_max;
  table.flags = uapi::regions_sparse;
  return kernel.enroll(uapi::register_regions, &table, sizeof(table)) >= 0;
}

}  // namespace

Region::Region(Ring& ring, std::span<std::byte> memory) : ring_(ring), memory_(memory) {
  WEIR_ASSERT(!memory.empty());
  if (!ring.has_region_table_) ring.has_region_table_ = make_table(ring.kernel());
  if (!ring.has_region_table_) return;
  auto const free = static_cast<std::uint32_t>(std::countr_one(ring.regions_));
  if (free == regions_max) return;
  if (update(ring.kernel(), free, {memory.data(), memory.size()}) != 1) return;
  ring.regions_ |= std::uint64_t{1} << free;
  index_ = static_cast<std::int32_t>(free);
}

Region::~Region() {
  if (index_ < 0) return;
  auto const index = static_cast<std::uint32_t>(index_);
  int const given_up = update(ring_.kernel(), index, {nullptr, 0});
  WEIR_ASSERT(given_up == 1);
  ring_.regions_ &= ~(std::uint64_t{1} << index);
}

}  // namespace weir
