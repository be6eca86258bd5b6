// Work from other threads. Nothing here sleeps: every wait is for something that must come.
#include "weir/ring/remote.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/ring/test_tasks.h"

namespace weir {
namespace {

// A simulated world is one thread's.
class RemoteTest : public TaskFixture {
 protected:
  Instant far() { return ring().clock().now() + 100 * seconds; }
};
INSTANTIATE_TEST_SUITE_P(Kernels, RemoteTest, testing::ValuesIn(test_kernels()), kernel_name);
class RemoteThreadsTest : public RemoteTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, RemoteThreadsTest,
                         testing::ValuesIn(test_kernels_not_named("sim")), kernel_name);

TEST_P(RemoteTest, WorkRunsInAStepInTheOrderInWhichItWasPosted) {
  Remote const remote = ring().remote();
  std::vector<int> order;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(remote.post([&order, i](Ring&) { order.push_back(i); }), Posted::taken);
  EXPECT_TRUE(order.empty());
  ring().step(Wait::park, far());  // does not sleep
  EXPECT_TRUE(until([&] { return order.size() == 5; }));
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
  EXPECT_EQ(remote.counters().wakes, 1u);
}

TEST_P(RemoteTest, AFullQueueSaysSoAndTakesMoreWhenSomeHasRun) {
  Remote const remote = ring().remote(2);
  int count = 0;
  auto const add = [&count](Ring&) { ++count; };
  EXPECT_EQ(remote.post(add), Posted::taken);
  EXPECT_EQ(remote.post(add), Posted::taken);
  Work third(add);
  EXPECT_EQ(remote.post(third), Posted::full);
  ring().step(Wait::poll);
  EXPECT_EQ(count, 2);
  EXPECT_EQ(remote.post(third), Posted::taken);
  ring().step(Wait::poll);
  EXPECT_EQ(count, 3);
  EXPECT_EQ(remote.counters().full, 1u);
  EXPECT_EQ(remote.counters().posted, 3u);
}

TEST_P(RemoteTest, WorkMayPostMoreWhichTheNextStepRuns) {
  Remote const remote = ring().remote();
  struct Again {
    Remote remote;
    int* count;
    void operator()(Ring&) {
      if (++*count == 10) return;
      EXPECT_EQ(remote.post(Again{remote, count}), Posted::taken);
    }
  };
  int count = 0;
  EXPECT_EQ(remote.post(Again{remote, &count}), Posted::taken);
  EXPECT_EQ(remote.post([](Ring&) {}), Posted::taken);  // behind which the next one is no first
  while (count < 10) {
    int const before = count;
    Instant const begin = ring().clock().now();
    ring().step(Wait::park, begin + 50 * seconds);  // nobody else wakes it
    ASSERT_LE(count, before + 1);
    ASSERT_LT(ring().clock().now(), begin + 50 * seconds);
  }
}

TEST_P(RemoteTest, ARingThatHasEndedSaysSoAndDestroysWhatItHasNotRun) {
  bool destroyed = false;
  struct Tells {
    explicit Tells(bool& its_flag) : flag(&its_flag) {}
    Tells(Tells&& other) noexcept : flag(std::exchange(other.flag, nullptr)) {}
    ~Tells() {
      if (flag != nullptr) *flag = true;
    }
    bool* flag;
  };
  Remote const remote = ring().remote();
  Remote const copy = remote;
  EXPECT_EQ(remote.post([tells = Tells(destroyed)](Ring&) { FAIL(); }), Posted::taken);
  ring_.reset();
  EXPECT_TRUE(destroyed);
  EXPECT_EQ(copy.post([](Ring&) { FAIL(); }), Posted::ended);
  EXPECT_EQ(Remote().post([](Ring&) { FAIL(); }), Posted::ended);
}

TEST_P(RemoteTest, WorkSpawnsCoroutines) {
  Remote const remote = ring().remote();
  Scope scope;
  int result = 1;
  auto const sleep = [](Async on, int& out) -> task<> {
    out = co_await on.sleep(1 * milliseconds);
  };
  EXPECT_EQ(remote.post([&](Ring& on) { EXPECT_TRUE(scope.spawn(sleep(Async(on), result))); }),
            Posted::taken);
  EXPECT_TRUE(until([&] { return result == 0; }));
}

TEST_P(RemoteThreadsTest, ManyThreadsPostAndNothingIsLostOrOutOfOrder) {
  constexpr int threads = 3;
  constexpr int each = 5000;
  Remote const remote = ring().remote(64);
  std::vector<int> last(threads, -1);
  int received = 0;
  std::vector<std::thread> others;
  for (int thread = 0; thread < threads; ++thread) {
    others.emplace_back([&, thread] {
      for (int i = 0; i < each; ++i) {
        Work work([&, thread, i](Ring&) {
          int& before = last[static_cast<std::size_t>(thread)];
          EXPECT_EQ(before, i - 1);
          before = i;
          ++received;
        });
        while (remote.post(work) == Posted::full) std::this_thread::yield();
      }
    });
  }
  Instant const end = far();
  while (received < threads * each && ring().clock().now() < end) ring().step(Wait::park, end);
  EXPECT_EQ(received, threads * each);
  for (std::thread& other : others) other.join();
  EXPECT_EQ(remote.counters().posted, static_cast<std::uint64_t>(threads * each));
}

TEST_P(RemoteThreadsTest, PostingWhileTheRingEndsIsSafe) {
  for (int round = 0; round < 20; ++round) {
    std::unique_ptr<Ring> dying = test_.make_ring();
    Remote const remote = dying->remote();
    std::atomic<bool> begun = false;
    std::thread other([&, remote] {
      while (remote.post([](Ring&) {}) != Posted::ended) begun.store(true);
    });
    while (!begun.load()) dying->step(Wait::poll);
    dying.reset();
    other.join();
  }
}

// A thread has operations carried out by a ring, and gets their results back.
TEST_P(RemoteThreadsTest, AThreadSubmitsOperationsAndGetsTheirResults) {
  Remote const remote = ring().remote();
  Scope scope;
  struct Answer {
    std::mutex mutex;
    std::condition_variable given;
    std::string text;
    bool there = false;
  };
  auto const talk = [](Async on, Answer& answer) -> task<> {
    auto ends = on.open_pipe().value();
    auto [written, given] = co_await on.write(ends[1], std::string("hello"));
    auto [count, bytes] = co_await on.read(ends[0], std::string(5, '\0'));
    std::lock_guard const lock(answer.mutex);
    answer.text = std::move(bytes);
    answer.there = true;
    answer.given.notify_one();
  };
  std::atomic<int> done = 0;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) {
      Answer answer;
      EXPECT_EQ(remote.post([&](Ring& on) { EXPECT_TRUE(scope.spawn(talk(Async(on), answer))); }),
                Posted::taken);
      std::unique_lock lock(answer.mutex);
      answer.given.wait(lock, [&] { return answer.there; });
      EXPECT_EQ(answer.text, "hello");
      done.fetch_add(1);
    }
  });
  Instant const end = far();
  while (done.load() < 100 && ring().clock().now() < end)
    ring().step(Wait::park, ring().clock().now() + 10 * milliseconds);
  other.join();
  EXPECT_EQ(done.load(), 100);
}

}  // namespace
}  // namespace weir
