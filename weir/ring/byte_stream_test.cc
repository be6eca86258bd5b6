// One interface over connections, pipes and files, on every kernel.
#include "weir/ring/byte_stream.h"

#include <algorithm>
#include <cerrno>

#include "tests/ring/test_tasks.h"

namespace weir {
namespace {

// Two ends of something that carries bytes from one to the other, and perhaps back.
class ByteStreamTest : public TaskFixture {
 protected:
  struct Ends {
    std::unique_ptr<ByteStream> a;
    std::unique_ptr<ByteStream> b;
  };

  Ends tcp() {
    Descriptor const listener = async().open_listener(Address::loopback(0)).value();
    auto const connect = [](Async on, Address address) -> task<Descriptor> {
      Descriptor socket = on.open_socket(address.family()).value();
      EXPECT_EQ(co_await on.connect(socket, address), 0);
      co_return std::move(socket);
    };
    auto const accept = [](Async on, Descriptor const& from) -> task<Descriptor> {
      auto [result, socket] = co_await on.accept(from);
      EXPECT_GE(result, 0);
      co_return std::move(socket);
    };
    Address const address = kernel().local_address(listener.number()).value();
    auto [a, b] = run(when_all(connect(async(), address), accept(async(), listener)));
    return {std::make_unique<SocketStream>(async(), std::move(a)),
            std::make_unique<SocketStream>(async(), std::move(b))};
  }
  Ends local() {
    auto [a, b] = async().open_socket_pair().value();
    return {std::make_unique<SocketStream>(async(), std::move(a)),
            std::make_unique<SocketStream>(async(), std::move(b))};
  }
  Ends pipes() {
    auto [a_reads, b_writes] = async().open_pipe().value();
    auto [b_reads, a_writes] = async().open_pipe().value();
    return {std::make_unique<FileStream>(async(), std::move(a_reads), std::move(a_writes)),
            std::make_unique<FileStream>(async(), std::move(b_reads), std::move(b_writes))};
  }
  std::unique_ptr<BufferPool> pool_of(std::uint32_t count, std::uint32_t size) {
    return BufferPool::make(ring(), {.count = count, .size = size, .whole_buffers = true}).value();
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, ByteStreamTest, testing::ValuesIn(test_kernels()), kernel_name);

Buffer buffer_of(std::string_view text) {
  Buffer buffer = Buffer::of_size(static_cast<std::uint32_t>(text.size()));
  std::copy(text.begin(), text.end(), reinterpret_cast<char*>(buffer.data()));
  return buffer;
}

task<> write_and_finish(ByteStream& stream, std::string text) {
  auto [result, given] = co_await stream.write(buffer_of(text));
  EXPECT_EQ(result, static_cast<std::int32_t>(text.size()));
  EXPECT_EQ(given.view().text(), text);
  EXPECT_EQ(co_await stream.finish(), 0);
}

task<std::string> read_to_end(ByteStream& stream, BufferPool* pool) {
  std::string all;
  for (Buffer buffer = Buffer::of_size(1000);;) {
    task<Finished<Buffer>> read =
        pool != nullptr ? stream.read(*pool) : stream.read(std::move(buffer));
    Finished<Buffer> got = co_await std::move(read);
    EXPECT_GE(got.result, 0);
    if (got.result <= 0) co_return std::move(all);
    all += got.value.view().text().substr(0, static_cast<std::size_t>(got.result));
    if (pool == nullptr) buffer = std::move(got.value);
  }
}

task<std::string> echo_all(ByteStream& stream) {
  std::string const all = co_await read_to_end(stream, nullptr);
  co_await write_and_finish(stream, all);
  co_return all;
}

TEST_P(ByteStreamTest, CarriesTheSameBytesWhateverIsBehindIt) {
  auto const pool = pool_of(4, 512);
  std::string const text = pattern(100'000);
  for (int kind = 0; kind < 3; ++kind) {
    Ends ends = kind == 0 ? tcp() : kind == 1 ? local() : pipes();
    auto const [nothing, heard, answer] =
        run(when_all(write_and_finish(*ends.a, text), echo_all(*ends.b),
                     read_to_end(*ends.a, kind == 1 ? nullptr : pool.get())));
    EXPECT_TRUE(heard == text) << kind;
    EXPECT_TRUE(answer == text) << kind;
    EXPECT_EQ(run(ends.a->close()), 0);
    EXPECT_EQ(run(ends.b->close()), 0);
    EXPECT_EQ(operations().open_count(), 0u);
  }
}

TEST_P(ByteStreamTest, AFileIsAStreamToo) {
  std::string const text = pattern(50'000);
  FileStream output(async(), {}, async().open_file(path("stream"), FileUse::write).value());
  run(write_and_finish(output, text));
  FileStream input(async(), async().open_file(path("stream"), FileUse::read).value(), {});
  EXPECT_TRUE(run(read_to_end(input, nullptr)) == text);
  FileStream again(async(), async().open_file(path("stream"), FileUse::read).value(), {});
  auto const pool = pool_of(2, 4096);
  EXPECT_TRUE(run(read_to_end(again, pool.get())) == text);
}

TEST_P(ByteStreamTest, HalfOfAStreamThatIsNotThereFails) {
  FileStream input(async(), {}, {});
  EXPECT_EQ(run(input.read(Buffer::of_size(4))).result, -EBADF);
  EXPECT_EQ(run(input.write(buffer_of("x"))).result, -EBADF);
  EXPECT_EQ(run(input.finish()), -EBADF);
  EXPECT_EQ(run(input.close()), 0);
}

TEST_P(ByteStreamTest, WhereThePoolIsEmptyTheHeapStepsIn) {
  auto const pool = pool_of(1, 64);
  Ends ends = local();
  std::string const text = pattern(1000);
  auto const read = [](ByteStream& stream, BufferPool& from,
                       std::size_t size) -> task<std::string> {
    std::vector<Buffer> held;  // for as long as it takes
    std::string all;
    while (all.size() < size) {
      Finished<Buffer> got = co_await stream.read(from);
      EXPECT_GT(got.result, 0);
      if (got.result <= 0) break;
      all += got.value.view().text();
      held.push_back(std::move(got.value));
    }
    co_return std::move(all);
  };
  auto const [all, nothing] =
      run(when_all(read(*ends.b, *pool, text.size()), write_and_finish(*ends.a, text)));
  EXPECT_EQ(all, text);
}

TEST_P(ByteStreamTest, ClosingEndsAReadThatIsUnderWay) {
  Ends ends = tcp();
  auto const read = [](ByteStream& stream) -> task<int> {
    co_return (co_await stream.read(Buffer::of_size(16))).result;
  };
  auto const [count, closed] = run(when_all(read(*ends.a), ends.a->close()));
  EXPECT_EQ(count, -ECANCELED);
  EXPECT_EQ(closed, 0);
  EXPECT_EQ(run(read(*ends.a)), -EBADF);
}

TEST_P(ByteStreamTest, WritingToAnEndThatIsGoneFails) {
  Ends ends = tcp();
  run(ends.b->close());
  auto const write = [](ByteStream& stream) -> task<int> {
    for (int i = 0; i < 1000; ++i) {
      int const result = (co_await stream.write(buffer_of(pattern(10'000)))).result;
      if (result < 0) co_return result;
    }
    co_return 0;
  };
  int const result = run(write(*ends.a));
  EXPECT_TRUE(result == -EPIPE || result == -ECONNRESET) << result;
}

// ---- buffers on top -----------------------------------------------------------------------------

task<std::vector<std::string>> read_lines(BufferedReader& reader, std::size_t size_max) {
  std::vector<std::string> lines;
  for (;;) {
    auto [result, line] = co_await reader.read_line(size_max);
    if (result == 0) co_return std::move(lines);
    lines.push_back(result < 0 ? "error " + std::to_string(-result) : line);
    if (result < 0) co_return std::move(lines);
  }
}

task<> write_lines(ByteStream& stream, std::string text) {
  BufferedWriter writer(stream, 7);
  EXPECT_EQ(co_await writer.write(text), 0);
  EXPECT_LE(writer.waiting(), 7u);
  EXPECT_EQ(co_await writer.finish(), 0);
}

TEST_P(ByteStreamTest, LinesAreReadWhateverTheBuffersAre) {
  using Lines = std::vector<std::string>;
  std::string const text = "one\n\ntwo\r\nthree and more of it\n\rfour";
  Lines const expected{"one", "", "two", "three and more of it", "\rfour"};
  for (std::uint32_t const size : {1u, 2u, 3u, 16u, 4096u}) {
    Ends ends = local();
    BufferedReader reader(*ends.b, size);
    auto [lines, nothing] = run(when_all(read_lines(reader, 20), write_lines(*ends.a, text)));
    EXPECT_EQ(lines, expected) << size;
  }
  auto const pool = pool_of(2, 64);
  Ends ends = pipes();
  BufferedReader reader(*ends.b, *pool);
  auto [lines, nothing] = run(when_all(read_lines(reader, 20), write_lines(*ends.a, text)));
  EXPECT_EQ(lines, expected);
}

TEST_P(ByteStreamTest, ALineThatIsTooLongIsRefused) {
  Ends ends = local();
  BufferedReader reader(*ends.b, 4);
  auto [lines, nothing] =
      run(when_all(read_lines(reader, 5), write_lines(*ends.a, "12345\n123456\n")));
  EXPECT_EQ(lines, (std::vector<std::string>{"12345", "error " + std::to_string(EMSGSIZE)}));
}

TEST_P(ByteStreamTest, ExactlySoManyBytesAreReadOrFewerAtTheEnd) {
  Ends ends = local();
  BufferedReader reader(*ends.b, 5);
  auto const read = [](BufferedReader& from) -> task<> {
    auto [six, first] = co_await from.read_exactly(6);
    EXPECT_EQ(six, 6);
    EXPECT_EQ(first, "abcdef");
    auto [some, view] = co_await from.read_some();
    EXPECT_GT(some, 0);
    EXPECT_EQ(view.substr(0, 1), "g");
    std::string rest(view);
    auto [four, last] = co_await from.read_exactly(100);
    EXPECT_EQ(rest + last, "ghij");
    auto [none, nothing] = co_await from.read_some();
    EXPECT_EQ(none, 0);
  };
  run(when_all(read(reader), write_lines(*ends.a, "abcdefghij")));
}

TEST_P(ByteStreamTest, AStopLosesNothingOfALine) {
  Ends ends = local();
  BufferedReader reader(*ends.b, 8);
  auto const work = [](Async on, BufferedReader& from, ByteStream& to) -> task<std::string> {
    co_await to.write(buffer_of("begun"));
    auto const early = co_await with_timeout(on, 5 * milliseconds, from.read_line());
    EXPECT_TRUE(early.timed_out);
    EXPECT_EQ(early.value.result, -ECANCELED);
    co_await to.write(buffer_of(" and ended\n"));
    auto [result, line] = co_await from.read_line();
    EXPECT_EQ(result, 1);
    co_return std::move(line);
  };
  EXPECT_EQ(run(work(async(), reader, *ends.a)), "begun and ended");
}

TEST_P(ByteStreamTest, AWriterThatHasFailedSaysSoFromThenOn) {
  auto ends = async().open_pipe().value();
  FileStream stream(async(), std::move(ends[0]), {});
  BufferedWriter writer(stream, 4);
  auto const work = [](BufferedWriter& to) -> task<> {
    EXPECT_EQ(co_await to.write("1234"), 0);  // waits
    EXPECT_EQ(co_await to.write("5"), -EBADF);
    EXPECT_EQ(co_await to.flush(), -EBADF);
    EXPECT_EQ(co_await to.finish(), -EBADF);
  };
  run(work(writer));
}

// One coroutine reads while another one writes, each with its own half.
TEST_P(ByteStreamTest, ItsHalvesAreUsedByTwoCoroutinesAtOnce) {
  Ends ends = tcp();
  auto const talk = [](ByteStream& stream, int count) -> task<> {
    BufferedWriter writer(stream);
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(co_await writer.write(std::to_string(i) + "\n"), 0);
      if (i % 10 != 0) continue;
      EXPECT_EQ(co_await writer.flush(), 0);
    }
    EXPECT_EQ(co_await writer.finish(), 0);
  };
  BufferedReader a(*ends.a), b(*ends.b);
  auto const [x, lines_a, y, lines_b] =
      run(when_all(talk(*ends.a, 200), read_lines(a, 100), talk(*ends.b, 300), read_lines(b, 100)));
  EXPECT_EQ(lines_a.size(), 300u);
  EXPECT_EQ(lines_b.size(), 200u);
  EXPECT_EQ(lines_b.back(), "199");
}

}  // namespace
}  // namespace weir
