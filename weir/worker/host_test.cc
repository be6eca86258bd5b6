// A worker inside a loop that is not its own: poll(2) here, which waits for ever, so that whatever
// does not wake it shows as a test that never ends.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/net/test_net.h"
#include "weir/sched/input.h"
#include "weir/worker/worker.h"

namespace weir {
namespace {

std::vector<KernelChoice> real_kernels() {
  std::vector<KernelChoice> choices = test_kernels();
  std::erase_if(choices,
                [](KernelChoice const& choice) { return choice.kind == KernelChoice::Kind::sim; });
  return choices;
}

class HostedWorker : public testing::TestWithParam<KernelChoice> {
 protected:
  HostedWorker() {
    WorkerOptions options;
    options.make_kernel = [this] { return kernel_.make_kernel(); };
    options.setup.hide = kernel_.hide();
    worker_ = std::move(Worker::make(std::move(options))).value();
  }

  // The host's loop.
  void run_until(std::function<bool()> const& predicate) {
    for (;;) {
      bool const may_wait = worker_->run_some();
      if (predicate()) return;
      if (may_wait) wait_until(worker_->next_deadline());
    }
  }
  void wait_until(Instant deadline) {
    int timeout = -1;
    if (deadline != never) {
      Instant const now = worker_->clock().now();
      Duration const left = deadline > now ? deadline - now : 0;
      auto const rounded = (left + milliseconds - 1) / milliseconds;
      timeout = static_cast<int>(std::min<Duration>(rounded, INT_MAX));
    }
    ++waits_;
    pollfd watched{worker_->descriptor(), POLLIN, 0};
    EXPECT_GE(::poll(&watched, 1, timeout), 0);
  }

  TestKernel kernel_{GetParam()};
  std::unique_ptr<Worker> worker_;
  std::uint64_t waits_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Kernels, HostedWorker, testing::ValuesIn(real_kernels()),
                         [](auto const& choice) { return name_of(choice); });

struct Add {
  Channel<std::uint64_t>& channel;
  std::atomic<std::uint64_t>& sum;
  void install(Graph& graph) && {
    Channel<std::uint64_t>* const from = &channel;
    std::atomic<std::uint64_t>* const to = &sum;
    Subgraph& reader = graph.make_subgraph("add", 0, {}, {}, [=](Activation& activation) {
      bool const done =
          from->drain([&](std::uint64_t item) { to->fetch_add(item); }, activation.budget);
      return done ? Status::done : Status::yielded;
    });
    channel.attach(graph, reader);
  }
};

// Each item is sent when the one before it has been seen, a varying moment later: before the host
// asks, while it falls asleep, or when it sleeps.
TEST_P(HostedWorker, is_woken_by_every_item_of_a_channel) {
  constexpr std::uint64_t rounds = 3000;
  Channel<std::uint64_t> channel(16);
  std::atomic<std::uint64_t> sum = 0;
  worker_->add(Add{channel, sum});
  std::thread other([&] {
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      while (sum.load() < round - 1) {}
      for (std::uint64_t spin = 0; spin < round * 37 % 2000; ++spin) sum.load();
      EXPECT_TRUE(channel.try_send(1));
    }
  });
  run_until([&] { return sum.load() == rounds; });
  other.join();
  EXPECT_GT(waits_, 0u);
}

TEST_P(HostedWorker, stops_when_another_thread_says_so) {
  std::thread other([&] { worker_->stop(); });
  run_until([&] { return worker_->stopped(); });
  other.join();
}

TEST_P(HostedWorker, serves_sockets_and_lets_the_host_wait_between) {
  Endpoint& server = *worker_->listen(Address::loopback(0)).value();
  worker_->add(Echo{server});
  std::thread other([&, address = server.address()] {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(socket, address.raw(), address.raw_size()), 0);
    std::string const frame = framed("hello");
    for (int round = 0; round < 500; ++round) {
      EXPECT_EQ(::send(socket, frame.data(), frame.size(), 0), ssize_t(frame.size()));
      std::string answer(frame.size(), ' ');
      EXPECT_EQ(::recv(socket, answer.data(), answer.size(), MSG_WAITALL), ssize_t(answer.size()));
      EXPECT_EQ(answer, frame);
    }
    ::close(socket);
    worker_->stop();
  });
  run_until([&] { return worker_->stopped(); });
  other.join();
  EXPECT_EQ(worker_->net().counters().frames_in, 500u);
  EXPECT_GT(waits_, 0u);
}

// Nothing but the deadline wakes it.
TEST_P(HostedWorker, tells_the_host_when_it_has_to_be_back) {
  Completion timer;
  bool due = false;
  timer.context = &due;
  timer.callback = [](Completion& self, Outcome) { *static_cast<bool*>(self.context) = true; };
  EXPECT_EQ(worker_->next_deadline(), never);
  Instant const when = worker_->clock().now() + 20 * milliseconds;
  worker_->ring().timeout(timer, when);
  EXPECT_EQ(worker_->next_deadline(), when);
  run_until([&] { return due; });
  EXPECT_GE(worker_->clock().now(), when);
  EXPECT_LT(waits_, 20u);  // it waited, and did not look again and again
}

// A flow that always has something to do must not keep the host from the rest of its loop.
TEST_P(HostedWorker, comes_back_while_there_is_more_to_do) {
  struct Endless {
    void install(Graph& graph) && {
      auto& again = graph.make_handoff<int>("again", Delay::tick);
      graph.make_subgraph("endless", 0, {&again}, {&again}, [&again](Activation& activation) {
        again.drain([](int) {}, activation.budget);
        again.push(1);
        return Status::done;
      });
    }
  };
  FlowHandle const flow = worker_->add(Endless{});
  std::uint64_t const before = FlowHandle(flow).graph().tick();
  EXPECT_FALSE(worker_->run_some(5));
  EXPECT_EQ(FlowHandle(flow).graph().tick() - before, 5u);
}

}  // namespace
}  // namespace weir
