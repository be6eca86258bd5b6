#include "weir/ring/buffer_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>

#include "weir/ring/ring.h"

namespace weir {

namespace {

constexpr std::uint32_t count_max = uapi::buffer_ring_entries_max;
constexpr std::size_t page_size = uapi::buffer_ring_alignment;

struct Geometry {
  std::uint32_t count;
  std::uint32_t size;
};
constexpr Geometry incremental_geometry{16, 256 * 1024};
constexpr Geometry plain_geometry{64, 64 * 1024};
static_assert(std::uint64_t{incremental_geometry.count} * incremental_geometry.size ==
              std::uint64_t{plain_geometry.count} * plain_geometry.size);

// Null and errno if there is none.
std::byte* map_memory(std::size_t size) {
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

void unmap_memory(void* memory, std::size_t size) {
  if (memory == nullptr) return;
  int const done = ::munmap(memory, size);
  WEIR_ASSERT(done == 0);
}

constexpr PoolMemory mapped_memory{
    [](void*, std::size_t size) { return map_memory(size); },
    [](void*, std::byte* memory, std::size_t size) { unmap_memory(memory, size); }, nullptr};

bool is_incremental(Ring const& ring, PoolSetup const& setup) {
  return ring.features().incremental_buffers && !setup.whole_buffers && !setup.bundles;
}

Error pool_error(char const* what, int code) {
  return {code, std::string("buffer pool: ") + what + ": " + std::strerror(code)};
}

}  // namespace

Result<std::unique_ptr<BufferPool>> BufferPool::make(Ring& ring, PoolSetup const& setup) {
  Geometry const usual = is_incremental(ring, setup) ? incremental_geometry : plain_geometry;
  std::uint32_t const count = setup.count == 0 ? usual.count : setup.count;
  std::uint32_t const size = setup.size == 0 ? usual.size : setup.size;
  WEIR_ASSERT(std::has_single_bit(count));
  WEIR_ASSERT(count <= count_max);
  std::unique_ptr<BufferPool> pool(new BufferPool(ring, count, size, setup));
  Result<void> const mapped = pool->map(setup);
  if (!mapped) return mapped.error();
  Result<void> const enrolled = pool->enroll();
  if (!enrolled) return enrolled.error();
  return pool;
}

BufferPool::BufferPool(Ring& ring, std::uint32_t count, std::uint32_t size, PoolSetup const& setup)
    : ring_(&ring), slots_(count), size_(size), incremental_(is_incremental(ring, setup)) {
  bundles_ = setup.bundles && ring.features().bundles;
  for (Slot& slot : slots_) {
    slot.pool = this;
    slot.pooled = true;
    slot.give_back = give_back;
  }
  group_ = ring.attach(*this);
}

BufferPool::~BufferPool() {
  WEIR_ASSERT(receives_pending_ == 0);
  if (enrolled_) {
    WEIR_ASSERT(free_count_ == count());
    for (Slot const& slot : slots_) WEIR_ASSERT(slot.references == 1);  // the kernel's
  }
  if (ring_ != nullptr) {
    if (enrolled_) {
      uapi::BufferRingRegistration registration{};
      registration.group = group_;
      int const done = ring_->kernel().enroll(uapi::unregister_buffer_ring, &registration, 1);
      WEIR_ASSERT(done == 0);
    }
    ring_->detach(*this);
  }
  unmap_memory(entries_, entries_size_);
  if (memory_ != nullptr && provider_.release != nullptr)
    provider_.release(provider_.context, memory_, std::size_t{count()} * size_);
}

Result<void> BufferPool::map(PoolSetup const& setup) {
  std::size_t const wanted = std::size_t{count()} * size_;
  if (!setup.memory.empty()) {
    WEIR_ASSERT(setup.memory.size() >= wanted);
    memory_ = setup.memory.data();
  } else {
    provider_ = setup.provider.allocate == nullptr ? mapped_memory : setup.provider;
    WEIR_ASSERT(provider_.release != nullptr);
    memory_ = provider_.allocate(provider_.context, wanted);
    if (memory_ == nullptr) return pool_error("no memory for the buffers", ENOMEM);
  }
  entries_size_ = (count() * sizeof(uapi::BufferEntry) + page_size - 1) / page_size * page_size;
  std::byte* const entries = map_memory(entries_size_);
  if (entries == nullptr) return pool_error("no memory for the ring of buffers", errno);
  entries_ = reinterpret_cast<uapi::BufferEntry*>(entries);
  return {};
}

Result<void> BufferPool::enroll() {
  uapi::BufferRingRegistration registration{};
  registration.ring_address = reinterpret_cast<std::uintptr_t>(entries_);
  registration.ring_entries = count();
  registration.group = group_;
  registration.flags = incremental_ ? uapi::buffer_ring_incremental : 0;
  int const result = ring_->kernel().enroll(uapi::register_buffer_ring, &registration, 1);
  if (result < 0) return pool_error("the kernel does not take the ring of buffers", -result);
  enrolled_ = true;
  for (Slot& slot : slots_) add(slot);
  publish();
  return {};
}

void BufferPool::give_back(Storage& storage) {
  Slot& slot = static_cast<Slot&>(storage);
  WEIR_ASSERT(slot.pool != nullptr);
  slot.pool->add(slot);
}

// Writes the entry; the kernel sees it when the tail is published.
void BufferPool::add(Slot& slot) {
  WEIR_ASSERT(slot.references == 0);
  WEIR_ASSERT(!slot.with_kernel);
  WEIR_ASSERT(free_count_ < count());
  slot.references = 1;
  slot.with_kernel = true;
  slot.filled = 0;
  std::size_t const id = static_cast<std::size_t>(&slot - slots_.data());
  // Not the whole entry: the tail lies in the first one.
  uapi::BufferEntry& entry = entries_[tail_ & (count() - 1)];
  entry.address = reinterpret_cast<std::uintptr_t>(memory_ + id * size_);
  entry.size = size_;
  entry.id = static_cast<std::uint16_t>(id);
  slot.position = tail_;
  ++tail_;
  ++free_count_;
}

void BufferPool::publish() {
  if (tail_ == published_) return;
  WEIR_ASSERT(static_cast<std::uint16_t>(tail_ - published_) <= count());
  std::atomic_ref(entries_[0].tail).store(tail_, std::memory_order_release);
  published_ = tail_;
}

Buffer BufferPool::take(uapi::Cqe const& reaped) {
  return take(reaped.flags >> uapi::cqe_buffer_shift, reaped.result,
              (reaped.flags & uapi::cqe_buffer_more) != 0);
}

// The buffers of a bundle lie behind each other in the ring of buffers, whatever their ids are. The
// entry still says which it is: it is written to again when this buffer has come back.
Buffer BufferPool::take_next(std::int32_t left) {
  WEIR_ASSERT(bundles_);
  std::uint16_t const position = ++taken_position_;
  std::uint16_t const id = entries_[position & (count() - 1)].id;
  WEIR_ASSERT(id < count());
  WEIR_ASSERT(slots_[id].position == position);
  return take(id, left, false);
}

Buffer BufferPool::take(std::uint32_t id, std::int32_t result, bool kernel_goes_on) {
  WEIR_ASSERT(id < count());
  std::uint32_t size = result > 0 ? static_cast<std::uint32_t>(result) : 0;
  if (bundles_) {
    size = std::min(size, size_);
    taken_position_ = slots_[id].position;
  }
  WEIR_ASSERT(incremental_ || !kernel_goes_on);
  Slot& slot = slots_[id];
  WEIR_ASSERT(slot.with_kernel);
  WEIR_ASSERT(slot.references > 0);
  WEIR_ASSERT(slot.filled <= size_);
  WEIR_ASSERT(size <= size_ - slot.filled);
  std::byte* const data = memory_ + std::size_t{id} * size_ + slot.filled;
  slot.filled += size;
  ++counters_.results;
  if (kernel_goes_on) {
    slot.retain();
  } else {
    slot.with_kernel = false;  // and its reference becomes the buffer's
    WEIR_ASSERT(free_count_ > 0);
    --free_count_;
    counters_.out_high_water = std::max(counters_.out_high_water, out_count());
  }
  return {data, size, slot};
}

void BufferPool::receive_began() {
  WEIR_ASSERT(enrolled_);
  ++receives_pending_;
}

void BufferPool::receive_ended(std::int32_t result) {
  WEIR_ASSERT(receives_pending_ > 0);
  --receives_pending_;
  if (result == -ENOBUFS) ++counters_.starved;
}

}  // namespace weir
