#include "weir/sim/test_kernels.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ostream>

#include "weir/base/assert.h"

namespace weir {

namespace {

constexpr std::uint64_t hostile_seeds[] = {1, 2, 3, 4};

// Of one park of run_until. On a real kernel nearly every park ends earlier, because something
// happened.
constexpr Duration park_time = 1 * milliseconds;
// A real kernel is given time and a simulated one is given steps, whose time may stand still.
constexpr Duration run_time_max = 10 * seconds;
constexpr std::uint32_t step_count_min = 20'000;
constexpr std::uint32_t step_count_max = 1'000'000;

bool io_uring_is_allowed() {
  std::unique_ptr<Kernel> const kernel = make_uring_kernel();
  Setup setup;
  setup.submission_count = 4;
  setup.completion_count = 8;
  Result<void> const done = kernel->set_up(setup);
  if (!done) std::fprintf(stderr, "no tests on io_uring: %s\n", done.error().message.c_str());
  return done.ok();
}

// Every other hostile world is a Linux 6.1, so that both kinds of buffer rings meet every fault.
KernelChoice hostile_choice(std::uint64_t seed) {
  return {.name = "sim_hostile_" + std::to_string(seed),
          .kind = KernelChoice::Kind::sim,
          .hide = seed % 2 == 0 ? all_features : Features{},
          .options = SimOptions::hostile(),
          .seed = seed};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, KernelChoice const& choice) {
  return out << choice.name;
}

std::vector<KernelChoice> test_kernels_named(std::string const& beginning) {
  std::vector<KernelChoice> choices = test_kernels();
  std::erase_if(choices, [&](auto const& choice) { return !choice.name.starts_with(beginning); });
  return choices;
}

std::vector<KernelChoice> test_kernels_not_named(std::string const& beginning) {
  std::vector<KernelChoice> choices = test_kernels();
  std::erase_if(choices, [&](auto const& choice) { return choice.name.starts_with(beginning); });
  return choices;
}

std::uint64_t test_seed(std::uint64_t otherwise) {
  char const* const text = std::getenv("WEIR_SEED");
  if (text == nullptr || *text == '\0') return otherwise;
  std::uint64_t seed = 0;
  char const* const end = text + std::strlen(text);
  auto const [stopped, error] = std::from_chars(text, end, seed);
  if (error == std::errc{} && stopped == end) return seed;
  std::fprintf(stderr, "WEIR_SEED=%s is no number from 0 to 2^64 - 1\n", text);
  std::abort();
}

std::vector<KernelChoice> sim_kernels() {
  std::vector<KernelChoice> choices{{.name = "sim", .kind = KernelChoice::Kind::sim}};
  char const* const chosen = std::getenv("WEIR_SEED");
  if (chosen != nullptr && *chosen != '\0') {
    choices.push_back(hostile_choice(test_seed(0)));
    return choices;
  }
  for (std::uint64_t const seed : hostile_seeds) choices.push_back(hostile_choice(seed));
  return choices;
}

std::vector<KernelChoice> test_kernels() {
  std::vector<KernelChoice> choices;
  static bool const has_io_uring = io_uring_is_allowed();
  if (has_io_uring) {
    choices.push_back({.name = "uring", .kind = KernelChoice::Kind::uring});
    choices.push_back(
        {.name = "uring_6_1", .kind = KernelChoice::Kind::uring, .hide = all_features});
  }
  choices.push_back({.name = "epoll", .kind = KernelChoice::Kind::epoll, .hide = all_features});
  for (KernelChoice& choice : sim_kernels()) choices.push_back(std::move(choice));
  return choices;
}

// ---- one test -----------------------------------------------------------------------------------

TestKernel::TestKernel(KernelChoice const& choice) : choice_(choice) {
  if (choice.kind == KernelChoice::Kind::sim)
    world_ = std::make_unique<SimWorld>(choice.seed, choice.options);
}

TestKernel::~TestKernel() = default;

std::unique_ptr<Kernel> TestKernel::make_kernel() {
  switch (choice_.kind) {
    case KernelChoice::Kind::uring:
      return make_uring_kernel();
    case KernelChoice::Kind::epoll:
      return make_epoll_kernel();
    case KernelChoice::Kind::sim:
      return world_->make_kernel();
  }
  WEIR_ASSERT(!"a kind of kernel that nobody makes");
  return nullptr;
}

std::unique_ptr<Peer> TestKernel::make_peer() {
  return world_ == nullptr ? make_socket_peer() : make_sim_peer(*world_);
}

std::unique_ptr<Ring> TestKernel::make_ring(Setup setup) {
  setup.hide = choice_.hide;
  Result<std::unique_ptr<Ring>> made = Ring::make(make_kernel(), setup);
  if (!made) std::fprintf(stderr, "%s: %s\n", choice_.name.c_str(), made.error().message.c_str());
  WEIR_ASSERT(made.ok());
  return std::move(made).value();
}

// ---- running ------------------------------------------------------------------------------------

bool run_until(std::initializer_list<Ring*> rings, std::function<bool()> const& predicate) {
  WEIR_ASSERT(rings.size() > 0);
  Clock const& clock = (*rings.begin())->clock();
  Instant const end = clock.now() + run_time_max;
  for (std::uint32_t step = 0; step < step_count_max; ++step) {
    if (predicate()) return true;
    if (step >= step_count_min && clock.now() >= end) return false;
    for (Ring* const ring : rings)
      ring->step(Wait::park, ring->clock().now() + park_time / rings.size());
  }
  return false;
}

bool run_until(Ring& ring, std::function<bool()> const& predicate) {
  return run_until({&ring}, predicate);
}

void run_for(Ring& ring, Duration duration) {
  Instant const end = ring.clock().now() + duration;
  while (ring.clock().now() < end) ring.step(Wait::park, end);
}

}  // namespace weir
