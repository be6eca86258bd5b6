// A process that writes to a RocksStore is killed, or has no disk left: what it was told to be
// durable is there, and nothing is half there.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/run_program.h"
#include "weir/store/test_batches.h"

extern char** environ;

namespace weir {
namespace {

namespace fs = std::filesystem;

class RocksCrash : public testing::Test {
 protected:
  RocksCrash() {
    std::string pattern = (fs::temp_directory_path() / "weir-store-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~RocksCrash() override { fs::remove_all(directory_); }

  std::string path() const { return directory_ + "/store"; }

 private:
  std::string directory_;
};

// Runs `store_writer write` from batch `first` on and kills it as soon as it has said of
// `kill_after` batches that they are durable. Returns how many it has said that of.
std::uint64_t write_and_kill(std::string const& path, std::uint64_t first,
                             std::uint64_t kill_after) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::string arguments[] = {WEIR_STORE_WRITER, "write", path, std::to_string(first)};
  char* values[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                    arguments[3].data(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, WEIR_STORE_WRITER, &actions, nullptr, values, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::uint64_t acknowledged = 0;
  std::uint64_t number = 0;
  while (::read(ends[0], &number, sizeof number) == sizeof number) {
    EXPECT_EQ(number, first + acknowledged);
    if (++acknowledged == kill_after) ::kill(child, SIGKILL);  // in the middle of the next one
  }
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
  return acknowledged;
}

TEST_F(RocksCrash, KeepsWhatItHasAcknowledgedWheneverItIsKilled) {
  Random random(20);
  std::uint64_t durable = 0;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE(round);
    durable += write_and_kill(path(), durable, 1 + random.below(60));
    Result<Owner<RocksStore>> const opened = RocksStore::open(path(), small_store());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    RocksStore& store = *opened.value();
    EXPECT_EQ(store.notice(), "");
    // The batch that was being written may be there, too: then all of it.
    std::string wrong = compare_with_prefix(store, durable);
    if (!wrong.empty() && compare_with_prefix(store, durable + 1).empty()) {
      wrong.clear();
      ++durable;
    }
    ASSERT_EQ(wrong, "");
  }
  EXPECT_GT(durable, 100u);
}

void run_writer(std::string const& mode, std::string const& path) {
  ProgramOutcome const outcome = run_program(WEIR_STORE_WRITER, mode + " " + path);
  if (outcome.status == 77) GTEST_SKIP() << "not allowed here";
  EXPECT_EQ(outcome.status, 0) << outcome.text;
}

TEST_F(RocksCrash, SaysThatTheDiskIsFullReadsOnAndWritesOnWhenThereIsRoom) {
  run_writer("fill", path());
}

TEST_F(RocksCrash, SaysThatAWriteFailedAndLosesNothing) { run_writer("limit", path()); }

}  // namespace
}  // namespace weir
