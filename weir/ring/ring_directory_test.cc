// Names: opening, making, renaming, removing and listing them, and asking about them, on every
// kernel.
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "tests/ring/run_fixture.h"

namespace weir {
namespace {

class RingDirectoryTest : public RunFixture {
 protected:
  std::int32_t mkdir(std::string_view name) {
    std::string const path = files_.path(name);
    return run([&](Completion& mkdir) { ring().mkdir(mkdir, path.c_str()); });
  }
  std::int32_t unlink(std::string_view name) {
    std::string const path = files_.path(name);
    return run([&](Completion& unlink) { ring().unlink(unlink, path.c_str()); });
  }
  std::int32_t rmdir(std::string_view name) {
    std::string const path = files_.path(name);
    return run([&](Completion& rmdir) { ring().rmdir(rmdir, path.c_str()); });
  }
  std::int32_t rename(std::string_view from, std::string_view to, std::uint32_t flags = 0) {
    std::string const old_path = files_.path(from);
    std::string const new_path = files_.path(to);
    return run([&](Completion& rename) {
      ring().rename(rename, old_path.c_str(), new_path.c_str(), flags);
    });
  }
  std::int32_t statx(std::string_view name, struct statx& status) {
    std::string const path = files_.path(name);
    return run(
        [&](Completion& statx) { ring().statx(statx, path.c_str(), status, STATX_BASIC_STATS); });
  }
  // Of a folder that the test has made.
  std::vector<DirectoryEntry> list(std::string_view name) {
    return kernel().list_directory(files_.path(name), 100).value();
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, RingDirectoryTest, testing::ValuesIn(test_kernels()),
                         kernel_name);

// Where the other end of a named pipe is somebody else's.
class RealDirectoryTest : public RingDirectoryTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, RealDirectoryTest,
                         testing::ValuesIn(test_kernels_not_named("sim")), kernel_name);
// Where descriptors are a test's to take.
class SimDirectoryTest : public RingDirectoryTest {};
INSTANTIATE_TEST_SUITE_P(Kernels, SimDirectoryTest, testing::ValuesIn(sim_kernels()), kernel_name);

// ---- open ---------------------------------------------------------------------------------------

TEST_P(RingDirectoryTest, OpeningMakesAFileOnlyIfAskedTo) {
  EXPECT_EQ(open("data", O_RDONLY), -ENOENT);
  EXPECT_FALSE(files_.exists("data"));
  int const made = open("data", O_RDWR | O_CREAT);
  ASSERT_GE(made, 0);
  EXPECT_TRUE(files_.exists("data"));
  EXPECT_EQ(open("data", O_RDWR | O_CREAT | O_EXCL), -EEXIST);
  EXPECT_EQ(open("missing/data", O_RDWR | O_CREAT), -ENOENT);
  EXPECT_EQ(open("data/data", O_RDWR | O_CREAT), -ENOTDIR);
  EXPECT_EQ(open_path("", O_RDONLY), -ENOENT);
  EXPECT_EQ(open_path(files_.path(std::string(300, 'n')), O_RDONLY), -ENAMETOOLONG);
}

TEST_P(RingDirectoryTest, AFileForReadingAndWritingDoesBoth) {
  int const file = open("data", O_RDWR | O_CREAT | O_TRUNC);
  ASSERT_GE(file, 0);
  ASSERT_EQ(write(file, "x", 3), 1);
  char byte = 0;
  EXPECT_EQ(read(file, {&byte, 1}, 3), 1);
  EXPECT_EQ(byte, 'x');
}

TEST_P(RingDirectoryTest, TruncatingAndAppendingAreFlags) {
  files_.put("data", "before");
  int const appends = open("data", O_WRONLY | O_APPEND);
  ASSERT_GE(appends, 0);
  ASSERT_EQ(write(appends, "!"), 1);
  EXPECT_EQ(files_.content("data"), "before!");
  ASSERT_GE(open("data", O_WRONLY | O_TRUNC), 0);
  EXPECT_EQ(files_.content("data"), "");
}

TEST_P(RingDirectoryTest, APathMayStartFromADirectory) {
  ASSERT_EQ(mkdir("folder"), 0);
  files_.put("folder/data", "x");
  files_.put("file", "y");
  int const folder = open("folder", O_RDONLY | O_DIRECTORY);
  ASSERT_GE(folder, 0);
  int const inside = open_path("data", O_RDONLY, folder);
  ASSERT_GE(inside, 0);
  EXPECT_EQ(open_path("file", O_RDONLY, folder), -ENOENT);
  EXPECT_GE(open_path("../file", O_RDONLY, folder), 0);
  EXPECT_EQ(open_path("data", O_RDONLY, inside), -ENOTDIR);
  EXPECT_EQ(open_path("data", O_RDONLY, 99'999), -EBADF);
  EXPECT_EQ(run([&](Completion& unlink) { ring().unlink(unlink, "data", folder); }), 0);
  EXPECT_EQ(run([&](Completion& mkdir) { ring().mkdir(mkdir, "sub", 0777, folder); }), 0);
  EXPECT_TRUE(files_.exists("folder/sub"));
  EXPECT_EQ(
      run([&](Completion& rename) { ring().rename(rename, "sub", "moved", 0, folder, folder); }),
      0);
  EXPECT_EQ(run([&](Completion& rmdir) { ring().rmdir(rmdir, "moved", folder); }), 0);
  EXPECT_TRUE(list("folder").empty());
}

TEST_P(RingDirectoryTest, ADirectoryIsNoFile) {
  ASSERT_EQ(mkdir("folder"), 0);
  files_.put("file", "x");
  EXPECT_EQ(open("folder", O_WRONLY), -EISDIR);
  EXPECT_EQ(open("file", O_RDONLY | O_DIRECTORY), -ENOTDIR);
  int const folder = open("folder", O_RDONLY);
  ASSERT_GE(folder, 0);
  char byte = 0;
  EXPECT_EQ(read(folder, {&byte, 1}), -EISDIR);
}

TEST_P(SimDirectoryTest, DescriptorsRunOut) {
  files_.put("data", "x");
  SimOptions options = test_.world()->options();
  options.descriptor_count_max = 0;
  test_.world()->set_options(options);
  EXPECT_EQ(open("data", O_RDONLY), -EMFILE);
  EXPECT_EQ(kernel().open_pipe().error().code, EMFILE);
}

TEST_P(RealDirectoryTest, OpeningANamedPipeDoesNotWaitForItsOtherEnd) {
  ASSERT_EQ(::mkfifo(files_.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(open("pipe", O_WRONLY), -ENXIO);
  int const reads = open("pipe", O_RDONLY);
  ASSERT_GE(reads, 0);
  int const writes = open("pipe", O_WRONLY);
  ASSERT_GE(writes, 0);
  // What was opened without waiting waits for bytes.
  char byte = 0;
  Recorder read(ring());
  ring().read(read, reads, reinterpret_cast<std::byte*>(&byte), 1);
  run_for(ring(), 2 * milliseconds);
  EXPECT_FALSE(read.idle());
  ASSERT_EQ(write(writes, "x"), 1);
  ASSERT_TRUE(until_idle(read));
  EXPECT_EQ(read.result(), 1);
}

// ---- names --------------------------------------------------------------------------------------

TEST_P(RingDirectoryTest, DirectoriesAreMadeAndRemoved) {
  EXPECT_EQ(mkdir("folder"), 0);
  EXPECT_EQ(mkdir("folder"), -EEXIST);
  EXPECT_EQ(mkdir("missing/folder"), -ENOENT);
  EXPECT_EQ(mkdir("folder/sub"), 0);
  EXPECT_EQ(rmdir("folder"), -ENOTEMPTY);
  EXPECT_EQ(rmdir("folder/sub"), 0);
  EXPECT_EQ(rmdir("folder"), 0);
  EXPECT_EQ(rmdir("folder"), -ENOENT);
  files_.put("file", "x");
  EXPECT_EQ(rmdir("file"), -ENOTDIR);
  EXPECT_EQ(mkdir("file"), -EEXIST);
}

TEST_P(RingDirectoryTest, WhatIsUnlinkedWhileItIsOpenLivesOn) {
  files_.put("data", "content");
  int const file = open("data", O_RDWR);
  ASSERT_GE(file, 0);
  ASSERT_EQ(unlink("data"), 0);
  EXPECT_FALSE(files_.exists("data"));
  EXPECT_EQ(unlink("data"), -ENOENT);
  EXPECT_EQ(write(file, "C", 0), 1);
  char byte = 0;
  EXPECT_EQ(read(file, {&byte, 1}, 0), 1);
  EXPECT_EQ(byte, 'C');
  files_.put("data", "another");
  EXPECT_EQ(files_.content("data"), "another");
  ASSERT_EQ(mkdir("folder"), 0);
  EXPECT_EQ(unlink("folder"), -EISDIR);
}

TEST_P(RingDirectoryTest, NothingIsMadeInADirectoryThatIsGone) {
  ASSERT_EQ(mkdir("folder"), 0);
  int const folder = open("folder", O_RDONLY | O_DIRECTORY);
  ASSERT_GE(folder, 0);
  ASSERT_EQ(rmdir("folder"), 0);
  EXPECT_EQ(open_path("data", O_WRONLY | O_CREAT, folder), -ENOENT);
  EXPECT_EQ(run([&](Completion& mkdir) { ring().mkdir(mkdir, "sub", 0777, folder); }), -ENOENT);
}

TEST_P(RingDirectoryTest, ARenamedFileTakesThePlaceOfAnother) {
  files_.put("old", "one");
  files_.put("new", "two");
  EXPECT_EQ(rename("old", "new", RENAME_NOREPLACE), -EEXIST);
  EXPECT_EQ(rename("old", "new"), 0);
  EXPECT_FALSE(files_.exists("old"));
  EXPECT_EQ(files_.content("new"), "one");
  EXPECT_EQ(rename("old", "new"), -ENOENT);
  EXPECT_EQ(rename("new", "new"), 0);
  EXPECT_EQ(rename("new", "missing/new"), -ENOENT);
}

TEST_P(RingDirectoryTest, ADirectoryIsRenamedWithWhatIsInIt) {
  ASSERT_EQ(mkdir("folder"), 0);
  ASSERT_EQ(mkdir("other"), 0);
  files_.put("folder/data", "x");
  files_.put("file", "y");
  EXPECT_EQ(rename("folder", "folder/below"), -EINVAL);
  EXPECT_EQ(rename("folder", "file"), -ENOTDIR);
  EXPECT_EQ(rename("file", "folder"), -EISDIR);
  EXPECT_EQ(rename("other", "folder"), -ENOTEMPTY);
  EXPECT_EQ(rename("folder", "other"), 0);
  EXPECT_EQ(files_.content("other/data"), "x");
  EXPECT_FALSE(files_.exists("folder"));
}

TEST_P(RingDirectoryTest, StatusTellsWhatANameStandsFor) {
  files_.put("data", "12345");
  ASSERT_EQ(mkdir("folder"), 0);
  struct statx status {};
  ASSERT_EQ(statx("data", status), 0);
  EXPECT_TRUE(S_ISREG(status.stx_mode));
  EXPECT_EQ(status.stx_size, 5u);
  EXPECT_EQ(status.stx_nlink, 1u);
  std::uint64_t const number = status.stx_ino;
  ASSERT_EQ(statx("folder", status), 0);
  EXPECT_TRUE(S_ISDIR(status.stx_mode));
  EXPECT_NE(status.stx_ino, number);
  EXPECT_EQ(statx("missing", status), -ENOENT);
  EXPECT_EQ(statx("data/x", status), -ENOTDIR);

  int const file = open("data", O_RDONLY);
  ASSERT_GE(file, 0);
  auto const ask = [&](std::uint32_t flags) {
    return run([&](Completion& statx) {
      ring().statx(statx, "", status, STATX_BASIC_STATS, flags, file);
    });
  };
  EXPECT_EQ(ask(0), -ENOENT);
  EXPECT_EQ(ask(AT_EMPTY_PATH), 0);
  EXPECT_EQ(status.stx_ino, number);
}

TEST_P(RingDirectoryTest, ListsWhatIsInADirectory) {
  using Kind = DirectoryEntry::Kind;
  ASSERT_EQ(mkdir("folder"), 0);
  EXPECT_TRUE(list("folder").empty());
  files_.put("folder/b", "x");
  ASSERT_EQ(mkdir("folder/a"), 0);
  files_.put("folder/a/below", "x");
  files_.make_pipe("folder/c");
  std::vector<DirectoryEntry> const expected = {
      {"a", Kind::directory}, {"b", Kind::file}, {"c", Kind::other}};
  EXPECT_EQ(list("folder"), expected);

  auto const error = [&](std::string_view name, std::uint32_t count_max) {
    return kernel().list_directory(files_.path(name), count_max).error();
  };
  EXPECT_EQ(error("folder", 2).code, EOVERFLOW);
  EXPECT_EQ(error("missing", 2).code, ENOENT);
  EXPECT_EQ(error("folder/b", 2).code, ENOTDIR);
  EXPECT_EQ(error("missing", 2).message,
            "list " + files_.path("missing") + ": No such file or directory");
}

// ---- fsync --------------------------------------------------------------------------------------

TEST_P(RingDirectoryTest, FilesAndDirectoriesCanBeMadeCertain) {
  ASSERT_EQ(mkdir("folder"), 0);
  int const folder = open("folder", O_RDONLY | O_DIRECTORY);
  int const file = open("folder/data", O_WRONLY | O_CREAT);
  ASSERT_EQ(write(file, "x"), 1);
  EXPECT_EQ(run([&](Completion& sync) { ring().fsync(sync, file); }), 0);
  EXPECT_EQ(run([&](Completion& sync) { ring().fdatasync(sync, file); }), 0);
  EXPECT_EQ(run([&](Completion& sync) { ring().fsync(sync, folder); }), 0);
  EXPECT_EQ(run([&](Completion& sync) { ring().fsync(sync, 99'999); }), -EBADF);
  EXPECT_EQ(run([&](Completion& sync) { ring().fsync(sync, open_pipe()[1]); }), -EINVAL);
}

// ---- the ring ends ------------------------------------------------------------------------------

TEST_P(RingDirectoryTest, TheRingEndsWithOperationsInFlight) {
  std::string const path = files_.path("data");
  files_.put("data", "x");
  std::vector<std::unique_ptr<Recorder>> opens;
  for (int i = 0; i < 20; ++i) {
    opens.push_back(std::make_unique<Recorder>(ring()));
    ring().open(*opens.back(), path.c_str(), O_RDONLY);
  }
  ring().step(Wait::poll);
  ring().finish();
  for (auto const& open : opens) {
    ASSERT_TRUE(open->idle());
    EXPECT_EQ(open->end_count, 1u);
    if (open->result() >= 0) remember(open->result());
    else EXPECT_TRUE(open->result() == -ECANCELED || open->result() == -EINTR) << open->result();
  }
}

// ---- the simulated disk -------------------------------------------------------------------------

class SimulatedNamesTest : public RingDirectoryTest {
 protected:
  // The machine stops, and starts again with an empty ring.
  void crash() {
    ring_->finish();
    while (!descriptors_.empty()) close(descriptors_.back());
    ring_.reset();
    test_.world()->files().crash();
    ring_ = test_.make_ring();
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, SimulatedNamesTest, testing::ValuesIn(sim_kernels()),
                         kernel_name);

TEST_P(SimulatedNamesTest, ACrashLosesWhatWasNotMadeCertain) {
  files_.put("data", "long ago");
  int const file = open("data", O_WRONLY);
  ASSERT_EQ(write(file, "L", 0), 1);
  ASSERT_EQ(run([&](Completion& sync) { ring().fdatasync(sync, file); }), 0);
  ASSERT_EQ(write(file, "A", 5), 1);
  EXPECT_EQ(files_.content("data"), "Long Ago");
  crash();
  EXPECT_EQ(files_.content("data"), "Long ago");
}

TEST_P(SimulatedNamesTest, ACrashLosesNamesThatTheirDirectoryWasNotMadeCertainOf) {
  files_.put("folder/old", "one");
  int const made = open("folder/made", O_WRONLY | O_CREAT);
  ASSERT_EQ(write(made, "x"), 1);
  ASSERT_EQ(run([&](Completion& sync) { ring().fsync(sync, made); }), 0);
  ASSERT_EQ(rename("folder/old", "folder/new"), 0);
  crash();
  EXPECT_EQ(list("folder").size(), 1u);
  EXPECT_EQ(files_.content("folder/old"), "one");
}

TEST_P(SimulatedNamesTest, ACrashKeepsNamesThatTheirDirectoryWasMadeCertainOf) {
  files_.put("folder/old", "one");
  files_.put("folder/gone", "x");
  ASSERT_EQ(rename("folder/old", "folder/new"), 0);
  ASSERT_EQ(unlink("folder/gone"), 0);
  int const folder = open("folder", O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(run([&](Completion& sync) { ring().fsync(sync, folder); }), 0);
  crash();
  EXPECT_EQ(list("folder").size(), 1u);
  EXPECT_EQ(files_.content("folder/new"), "one");
}

// Both directories end up below each other in what is certain: each is found once, and no more.
TEST_P(SimulatedNamesTest, ACrashBetweenMovesOfDirectoriesLosesNoDirectory) {
  files_.put("a/x", "");
  files_.put("b/y", "");
  ASSERT_EQ(rename("a", "b/a"), 0);
  int const b = open("b", O_RDONLY);
  ASSERT_EQ(run([&](Completion& sync) { ring().fsync(sync, b); }), 0);
  ASSERT_EQ(rename("b/a", "a"), 0);
  ASSERT_EQ(rename("b", "a/b"), 0);
  int const a = open("a", O_RDONLY);
  ASSERT_EQ(run([&](Completion& sync) { ring().fsync(sync, a); }), 0);
  crash();
  EXPECT_TRUE(files_.exists("a/x"));
  EXPECT_TRUE(files_.exists("b/y"));
  EXPECT_FALSE(files_.exists("a/b"));
  EXPECT_FALSE(files_.exists("b/a"));
}

TEST_P(SimulatedNamesTest, AFullDiskHasNoRoomForADirectory) {
  files_.put("data", "0123456789");
  SimOptions options = test_.world()->options();
  options.disk_bytes_max = 10;
  test_.world()->set_options(options);
  EXPECT_EQ(mkdir("folder"), -ENOSPC);
  ASSERT_EQ(unlink("data"), 0);
  EXPECT_EQ(mkdir("folder"), 0);
}

}  // namespace
}  // namespace weir
