// What serving files takes: opening below a directory, and sending a file's bytes on a socket.
#include <poll.h>

#include <cerrno>
#include <filesystem>

#include "tests/ring/run_fixture.h"

namespace weir {
namespace {

class RingServeTest : public RunFixture {
 protected:
  std::int32_t open_beneath(char const* path, int directory) {
    std::int32_t const result =
        run([&](Completion& open) { ring().open_beneath(open, path, directory); });
    if (result >= 0) remember(result);
    return result;
  }
  void make_folder(std::string_view name) {
    if (!test_.simulated()) std::filesystem::create_directory(files_.path(name));
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingServeTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingServeTest, OpensWhatLiesBelowADirectoryAndNothingElse) {
  make_folder("in");
  make_folder("in/side");
  files_.put("in/side/file", "content");
  files_.put("out", "secret");
  int const directory = open("in", O_RDONLY | O_DIRECTORY);
  ASSERT_GE(directory, 0);
  int const file = open_beneath("side/file", directory);
  ASSERT_GE(file, 0);
  std::string bytes(100, '\0');
  EXPECT_EQ(read(file, bytes), 7);
  EXPECT_GE(open_beneath("side/../side/./file", directory), 0);
  EXPECT_GE(open_beneath(".", directory), 0);
  EXPECT_EQ(open_beneath("../out", directory), -EXDEV);
  EXPECT_EQ(open_beneath("side/../../out", directory), -EXDEV);
  EXPECT_EQ(open_beneath("/etc/passwd", directory), -EXDEV);
  EXPECT_EQ(open_beneath("none", directory), -ENOENT);
  EXPECT_EQ(open_beneath("side/file/x", directory), -ENOTDIR);
  EXPECT_EQ(open_beneath("side", 99'999), -EBADF);
  if (test_.simulated()) return;
  std::filesystem::create_symlink("../out", files_.path("in/link"));
  std::filesystem::create_symlink("side/file", files_.path("in/inner"));
  EXPECT_EQ(open_beneath("link", directory), -EXDEV);
  EXPECT_GE(open_beneath("inner", directory), 0);
}

TEST_P(RingServeTest, SendsAFileAsFarAsThereIsRoom) {
  std::string const content = pattern(3'000'000);
  files_.put("data", content);
  int const file = open("data", O_RDONLY);
  Link const link = this->link(4096);
  std::string received;
  std::uint64_t offset = 100;
  std::uint32_t waits = 0;
  while (offset < content.size()) {
    auto const size = static_cast<std::uint32_t>(content.size() - offset);
    std::int32_t const sent = kernel().send_file(link.descriptor, file, offset, size);
    if (sent > 0) {
      offset += static_cast<std::uint32_t>(sent);
    } else if (sent == -EAGAIN) {
      ++waits;
      Recorder poll(ring());
      ring().poll_once(poll, link.descriptor, POLLOUT);
      ASSERT_TRUE(until([&] {
        received += link.peer->receive();
        return poll.idle();
      }));
    } else {
      ASSERT_EQ(sent, -ENODATA);  // as if it were on the disk alone: another time
    }
  }
  received += receive_all(*link.peer, content.size() - 100 - received.size());
  EXPECT_TRUE(received == content.substr(100));
  EXPECT_GT(waits, 0u);
  std::int32_t at_end = -ENODATA;
  while (at_end == -ENODATA) at_end = kernel().send_file(link.descriptor, file, content.size(), 10);
  EXPECT_EQ(at_end, 0);
  EXPECT_EQ(kernel().send_file(link.descriptor, 99'999, 0, 1), -EBADF);
}

// A receive that is under way when a file is sent is not disturbed by it.
TEST_P(RingServeTest, SendingAFileLeavesAReceiveAlone) {
  files_.put("data", "x");
  int const file = open("data", O_RDONLY);
  Link const link = this->link();
  std::byte memory[8];
  Recorder receive(ring());
  ring().receive(receive, link.descriptor, memory, sizeof(memory));
  run_for(ring(), 1 * milliseconds);
  std::int32_t sent = -ENODATA;
  while (sent == -ENODATA) sent = kernel().send_file(link.descriptor, file, 0, 1);
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(receive_all(*link.peer, 1), "x");
  run_for(ring(), 1 * milliseconds);
  EXPECT_FALSE(receive.idle());
  send_all(*link.peer, "y");
  ASSERT_TRUE(until_idle(receive));
  EXPECT_EQ(receive.result(), 1);
}

TEST_P(RingServeTest, APeerThatIsGoneIsAnErrorAndNoSignal) {
  std::string const content = pattern(1'000'000);
  files_.put("data", content);
  int const file = open("data", O_RDONLY);
  Link const link = this->link();
  link.peer->reset();
  std::int32_t sent = 0;
  ASSERT_TRUE(until([&] {
    sent = kernel().send_file(link.descriptor, file, 0, 1'000'000);
    return sent < 0 && sent != -EAGAIN && sent != -ENODATA;
  }));
  for (int i = 0; i < 100 && (sent == -ECONNRESET || sent == -ENODATA || sent == -EAGAIN); ++i)
    sent = kernel().send_file(link.descriptor, file, 0, 1'000'000);
  EXPECT_EQ(sent, -EPIPE);
}

}  // namespace
}  // namespace weir
