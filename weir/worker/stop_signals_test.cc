// A signal stops a worker as stop() does, on every kernel. What one more does to the process, and
// what becomes of programs, is in tests/stopping_test.cc.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "tests/net/test_net.h"
#include "weir/worker/workers.h"

namespace weir {
namespace {

bool is_blocked(int number) {
  sigset_t set;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &set);
  return ::sigismember(&set, number) == 1;
}

class StopSignals : public testing::TestWithParam<KernelChoice> {
 protected:
  void raise(TestNet& test) {
    if (test.kernel().simulated()) test.kernel().world()->files().raise(SIGTERM);
    else EXPECT_EQ(::kill(::getpid(), SIGTERM), 0);
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, StopSignals, testing::ValuesIn(test_kernels()),
                         [](auto const& choice) { return name_of(choice); });

TEST_P(StopSignals, answer_what_was_received_and_close_with_the_reason) {
  std::vector<ConnectionEvent> events;
  {
    TestNet test(GetParam());
    Endpoint& server = test.listen();
    FlowHandle const flow = test.worker().add(Echo{server, &events});
    ASSERT_TRUE(test.worker().stop_on_signals().ok());
    Client& client = test.connect(server.address());
    client.send(framed("hello"));
    ASSERT_TRUE(test.run_until([&] { return client.received == framed("hello"); }));
    EXPECT_FALSE(test.worker().stopped());
    raise(test);
    ASSERT_TRUE(test.run_until([&] { return test.worker().stopped() && client.saw_end; }));
    EXPECT_TRUE(flow.ended());
  }
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().kind, ConnectionEvent::Kind::closed);
  EXPECT_EQ(events.back().reason, CloseReason::stopped);
  EXPECT_FALSE(is_blocked(SIGTERM));
}

TEST_P(StopSignals, that_never_come_act_again_as_before_when_the_worker_is_gone) {
  {
    TestNet test(GetParam());
    ASSERT_TRUE(test.worker().stop_on_signals().ok());
    test.run_for(1 * milliseconds);
    EXPECT_EQ(is_blocked(SIGTERM), !test.kernel().simulated());
  }
  EXPECT_FALSE(is_blocked(SIGTERM));
  struct sigaction action {};
  ::sigaction(SIGTERM, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
}

TEST(StopSignalsOfWorkers, stop_all_of_them) {
  WorkersOptions options;
  options.count = 3;
  Workers workers(std::move(options));
  workers.stop_on_signals();
  for (int run = 0; run < 2; ++run) {  // again after a run
    std::atomic<std::uint32_t> set_up = 0;
    Result<void> const done = workers.run([&](Worker& worker, std::uint32_t, std::uint32_t count) {
      static_cast<void>(worker);
      // Sent by the last one, whichever thread the system would like to give it to.
      bool const is_last = ++set_up == count;
      EXPECT_EQ(is_last ? ::kill(::getpid(), SIGTERM) : 0, 0);
    });
    EXPECT_TRUE(done.ok()) << done.error().message;
  }
  EXPECT_FALSE(is_blocked(SIGTERM));
}

}  // namespace
}  // namespace weir
