// Waking a ring from another thread: no wake is lost, and none costs a system call that nobody
// needs.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "tests/ring/recorder.h"
#include "weir/ring/prepare.h"

namespace weir {
namespace {

class WakeTest : public RingFixture {
 protected:
  // Far beyond what any park here may take; one that lasts this long was not woken.
  Instant far() { return ring().clock().now() + 100 * seconds; }
};
INSTANTIATE_TEST_SUITE_P(Kernels, WakeTest, testing::ValuesIn(test_kernels()), kernel_name);

std::vector<KernelChoice> real_kernels() {
  std::vector<KernelChoice> choices = test_kernels();
  std::erase_if(choices,
                [](KernelChoice const& choice) { return choice.kind == KernelChoice::Kind::sim; });
  return choices;
}
// A simulated world is one thread's.
class WakeFromAnotherThreadTest : public WakeTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, WakeFromAnotherThreadTest, testing::ValuesIn(real_kernels()),
                         kernel_name);

TEST_P(WakeTest, BeforeAParkKeepsItFromSleeping) {
  Instant const begin = ring().clock().now();
  ring().wake();
  while (ring().counters().wakes == 0) ring().step(Wait::park, far());
  EXPECT_EQ(ring().counters().wakes, 1u);
  EXPECT_LT(ring().clock().now(), begin + 50 * seconds);
}

TEST_P(WakeTest, ManyBeforeAParkAreOne) {
  for (int i = 0; i < 1000; ++i) ring().wake();
  while (ring().counters().wakes == 0) ring().step(Wait::park, far());
  Instant const deadline = ring().clock().now() + 2 * milliseconds;
  while (ring().clock().now() < deadline) ring().step(Wait::park, deadline);
  EXPECT_EQ(ring().counters().wakes, 1u);
  EXPECT_LT(ring().counters().enters, 100u);  // and the next park did sleep
}

TEST_P(WakeTest, OutsideAParkDoesNotDisturbWhatHappens) {
  ring().wake();
  Link const connection = link();
  ring().wake();
  send_all(*connection.peer, "x");
  std::byte memory[4];
  Recorder receive(ring());
  ring().receive(receive, connection.descriptor, memory, sizeof(memory));
  EXPECT_TRUE(until_idle(receive));
  EXPECT_EQ(receive.result(), 1);
}

// The other thread wakes as soon as it sees a round begin: before the park, while the ring falls
// asleep, or when it sleeps, as it happens. A lost wake would show as a park that lasts.
TEST_P(WakeFromAnotherThreadTest, EndsThePark) {
  constexpr std::uint32_t rounds = 3000;
  std::atomic<std::uint32_t> begun = 0;
  std::atomic<bool> given_up = false;
  std::thread other([&] {
    for (std::uint32_t round = 1; round <= rounds; ++round) {
      while (begun.load() < round && !given_up.load()) {}
      for (std::uint32_t spin = 0; spin < round * 37 % 2000; ++spin) begun.load();
      ring().wake();
    }
  });
  for (std::uint32_t round = 1; round <= rounds; ++round) {
    begun.store(round);
    Instant const begin = ring().clock().now();
    while (ring().counters().wakes < round && ring().clock().now() < begin + 10 * seconds)
      ring().step(Wait::park, begin + 10 * seconds);
    EXPECT_EQ(ring().counters().wakes, round);
    EXPECT_LT(ring().clock().now(), begin + 10 * seconds);
    if (HasFailure()) break;
  }
  given_up.store(true);
  other.join();
}

// The same from a ring of that thread's own, as part of its enters.
TEST_P(WakeFromAnotherThreadTest, ByAnotherRingEndsThePark) {
  constexpr std::uint32_t rounds = 2000;
  std::atomic<std::uint32_t> begun = 0;
  std::atomic<std::uint32_t> posted = 0;
  std::atomic<bool> given_up = false;
  std::thread thread([&] {
    std::unique_ptr<Ring> const own = test_.make_ring();
    Recorder wake(*own);
    for (std::uint32_t round = 1; round <= rounds && !given_up.load(); ++round) {
      while (begun.load() < round && !given_up.load()) {}
      for (std::uint32_t spin = 0; spin < round * 37 % 2000; ++spin) begun.load();
      posted.store(round);
      own->wake_ring(wake, ring());
      while (!wake.idle()) own->step(Wait::park);
      EXPECT_EQ(wake.result(), 0);
    }
  });
  for (std::uint32_t round = 1; round <= rounds && !HasFailure(); ++round) {
    begun.store(round);
    Instant const begin = ring().clock().now();
    while (posted.load() < round && ring().clock().now() < begin + 10 * seconds)
      ring().step(Wait::park, begin + 10 * seconds);
    EXPECT_LT(ring().clock().now(), begin + 10 * seconds);
  }
  given_up.store(true);
  thread.join();
}

// What was written before a wake is there after the park that it ended.
TEST_P(WakeFromAnotherThreadTest, ShowsWhatWasWrittenBefore) {
  constexpr std::uint32_t messages = 20'000;
  std::atomic<std::uint32_t> posted = 0;
  std::thread other([&] {
    for (std::uint32_t i = 0; i < messages; ++i) {
      posted.fetch_add(1, std::memory_order_relaxed);
      ring().wake();
    }
  });
  Instant const end = far();
  while (posted.load(std::memory_order_relaxed) < messages) {
    ring().step(Wait::park, end);
    ASSERT_LT(ring().clock().now(), end);
  }
  other.join();
  EXPECT_LE(ring().counters().wakes, messages);
}

TEST_P(WakeFromAnotherThreadTest, FromManyThreadsAtOnce) {
  constexpr std::uint32_t each = 2000;
  std::atomic<std::uint32_t> posted = 0;
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&] {
      for (std::uint32_t n = 0; n < each; ++n) {
        posted.fetch_add(1);
        ring().wake();
      }
    });
  }
  Instant const end = far();
  while (posted.load() < 3 * each && ring().clock().now() < end) ring().step(Wait::park, end);
  EXPECT_EQ(posted.load(), 3 * each);
  for (std::thread& other : others) other.join();
}

// The poll behind it is a submission like others: it can end (when completions overflow, say), and
// is then armed again.
TEST(UringWake, WorksAfterItsPollHasEnded) {
  std::unique_ptr<Kernel> const kernel = make_uring_kernel();
  weir::Setup setup;
  setup.hide.message_wakes = true;
  Result<void> const set_up = kernel->set_up(setup);
  if (!set_up && std::getenv("WEIR_NO_URING") != nullptr) return;
  ASSERT_TRUE(set_up.ok()) << set_up.error().message;
  auto const reap = [&] {
    CompletionQueue const& queue = kernel->completions;
    std::uint32_t ended = 0;
    for (; *queue.head != *queue.tail; ++*queue.head) {
      uapi::Cqe const& reaped = queue.entries[*queue.head & queue.mask];
      if (reaped.user_data != user_data_kernel) continue;
      kernel->own_completion(reaped);
      if (reaped.result == -ECANCELED) ++ended;
    }
    return ended;
  };
  Clock const& clock = kernel->clock();
  for (int round = 0; round < 200; ++round) {
    kernel->enter(0, true, clock.now());  // arms it
    SubmissionQueue const& queue = kernel->submissions;
    queue.entries[(*queue.tail)++ & queue.mask] = prepare_cancel_of_all();
    ASSERT_EQ(kernel->enter(1, false, never), 1);
    kernel->enter(0, false, never);
    ASSERT_EQ(reap(), 1u);

    std::atomic<bool> begun = false;
    std::thread other([&] {
      while (!begun.load()) {}
      for (int spin = 0; spin < round * 50; ++spin) begun.load();
      kernel->wake();
    });
    Instant const begin = clock.now();
    begun.store(true);
    std::uint64_t const wakes = kernel->wake_count;
    while (kernel->wake_count == wakes) {
      kernel->enter(*queue.tail - *queue.head, true, begin + 10 * seconds);
      reap();
    }
    other.join();
    ASSERT_LT(clock.now(), begin + 5 * seconds) << round;
  }
}

// Where any thread can post a completion to a ring that is how it is woken, and else the eventfd.
TEST(UringWake, IsAMessageWhereTheKernelTakesOne) {
  for (bool const hidden : {false, true}) {
    std::unique_ptr<Kernel> const kernel = make_uring_kernel();
    weir::Setup setup;
    setup.hide.message_wakes = hidden;
    Result<void> const set_up = kernel->set_up(setup);
    if (!set_up && std::getenv("WEIR_NO_URING") != nullptr) return;
    ASSERT_TRUE(set_up.ok()) << set_up.error().message;
    EXPECT_TRUE(!hidden || !kernel->features.message_wakes);
    CompletionQueue const& queue = kernel->completions;
    std::uint32_t messages = 0;
    std::uint32_t writes = 0;
    // Until one of them has found the ring asleep.
    for (int round = 0; round < 1000 && messages + writes == 0; ++round) {
      std::atomic<bool> begun = false;
      std::thread other([&] {
        while (!begun.load()) {}
        for (int spin = 0; spin < round * 50; ++spin) begun.load();
        kernel->wake();
      });
      std::uint64_t const wakes = kernel->wake_count;
      begun.store(true);
      while (kernel->wake_count == wakes)
        kernel->enter(*kernel->submissions.tail - *kernel->submissions.head, true, never);
      other.join();
      kernel->enter(0, false, never);
      for (; *queue.head != *queue.tail; ++*queue.head) {
        uapi::Cqe const& reaped = queue.entries[*queue.head & queue.mask];
        if (reaped.user_data == user_data_nobody) ++messages;
        if (reaped.user_data == user_data_kernel) ++writes;
      }
    }
    EXPECT_EQ(messages + writes, 1u);
    EXPECT_EQ(messages == 1, kernel->features.message_wakes);
  }
}

}  // namespace
}  // namespace weir
