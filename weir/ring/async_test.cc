// Each operation as a coroutine sees it: its result, and what was given to it.
#include "weir/ring/async.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "tests/ring/test_tasks.h"
#include "weir/ring/buffer_pool.h"

namespace weir {
namespace {

class AsyncTest : public TaskFixture {
 protected:
  // What a test has opened itself is the descriptor's from now on.
  Descriptor take_over(int descriptor) {
    std::erase(descriptors_, descriptor);
    return async().adopt(descriptor);
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, AsyncTest, testing::ValuesIn(test_kernels()), kernel_name);

std::string text_of(Buffer const& buffer) { return std::string(buffer.view().text()); }

// ---- connections --------------------------------------------------------------------------------

task<std::string> serve_one(Async ring, Descriptor const& listener) {
  auto [result, connection] = co_await ring.accept(listener);
  EXPECT_GE(result, 0);
  std::string all;
  for (;;) {
    auto [count, bytes] = co_await ring.receive(connection, std::string(7, '\0'));
    EXPECT_GE(count, 0);
    if (count <= 0) break;
    all.append(bytes, 0, static_cast<std::size_t>(count));
    bytes.resize(static_cast<std::size_t>(count));
    auto [sent, given] = co_await ring.send(connection, std::move(bytes));
    EXPECT_EQ(sent, count);
    EXPECT_EQ(given.size(), static_cast<std::size_t>(count));
  }
  EXPECT_EQ(co_await ring.close(std::move(connection)), 0);
  co_return std::move(all);
}

task<std::string> call(Async ring, Address address, std::string text) {
  Descriptor socket = ring.open_socket(address.family()).value();
  EXPECT_EQ(co_await ring.connect(socket, address), 0);
  auto [sent, given] = co_await ring.send(socket, std::move(text));
  EXPECT_EQ(sent, static_cast<std::int32_t>(given.size()));
  EXPECT_EQ(co_await ring.shut_down(socket, SHUT_WR), 0);
  std::string answer;
  for (;;) {
    auto [count, bytes] = co_await ring.receive(socket, Bytes(64));
    EXPECT_GE(count, 0);
    if (count <= 0) break;
    answer += bytes.text().substr(0, static_cast<std::size_t>(count));
  }
  co_return std::move(answer);
}

TEST_P(AsyncTest, TwoCoroutinesTalkOverAConnection) {
  Descriptor const listener = async().open_listener(Address::loopback(0)).value();
  Address const address = kernel().local_address(listener.number()).value();
  std::string const text = pattern(1000);
  auto const [heard, answer] =
      run(when_all(serve_one(async(), listener), call(async(), address, text)));
  EXPECT_EQ(heard, text);
  EXPECT_EQ(answer, text);
}

TEST_P(AsyncTest, AcceptTakesOneConnectionAndLeavesTheOthers) {
  Descriptor const listener = async().open_listener(Address::loopback(0)).value();
  Address const address = kernel().local_address(listener.number()).value();
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(test_.make_peer());
    peers.back()->connect(address);
  }
  auto const accept = [](Async on, Descriptor const& from) -> task<Descriptor> {
    auto [result, connection] = co_await on.accept(from);
    EXPECT_EQ(result, connection.number());
    co_return std::move(connection);
  };
  std::vector<Descriptor> accepted;
  for (int i = 0; i < 3; ++i) {
    accepted.push_back(run(accept(async(), listener)));
    EXPECT_TRUE(accepted.back());
    EXPECT_EQ(operations().open_count(), static_cast<std::uint32_t>(i) + 2);
  }
}

TEST_P(AsyncTest, AConnectThatIsRefusedSaysSo) {
  std::unique_ptr<Peer> const peer = test_.make_peer();
  Address const address = peer->listen();
  peer->close();
  auto const connect = [](Async on, Address to) -> task<int> {
    Descriptor const socket = on.open_socket(Family::ipv4).value();
    co_return co_await on.connect(socket, to);
  };
  EXPECT_EQ(run(connect(async(), address)), -ECONNREFUSED);
}

TEST_P(AsyncTest, AReceiveFromAPoolTakesABufferWhenThereIsSomething) {
  auto const pool =
      BufferPool::make(ring(), {.count = 2, .size = 256, .whole_buffers = true}).value();
  Link const connection = link();
  auto const receive = [](Async on, Descriptor const& from, BufferPool& into) -> task<std::string> {
    std::string all;
    while (all.size() < 6) {
      auto [count, buffer] = co_await on.receive(from, into);
      if (count == -ENOBUFS) continue;
      EXPECT_EQ(count, static_cast<std::int32_t>(buffer.size()));
      all += text_of(buffer);
    }
    co_return std::move(all);
  };
  Descriptor const socket = take_over(connection.descriptor);
  task<std::string> work = receive(async(), socket, *pool);
  Running const running(work);
  ring().step(Wait::poll);
  EXPECT_EQ(pool->free_count(), 2u);
  send_all(*connection.peer, "abcdef");
  ASSERT_TRUE(until([&] { return running.ended(); }));
  EXPECT_EQ(work.take(), "abcdef");
  EXPECT_EQ(pool->free_count(), 2u);
  work = {};
}

TEST_P(AsyncTest, AnEmptyPoolIsToldAndNothingIsLost) {
  auto const pool =
      BufferPool::make(ring(), {.count = 1, .size = 64, .whole_buffers = true}).value();
  Link const connection = link();
  Descriptor const socket = take_over(connection.descriptor);
  auto const receive = [](Async on, Descriptor const& from,
                          BufferPool& into) -> task<Finished<Buffer>> {
    for (;;) {
      auto got = co_await on.receive(from, into);
      if (got.result != -ENOBUFS || into.free_count() == 0) co_return std::move(got);
    }
  };
  std::string all;
  {
    std::vector<Buffer> held;
    send_all(*connection.peer, pattern(100));
    while (pool->free_count() > 0) {
      Finished<Buffer> got = run(receive(async(), socket, *pool));
      ASSERT_GT(got.result, 0);
      all += text_of(got.value);
      held.push_back(std::move(got.value));
    }
    EXPECT_EQ(run(receive(async(), socket, *pool)).result, -ENOBUFS);
  }
  while (all.size() < 100) all += text_of(run(receive(async(), socket, *pool)).value);
  EXPECT_EQ(all, pattern(100));
}

TEST_P(AsyncTest, ReadinessComesBeforeABufferIsNeeded) {
  Link const connection = link();
  Descriptor const socket = take_over(connection.descriptor);
  auto const wait = [](Async on, Descriptor const& from) -> task<std::string> {
    int const events = co_await on.poll(from, POLLIN);
    EXPECT_TRUE(events & POLLIN) << events;
    auto [count, bytes] = co_await on.receive(from, Bytes(16));
    EXPECT_GT(count, 0);
    co_return std::string(bytes.text().substr(0, static_cast<std::size_t>(std::max(count, 0))));
  };
  task<std::string> work = wait(async(), socket);
  Running const running(work);
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(running.ended());
  send_all(*connection.peer, "x");
  ASSERT_TRUE(until([&] { return running.ended(); }));
  EXPECT_EQ(work.take(), "x");
}

TEST_P(AsyncTest, ADatagramGoesWhereItIsSent) {
  Descriptor const receiver = async().adopt(kernel().open_datagrams(Address::loopback(0)).value());
  Descriptor const sender = async().adopt(kernel().open_datagrams(Address::loopback(0)).value());
  Address const to = kernel().local_address(receiver.number()).value();
  auto const talk = [](Async on, Descriptor const& from, Descriptor const& into,
                       Address whom) -> task<std::string> {
    auto [sent, given] = co_await on.send_to(from, std::string("ping"), whom);
    EXPECT_EQ(sent, 4);
    EXPECT_EQ(given, "ping");
    auto [count, bytes] = co_await on.receive(into, std::string(16, '\0'));
    bytes.resize(static_cast<std::size_t>(std::max(count, 0)));
    co_return std::move(bytes);
  };
  EXPECT_EQ(run(talk(async(), sender, receiver, to)), "ping");
}

// ---- files --------------------------------------------------------------------------------------

task<std::string> read_file(Async ring, std::string path) {
  auto [result, file] = co_await ring.open(std::move(path), O_RDONLY);
  std::string all;
  if (result < 0) co_return "not opened";
  for (std::string room(10, '\0');;) {
    auto [count, bytes] = co_await ring.read(file, std::move(room), all.size());
    EXPECT_GE(count, 0);
    if (count <= 0) break;
    all.append(bytes, 0, static_cast<std::size_t>(count));
    room = std::move(bytes);
  }
  co_return std::move(all);
}

task<> write_file(Async ring, std::string path, std::string text) {
  auto [result, file] = co_await ring.open(std::move(path), O_WRONLY | O_CREAT | O_TRUNC);
  EXPECT_GE(result, 0);
  std::size_t const size = text.size();
  for (std::size_t done = 0; done < size;) {
    auto [count, part] = co_await ring.write(file, Part<std::string>(std::move(text), done, size));
    EXPECT_GT(count, 0);
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
    text = std::move(part.whole);
  }
  EXPECT_EQ(co_await ring.sync_data(file), 0);
  EXPECT_EQ(co_await ring.sync_all(file), 0);
  EXPECT_EQ(co_await ring.close(std::move(file)), 0);
}

TEST_P(AsyncTest, AFileIsWrittenAndReadBackInParts) {
  run(write_file(async(), path("words"), pattern(333)));
  EXPECT_EQ(files().content("words"), pattern(333));
  EXPECT_EQ(run(read_file(async(), path("words"))), pattern(333));
  EXPECT_EQ(run(read_file(async(), path("nothing"))), "not opened");
}

TEST_P(AsyncTest, PathsAreRenamedAskedAboutAndRemoved) {
  files().put("old", "12345");
  auto const work = [](Async on, std::string old_path, std::string new_path,
                       std::string folder) -> task<> {
    EXPECT_EQ(co_await on.rename(old_path, new_path), 0);
    auto [result, status] = co_await on.status(new_path);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(status.stx_size, 5u);
    EXPECT_EQ(co_await on.unlink(new_path), 0);
    EXPECT_EQ(co_await on.unlink(new_path), -ENOENT);
    EXPECT_EQ(co_await on.mkdir(folder), 0);
    EXPECT_EQ(co_await on.mkdir(folder), -EEXIST);
    EXPECT_EQ(co_await on.rmdir(folder), 0);
  };
  run(work(async(), path("old"), path("new"), path("folder")));
}

TEST_P(AsyncTest, APipeIsReadFromAPool) {
  auto const pool =
      BufferPool::make(ring(), {.count = 2, .size = 256, .whole_buffers = true}).value();
  auto [reading, writing] = async().open_pipe().value();
  auto const read = [](Async on, Descriptor const& from, BufferPool& into) -> task<std::string> {
    std::string all;
    for (;;) {
      auto [count, buffer] = co_await on.read(from, into);
      if (count == -ENOBUFS) continue;
      EXPECT_GE(count, 0);
      if (count <= 0) co_return std::move(all);
      all += text_of(buffer);
    }
  };
  auto const write = [](Async on, Descriptor to) -> task<> {
    for (char const letter : std::string("pipe")) {
      auto [count, given] = co_await on.write(to, std::string(1, letter));
      EXPECT_EQ(count, 1);
    }
  };
  auto const [all, nothing] =
      run(when_all(read(async(), reading, *pool), write(async(), std::move(writing))));
  EXPECT_EQ(all, "pipe");
  settle();
  EXPECT_EQ(pool->free_count(), 2u);
}

TEST_P(AsyncTest, BytesMoveFromAPipeToAFileWithoutPassingByUs) {
  auto ends = async().open_pipe().value();
  Descriptor const file = async().open_file(path("spliced"), FileUse::write).value();
  auto const work = [](Async on, Descriptor const& in, Descriptor const& out,
                       Descriptor const& to) -> task<> {
    auto [count, given] = co_await on.write(in, std::string("through"));
    EXPECT_EQ(count, 7);
    for (int moved = 0; moved < 7;) {
      int const now = co_await on.splice(out, to, 64);
      EXPECT_GT(now, 0);
      if (now <= 0) break;
      moved += now;
    }
    EXPECT_EQ(co_await on.splice(out, Descriptor(), 64), -EBADF);
  };
  run(work(async(), ends[1], ends[0], file));
  EXPECT_EQ(files().content("spliced"), "through");
}

// ---- what has no effect -------------------------------------------------------------------------

TEST_P(AsyncTest, AnOperationOnNoDescriptorFailsAtOnceAndGivesBackItsBytes) {
  auto const work = [](Async on) -> task<> {
    auto [result, bytes] = co_await on.read(Descriptor(), Bytes("mine"));
    EXPECT_EQ(result, -EBADF);
    EXPECT_EQ(bytes.text(), "mine");
    EXPECT_EQ(co_await on.poll(Descriptor(), POLLIN), -EBADF);
    EXPECT_EQ(co_await on.close(Descriptor()), -EBADF);
  };
  run(work(async()));
}

TEST_P(AsyncTest, ATransferOfNothingIsDoneAtOnce) {
  auto const work = [](Async on) -> task<> {
    Descriptor const input = on.borrow(0);
    auto [result, bytes] = co_await on.read(input, std::string());
    EXPECT_EQ(result, 0);
  };
  run(work(async()));
  EXPECT_EQ(operations().high_water(), 0u);
}

// ---- started, awaited later ---------------------------------------------------------------------

TEST_P(AsyncTest, AnOperationMayBeStartedAndAwaitedLater) {
  auto ends = async().open_pipe().value();
  auto const work = [](Async on, Descriptor const& in, Descriptor const& out) -> task<> {
    auto reading = on.read(out, std::string(8, '\0'));
    reading.start();
    EXPECT_FALSE(reading.ended());
    auto [count, given] = co_await on.write(in, std::string("later"));
    EXPECT_GT(count, 0);
    auto [first, bytes] = co_await reading;
    EXPECT_GT(first, 0);
    EXPECT_EQ(bytes.substr(0, static_cast<std::size_t>(std::max(first, 0))),
              std::string("later").substr(0, static_cast<std::size_t>(std::max(first, 0))));
  };
  run(work(async(), ends[1], ends[0]));
}

// ---- the end ------------------------------------------------------------------------------------

TEST_P(AsyncTest, CancellingAnOperationTellsWhatCameOfBoth) {
  auto ends = async().open_pipe().value();
  auto const work = [](Async on, Descriptor const& out) -> task<> {
    auto reading = on.read(out, std::string("kept"));
    reading.start();
    EXPECT_EQ(co_await on.cancel(reading), 1);
    auto [result, bytes] = co_await reading;
    EXPECT_EQ(result, -ECANCELED);
    EXPECT_EQ(bytes, "kept");
    EXPECT_EQ(co_await on.cancel(reading), 0);  // there is nothing left of it
  };
  run(work(async(), ends[0]));
}

TEST_P(AsyncTest, CancellingWhatHasGoneMeanwhileLeavesItsSuccessorAlone) {
  auto const work = [](Async on) -> task<> {
    auto first = on.sleep(100 * seconds);
    first.start();
    auto cancelling = on.cancel(first);
    { auto const dropped = std::move(first); }
    EXPECT_EQ(co_await on.nop(), 0);
    auto second = on.sleep(2 * milliseconds);
    auto third = on.sleep(2 * milliseconds);
    second.start();
    third.start();  // one of them in the same place
    EXPECT_EQ(co_await cancelling, 0);
    EXPECT_EQ(co_await second, 0);
    EXPECT_EQ(co_await third, 0);
  };
  run(work(async()));
}

TEST_P(AsyncTest, CancellingByDescriptorEndsWhatIsOnItAndNothingElse) {
  auto ends = async().open_pipe().value();
  auto other = async().open_pipe().value();
  auto const work = [](Async on, Descriptor const& out, Descriptor const& untouched) -> task<> {
    auto reading = on.read(out, Bytes(4));
    auto polling = on.poll(out, POLLIN);
    auto elsewhere = on.read(untouched, Bytes(4));
    reading.start();
    polling.start();
    elsewhere.start();
    EXPECT_EQ(co_await on.cancel(out), 2);
    EXPECT_EQ((co_await reading).result, -ECANCELED);
    EXPECT_EQ(co_await polling, -ECANCELED);
    EXPECT_FALSE(elsewhere.ended());
  };
  run(work(async(), ends[0], other[0]));
  settle();
}

TEST_P(AsyncTest, CancellingEverythingCountsWhatTheRingAndTheKernelHad) {
  auto ends = async().open_pipe().value();
  ring().step(Wait::park, ring().clock().now() + 1 * milliseconds);  // the kernel's own is there
  auto const work = [](Async on, Descriptor const& out) -> task<> {
    auto reading = on.read(out, Bytes(4));
    auto polling = on.poll(out, POLLIN);
    auto sleeping = on.sleep(100 * seconds);
    reading.start();
    polling.start();
    sleeping.start();
    EXPECT_EQ(co_await on.cancel_all(), 3);
    EXPECT_EQ((co_await reading).result, -ECANCELED);
    EXPECT_EQ(co_await polling, -ECANCELED);
    EXPECT_EQ(co_await sleeping, -ECANCELED);
    EXPECT_EQ(co_await on.cancel_all(), 0);
  };
  run(work(async(), ends[0]));
  ring().wake();  // and can still be woken
  Instant const far = ring().clock().now() + 100 * seconds;
  while (ring().counters().wakes == 0) ring().step(Wait::park, far);
  EXPECT_LT(ring().clock().now(), far);
}

// A close is carried out, even where a cancel of everything would have ended it.
TEST_P(AsyncTest, CancellingEverythingLosesNoDescriptor) {
  for (int round = 0; round < 20; ++round) {
    Link connection = link();
    std::erase(descriptors_, connection.descriptor);
    Recorder close(ring()), cancel(ring());
    ring().close(close, connection.descriptor);
    ring().cancel_all(cancel);
    settle();
    EXPECT_EQ(close.results, std::vector<std::int32_t>{0});
    EXPECT_TRUE(until([&] { return connection.peer->peer_closed(); }));
  }
}

TEST_P(AsyncTest, ClosingEndsWhatIsUnderWayFirst) {
  auto ends = async().open_pipe().value();
  auto const read = [](Async on, Descriptor const& out) -> task<int> {
    co_return (co_await on.read(out, Bytes(4))).result;
  };
  auto const close = [](Async on, Descriptor& out) -> task<int> {
    int const number = out.number();
    int const result = co_await on.close(std::move(out));
    EXPECT_EQ(out.number(), -1);
    EXPECT_GE(number, 0);
    co_return result;
  };
  auto const [count, closed] = run(when_all(read(async(), ends[0]), close(async(), ends[0])));
  EXPECT_EQ(count, -ECANCELED);
  EXPECT_EQ(closed, 0);
  EXPECT_EQ(operations().open_count(), 1u);
}

TEST_P(AsyncTest, ADescriptorThatIsDroppedIsClosedWhenNothingIsUnderWayOnItAnyMore) {
  Link connection = link();
  Descriptor socket = take_over(connection.descriptor);
  auto const receive = [](Async on, Descriptor const& from) -> task<std::string> {
    auto [count, bytes] = co_await on.receive(from, std::string(4, '\0'));
    bytes.resize(static_cast<std::size_t>(std::max(count, 0)));
    co_return std::move(bytes);
  };
  task<std::string> work = receive(async(), socket);
  Running const running(work);
  socket = Descriptor();
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(connection.peer->peer_closed());
  send_all(*connection.peer, "last");
  ASSERT_TRUE(until([&] { return running.ended(); }));
  EXPECT_EQ(work.take().substr(0, 1), "l");
  EXPECT_TRUE(
      until([&] { return connection.peer->peer_closed() || connection.peer->peer_reset(); }));
}

TEST_P(AsyncTest, WhatIsBorrowedStaysOpen) {
  Link const connection = link();
  {
    Descriptor const borrowed = async().borrow(connection.descriptor);
    auto const poll = [](Async on, Descriptor const& from) -> task<int> {
      co_return co_await on.poll(from, POLLOUT);
    };
    EXPECT_TRUE(run(poll(async(), borrowed)) & POLLOUT);
    auto const close = [](Async on, int number) -> task<int> {
      co_return co_await on.close(on.borrow(number));
    };
    EXPECT_EQ(run(close(async(), connection.descriptor)), 0);
  }
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(connection.peer->peer_closed());
  Descriptor given = async().borrow(connection.descriptor);
  EXPECT_EQ(given.give_up(), connection.descriptor);
  EXPECT_EQ(operations().open_count(), 0u);
}

TEST_P(AsyncTest, TheRingsEndClosesWhatIsOpenAndADescriptorMayDieLater) {
  Link const connection = link();
  Descriptor socket = take_over(connection.descriptor);
  task<Finished<Bytes>> work = [](Async on, Descriptor const& from) -> task<Finished<Bytes>> {
    co_return co_await on.receive(from, Bytes(4));
  }(async(), socket);
  Running const running(work);
  ring_.reset();
  EXPECT_EQ(socket.number(), -1);
  EXPECT_EQ(work.take().result, -ECANCELED);
  std::unique_ptr<Ring> const other = test_.make_ring();  // so that time goes on
  EXPECT_TRUE(run_until(*other, [&] { return connection.peer->peer_closed(); }));
}

// ---- the slots ----------------------------------------------------------------------------------

class SlotTest : public TaskFixture {};
INSTANTIATE_TEST_SUITE_P(Kernels, SlotTest, testing::ValuesIn(test_kernels_named("sim")),
                         kernel_name);

TEST_P(SlotTest, ThereIsRoomForSoManyAndTheNextOneIsRefused) {
  using Sleep = decltype(async().sleep(0));
  std::vector<Sleep> sleeps;
  sleeps.reserve(operations_max + 1);
  for (std::uint32_t i = 0; i < operations_max; ++i) {
    sleeps.push_back(async().sleep(1 * seconds));
    sleeps.back().start();
  }
  EXPECT_EQ(operations().in_use(), operations_max);
  auto const one_more = [](Async on) -> task<std::string> {
    Descriptor const input = on.borrow(0);
    auto [result, bytes] = co_await on.read(input, std::string("given"));
    EXPECT_EQ(result, -ENOBUFS);
    co_return std::move(bytes);
  };
  EXPECT_EQ(run(one_more(async())), "given");
  EXPECT_EQ(operations().refused(), 1u);
  sleeps.clear();
  settle();
  EXPECT_EQ(operations().in_use(), 0u);
}

}  // namespace
}  // namespace weir
