// Dropping coroutines anywhere: whatever was under way, nothing is freed early, leaked or left
// open.
//
// One program does a bit of everything. It is run again and again, each time one step further, and
// then all of it is dropped at once: between two steps, or in the middle of one, from inside a
// callback. What the kernel still has then must come to its end by itself, and leave the ring as it
// was: no operation, no descriptor, no buffer, no slot. (The address sanitizer watches the memory.)
#include <fcntl.h>
#include <poll.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/ring/test_tasks.h"
#include "weir/ring/buffer_pool.h"

namespace weir {
namespace {

constexpr std::uint32_t steps_max = 5000;

// ---- the program --------------------------------------------------------------------------------

task<> echo(Async ring, Descriptor connection, BufferPool& pool) {
  for (;;) {
    auto [count, buffer] = co_await ring.receive(connection, pool);
    if (count == -ENOBUFS) {
      if (co_await ring.sleep(10 * microseconds) < 0) co_return;
      continue;
    }
    if (count <= 0) co_return;
    if ((co_await ring.send(connection, std::move(buffer))).result < 0) co_return;
  }
}

task<> serve(Async ring, BufferPool& pool, Address& address) {
  Descriptor const listener = ring.open_listener(Address::loopback(0)).value();
  address = ring.ring().kernel().local_address(listener.number()).value();
  Scope connections(co_await CurrentStop{});
  for (int i = 0; i < 3; ++i) {
    auto [result, connection] = co_await ring.accept(listener);
    if (result < 0) break;
    EXPECT_TRUE(connections.spawn(echo(ring, std::move(connection), pool)));
  }
  co_await connections.join();
}

task<bool> call(Async ring, Address address, int number) {
  Descriptor socket = ring.open_socket(address.family()).value();
  if (co_await ring.connect(socket, address) < 0) co_return false;
  if (co_await ring.poll(socket, POLLOUT) < 0) co_return false;
  for (int i = 0; i < 2; ++i) {
    auto [sent, given] =
        co_await ring.send(socket, pattern(100 * static_cast<std::size_t>(number)));
    if (sent < 0) co_return false;
    for (std::int32_t got = 0; got < sent;) {
      auto [count, bytes] = co_await ring.receive(socket, Bytes(64));
      if (count <= 0) co_return false;
      got += count;
    }
  }
  if (number == 1) co_await ring.shut_down(socket, SHUT_WR);
  if (number == 2) co_await ring.close(std::move(socket));
  co_return true;
}

task<bool> handle_files(Async ring, std::string path) {
  auto [result, file] = co_await ring.open(path, O_RDWR | O_CREAT | O_TRUNC);
  if (result < 0) co_return false;
  auto written = co_await ring.write(file, pattern(500), 0);
  co_await ring.sync_data(file);
  co_await ring.read(file, std::move(written.value), 0);
  co_await ring.rename(path, path + "2");
  co_await ring.status(path + "2");
  co_await ring.unlink(path + "2");
  co_return co_await ring.close(std::move(file)) == 0;
}

task<> wait_in_vain(Async ring, Descriptor const& pipe) { co_await ring.read(pipe, Bytes(16)); }

task<bool> look_at_pipes(Async ring) {
  auto ends = ring.open_pipe().value();
  auto const timed = co_await with_timeout(ring, 20 * microseconds, wait_in_vain(ring, ends[0]));
  auto reading = ring.read(ends[0], std::string(8, '\0'));
  reading.start();
  auto [count, given] = co_await ring.write(ends[1], std::string("abc"));
  co_await when_any(wait_in_vain(ring, ends[0]), handle_files(ring, "no/such/folder"));
  co_await ring.cancel(ends[0]);
  co_await reading;
  co_return timed.timed_out&& count > 0;
}

// Whether all of it went as it should.
task<bool> everything(Async ring, BufferPool& pool, std::string path) {
  Address address;
  Scope server;
  EXPECT_TRUE(server.spawn(serve(ring, pool, address)));
  auto const [a, b, c, files, pipes] =
      co_await when_all(call(ring, address, 1), call(ring, address, 2), call(ring, address, 3),
                        handle_files(ring, path), look_at_pipes(ring));
  server.stop();
  co_await server.join();
  if (!a || !b || !c) co_return false;
  co_return files&& pipes;
}

// ---- what is left -------------------------------------------------------------------------------

class DropTest : public testing::TestWithParam<KernelChoice> {
 protected:
  struct World {
    explicit World(KernelChoice const& choice) : test(choice), files(test.world()) {}
    TestKernel test;
    TestFiles files;
    std::unique_ptr<Ring> ring = test.make_ring();
    std::unique_ptr<BufferPool> pool =
        BufferPool::make(*ring, {.count = 4, .size = 128, .whole_buffers = true}).value();
    std::optional<task<bool>> program;
    std::optional<Running> running;

    void start() {
      program = everything(Async(*ring), *pool, files.path("file"));
      running.emplace(*program);
    }
    void drop() { program.reset(); }
    bool ended() const { return program.has_value() && running->ended(); }
    void step() { ring->step(Wait::park, ring->clock().now() + 1 * milliseconds); }
  };

  static std::size_t open_descriptors(World const& world) {
    if (world.test.simulated()) return const_cast<World&>(world).test.world()->descriptor_count();
    std::size_t count = 0;
    for ([[maybe_unused]] auto const& entry : std::filesystem::directory_iterator("/proc/self/fd"))
      ++count;
    return count;
  }

  static void expect_nothing_left(World& world, std::size_t descriptors_before) {
    for (std::uint32_t i = 0; world.ring->pending_count() > 0; ++i) {
      ASSERT_LT(i, steps_max) << "something never ends";
      world.step();
    }
    EXPECT_EQ(world.ring->operations().in_use(), 0u);
    EXPECT_EQ(world.ring->operations().open_count(), 0u);
    EXPECT_EQ(world.pool->free_count(), world.pool->count());
    EXPECT_EQ(open_descriptors(world), descriptors_before);
    if (!world.test.simulated()) return;
    EXPECT_EQ(world.test.world()->operation_count(), 0u) << world.test.world()->describe();
  }

  // Runs so many steps and drops everything; whether the program had ended before.
  bool drop_after(std::uint32_t steps, bool inside_a_callback) {
    World world(GetParam());
    std::size_t const descriptors_before = open_descriptors(world);
    world.start();
    for (std::uint32_t i = 0; i < steps && !world.ended(); ++i) world.step();
    bool const ended = world.ended();
    EXPECT_TRUE(!ended || world.program->take()) << "the program does not do what it is made for";
    if (inside_a_callback) {
      Recorder nop(*world.ring);
      nop.then = [&] { world.drop(); };
      world.ring->nop(nop);
      for (std::uint32_t i = 0; !nop.idle() && i < steps_max; ++i) world.step();
      EXPECT_FALSE(world.program.has_value());
    } else {
      world.drop();
    }
    expect_nothing_left(world, descriptors_before);
    return ended;
  }

  void drop_at_every_step(bool inside_a_callback) {
    std::uint32_t steps = 0;
    while (!drop_after(steps, inside_a_callback)) {
      ASSERT_FALSE(HasFailure()) << "dropped after step " << steps;
      ASSERT_LT(++steps, steps_max) << "the program never ends";
    }
    EXPECT_GT(steps, 10u);
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, DropTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(DropTest, BetweenAnyTwoStepsLeavesNothingBehind) { drop_at_every_step(false); }

TEST_P(DropTest, InsideAnyStepLeavesNothingBehind) { drop_at_every_step(true); }

TEST_P(DropTest, TheRingsEndAtAnyStepLeavesNothingBehind) {
  for (std::uint32_t steps = 0;; ++steps) {
    ASSERT_LT(steps, steps_max);
    World world(GetParam());
    std::size_t const descriptors_before = open_descriptors(world);
    world.start();
    for (std::uint32_t i = 0; i < steps && !world.ended(); ++i) world.step();
    bool const ended = world.ended();
    world.ring->finish();
    EXPECT_TRUE(world.ended());  // whatever it waited for has failed
    expect_nothing_left(world, descriptors_before);
    ASSERT_FALSE(HasFailure()) << "after step " << steps;
    if (ended) return;
  }
}

// An accept that is cancelled too late has a connection all the same: the other end sees it closed.
TEST_P(DropTest, AnAcceptThatSucceedsWithoutItsOwnerClosesTheConnection) {
  World world(GetParam());
  Descriptor const listener = Async(*world.ring).open_listener(Address::loopback(0)).value();
  std::size_t const descriptors_before = open_descriptors(world);
  std::unique_ptr<Peer> const peer = world.test.make_peer();
  {
    auto accepting = Async(*world.ring).accept(listener);
    accepting.start();
    peer->connect(world.ring->kernel().local_address(listener.number()).value());
    // On a quiet kernel the connection is there before the cancel.
  }
  auto const nothing_pends = [&] { return world.ring->pending_count() == 0; };
  ASSERT_TRUE(run_until(*world.ring, nothing_pends));
  EXPECT_EQ(world.ring->operations().open_count(), 1u);
  EXPECT_TRUE(!world.test.simulated() || open_descriptors(world) == descriptors_before);
}

// ---- memory -------------------------------------------------------------------------------------

TEST_P(DropTest, SlotsAreUsedAgain) {
  World world(GetParam());
  Async const ring(*world.ring);
  auto const use_many = [&] {
    using Sleep = decltype(ring.sleep(0));
    std::vector<Sleep> sleeps;
    for (int i = 0; i < 100; ++i) {
      sleeps.push_back(ring.sleep(100 * seconds));
      sleeps.back().start();
    }
  };
  for (int round = 0; round < 5; ++round) {
    use_many();
    ASSERT_TRUE(run_until(*world.ring, [&] { return world.ring->pending_count() == 0; }));
  }
  EXPECT_EQ(world.ring->operations().high_water(), 100u);
  EXPECT_EQ(world.ring->operations().slot_count(), 128u);
  EXPECT_EQ(world.ring->operations().in_use(), 0u);
}

}  // namespace
}  // namespace weir
