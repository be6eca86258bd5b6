// Tasks by themselves: values, exceptions, stops, scopes, and a ring that runs them.
#include "weir/ring/task.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/ring/recorder.h"
#include "tests/ring/test_tasks.h"

namespace weir {
namespace {

task<int> seven() { co_return 7; }
task<int> sum(int depth) {
  if (depth == 0) co_return co_await seven();
  co_return 1 + co_await sum(depth - 1);
}
task<int> throws() {
  throw std::runtime_error("no seven today");
  co_return 7;
}

TEST(Task, BeginsWhenItIsAwaited) {
  bool begun = false;
  auto const begin = [](bool& flag) -> task<> {
    flag = true;
    co_return;
  };
  task<> work = begin(begun);
  EXPECT_FALSE(begun);
  Running const running(work);
  EXPECT_TRUE(begun);
  EXPECT_TRUE(running.ended());
}

TEST(Task, GivesItsValueToWhoeverAwaitsIt) {
  task<int> work = sum(100);
  Running const running(work);
  EXPECT_EQ(work.take(), 107);
}

TEST(Task, GivesValuesThatCanOnlyBeMoved) {
  auto const make = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
  task<std::unique_ptr<int>> work = make();
  Running const running(work);
  EXPECT_EQ(*work.take(), 5);
}

TEST(Task, WhatItThrowsComesOutWhereItIsAwaited) {
  auto const catches = []() -> task<std::string> {
    try {
      co_await throws();
    } catch (std::runtime_error const& thrown) {
      co_return thrown.what();
    }
    co_return "nothing";
  };
  task<std::string> work = catches();
  Running const running(work);
  EXPECT_EQ(work.take(), "no seven today");
  task<int> other = throws();
  Running const too(other);
  EXPECT_THROW(other.take(), std::runtime_error);
}

TEST(Task, DroppedBeforeItBeginsItDestroysItsArguments) {
  auto const owner = std::make_unique<int>(1);
  struct Counted {
    explicit Counted(int& its_count) : count(&its_count) { ++*count; }
    Counted(Counted&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
    ~Counted() {
      if (count != nullptr) --*count;
    }
    int* count;
  };
  int count = 0;
  {
    auto const keep = [](Counted) -> task<> { co_return; };
    task<> const work = keep(Counted(count));
    EXPECT_EQ(count, 1);
  }
  EXPECT_EQ(count, 0);
}

TEST(Stop, TellsItsListenersOnceAndItsChildrenToo) {
  Stop parent;
  Stop child(&parent);
  struct Listener : StopListener {
    int told = 0;
  } listener;
  listener.listen(child, [](StopListener& self) { ++static_cast<Listener&>(self).told; });
  parent.request();
  parent.request();
  EXPECT_TRUE(child.requested());
  EXPECT_EQ(listener.told, 1);
  Stop const late(&parent);
  EXPECT_TRUE(late.requested());
}

TEST(Stop, AndItsListenersMayDieInAnyOrder) {
  auto stop = std::make_unique<Stop>();
  auto child = std::make_unique<Stop>(stop.get());
  StopListener a, b;
  a.listen(*child, [](StopListener&) { FAIL(); });
  b.listen(*stop, [](StopListener&) { FAIL(); });
  stop.reset();
  child.reset();
  a.unlink();
}

// ---- with a ring --------------------------------------------------------------------------------

class TaskTest : public TaskFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, TaskTest, testing::ValuesIn(test_kernels()), kernel_name);

task<int> sleep_and_give(Async ring, Duration duration, int value) {
  co_await ring.sleep(duration);
  co_return value;
}

TEST_P(TaskTest, BlockOnStepsTheRingUntilItHasEnded) {
  Instant const begin = ring().clock().now();
  EXPECT_EQ(block_on(ring(), sleep_and_give(async(), 2 * milliseconds, 3)), 3);
  EXPECT_GE(ring().clock().now(), begin + 2 * milliseconds);
}

TEST_P(TaskTest, BlockOnThrowsWhatTheTaskThrows) {
  EXPECT_THROW(block_on(ring(), throws()), std::runtime_error);
}

TEST_P(TaskTest, ASleepLastsAsLongAsItWasTold) {
  auto const measure = [](Async on) -> task<Duration> {
    Instant const begin = on.clock().now();
    EXPECT_EQ(co_await on.sleep(3 * milliseconds), 0);
    co_return on.clock().now() - begin;
  };
  EXPECT_GE(run(measure(async())), 3 * milliseconds);
}

TEST_P(TaskTest, ManyNopsRunOneAfterTheOther) {
  auto const nops = [](Async on) -> task<int> {
    int count = 0;
    for (int i = 0; i < 1000; ++i) count += co_await on.nop() == 0 ? 1 : 0;
    co_return count;
  };
  EXPECT_EQ(run(nops(async())), 1000);
  EXPECT_EQ(operations().high_water(), 1u);
}

// ---- stopping -----------------------------------------------------------------------------------

TEST_P(TaskTest, AStopFromOutsideCancelsWhatIsInFlight) {
  Stop stop;
  task<int> work = [](Async on) -> task<int> {
    co_return co_await on.sleep(100 * seconds);
  }(async());
  Running const running(work, &stop);
  ring().step(Wait::poll);
  stop.request();
  ASSERT_TRUE(until([&] { return running.ended(); }));
  EXPECT_EQ(work.take(), -ECANCELED);
}

TEST_P(TaskTest, AfterAStopNothingBeginsAndWhatWasGivenComesBack) {
  Stop stop;
  stop.request();
  auto const work = [](Async on) -> task<std::string> {
    EXPECT_EQ(co_await on.sleep(1), -ECANCELED);
    Descriptor const input = on.borrow(0);
    auto [result, given] = co_await on.read(input, std::string("untouched"));
    EXPECT_EQ(result, -ECANCELED);
    co_return std::move(given);
  };
  EXPECT_EQ(run(work(async()), &stop), "untouched");
  EXPECT_EQ(operations().high_water(), 0u);
}

TEST_P(TaskTest, AStopReachesTheInnermostTask) {
  Stop stop;
  auto const inner = [](Async on) -> task<int> { co_return co_await on.sleep(100 * seconds); };
  auto const outer = [inner](Async on) -> task<int> { co_return co_await inner(on); };
  task<int> work = outer(async());
  Running const running(work, &stop);
  stop.request();
  ASSERT_TRUE(until([&] { return running.ended(); }));
  EXPECT_EQ(work.take(), -ECANCELED);
}

TEST_P(TaskTest, AStopAfterTheResultChangesNothing) {
  Stop stop;
  task<int> work = sleep_and_give(async(), 0, 9);
  Running const running(work, &stop);
  ASSERT_TRUE(until([&] { return running.ended(); }));
  stop.request();
  EXPECT_EQ(work.take(), 9);
}

// ---- scopes -------------------------------------------------------------------------------------

task<> count_after(Async ring, Duration duration, int& count) {
  co_await ring.sleep(duration);
  ++count;
}

TEST_P(TaskTest, AScopeRunsManyAndIsJoined) {
  int count = 0;
  auto const work = [](Async on, int& counted) -> task<int> {
    Scope scope;
    for (int i = 0; i < 50; ++i)
      EXPECT_TRUE(scope.spawn(count_after(on, (i % 7) * milliseconds, counted)));
    co_await scope.join();
    EXPECT_EQ(scope.count(), 0u);
    co_return counted;
  };
  EXPECT_EQ(run(work(async(), count)), 50);
}

TEST_P(TaskTest, AScopeThatIsFullLeavesTheTaskToTheCaller) {
  int count = 0;
  Scope scope(nullptr, 1);
  EXPECT_TRUE(scope.spawn(count_after(async(), 1 * milliseconds, count)));
  task<> second = count_after(async(), 0, count);
  EXPECT_FALSE(scope.spawn(std::move(second)));
  ASSERT_TRUE(until([&] { return count == 1; }));
  EXPECT_TRUE(scope.spawn(std::move(second)));
  ASSERT_TRUE(until([&] { return count == 2; }));
}

TEST_P(TaskTest, AScopeThatIsStoppedEndsWhatIsInIt) {
  int count = 0;
  auto const work = [](Async on, int& counted) -> task<> {
    Scope scope;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(scope.spawn(count_after(on, 1000 * seconds, counted)));
    scope.stop();
    co_await scope.join();
  };
  run(work(async(), count));
  EXPECT_EQ(count, 5);  // each went on when its sleep was cancelled
}

TEST_P(TaskTest, AScopeGivesTheFirstExceptionToWhoeverJoins) {
  auto const fails = [](Async on, Duration duration, char const* what) -> task<> {
    co_await on.sleep(duration);
    throw std::runtime_error(what);
  };
  auto const work = [fails](Async on) -> task<std::string> {
    Scope scope;
    EXPECT_TRUE(scope.spawn(fails(on, 2 * milliseconds, "second")));
    EXPECT_TRUE(scope.spawn(fails(on, 1 * milliseconds, "first")));
    try {
      co_await scope.join();
    } catch (std::runtime_error const& thrown) {
      co_return thrown.what();
    }
    co_return "nothing";
  };
  EXPECT_EQ(run(work(async())), "first");
}

TEST_P(TaskTest, AScopeThatDiesDropsWhatIsInIt) {
  int count = 0;
  {
    Scope scope;
    EXPECT_TRUE(scope.spawn(count_after(async(), 1000 * seconds, count)));
    ring().step(Wait::poll);
    EXPECT_EQ(operations().in_use(), 1u);
  }
  settle();
  EXPECT_EQ(count, 0);
  EXPECT_EQ(operations().in_use(), 0u);
}

TEST_P(TaskTest, WhatIsSpawnedIsGoneWithItsArgumentsAsSoonAsItHasEnded) {
  Link const connection = link();
  std::erase(descriptors_, connection.descriptor);
  auto const hold = [](Async on, Descriptor) -> task<> { co_await on.nop(); };
  Scope scope;
  EXPECT_TRUE(scope.spawn(hold(async(), async().adopt(connection.descriptor))));
  EXPECT_TRUE(until([&] { return connection.peer->peer_closed(); }));
}

// ---- the ring's end -----------------------------------------------------------------------------

TEST_P(TaskTest, TheRingsEndEndsWhatIsInFlight) {
  task<int> work = [](Async on) -> task<int> {
    co_return co_await on.sleep(100 * seconds);
  }(async());
  Running const running(work);
  ring_->finish();
  ASSERT_TRUE(running.ended());
  EXPECT_EQ(work.take(), -ECANCELED);
}

// A loop of somebody else's waits for its own descriptors and for the ring's.
class HostedTest : public TaskFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, HostedTest, testing::ValuesIn(test_kernels_not_named("sim")),
                         kernel_name);

TEST_P(HostedTest, AnotherEventLoopRunsARing) {
  Link const connection = link();
  Descriptor const socket = async().borrow(connection.descriptor);
  auto const echo = [](Async on, Descriptor const& peer) -> task<std::string> {
    EXPECT_EQ(co_await on.sleep(2 * milliseconds), 0);
    auto [count, bytes] = co_await on.receive(peer, std::string(16, '\0'));
    bytes.resize(static_cast<std::size_t>(std::max(count, 0)));
    co_return std::move(bytes);
  };
  task<std::string> work = echo(async(), socket);
  Running const running(work);
  bool sent = false;
  for (int round = 0; round < 10'000 && !running.ended(); ++round) {
    do ring().step(Wait::poll);
    while (!ring().may_wait());
    if (running.ended()) break;
    if (!sent && ring().next_deadline() == never) {
      ASSERT_EQ(connection.peer->send("hello"), 5u);  // which makes the descriptor readable
      sent = true;
    }
    Instant const now = ring().clock().now();
    Duration const left = ring().next_deadline() == never ? 10 * seconds
                          : ring().next_deadline() > now  ? ring().next_deadline() - now
                                                          : 0;
    pollfd ready{ring().descriptor(), POLLIN, 0};
    int const count = ::poll(&ready, 1, static_cast<int>(left / milliseconds) + 1);
    ASSERT_TRUE(count == 1 || left < 10 * seconds) << "the ring's descriptor says nothing";
  }
  EXPECT_EQ(work.take(), "hello");
}

// What happens while the loop waits, and not before it begins to. The ring itself polls the eventfd
// among the two.
TEST_P(HostedTest, WhatComesWhileAnotherEventLoopWaitsEndsItsWait) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  int const event = ::eventfd(0, EFD_CLOEXEC);
  std::byte byte{};
  std::byte count[8];
  Recorder from_pipe(ring());
  Recorder from_event(ring());
  std::atomic<int> waits = 0;
  constexpr int rounds = 50;
  std::thread other([&] {
    std::uint64_t const one = 1;
    for (int round = 0; round < rounds; ++round) {
      while (waits.load() <= round) std::this_thread::yield();
      for (int spin = 0; spin < round * 1000; ++spin) waits.load();
      int const written = round % 3 == 0 ? ends[1] : event;
      if (round % 3 == 2) ring().wake();
      else EXPECT_GT(::write(written, &one, round % 3 == 0 ? 1 : 8), 0);
    }
  });
  for (int round = 0; round < rounds; ++round) {
    if (from_pipe.idle()) ring().read(from_pipe, ends[0], &byte, 1);
    if (from_event.idle()) ring().read(from_event, event, count, 8);
    do ring().step(Wait::poll);
    while (!ring().may_wait());
    waits.store(round + 1);
    pollfd ready{ring().descriptor(), POLLIN, 0};
    EXPECT_EQ(::poll(&ready, 1, 10'000), 1) << round;
    ring().step(Wait::poll);
  }
  other.join();
  ring().cancel_quietly(from_pipe);
  ring().cancel_quietly(from_event);
  EXPECT_TRUE(until([&] { return from_pipe.idle() && from_event.idle(); }));
  for (int const descriptor : {ends[0], ends[1], event}) ::close(descriptor);
}

TEST_P(HostedTest, AWakeReachesAnotherEventLoop) {
  for (int round = 0; round < 3; ++round) {
    do ring().step(Wait::poll);
    while (!ring().may_wait());
    ring().wake();
    pollfd ready{ring().descriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 10'000), 1) << round;
    std::uint64_t const wakes = ring().counters().wakes;
    ring().step(Wait::poll);
    EXPECT_EQ(ring().counters().wakes, wakes + 1);
  }
}

}  // namespace
}  // namespace weir
