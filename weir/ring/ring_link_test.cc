// Chains of linked operations, and time-outs in them, on every kernel.
#include <poll.h>

#include <array>
#include <cerrno>

#include "tests/ring/run_fixture.h"
#include "weir/base/random.h"

namespace weir {
namespace {

using Results = std::vector<std::int32_t>;

class RingLinkTest : public RunFixture {
 protected:
  // From now on nothing is cut short but what a test cuts.
  void move_all() {
    if (!test_.simulated()) return;
    SimOptions options = test_.world()->options();
    options.short_send_once_in = options.short_receive_once_in = 0;
    test_.world()->set_options(options);
  }
  void nop(Recorder& recorder, weir::Link link = weir::Link::alone) {
    recorder.completion.link = link;
    ring().nop(recorder);
  }
  // A read that waits for bytes of a pipe.
  void wait_for(int pipe, Recorder& read, weir::Link link) {
    read.completion.link = link;
    ring().read(read, pipe, memory_, 1);
  }
  bool until_nothing_pends() {
    return until([&] { return ring().pending_count() == 0; });
  }

  std::byte memory_[64];
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingLinkTest, testing::ValuesIn(test_kernels()), kernel_name);

constexpr weir::Link soft = weir::Link::soft;
constexpr weir::Link hard = weir::Link::hard;

TEST_P(RingLinkTest, WritesSyncsAndClosesInThatOrder) {
  move_all();
  std::string const content = pattern(10'000);
  int const file = open("data", O_WRONLY | O_CREAT);
  ASSERT_GE(file, 0);
  std::erase(descriptors_, file);
  std::string order;
  Recorder write(ring()), sync(ring()), close(ring());
  write.then = [&] { order += "w"; };
  sync.then = [&] { order += "s"; };
  close.then = [&] { order += "c"; };
  write.completion.link = soft;
  ring().write(write, file, reinterpret_cast<std::byte const*>(content.data()), 10'000);
  sync.completion.link = soft;
  ring().fsync(sync, file);
  ring().close(close, file);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(write.results, Results{10'000});
  EXPECT_EQ(sync.results, Results{0});
  EXPECT_EQ(close.results, Results{0});
  EXPECT_TRUE(files_.content("data") == content);
  if (!hostile()) {
    EXPECT_EQ(order, "wsc");
  }  // which shows independent ones in any order
}

TEST_P(RingLinkTest, WhatFollowsAFailureIsCancelled) {
  Recorder fails(ring()), next(ring()), last(ring());
  fails.completion.link = soft;
  ring().read(fails, 99'999, memory_, 1);
  nop(next, soft);
  nop(last);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(fails.results, Results{-EBADF});
  EXPECT_EQ(next.results, Results{-ECANCELED});
  EXPECT_EQ(last.results, Results{-ECANCELED});
}

TEST_P(RingLinkTest, WhatFollowsAShortReadIsCancelled) {
  files_.put("data", "1234");
  int const file = open("data", O_RDONLY);
  Recorder read(ring()), next(ring());
  read.completion.link = soft;
  ring().read(read, file, memory_, 5, 0);
  nop(next);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_GT(read.result(), 0);
  EXPECT_EQ(next.results, Results{-ECANCELED});
}

TEST_P(RingLinkTest, AHardLinkGoesOnWhateverHappened) {
  Recorder fails(ring()), next(ring()), last(ring());
  fails.completion.link = hard;
  ring().read(fails, 99'999, memory_, 1);
  nop(next, soft);
  nop(last);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(fails.results, Results{-EBADF});
  EXPECT_EQ(next.results, Results{0});
  EXPECT_EQ(last.results, Results{0});
}

TEST_P(RingLinkTest, WhatFollowsWaitsForItsTurn) {
  auto const [reads, writes] = open_pipe();
  Recorder read(ring()), next(ring()), free(ring());
  wait_for(reads, read, soft);
  nop(next);
  nop(free);
  ASSERT_TRUE(until_idle(free)) << "what is no part of the chain does not wait";
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(next.idle());
  ASSERT_EQ(write(writes, "x"), 1);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(read.results, Results{1});
  EXPECT_EQ(next.results, Results{0});
}

TEST_P(RingLinkTest, ACancelledHeadEndsTheChain) {
  int const reads = open_pipe()[0];
  Recorder read(ring()), next(ring()), cancel(ring());
  wait_for(reads, read, soft);
  nop(next);
  ring().step(Wait::poll);
  ring().cancel(cancel, read);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(read.results, Results{-ECANCELED});
  EXPECT_EQ(next.results, Results{-ECANCELED});
}

TEST_P(RingLinkTest, WhatHasNotStartedCannotBeCancelled) {
  auto const [reads, writes] = open_pipe();
  Recorder read(ring()), next(ring()), cancel(ring());
  wait_for(reads, read, soft);
  nop(next);
  ring().step(Wait::poll);
  ring().cancel(cancel, next);
  ASSERT_TRUE(until_idle(cancel));
  EXPECT_EQ(cancel.results, Results{0});
  ASSERT_EQ(write(writes, "x"), 1);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(next.results, Results{0});
}

// ---- time-outs ----------------------------------------------------------------------------------

TEST_P(RingLinkTest, ATimeoutEndsWhatItLimits) {
  int const reads = open_pipe()[0];
  Recorder read(ring()), timeout(ring()), next(ring());
  Instant const begin = ring().clock().now();
  wait_for(reads, read, soft);
  timeout.completion.link = soft;
  ring().link_timeout(timeout, begin + 3 * milliseconds);
  nop(next);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_GE(ring().clock().now(), begin + 3 * milliseconds);
  EXPECT_EQ(read.results, Results{-ECANCELED});
  EXPECT_EQ(next.results, Results{-ECANCELED});
  // A late cancel of a hostile world is one that has begun already.
  EXPECT_TRUE(timeout.result() == -ETIME || (hostile() && timeout.result() == -EALREADY))
      << timeout.result();
}

TEST_P(RingLinkTest, AHardLinkGoesOnAfterATimeout) {
  int const reads = open_pipe()[0];
  Recorder read(ring()), timeout(ring()), next(ring());
  wait_for(reads, read, hard);
  timeout.completion.link = soft;
  ring().link_timeout(timeout, ring().clock().now() + 2 * milliseconds);
  nop(next);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(read.results, Results{-ECANCELED});
  EXPECT_EQ(next.results, Results{0});
}

TEST_P(RingLinkTest, ATimeoutThatIsNotNeededIsCancelled) {
  auto const [reads, writes] = open_pipe();
  ASSERT_EQ(write(writes, "x"), 1);
  Recorder read(ring()), timeout(ring()), next(ring());
  wait_for(reads, read, soft);
  timeout.completion.link = soft;
  ring().link_timeout(timeout, ring().clock().now() + 3600 * seconds);
  nop(next);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(read.results, Results{1});
  EXPECT_EQ(timeout.results, Results{-ECANCELED});
  EXPECT_EQ(next.results, Results{0});
}

TEST_P(RingLinkTest, EachMemberMayHaveATimeout) {
  auto const [reads, writes] = open_pipe();
  Recorder first(ring()), limit(ring()), second(ring()), second_limit(ring());
  wait_for(reads, first, soft);
  limit.completion.link = soft;
  ring().link_timeout(limit, ring().clock().now() + 3600 * seconds);
  second.completion.link = soft;
  ring().read(second, reads, memory_ + 1, 1);
  ring().link_timeout(second_limit, ring().clock().now() + 5 * milliseconds);
  run_for(ring(), 10 * milliseconds);
  EXPECT_TRUE(second_limit.results.empty()) << "what has not started has time";
  ASSERT_EQ(write(writes, "x"), 1);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(first.results, Results{1});
  EXPECT_EQ(limit.results, Results{-ECANCELED});
  EXPECT_EQ(second.results, Results{-ECANCELED});
}

// ---- how chains are handed over -----------------------------------------------------------------

TEST_P(RingLinkTest, AChainFindsRoomWhole) {
  use_ring({.submission_count = 4, .completion_count = 64});
  std::vector<std::unique_ptr<Recorder>> others;
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < round % 4; ++i) {
      others.push_back(std::make_unique<Recorder>(ring()));
      nop(*others.back());
    }
    Recorder fails(ring()), second(ring()), third(ring());
    fails.completion.link = soft;
    ring().read(fails, 99'999, memory_, 1);
    nop(second, soft);
    nop(third);
    ASSERT_TRUE(until_nothing_pends());
    EXPECT_EQ(second.results, Results{-ECANCELED}) << round;
    EXPECT_EQ(third.results, Results{-ECANCELED}) << round;
  }
  EXPECT_GT(ring().counters().queue_full, 0u);
}

TEST_P(RingLinkTest, AStepEndsAChain) {
  int const reads = open_pipe()[0];
  Recorder read(ring()), next(ring());
  wait_for(reads, read, soft);
  ring().step(Wait::poll);
  nop(next);
  ASSERT_TRUE(until_idle(next));
  EXPECT_EQ(next.results, Results{0});
}

TEST_P(RingLinkTest, AQuietCancelIsNoMember) {
  auto const [reads, writes] = open_pipe();
  Recorder other(ring()), read(ring()), next(ring());
  ring().poll_once(other, reads, POLLIN);
  ring().step(Wait::poll);
  wait_for(reads, read, soft);
  ring().cancel_quietly(other);
  nop(next);
  ASSERT_TRUE(until_idle(other));
  EXPECT_EQ(other.results, Results{-ECANCELED});
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(next.idle());
  ASSERT_EQ(write(writes, "x"), 1);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(next.results, Results{0});
}

TEST_P(RingLinkTest, WhatNoKernelKnowsKeepsTheWholeChainFromStarting) {
  Recorder first(ring()), unknown(ring()), last(ring());
  nop(first, soft);
  uapi::Sqe submission{};
  submission.opcode = 200;
  submission.flags = uapi::sqe_link;
  ring().raw(unknown, submission);
  nop(last);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(first.results, Results{-ECANCELED});
  EXPECT_EQ(unknown.results, Results{-EINVAL});
  EXPECT_EQ(last.results, Results{-ECANCELED});
}

TEST_P(RingLinkTest, AWaitForNoChildBreaksTheChain) {
  siginfo_t info{};
  Recorder wait(ring()), next(ring());
  wait.completion.link = soft;
  ring().wait_for_child(wait, 1 << 30, info);
  nop(next);
  ASSERT_TRUE(until_nothing_pends());
  EXPECT_EQ(wait.results, Results{-ECHILD});
  EXPECT_EQ(next.results, Results{-ECANCELED});
}

TEST_P(RingLinkTest, TheRingEndsWithChainsInFlight) {
  int const reads = open_pipe()[0];
  Recorder read(ring()), close(ring()), hard_read(ring()), limit(ring()), next(ring());
  wait_for(reads, read, soft);
  ring().close(close, 99'999);
  wait_for(reads, hard_read, hard);
  limit.completion.link = hard;
  ring().link_timeout(limit, ring().clock().now() + 3600 * seconds);
  ring().read(next, reads, memory_ + 2, 1);
  ring().step(Wait::poll);
  ring().finish();
  for (Recorder const* ended : {&read, &close, &hard_read, &limit, &next})
    EXPECT_EQ(ended->results, Results{-ECANCELED});
}

TEST_P(RingLinkTest, TheRingEndsWithAnUnfinishedChain) {
  Recorder first(ring()), after(ring());
  nop(first, soft);
  ring().finish();
  nop(after, soft);
  ring().finish();
  EXPECT_EQ(first.end_count, 1u);
  EXPECT_EQ(after.results, Results{-ECANCELED});
}

// ---- against a model ----------------------------------------------------------------------------

struct Member {
  enum class Kind : std::uint8_t { works, fails, moves_all, moves_less };
  Kind kind = Kind::works;
  weir::Link link = weir::Link::alone;
};

Results expected(std::vector<Member> const& chain) {
  Results results;
  bool cancelled = false;
  for (Member const& member : chain) {
    bool failed = member.kind == Member::Kind::fails || member.kind == Member::Kind::moves_less;
    std::int32_t result = member.kind == Member::Kind::works ? 0 : 1;
    if (member.kind == Member::Kind::fails) result = -EBADF;
    results.push_back(cancelled ? -ECANCELED : result);
    cancelled = cancelled || (failed && member.link == soft);
  }
  return results;
}

TEST_P(RingLinkTest, RandomChainsDoWhatTheModelSays) {
  std::uint64_t const seed = test_seed(2024);
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
  Random random(seed);
  files_.put("data", "x");
  int const file = open("data", O_RDONLY);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::vector<Member>> chains(1 + random.below(8));
    std::vector<std::vector<std::unique_ptr<Recorder>>> recorders(chains.size());
    for (std::size_t i = 0; i < chains.size(); ++i) {
      chains[i].resize(1 + random.below(6));
      for (Member& member : chains[i]) {
        member.kind = static_cast<Member::Kind>(random.below(4));
        bool const is_last = &member == &chains[i].back();
        member.link = is_last ? weir::Link::alone : random.once_in(3) ? hard : soft;
        Recorder& recorder = *recorders[i].emplace_back(std::make_unique<Recorder>(ring()));
        recorder.completion.link = member.link;
        if (member.kind == Member::Kind::works) ring().nop(recorder);
        else if (member.kind == Member::Kind::fails) ring().read(recorder, 99'999, memory_, 1);
        else
          ring().read(recorder, file, memory_, member.kind == Member::Kind::moves_all ? 1 : 2, 0);
      }
    }
    ASSERT_TRUE(until_nothing_pends());
    for (std::size_t i = 0; i < chains.size(); ++i) {
      Results results;
      for (auto const& recorder : recorders[i]) {
        ASSERT_EQ(recorder->end_count, 1u);
        results.push_back(recorder->result());
      }
      ASSERT_EQ(results, expected(chains[i])) << "round " << round << ", chain " << i;
    }
  }
}

}  // namespace
}  // namespace weir
