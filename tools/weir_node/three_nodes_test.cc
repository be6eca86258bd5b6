// The demonstration, on a few small directories.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/run_program.h"

namespace weir::tool {
namespace {

// What it leaves behind when it fails is gone with the test.
class ThreeNodes : public testing::Test {
 protected:
  ThreeNodes() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-three-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  ~ThreeNodes() override {
    ::unsetenv("TMPDIR");
    std::filesystem::remove_all(folder_);
  }
  bool left_nothing() const { return std::filesystem::is_empty(folder_); }

 private:
  std::string folder_;
};

TEST_F(ThreeNodes, end_up_with_the_same_ops) {
  std::string const root = WEIR_SOURCE_DIR;
  ProgramOutcome const outcome =
      run_program(WEIR_THREE_NODES, root + "/docs " + root + "/weir/ring " + root + "/weir/p2p");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_TRUE(outcome.last_line().starts_with("weir: three nodes hold the same ")) << outcome.text;
  EXPECT_NE(outcome.text.find("second  "), outcome.text.npos);
  EXPECT_NE(outcome.text.find("  killed after "), outcome.text.npos) << outcome.text;
  EXPECT_TRUE(left_nothing());
}

TEST_F(ThreeNodes, say_what_is_wrong) {
  ProgramOutcome const outcome = run_program(WEIR_THREE_NODES, "/nowhere");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.text.find("none of the directories to be put is there"), outcome.text.npos);
}

TEST_F(ThreeNodes, fail_if_a_node_does_not_start) {
  std::string const root = WEIR_SOURCE_DIR;
  ProgramOutcome const outcome =
      run_program(WEIR_THREE_NODES, "--program /bin/false " + root + "/docs");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.text.find("`weir-node init` on first ended with 1"), outcome.text.npos);
}

}  // namespace
}  // namespace weir::tool
