// Signals, child processes, futexes and submissions of the caller's own, on every kernel.
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "tests/ring/run_fixture.h"
#include "weir/ring/signals.h"

namespace weir {
namespace {

// ---- signals ------------------------------------------------------------------------------------

class RingSignalTest : public RunFixture {
 protected:
  void SetUp() override { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
  void TearDown() override {
    RunFixture::TearDown();
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  void open_signals() {
    Result<void> const opened = signals_.open(ring(), std::array{SIGUSR1, SIGUSR2});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    remember(signals_.descriptor());
  }
  void raise(int number) {
    if (test_.simulated()) test_.world()->files().raise(number);
    else EXPECT_EQ(::kill(::getpid(), number), 0);
  }
  // The next signal, or -errno.
  int next() {
    std::int32_t const result = run([&](Completion& next) { signals_.next(next); });
    return result < 0 ? result : signals_.number();
  }

  sigset_t mask_;
  Signals signals_;
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingSignalTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingSignalTest, ASignalIsAResult) {
  open_signals();
  Recorder waiting(ring());
  signals_.next(waiting);
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(waiting.idle());
  raise(SIGUSR2);
  ASSERT_TRUE(until_idle(waiting));
  EXPECT_GT(waiting.result(), 0);
  EXPECT_EQ(signals_.number(), SIGUSR2);
  raise(SIGUSR1);
  EXPECT_EQ(next(), SIGUSR1);
}

TEST_P(RingSignalTest, OneThatCameBeforeIsThereOnce) {
  open_signals();
  raise(SIGUSR1);
  raise(SIGUSR1);
  EXPECT_EQ(next(), SIGUSR1);
  Recorder waiting(ring());
  signals_.next(waiting);
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(waiting.idle());
}

TEST_P(RingSignalTest, ACancelledWaitLosesNoSignal) {
  open_signals();
  Recorder waiting(ring());
  signals_.next(waiting);
  ring().step(Wait::poll);
  ring().cancel_quietly(waiting);
  ASSERT_TRUE(until_idle(waiting));
  EXPECT_EQ(waiting.result(), -ECANCELED);
  raise(SIGUSR1);
  EXPECT_EQ(next(), SIGUSR1);
}

TEST_P(RingSignalTest, WhatIsNoSignalIsRefused) {
  Result<void> const opened = signals_.open(ring(), std::array{SIGUSR1, 999});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, "wait for signal 999: Invalid argument");
}

// ---- child processes ----------------------------------------------------------------------------

class RingChildTest : public RunFixture {
 protected:
  void TearDown() override {
    if (child_ > 0 && !test_.simulated()) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    if (order_ >= 0) ::close(order_);
    RunFixture::TearDown();
  }

  // A child that does nothing until it is told to end.
  std::int32_t start() {
    if (test_.simulated()) return child_ = test_.world()->files().start_process();
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    child_ = ::fork();
    if (child_ == 0) {
      unsigned char code = 255;
      ssize_t const size = ::read(ends[0], &code, 1);
      ::_exit(size == 1 ? code : 255);
    }
    EXPECT_GT(child_, 0);
    ::close(ends[0]);
    order_ = ends[1];
    return child_;
  }
  void end(unsigned char code) {
    if (test_.simulated()) return test_.world()->files().end_process(child_, CLD_EXITED, code);
    EXPECT_EQ(::write(order_, &code, 1), 1);
  }
  void kill() {
    if (test_.simulated()) return test_.world()->files().end_process(child_, CLD_KILLED, SIGKILL);
    EXPECT_EQ(::kill(child_, SIGKILL), 0);
  }
  std::int32_t wait(std::int32_t child) {
    info_ = {};
    return run([&](Completion& wait) { ring().wait_for_child(wait, child, info_); });
  }
  static std::ptrdiff_t open_descriptors() {
    std::filesystem::directory_iterator const all("/proc/self/fd");
    return std::distance(begin(all), std::filesystem::directory_iterator{});
  }

  std::int32_t child_ = -1;
  int order_ = -1;
  siginfo_t info_{};
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingChildTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingChildTest, ItsEndIsAResult) {
  std::ptrdiff_t const before = open_descriptors();
  std::int32_t const child = start();
  Recorder wait(ring());
  ring().wait_for_child(wait, child, info_);
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(wait.idle());
  end(7);
  ASSERT_TRUE(until_idle(wait));
  EXPECT_EQ(wait.result(), 0);
  EXPECT_EQ(info_.si_pid, child);
  EXPECT_EQ(info_.si_signo, SIGCHLD);
  EXPECT_EQ(info_.si_code, CLD_EXITED);
  EXPECT_EQ(info_.si_status, 7);
  EXPECT_EQ(this->wait(child), -ECHILD) << "it is gone";
  child_ = -1;
  ::close(order_);
  order_ = -1;
  EXPECT_EQ(open_descriptors(), before);
}

TEST_P(RingChildTest, AKilledOneTellsTheSignal) {
  std::int32_t const child = start();
  kill();
  EXPECT_EQ(wait(child), 0);
  EXPECT_EQ(info_.si_code, CLD_KILLED);
  EXPECT_EQ(info_.si_status, SIGKILL);
  child_ = -1;
}

TEST_P(RingChildTest, WhoIsNoChildCannotBeWaitedFor) {
  EXPECT_EQ(wait(test_.simulated() ? 12'345 : ::getpid()), -ECHILD);
  EXPECT_EQ(wait(1 << 30), -ECHILD);
}

TEST_P(RingChildTest, ACancelledWaitLeavesItToTheNext) {
  std::ptrdiff_t const before = open_descriptors();
  std::int32_t const child = start();
  Recorder wait(ring()), cancel(ring());
  ring().wait_for_child(wait, child, info_);
  ring().step(Wait::poll);
  ring().cancel(cancel, wait);
  ASSERT_TRUE(until([&] { return ring().pending_count() == 0; }));
  EXPECT_EQ(wait.result(), -ECANCELED);
  end(3);
  EXPECT_EQ(this->wait(child), 0);
  EXPECT_EQ(info_.si_status, 3);
  child_ = -1;
  ::close(order_);
  order_ = -1;
  EXPECT_EQ(open_descriptors(), before);
}

TEST_P(RingChildTest, OfTwoWhoWaitOneReapsIt) {
  std::int32_t const child = start();
  siginfo_t other_info{};
  Recorder one(ring()), other(ring());
  ring().wait_for_child(one, child, info_);
  ring().wait_for_child(other, child, other_info);
  ring().step(Wait::poll);
  end(0);
  ASSERT_TRUE(until([&] { return one.idle() && other.idle(); }));
  EXPECT_EQ(one.result() + other.result(), -ECHILD) << one.result() << " " << other.result();
  child_ = -1;
}

TEST_P(RingChildTest, TheRingEndsWhileItWaits) {
  Recorder wait(ring());
  ring().wait_for_child(wait, start(), info_);
  ring().step(Wait::poll);
  ring().finish();
  EXPECT_TRUE(wait.idle());
  EXPECT_EQ(wait.result(), -ECANCELED);
}

// ---- futexes ------------------------------------------------------------------------------------

class RingFutexTest : public RunFixture {
 protected:
  std::int32_t wake(std::uint32_t count) {
    return run([&](Completion& wake) { ring().futex_wake(wake, word_, count); });
  }
  // Where there are none.
  bool are_refused() {
    if (ring().features().futex) return false;
    EXPECT_EQ(run([&](Completion& wait) { ring().futex_wait(wait, word_, 5); }), -EINVAL);
    return true;
  }
  std::uint32_t word_ = 5;
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingFutexTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingFutexTest, WaitsUntilItIsWoken) {
  Recorder first(ring()), second(ring());
  ring().futex_wait(first, word_, 5);
  ring().futex_wait(second, word_, 5);
  if (!ring().features().futex) {
    ASSERT_TRUE(until([&] { return first.idle() && second.idle(); }));
    EXPECT_EQ(first.result(), -EINVAL);
    EXPECT_EQ(wake(1), -EINVAL);
    return;
  }
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(first.idle());
  EXPECT_EQ(wake(1), 1);
  ASSERT_TRUE(until([&] { return first.idle() || second.idle(); }));
  EXPECT_NE(first.idle(), second.idle());
  EXPECT_EQ(wake(10), 1);
  ASSERT_TRUE(until([&] { return first.idle() && second.idle(); }));
  EXPECT_EQ(first.result(), 0);
  EXPECT_EQ(second.result(), 0);
  EXPECT_EQ(wake(10), 0);
}

TEST_P(RingFutexTest, DoesNotWaitForWhatHasHappened) {
  if (are_refused()) return;
  EXPECT_EQ(run([&](Completion& wait) { ring().futex_wait(wait, word_, 4); }), -EAGAIN);
}

TEST_P(RingFutexTest, AnotherRingWakesIt) {
  if (are_refused()) return;
  std::unique_ptr<Ring> const other = test_.make_ring();
  Recorder wait(ring());
  ring().futex_wait(wait, word_, 5);
  run_for(ring(), 1 * milliseconds);
  Recorder wake(*other);
  other->futex_wake(wake, word_, 1);
  ASSERT_TRUE(run_until({&ring(), other.get()}, [&] { return wait.idle() && wake.idle(); }));
  EXPECT_EQ(wait.result(), 0);
  EXPECT_EQ(wake.result(), 1);
}

TEST_P(RingFutexTest, ACancelledWaitEnds) {
  if (are_refused()) return;
  Recorder wait(ring()), cancel(ring());
  ring().futex_wait(wait, word_, 5);
  run_for(ring(), 1 * milliseconds);
  ring().cancel(cancel, wait);
  ASSERT_TRUE(until([&] { return ring().pending_count() == 0; }));
  EXPECT_EQ(wait.result(), -ECANCELED);
  EXPECT_EQ(wake(1), 0);
}

// ---- anything -----------------------------------------------------------------------------------

class RingRawTest : public RunFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, RingRawTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingRawTest, ANopDoesNothing) {
  EXPECT_EQ(run([&](Completion& nop) { ring().nop(nop); }), 0);
}

TEST_P(RingRawTest, ASubmissionOfTheCallersOwnIsCarriedOut) {
  files_.put("data", "x");
  std::string const path = files_.path("data");
  uapi::Sqe submission{};
  submission.opcode = uapi::op_openat;
  submission.descriptor = AT_FDCWD;
  submission.address = reinterpret_cast<std::uintptr_t>(path.c_str());
  submission.user_data = 12'345;  // which is the ring's
  std::int32_t const opened = run([&](Completion& raw) { ring().raw(raw, submission); });
  ASSERT_GE(opened, 0);
  remember(opened);
  char byte = 0;
  EXPECT_EQ(read(opened, {&byte, 1}), 1);
}

TEST_P(RingRawTest, WhatNoKernelKnowsIsRefused) {
  uapi::Sqe submission{};
  submission.opcode = 200;
  submission.descriptor = -1;
  EXPECT_EQ(run([&](Completion& raw) { ring().raw(raw, submission); }), -EINVAL);
}

// An order of all submissions: io_uring keeps it, the others say that they do not.
TEST_P(RingRawTest, AFlagThatChangesTheMeaningIsKeptOrRefused) {
  uapi::Sqe submission{};
  submission.opcode = uapi::op_nop;
  submission.flags = 1u << 1;  // IOSQE_IO_DRAIN
  bool const is_real = GetParam().kind == KernelChoice::Kind::uring;
  EXPECT_EQ(run([&](Completion& raw) { ring().raw(raw, submission); }), is_real ? 0 : -EINVAL);
}

TEST_P(RingRawTest, AnEndingRingRefusesIt) {
  ring().finish();
  Recorder raw(ring());
  uapi::Sqe submission{};
  submission.opcode = uapi::op_nop;
  submission.flags = uapi::sqe_link;
  ring().raw(raw, submission);
  ring().finish();
  EXPECT_EQ(raw.results, std::vector<std::int32_t>{-ECANCELED});
}

}  // namespace
}  // namespace weir
