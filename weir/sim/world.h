// A simulated world: one network, one disk and one clock, shared by any number of simulated kernels
// and peers.
//
//   SimWorld world(seed, SimOptions::hostile());
//   auto ring = Ring::make(world.make_kernel()).value();
//   auto peer = make_sim_peer(world);
//   peer->connect(address);                        // its SYN is on the way
//   ring->step(Wait::park);                        // time moves until something completes
//
// The whole world is one thread's (but for Kernel::wake), and everything in it follows from one
// seed: run it again and it does the same, byte for byte. Nothing in it sleeps. Time is a number;
// it moves when every kernel is parked, to the next moment at which something happens or a kernel's
// deadline passes, or when a test says advance(). Polling moves it only by what an enter costs.
//
// Several kernels take turns: a test steps their rings one after the other. A kernel that parks
// while another one still has something to do returns at once with nothing, so that the other may
// be stepped at the same instant. One that is never stepped holds the world up only for a few such
// turns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/clock.h"
#include "weir/ring/kernel.h"
#include "weir/sim/chance.h"
#include "weir/sim/files.h"
#include "weir/sim/network.h"
#include "weir/sim/options.h"
#include "weir/sim/timeline.h"

namespace weir {

class SimKernel;

class SimWorld {
 public:
  explicit SimWorld(std::uint64_t seed, SimOptions const& options = SimOptions::calm());
  ~SimWorld();
  SimWorld(SimWorld const&) = delete;
  SimWorld& operator=(SimWorld const&) = delete;

  // The world must outlive its kernels.
  std::unique_ptr<Kernel> make_kernel();

  Clock const& clock() const { return timeline_; }
  // Lets this much time pass, and all that happens in it. Kernels notice at their next enter.
  void advance(Duration duration);

  // Whether the latest park found that nothing can ever happen again unless a test does something:
  // no event, no deadline, no other kernel with work. It returned at once; a program would have
  // slept for ever.
  bool deadlocked() const { return deadlocked_; }

  std::uint64_t seed() const { return chance_.seed(); }
  SimOptions const& options() const { return chance_.options; }
  // Changes what happens from now on.
  void set_options(SimOptions const& options) { chance_.options = options; }

  // How many segments have arrived so far: what SimOptions::reset_at_delivery counts.
  std::uint64_t deliveries() const { return network_.deliveries(); }

  // What the kernels have under way, and descriptors that are open, but for 0 and 1.
  std::size_t operation_count() const;
  std::size_t descriptor_count() const;

  // For a failure message: the seed, the time, what the sockets hold and what the kernels wait for.
  std::string describe() const;

  // ---- for the parts of the simulation
  Timeline& timeline() { return timeline_; }
  SimNetwork& network() { return network_; }
  SimFiles& files() { return files_; }
  // As FUTEX_WAKE: all kernels are part of one process.
  int wake_futex(std::uint64_t address, std::uint64_t count_max);
  Chance& chance() { return chance_; }

 private:
  friend class SimKernel;
  void add(SimKernel& kernel);
  void remove(SimKernel& kernel);
  void entered(SimKernel& kernel);
  // A kernel found nothing to do and wants to sleep until `deadline`. Moves time if it may; false
  // if the kernel should return instead.
  bool park(SimKernel& kernel, Instant deadline);
  bool others_have_work(SimKernel const& kernel) const;

  Chance chance_;
  Timeline timeline_;
  SimNetwork network_;
  SimFiles files_;
  std::vector<SimKernel*> kernels_;
  SimKernel* last_entered_ = nullptr;
  std::uint32_t turns_given_ = 0;
  bool deadlocked_ = false;
};

}  // namespace weir
