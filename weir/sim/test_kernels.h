// The kernels every test of ring and net runs on:
//
//   class RingTest : public testing::TestWithParam<KernelChoice> {
//    protected:
//     TestKernel test_{GetParam()};
//   };
//   INSTANTIATE_TEST_SUITE_P(Kernels, RingTest, testing::ValuesIn(test_kernels()), name_of);
//
// uring with all that this machine's kernel has, uring_6_1 with all of it hidden, epoll, sim (a
// quiet world) and some sim_hostile_SEED. A failure on a hostile world is replayed by its name,
// which holds the seed, or by WEIR_SEED=seed, which leaves only that hostile world.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "weir/ring/kernel.h"
#include "weir/ring/ring.h"
#include "weir/sim/options.h"
#include "weir/sim/peer.h"
#include "weir/sim/world.h"

namespace weir {

// One parameter of a test: a name and how to make the kernel.
struct KernelChoice {
  enum class Kind : std::uint8_t { uring, epoll, sim };

  std::string name;
  Kind kind = Kind::sim;
  Features hide{};
  // Of a simulated world only.
  SimOptions options{};
  std::uint64_t seed = 1;
};
std::ostream& operator<<(std::ostream& out, KernelChoice const& choice);

// For the last argument of INSTANTIATE_TEST_SUITE_P.
inline constexpr auto name_of = [](auto const& info) { return info.param.name; };

// Where the system forbids io_uring its kernels are left out, and standard error says so.
std::vector<KernelChoice> test_kernels();
// The simulated ones among them, for what only makes sense there.
std::vector<KernelChoice> sim_kernels();
// Those among them whose name begins so, or does not.
std::vector<KernelChoice> test_kernels_named(std::string const& beginning);
std::vector<KernelChoice> test_kernels_not_named(std::string const& beginning);

// WEIR_SEED, or `otherwise`.
std::uint64_t test_seed(std::uint64_t otherwise);

// What one test runs on. Kernels and peers made by the same TestKernel reach each other. It must
// outlive both.
class TestKernel {
 public:
  explicit TestKernel(KernelChoice const& choice);
  ~TestKernel();

  std::unique_ptr<Kernel> make_kernel();
  std::unique_ptr<Peer> make_peer();
  // A ring on make_kernel(), with the features of the choice hidden. Fails the process if it is
  // refused.
  std::unique_ptr<Ring> make_ring(Setup setup = {});

  Features hide() const { return choice_.hide; }
  bool simulated() const { return world_ != nullptr; }
  // Null on a real kernel.
  SimWorld* world() { return world_.get(); }

 private:
  KernelChoice choice_;
  std::unique_ptr<SimWorld> world_;
};

// Steps the rings, each parked for a millisecond of its own clock at most, until `predicate` holds:
// true. Or until that took too many steps (some 10 seconds of time): false. Never sleeps in a
// simulated world.
bool run_until(Ring& ring, std::function<bool()> const& predicate);
bool run_until(std::initializer_list<Ring*> rings, std::function<bool()> const& predicate);
// Steps for so long, whatever happens: for what must NOT happen.
void run_for(Ring& ring, Duration duration);

}  // namespace weir
