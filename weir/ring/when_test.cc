// Tasks beside each other: who is waited for, who is stopped, and what comes out.
#include "weir/ring/when.h"

#include <cerrno>
#include <stdexcept>

#include "tests/ring/test_tasks.h"

namespace weir {
namespace {

class WhenTest : public TaskFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, WhenTest, testing::ValuesIn(test_kernels()), kernel_name);

struct Slept {
  int result;
  int number;
};
task<Slept> sleep_for(Async ring, Duration duration, int number) {
  int const result = co_await ring.sleep(duration);
  co_return Slept{result, number};
}
task<> sleep_only(Async ring, Duration duration, int& result) {
  result = co_await ring.sleep(duration);
}
task<int> fail_after(Async ring, Duration duration, char const* what) {
  co_await ring.sleep(duration);
  throw std::runtime_error(what);
  co_return 0;
}
task<int> at_once(int value) { co_return value; }

TEST_P(WhenTest, AllGivesEveryValueInItsPlace) {
  int slept = -1;
  auto const [a, b, c, d] =
      run(when_all(sleep_for(async(), 3 * milliseconds, 1), sleep_only(async(), 1, slept),
                   sleep_for(async(), 1 * milliseconds, 2), at_once(3)));
  EXPECT_EQ(a.number, 1);
  EXPECT_EQ(slept, 0);
  EXPECT_EQ(c.number, 2);
  EXPECT_EQ(d, 3);
}

TEST_P(WhenTest, AllOfManyAndOfNone) {
  std::vector<task<Slept>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(sleep_for(async(), (20 - i) * 100'000, i));
  auto const values = run(when_all(std::move(tasks)));
  ASSERT_EQ(values.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)].number, i);
  EXPECT_TRUE(run(when_all(std::vector<task<int>>())).empty());
}

TEST_P(WhenTest, AllStopsTheOthersWhenOneThrows) {
  int slept = 1;
  auto const all = [](Async on, int& result) -> task<std::string> {
    try {
      co_await when_all(sleep_only(on, 100 * seconds, result),
                        fail_after(on, 1 * milliseconds, "broken"));
    } catch (std::runtime_error const& thrown) {
      EXPECT_EQ(result, -ECANCELED);  // it has ended before
      co_return thrown.what();
    }
    co_return "nothing";
  };
  EXPECT_EQ(run(all(async(), slept)), "broken");
}

TEST_P(WhenTest, EachIsGoneWithWhatItWasGivenAsSoonAsItHasEnded) {
  bool gone = false;
  struct Tells {
    explicit Tells(bool& its_flag) : flag(&its_flag) {}
    Tells(Tells&& other) noexcept : flag(std::exchange(other.flag, nullptr)) {}
    ~Tells() {
      if (flag != nullptr) *flag = true;
    }
    bool* flag;
  };
  auto const hold = [](Async on, Tells) -> task<> { co_await on.sleep(1 * milliseconds); };
  auto const look = [](Async on, bool const& flag) -> task<bool> {
    co_await on.sleep(4 * milliseconds);
    co_return flag;
  };
  auto const seen = run(when_all(hold(async(), Tells(gone)), look(async(), gone)));
  EXPECT_TRUE(std::get<1>(seen));
}

TEST_P(WhenTest, AnyGivesTheFirstAndTheOthersAreCancelledAndJoined) {
  int slept = 1;
  auto const first =
      run(when_any(sleep_only(async(), 100 * seconds, slept),
                   sleep_for(async(), 1 * milliseconds, 7), fail_after(async(), 50 * seconds, "")));
  ASSERT_EQ(first.index(), 1u);
  EXPECT_EQ(std::get<1>(first).number, 7);
  EXPECT_EQ(slept, -ECANCELED);
  EXPECT_EQ(operations().in_use(), 0u);
}

TEST_P(WhenTest, AnyOfManySaysWhichOne) {
  std::vector<task<Slept>> tasks;
  for (int i = 0; i < 9; ++i)
    tasks.push_back(sleep_for(async(), i == 4 ? milliseconds : 100 * seconds, i));
  auto const first = run(when_any(std::move(tasks)));
  EXPECT_EQ(first.index, 4u);
  EXPECT_EQ(first.value.result, 0);
  EXPECT_EQ(operations().in_use(), 0u);
}

TEST_P(WhenTest, AnyEndsAtOnceIfOneDoes) {
  int slept = 1;
  auto const first = run(when_any(at_once(5), sleep_only(async(), 100 * seconds, slept)));
  EXPECT_EQ(std::get<0>(first), 5);
  EXPECT_EQ(slept, -ECANCELED);
}

TEST_P(WhenTest, AnyThrowsWhatTheFirstThrows) {
  EXPECT_THROW(run(when_any(fail_after(async(), 1 * milliseconds, "first"),
                            sleep_for(async(), 100 * seconds, 0))),
               std::runtime_error);
  EXPECT_EQ(operations().in_use(), 0u);
}

TEST_P(WhenTest, ATimeoutStopsWhatTakesTooLongAndGivesWhatCameOfIt) {
  auto const late =
      run(with_timeout(async(), 1 * milliseconds, sleep_for(async(), 100 * seconds, 1)));
  EXPECT_TRUE(late.timed_out);
  EXPECT_EQ(late.value.result, -ECANCELED);
  auto const in_time =
      run(with_timeout(async(), 100 * seconds, sleep_for(async(), 1 * milliseconds, 2)));
  EXPECT_FALSE(in_time.timed_out);
  EXPECT_EQ(in_time.value.result, 0);
  EXPECT_EQ(operations().in_use(), 0u);
}

TEST_P(WhenTest, AStopFromOutsideIsNoTimeout) {
  Stop stop;
  auto work = with_timeout(async(), 50 * seconds, sleep_for(async(), 100 * seconds, 1));
  Running const running(work, &stop);
  ring().step(Wait::poll);
  stop.request();
  ASSERT_TRUE(until([&] { return running.ended(); }));
  auto const timed = work.take();
  EXPECT_FALSE(timed.timed_out);
  EXPECT_EQ(timed.value.result, -ECANCELED);
}

TEST_P(WhenTest, AStopOfOnesOwnEndsOnlyWhatRunsUnderIt) {
  Stop stop;
  auto const request = [](Async on, Stop& its) -> task<> {
    co_await on.sleep(1 * milliseconds);
    its.request();
  };
  auto const [under, beside, nothing] =
      run(when_all(with_stop(stop, sleep_for(async(), 100 * seconds, 1)),
                   sleep_for(async(), 3 * milliseconds, 2), request(async(), stop)));
  EXPECT_EQ(under.result, -ECANCELED);
  EXPECT_EQ(beside.result, 0);
}

TEST_P(WhenTest, AStopFromOutsideReachesThroughEverything) {
  Stop outer, inner;
  auto work =
      when_all(when_any(sleep_for(async(), 100 * seconds, 1), sleep_for(async(), 100 * seconds, 2)),
               with_stop(inner, sleep_for(async(), 100 * seconds, 3)));
  Running const running(work, &outer);
  ring().step(Wait::poll);
  outer.request();
  ASSERT_TRUE(until([&] { return running.ended(); }));
  EXPECT_EQ(std::get<1>(work.take()).result, -ECANCELED);
  EXPECT_TRUE(inner.requested());
}

}  // namespace
}  // namespace weir
