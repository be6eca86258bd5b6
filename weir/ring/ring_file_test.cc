// Reading and writing files and pipes: what each operation does, on every kernel.
#include <poll.h>

#include <cerrno>
#include <csignal>

#include "tests/ring/recorder.h"
#include "tests/ring/test_files.h"

namespace weir {
namespace {

class RingFileTest : public RingFixture {
 protected:
  int open(std::string_view name, FileUse use) {
    Result<int> const opened = kernel().open_file(files_.path(name), use);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return remember(opened.value());
  }
  std::int32_t read_once(int descriptor, std::span<char> into,
                         std::uint64_t offset = stream_position) {
    Recorder read(ring());
    ring().read(read, descriptor, reinterpret_cast<std::byte*>(into.data()),
                static_cast<std::uint32_t>(into.size()), offset);
    EXPECT_TRUE(until_idle(read));
    EXPECT_EQ(read.end_count, 1u);
    return read.result();
  }
  std::int32_t write_once(int descriptor, std::string_view bytes,
                          std::uint64_t offset = stream_position) {
    Recorder write(ring());
    ring().write(write, descriptor, reinterpret_cast<std::byte const*>(bytes.data()),
                 static_cast<std::uint32_t>(bytes.size()), offset);
    EXPECT_TRUE(until_idle(write));
    EXPECT_EQ(write.end_count, 1u);
    return write.result();
  }
  std::string read_to_end(int descriptor, std::size_t size) {
    std::string bytes;
    std::vector<char> part(size);
    while (std::int32_t const count = read_once(descriptor, part)) {
      if (count < 0) break;
      bytes.append(part.data(), static_cast<std::size_t>(count));
    }
    return bytes;
  }
  void write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
      std::int32_t const count = write_once(descriptor, bytes);
      ASSERT_GT(count, 0);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  TestFiles files_{test_.world()};
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingFileTest, testing::ValuesIn(test_kernels()), kernel_name);

TEST_P(RingFileTest, ReadsAFileFromItsPositionToItsEnd) {
  std::string const content = pattern(300'007);
  files_.put("data", content);
  int const descriptor = open("data", FileUse::read);
  EXPECT_TRUE(read_to_end(descriptor, 65'536) == content);
  char byte = 0;
  EXPECT_EQ(read_once(descriptor, {&byte, 1}), 0) << "the end stays the end";
}

TEST_P(RingFileTest, ReadsAtAnOffsetWithoutMovingThePosition) {
  files_.put("data", "0123456789");
  int const descriptor = open("data", FileUse::read);
  char byte = 0;
  ASSERT_EQ(read_once(descriptor, {&byte, 1}, 7), 1);
  EXPECT_EQ(byte, '7');
  ASSERT_EQ(read_once(descriptor, {&byte, 1}), 1);
  EXPECT_EQ(byte, '0');
  EXPECT_EQ(read_once(descriptor, {&byte, 1}, 10), 0);
  EXPECT_EQ(read_once(descriptor, {&byte, 1}, std::uint64_t{1} << 40), 0);
}

TEST_P(RingFileTest, WritingReplacesWhatAFileHeld) {
  files_.put("data", "something longer than what is written");
  std::string const content = pattern(100'003);
  write_all(open("data", FileUse::write), content);
  EXPECT_TRUE(files_.content("data") == content);
}

TEST_P(RingFileTest, WritesAtAnOffset) {
  int const descriptor = open("data", FileUse::write);
  EXPECT_EQ(write_once(descriptor, "x", 4), 1);
  EXPECT_EQ(write_once(descriptor, "y"), 1);
  EXPECT_EQ(files_.content("data"), std::string("y\0\0\0x", 5));
}

TEST_P(RingFileTest, AppendingKeepsWhatIsThere) {
  files_.put("data", "before\n");
  int const descriptor = open("data", FileUse::append);
  write_all(descriptor, "after\n");
  files_.put("data", "somebody else's\n");
  write_all(descriptor, "at the end of it\n");
  EXPECT_EQ(files_.content("data"), "somebody else's\nat the end of it\n");
}

TEST_P(RingFileTest, WhatCannotBeOpenedSaysWhy) {
  Result<int> const missing = kernel().open_file(files_.path("missing"), FileUse::read);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ENOENT);
  EXPECT_EQ(missing.error().message,
            "open " + files_.path("missing") + ": No such file or directory");
  EXPECT_FALSE(files_.exists("missing")) << "opening for reading makes no file";
}

TEST_P(RingFileTest, UsesThatAFileWasNotOpenedForFail) {
  files_.put("data", "data");
  int const reads = open("data", FileUse::read);
  int const writes = open("other", FileUse::write);
  char byte = 0;
  EXPECT_EQ(write_once(reads, "x"), -EBADF);
  EXPECT_EQ(read_once(writes, {&byte, 1}), -EBADF);
  EXPECT_EQ(read_once(99'999, {&byte, 1}), -EBADF);
  EXPECT_EQ(write_once(99'999, "x"), -EBADF);
}

TEST_P(RingFileTest, AReadOfAPipeWaitsForBytesAndForTheEnd) {
  files_.make_pipe("pipe");
  int const descriptor = open("pipe", FileUse::read);
  std::byte memory[16];
  Recorder read(ring());
  ring().read(read, descriptor, memory, sizeof(memory));
  run_for(ring(), 2 * milliseconds);
  EXPECT_FALSE(read.idle());
  files_.feed("pipe", "x");
  ASSERT_TRUE(until_idle(read));
  EXPECT_EQ(read.result(), 1);
  EXPECT_EQ(memory[0], std::byte{'x'});

  ring().read(read, descriptor, memory, sizeof(memory));
  run_for(ring(), 2 * milliseconds);
  EXPECT_FALSE(read.idle());
  files_.end("pipe");
  ASSERT_TRUE(until_idle(read));
  EXPECT_EQ(read.result(), 0);
}

TEST_P(RingFileTest, APipeKnowsNoOffsets) {
  files_.make_pipe("pipe");
  files_.feed("pipe", "x");
  int const descriptor = open("pipe", FileUse::read);
  char byte = 0;
  EXPECT_EQ(read_once(descriptor, {&byte, 1}, 3), 1);
  EXPECT_EQ(byte, 'x');
}

TEST_P(RingFileTest, AWriteToAFullPipeWaitsForItsReader) {
  files_.make_pipe("pipe");
  int const descriptor = open("pipe", FileUse::write);
  std::string const sent = pattern(300'007);
  std::string_view left = sent;
  std::string received;
  Recorder write(ring());
  bool waited = false;
  while (!left.empty()) {
    ring().write(write, descriptor, reinterpret_cast<std::byte const*>(left.data()),
                 static_cast<std::uint32_t>(left.size()));
    // The reader reads only when the writer has been waiting for a while.
    for (int i = 0; i < 20 && !write.idle(); ++i) run_for(ring(), 100 * microseconds);
    waited = waited || !write.idle();
    ASSERT_TRUE(until([&] {
      if (!write.idle()) received += files_.take("pipe");
      return write.idle();
    }));
    ASSERT_GT(write.result(), 0);
    left.remove_prefix(static_cast<std::size_t>(write.result()));
  }
  for (int i = 0; i < 10 && received.size() < sent.size(); ++i) received += files_.take("pipe");
  EXPECT_TRUE(received == sent) << received.size();
  EXPECT_TRUE(waited);
}

TEST_P(RingFileTest, AWriteToAPipeThatNobodyReadsFails) {
  auto const before = std::signal(SIGPIPE, SIG_IGN);
  files_.make_pipe("pipe");
  int const descriptor = open("pipe", FileUse::write);
  files_.abandon("pipe");
  EXPECT_EQ(write_once(descriptor, "x"), -EPIPE);
  std::signal(SIGPIPE, before);
}

TEST_P(RingFileTest, StandardInputIsDescriptorZero) {
  files_.replace_input();
  char bytes[16];
  files_.feed(TestFiles::input, "typed\n");
  std::string received;
  while (received.size() < 6) {
    std::int32_t const count = read_once(0, bytes);
    ASSERT_GT(count, 0);
    received.append(bytes, static_cast<std::size_t>(count));
  }
  EXPECT_EQ(received, "typed\n");
  files_.end(TestFiles::input);
  EXPECT_EQ(read_once(0, bytes), 0);
}

// A file is no socket to epoll (EPERM), and needs no waiting for.
TEST_P(RingFileTest, StandardInputMayBeAFile) {
  files_.replace_input("from a file");
  EXPECT_EQ(read_to_end(0, 16), "from a file");
}

TEST_P(RingFileTest, ACancelledReadEndsAndLosesNothing) {
  files_.make_pipe("pipe");
  int const descriptor = open("pipe", FileUse::read);
  std::byte memory[16];
  Recorder read(ring()), cancel(ring());
  ring().read(read, descriptor, memory, sizeof(memory));
  ring().step(Wait::poll);
  ring().cancel_descriptor(cancel, descriptor);
  ASSERT_TRUE(until([&] { return ring().pending_count() == 0; }));
  EXPECT_EQ(cancel.result(), 1);
  EXPECT_EQ(read.result(), -ECANCELED);
  files_.feed("pipe", "y");
  ring().read(read, descriptor, memory, sizeof(memory));
  ASSERT_TRUE(until_idle(read));
  EXPECT_EQ(read.result(), 1);
  EXPECT_EQ(memory[0], std::byte{'y'});
}

// The ring ends what is in the kernel; what it was reading into may go then.
TEST_P(RingFileTest, TheRingEndsWithAReadInFlight) {
  files_.make_pipe("pipe");
  int const descriptor = open("pipe", FileUse::read);
  std::byte memory[16];
  Recorder read(ring());
  ring().read(read, descriptor, memory, sizeof(memory));
  ring().step(Wait::poll);
  ring().finish();
  EXPECT_TRUE(read.idle());
  EXPECT_EQ(read.result(), -ECANCELED);
}

TEST_P(RingFileTest, ReadsOfManyFilesDoNotMix) {
  std::vector<std::string> contents;
  std::vector<int> descriptors;
  for (std::size_t i = 0; i < 8; ++i) {
    std::string const name = "file " + std::to_string(i);
    contents.push_back(pattern(1000 + 100 * i, i));
    files_.put(name, contents.back());
    descriptors.push_back(open(name, FileUse::read));
  }
  std::vector<std::string> received(8);
  std::vector<std::vector<char>> memory(8, std::vector<char>(256));
  std::vector<std::unique_ptr<Recorder>> reads;
  std::vector<bool> ended(8);
  for (int i = 0; i < 8; ++i) reads.push_back(std::make_unique<Recorder>(ring()));
  ASSERT_TRUE(until([&] {
    for (std::size_t i = 0; i < 8; ++i) {
      if (!reads[i]->idle() || ended[i]) continue;
      if (!reads[i]->results.empty()) {
        auto const count = static_cast<std::size_t>(reads[i]->result());
        received[i].append(memory[i].data(), count);
        ended[i] = count == 0;
      }
      if (!ended[i]) {
        ring().read(*reads[i], descriptors[i], reinterpret_cast<std::byte*>(memory[i].data()), 256);
      }
    }
    return std::find(ended.begin(), ended.end(), false) == ended.end();
  }));
  EXPECT_EQ(received, contents);
}

class SimulatedDiskTest : public RingFileTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, SimulatedDiskTest, testing::ValuesIn(sim_kernels()), kernel_name);

TEST_P(SimulatedDiskTest, HasErrors) {
  files_.put("data", "data");
  int const descriptor = open("data", FileUse::read);
  SimOptions options = test_.world()->options();
  options.file_error_once_in = 1;
  test_.world()->set_options(options);
  char byte = 0;
  EXPECT_EQ(read_once(descriptor, {&byte, 1}), -EIO);
}

TEST_P(SimulatedDiskTest, CanBeFull) {
  int const descriptor = open("data", FileUse::write);
  SimOptions options = test_.world()->options();
  options.disk_bytes_max = 10;
  test_.world()->set_options(options);
  std::int32_t written = 0;
  std::int32_t result = 0;
  while ((result = write_once(descriptor, "1234")) > 0) written += result;
  EXPECT_EQ(result, -ENOSPC);
  EXPECT_EQ(written, 10);
  EXPECT_EQ(files_.content("data").size(), 10u);
}

}  // namespace
}  // namespace weir
