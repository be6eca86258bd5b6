// Pipes that a program makes for itself, and splicing, on every kernel.
#include <poll.h>

#include <cerrno>
#include <csignal>

#include "tests/ring/run_fixture.h"

namespace weir {
namespace {

class RingPipeTest : public RunFixture {
 protected:
  std::int32_t splice(int from, int to, std::uint32_t size,
                      std::uint64_t from_offset = stream_position,
                      std::uint64_t to_offset = stream_position) {
    return run(
        [&](Completion& splice) { ring().splice(splice, from, to, size, from_offset, to_offset); });
  }
  std::string read_some(int descriptor) {
    std::string bytes(4096, '\0');
    std::int32_t const count = read(descriptor, bytes);
    EXPECT_GE(count, 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingPipeTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingPipeTest, WhatIsWrittenToOneEndIsReadFromTheOther) {
  auto const [reads, writes] = open_pipe();
  std::string sent = pattern(5000);
  std::string received;
  for (std::string_view left = sent; received.size() < sent.size();) {
    if (!left.empty()) {
      std::int32_t const count = write(writes, left);
      ASSERT_GT(count, 0);
      left.remove_prefix(static_cast<std::size_t>(count));
    }
    received += read_some(reads);
  }
  EXPECT_TRUE(received == sent);
}

TEST_P(RingPipeTest, AWaitingReadGetsWhatIsWrittenLater) {
  auto const [reads, writes] = open_pipe();
  std::byte memory[8];
  Recorder waiting(ring());
  ring().read(waiting, reads, memory, sizeof(memory));
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(waiting.idle());
  ASSERT_EQ(write(writes, "x"), 1);
  ASSERT_TRUE(until_idle(waiting));
  EXPECT_EQ(waiting.result(), 1);
}

TEST_P(RingPipeTest, EndsAreTold) {
  auto const before = std::signal(SIGPIPE, SIG_IGN);
  auto const [reads, writes] = open_pipe();
  ASSERT_EQ(write(writes, "x"), 1);
  close(writes);
  EXPECT_EQ(read_some(reads), "x");
  EXPECT_EQ(read_some(reads), "");
  auto const [others_reads, others_writes] = open_pipe();
  close(others_reads);
  EXPECT_EQ(write(others_writes, "x"), -EPIPE);
  char byte = 0;
  EXPECT_EQ(read(others_writes, {&byte, 1}), -EBADF);
  std::signal(SIGPIPE, before);
}

TEST_P(RingPipeTest, PollsOnce) {
  auto const [reads, writes] = open_pipe();
  EXPECT_EQ(run([&, end = writes](Completion& poll) { ring().poll_once(poll, end, POLLOUT); }),
            POLLOUT);
  Recorder poll(ring());
  ring().poll_once(poll, reads, POLLIN);
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(poll.idle());
  ASSERT_EQ(write(writes, "x"), 1);
  ASSERT_TRUE(until_idle(poll));
  EXPECT_EQ(poll.results, std::vector<std::int32_t>{POLLIN});
  ASSERT_EQ(write(writes, "y"), 1);
  run_for(ring(), 1 * milliseconds);
  EXPECT_EQ(poll.results.size(), 1u);
  EXPECT_EQ(run([&](Completion& once) { ring().poll_once(once, 99'999, POLLIN); }), -EBADF);
}

// ---- splice -------------------------------------------------------------------------------------

TEST_P(RingPipeTest, SplicesFromAFileToAFile) {
  std::string const content = pattern(3000);
  files_.put("from", content);
  int const from = open("from", O_RDONLY);
  int const to = open("to", O_WRONLY | O_CREAT);
  auto const [reads, writes] = open_pipe();
  ASSERT_EQ(splice(from, writes, 2000, 1000), 2000);
  ASSERT_EQ(splice(reads, to, 2000), 2000);
  EXPECT_TRUE(files_.content("to") == content.substr(1000));
  EXPECT_EQ(splice(from, writes, 100, 3000), 0) << "the end of a file";
  ASSERT_EQ(splice(from, writes, 4, 0), 4);
  ASSERT_EQ(splice(reads, to, 100, stream_position, 10), 4);
  EXPECT_EQ(files_.content("to").substr(10, 4), content.substr(0, 4));
}

TEST_P(RingPipeTest, SplicingDoesNotWaitForAPipe) {
  auto const [reads, writes] = open_pipe();
  auto const [other_reads, other_writes] = open_pipe();
  EXPECT_EQ(splice(reads, other_writes, 10), -EAGAIN);
  ASSERT_EQ(write(writes, "x"), 1);
  EXPECT_EQ(splice(reads, other_writes, 10), 1);
  EXPECT_EQ(read_some(other_reads), "x");
  close(writes);
  EXPECT_EQ(splice(reads, other_writes, 10), 0);
}

TEST_P(RingPipeTest, SplicingRefusesWhatItCannotDo) {
  files_.put("data", "x");
  int const file = open("data", O_RDONLY);
  int const other = open("other", O_WRONLY | O_CREAT);
  auto const [reads, writes] = open_pipe();
  EXPECT_EQ(splice(file, other, 10), -EINVAL) << "no pipe";
  EXPECT_EQ(splice(reads, other, 10, 5), -ESPIPE);
  EXPECT_EQ(splice(file, 99'999, 10), -EBADF);
  EXPECT_EQ(splice(99'999, writes, 10), -EBADF);
}

}  // namespace
}  // namespace weir
