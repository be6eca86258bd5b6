// weir-top as a person runs it.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/run_program.h"

namespace weir::top {
namespace {

constexpr char const* kept = R"({"worker": 1, "interval_seconds": 1, "cpu_share": 0.5,
 "sleeps": {"total": 9, "rate": 3}, "stopping": false,
 "net": {"connections": 2, "suspended": 0, "pressure_bytes": 0, "pressure_limit_bytes": 1,
  "in_bytes": {"total": 1, "rate": 1024}, "out_bytes": {"total": 1, "rate": 0}},
 "endpoints": [], "slow_peers": [], "flows": [{"name": "one", "state": "running", "held": false,
  "ticks": {"total": 1, "rate": 1}, "yields": {"total": 0, "rate": 0},
  "busy": {"seconds": 1, "share": 0.25}, "loops": [], "edges": [],
  "subgraphs": [{"name": "all", "stratum": 0, "loop": null, "runs": {"total": 1, "rate": 1},
   "yields": {"total": 0, "rate": 0}, "busy": {"seconds": 1, "share": 0.25}}],
  "nodes": [{"operator": "map", "name": "", "entry_name": "", "subgraph": 0, "pull": false,
   "in": {"items": 5, "rate": 2.5, "known": "counted"}, "out": null}]}]})";

// A folder of this test's, gone with it.
class WeirTop : public testing::Test {
 protected:
  WeirTop() {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "graph.json") << kept;
  }
  ~WeirTop() override { std::filesystem::remove_all(folder_); }

  std::string path(char const* name) const { return (folder_ / name).string(); }
  static ProgramOutcome run(std::string const& arguments) {
    return run_program(WEIR_TOP, arguments);
  }

 private:
  std::filesystem::path const folder_ =
      std::filesystem::path(testing::TempDir()) / ("weir_top_" + std::to_string(::getpid()));
};

TEST_F(WeirTop, draws_what_was_kept) {
  ProgramOutcome const outcome = run("- --once --ascii --width 60 < " + path("graph.json"));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.text, R"(weir worker 1   cpu 50%   sleeps 3/s   2 connections
  in 1.00 KiB/s   out 0 B/s

flow one   running   1 ticks/s   busy 25%
                            in/s   out/s waiting/most   busy
* map                       2.50                         25%
)");
}

TEST_F(WeirTop, is_plain_text_where_no_terminal_is) {
  EXPECT_EQ(run("- --ascii < " + path("graph.json")).text,
            run("- --once --ascii --width 100 < " + path("graph.json")).text);
}

TEST_F(WeirTop, draws_an_svg) {
  ProgramOutcome const outcome = run("- --svg " + path("graph.svg") + " < " + path("graph.json"));
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_EQ(outcome.text, "");
  std::ifstream file(path("graph.svg"));
  std::string const text(std::istreambuf_iterator<char>(file), {});
  EXPECT_NE(text.find("<svg"), text.npos);
  EXPECT_NE(text.find("2.50/s"), text.npos);
}

TEST_F(WeirTop, says_in_a_sentence_what_is_wrong) {
  EXPECT_EQ(run("").status, 2);
  EXPECT_EQ(run("a --interval 0").status, 2);
  ProgramOutcome outcome = run("- < /dev/null");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.text.starts_with("weir-top: this is not what /graph of a weir program says"));
  outcome = run("ftp://nowhere --once");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.text.starts_with("weir-top: \"ftp://nowhere\" is no URL")) << outcome.text;
  outcome = run_program("env PATH=/nowhere " WEIR_TOP,
                        "- --svg " + path("graph.svg") + " < " + path("graph.json"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.text.starts_with("weir-top: cannot run Graphviz's `dot`")) << outcome.text;
  outcome = run("- --svg /nowhere/graph.svg < " + path("graph.json"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.text.find("weir-top: Graphviz's `dot` could not draw /nowhere/graph.svg"),
            outcome.text.npos)
      << outcome.text;
}

}  // namespace
}  // namespace weir::top
