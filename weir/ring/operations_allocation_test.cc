// After warm-up an operation of a coroutine allocates nothing: its slot is one that another one has
// had, whatever it does and however it ends.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "tests/counted_new.h"
#include "tests/ring/test_tasks.h"

// Calls of malloc by our own code; the linker sends them here (--wrap).
extern "C" void* __real_malloc(std::size_t size);
extern "C" void* __wrap_malloc(std::size_t size) {
  if (weir::counting) ++weir::allocations;
  return __real_malloc(size);
}

namespace weir {
namespace {

class OperationsAllocation : public TaskFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, OperationsAllocation, testing::ValuesIn(test_kernels()),
                         kernel_name);

constexpr int rounds = 400;

// A bit of everything, in one coroutine whose frame is there already. Buffers go round.
task<> everything(Async ring, Descriptor left, Descriptor right, Descriptor datagrams, Address own,
                  std::string path) {
  Descriptor const file = std::move((co_await ring.open(path, O_RDWR | O_CREAT)).value);
  Buffer bytes = Buffer::of_size(64);
  Buffer other = Buffer::of_size(64);
  for (int round = 0; round < rounds; ++round) {
    counting = round > rounds / 2;
    co_await ring.nop();
    co_await ring.sleep(1 * microseconds);
    auto sent = co_await ring.send(left, std::move(bytes));
    EXPECT_GT(sent.result, 0);
    EXPECT_GT(co_await ring.poll(right, POLLIN), 0);
    auto received = co_await ring.receive(right, std::move(sent.value));
    EXPECT_GT(received.result, 0);
    auto given = co_await ring.send_to(datagrams, std::move(received.value), own);
    EXPECT_GT(given.result, 0);
    auto come = co_await ring.receive(datagrams, std::move(given.value));
    EXPECT_GT(come.result, 0);
    auto written = co_await ring.write(file, std::move(come.value), 0);
    EXPECT_GT(written.result, 0);
    auto read = co_await ring.read(file, std::move(written.value), 0);
    EXPECT_GT(read.result, 0);
    bytes = std::move(read.value);
    {
      auto dropped = ring.receive(left, std::move(other));  // cancelled
      dropped.start();
    }
    co_await ring.nop();
    counting = false;
    other = Buffer::of_size(64);
  }
}

TEST_P(OperationsAllocation, after_warm_up_an_operation_allocates_nothing) {
  auto pair = async().open_socket_pair().value();
  Descriptor datagrams = async().adopt(kernel().open_datagrams(Address::loopback(0)).value());
  Address const own = kernel().local_address(datagrams.number()).value();
  allocations = 0;
  run(everything(async(), std::move(pair[0]), std::move(pair[1]), std::move(datagrams), own,
                 path("file")));
  EXPECT_LE(operations().slot_count(), 64u);
  // The other kernels allocate themselves.
  if (GetParam().kind == KernelChoice::Kind::uring) {
    EXPECT_EQ(allocations, 0u);
  }
}

}  // namespace
}  // namespace weir
