#include "weir/sim/world.h"

#include <algorithm>

#include "weir/base/assert.h"
#include "weir/sim/kernel_sim.h"

namespace weir {

namespace {

// How often a kernel that parks lets the others go first at the same instant. Enough for a program
// that steps its rings in turn; one that has forgotten a ring loses only these few steps.
constexpr std::uint32_t turns_max = 16;

}  // namespace

SimWorld::SimWorld(std::uint64_t seed, SimOptions const& options)
    : chance_(seed, options), network_(timeline_, chance_), files_(chance_) {
  WEIR_ASSERT(options.latency_min <= options.latency_max);
  WEIR_ASSERT(0 < options.send_window_min);
  WEIR_ASSERT(options.send_window_min <= options.send_window_max);
  WEIR_ASSERT(0 < options.receive_window_min);
  WEIR_ASSERT(options.receive_window_min <= options.receive_window_max);
}

SimWorld::~SimWorld() { WEIR_ASSERT(kernels_.empty()); }

std::unique_ptr<Kernel> SimWorld::make_kernel() { return std::make_unique<SimKernel>(*this); }

void SimWorld::add(SimKernel& kernel) { kernels_.push_back(&kernel); }

void SimWorld::remove(SimKernel& kernel) {
  WEIR_ASSERT(std::erase(kernels_, &kernel) == 1);
  if (last_entered_ == &kernel) last_entered_ = nullptr;
}

void SimWorld::advance(Duration duration) { timeline_.run_until(timeline_.now() + duration); }

void SimWorld::entered(SimKernel& kernel) {
  kernel.absent = false;
  if (last_entered_ != &kernel) turns_given_ = 0;
  last_entered_ = &kernel;
  deadlocked_ = false;
  Duration const cost = chance_.between(0, chance_.options.enter_time_max);
  if (cost > 0) advance(cost);
}

bool SimWorld::others_have_work(SimKernel const& kernel) const {
  return std::any_of(kernels_.begin(), kernels_.end(), [&kernel](SimKernel const* other) {
    return other != &kernel && !other->absent && other->has_work();
  });
}

bool SimWorld::park(SimKernel& kernel, Instant deadline) {
  WEIR_ASSERT(deadline > timeline_.now());
  if (others_have_work(kernel)) {
    if (turns_given_ < turns_max) {
      ++turns_given_;
      return false;
    }
    for (SimKernel* const other : kernels_)
      if (other != &kernel && other->has_work()) other->absent = true;
  }
  Instant next = std::min(timeline_.next(), deadline);
  for (SimKernel const* const other : kernels_)
    if (!other->absent) next = std::min(next, other->parked_until());
  if (next == never) {
    deadlocked_ = std::none_of(kernels_.begin(), kernels_.end(), [&kernel](SimKernel const* other) {
      return other != &kernel && other->has_work();
    });
    return false;
  }
  timeline_.run_until(std::max(next, timeline_.now()));
  return true;
}

int SimWorld::wake_futex(std::uint64_t address, std::uint64_t count_max) {
  std::uint32_t woken = 0;
  for (SimKernel* const kernel : kernels_) woken += kernel->wake_futex(address, count_max - woken);
  return static_cast<int>(woken);
}

std::size_t SimWorld::operation_count() const {
  std::size_t count = 0;
  for (SimKernel const* const kernel : kernels_) count += kernel->operation_count();
  return count;
}

std::size_t SimWorld::descriptor_count() const {
  std::size_t count = 0;
  for (SimKernel const* const kernel : kernels_) count += kernel->descriptor_count();
  return count;
}

std::string SimWorld::describe() const {
  std::string text =
      "simulated world, seed " + std::to_string(seed()) + ", at " +
      std::to_string(timeline_.now()) + " ns, " + std::to_string(timeline_.planned()) +
      " events planned, " + std::to_string(deliveries()) + " deliveries" +
      (deadlocked_ ? ", DEADLOCKED" : "") + "\n" + network_.describe() + files_.describe();
  for (SimKernel const* const kernel : kernels_) text += kernel->describe();
  return text;
}

}  // namespace weir
