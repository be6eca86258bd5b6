// Values that one ring posts to another, on every kernel.
#include <atomic>
#include <cerrno>
#include <memory>
#include <thread>

#include "tests/ring/recorder.h"

namespace weir {
namespace {

class ValueTest : public RingFixture {
 protected:
  // Posts it, and steps both until it has arrived.
  void post(Ring& from, std::uint64_t number, std::int32_t value) {
    Recorder posting(from);
    from.post_value(posting, ring(), number, value);
    ASSERT_TRUE(run_until({&from, &ring()}, [&] { return posting.idle(); }));
    EXPECT_EQ(posting.result(), 0);
  }
  bool until_count(Ring& from, Recorder const& values, std::size_t count) {
    return run_until({&from, &ring()}, [&] { return values.results.size() >= count; });
  }

  std::unique_ptr<Ring> other_ = test_.make_ring();
};
INSTANTIATE_TEST_SUITE_P(Kernels, ValueTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(ValueTest, ArriveInOrderUntilACancel) {
  Recorder values(ring());
  std::uint64_t const number = ring().receive_values(values);
  for (std::int32_t value : {0, 7, INT32_MAX}) post(*other_, number, value);
  ASSERT_TRUE(until_count(*other_, values, 3));
  EXPECT_EQ(values.results, (std::vector<std::int32_t>{0, 7, INT32_MAX}));
  EXPECT_EQ(values.end_count, 0u);

  Recorder cancel(ring());
  ring().cancel(cancel, values);
  ASSERT_TRUE(until_idle(values));
  ASSERT_TRUE(until_idle(cancel));
  EXPECT_EQ(values.result(), -ECANCELED);
  EXPECT_EQ(values.end_count, 1u);
  EXPECT_EQ(cancel.result(), 1);
  post(*other_, number, 1);
  EXPECT_EQ(values.results.size(), 4u) << "nobody receives under that number any more";
}

TEST_P(ValueTest, ReachTheReceiverWhoseNumberTheyWerePostedTo) {
  Recorder first(ring());
  Recorder second(ring());
  std::uint64_t const first_number = ring().receive_values(first);
  std::uint64_t const second_number = ring().receive_values(second);
  EXPECT_NE(first_number, second_number);
  post(*other_, second_number, 2);
  post(*other_, first_number, 1);
  ASSERT_TRUE(until_count(*other_, first, 1));
  ASSERT_TRUE(until_count(*other_, second, 1));
  EXPECT_EQ(first.results, std::vector{1});
  EXPECT_EQ(second.results, std::vector{2});
  ring().cancel_quietly(second);
  ASSERT_TRUE(until_idle(second));
  EXPECT_NE(ring().receive_values(second), second_number) << "a number is never used again";
  post(*other_, second_number, 3);
  EXPECT_EQ(second.results, (std::vector{2, -ECANCELED}));
}

TEST_P(ValueTest, WhatHasComeBeforeACancelIsStillToldOf) {
  Recorder values(ring());
  std::uint64_t const number = ring().receive_values(values);
  values.then = [&] {
    if (values.results.size() == 1) ring().cancel_quietly(values);
  };
  for (std::int32_t value = 1; value <= 3; ++value) post(*other_, number, value);
  ASSERT_TRUE(until_idle(values));
  EXPECT_EQ(values.results.front(), 1);
  EXPECT_EQ(values.result(), -ECANCELED);
  EXPECT_EQ(values.end_count, 1u);
}

TEST_P(ValueTest, ReceivingThemEndsWithEverythingElse) {
  Recorder values(ring());
  Recorder cancel(ring());
  ring().receive_values(values);
  ring().cancel_all(cancel);
  ASSERT_TRUE(until_idle(cancel));
  ASSERT_TRUE(until_idle(values));
  EXPECT_EQ(cancel.result(), 1);
  EXPECT_EQ(values.result(), -ECANCELED);
  std::uint64_t const number = ring().receive_values(values);
  ring().finish();
  EXPECT_TRUE(values.idle());
  EXPECT_EQ(values.result(), -ECANCELED);
  ring().receive_values(values);
  ASSERT_TRUE(until_idle(values)) << "what begins after the end has ended";
  post(*other_, number, 1);
  EXPECT_EQ(values.results, (std::vector{-ECANCELED, -ECANCELED, -ECANCELED}));
  other_->finish();
  Recorder late(*other_);
  other_->post_value(late, ring(), number, 1);
  ASSERT_TRUE(run_until({other_.get()}, [&] { return late.idle(); }));
  EXPECT_EQ(late.result(), -ECANCELED);
}

// A simulated world is one thread's.
class ValueThreadsTest : public ValueTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, ValueThreadsTest,
                         testing::ValuesIn(test_kernels_not_named("sim")), kernel_name);

// Each side sleeps until the other has answered, so a wake that is lost shows as a time-out.
TEST_P(ValueThreadsTest, WakeTheOtherRingAndAreAnswered) {
  constexpr std::int32_t rounds = 2000;
  Recorder values(ring());
  std::uint64_t const number = ring().receive_values(values);
  std::atomic<Ring*> asking{nullptr};
  std::atomic<std::uint64_t> answers_number{0};
  std::atomic<bool> over{false};
  std::int32_t answered = 0;
  std::thread thread([&] {
    std::unique_ptr<Ring> const own = test_.make_ring();
    Recorder answers(*own);
    Recorder posting(*own);
    answers_number.store(own->receive_values(answers));
    asking.store(own.get());
    Instant const end = own->clock().now() + 30 * seconds;
    while (answered < rounds && own->clock().now() < end) {
      own->post_value(posting, ring(), number, answered);
      auto const count = static_cast<std::size_t>(answered) + 1;
      while ((answers.results.size() < count || !posting.idle()) && own->clock().now() < end)
        own->step(Wait::park, end);
      if (answers.results.size() != count || answers.result() != answered) break;
      ++answered;
    }
    over.store(true);
    ring().wake();
    while (asking.load() != nullptr) {}  // until nothing is posted here any more
  });
  while (asking.load() == nullptr) {}
  Recorder posting(ring());
  std::size_t seen = 0;
  while (!over.load()) {
    if (seen < values.results.size() && posting.idle())
      ring().post_value(posting, *asking.load(), answers_number.load(), values.results[seen++]);
    ring().step(Wait::park);
  }
  EXPECT_TRUE(until_idle(posting));
  asking.store(nullptr);
  thread.join();
  EXPECT_EQ(answered, rounds);
}

}  // namespace
}  // namespace weir
