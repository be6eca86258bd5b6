// The example as a person runs it: right answers, one clear sentence for bad input, exit status 2.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "examples/reachability/dependency_graph.h"
#include "tests/run_program.h"
#include "weir/ring/sockets.h"

namespace example {
namespace {

using Outcome = weir::ProgramOutcome;

Outcome run(std::string const& arguments) {
  return weir::run_program(WEIR_REACHABILITY, arguments);
}

class Reachability : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::path(testing::TempDir()) / ("reachability_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string file(std::string const& name, std::string const& text) {
    std::ofstream(directory_ / name) << text;
    return (directory_ / name).string();
  }
  std::string svg() const { return " --svg " + (directory_ / "flow.svg").string(); }

  std::filesystem::path directory_;
};

TEST_F(Reachability, answers_for_a_list_of_edges_and_says_so_in_the_last_line) {
  std::string const edges = file("edges", "a b\nb c # a comment\n\nc a\nd a\n");
  Outcome const outcome = run("--edges " + edges + " --from a" + svg());
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_EQ(outcome.last_line().rfind("weir: 4 edges, 3 reachable from a, ", 0), 0u)
      << outcome.text;
  EXPECT_NE(outcome.text.find("flowchart"), std::string::npos);
}

TEST_F(Reachability, answers_for_a_graph_larger_than_every_buffer) {
  std::string text;
  for (int v = 0; v < 60'000; ++v) {
    text += std::to_string(v) + " " + std::to_string(v * 7 % 60'013) + "\n";
    text += std::to_string(v) + " " + std::to_string((v + 13) % 60'013) + "\n";
  }
  Outcome const outcome = run("--edges " + file("edges", text) + " --from 0" + svg());
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("weir: 120000 edges"), std::string::npos) << outcome.text;
}

TEST_F(Reachability, refuses_what_is_no_list_of_edges) {
  Outcome const missing = run("--edges " + (directory_ / "nothing").string());
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.text.find("cannot read"), std::string::npos) << missing.text;
  Outcome const folder = run("--edges " + directory_.string());
  EXPECT_EQ(folder.status, 2) << folder.text;
  Outcome const malformed = run("--edges " + file("three", "a b\na b c\n"));
  EXPECT_EQ(malformed.status, 2);
  EXPECT_NE(malformed.text.find("three:2: not an edge"), std::string::npos) << malformed.text;
  Outcome const empty = run("--edges " + file("empty", "# nothing\n"));
  EXPECT_EQ(empty.status, 2);
  EXPECT_NE(empty.text.find("holds no edge"), std::string::npos) << empty.text;
}

TEST_F(Reachability, names_the_vertex_that_was_probably_meant) {
  std::string const edges = file("edges", "apple banana\n");
  Outcome const outcome = run("--edges " + edges + " --from banan" + svg());
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.text.find("did you mean banana?"), std::string::npos) << outcome.text;
}

TEST_F(Reachability, says_that_a_port_number_is_in_use) {
  auto const taken = weir::open_listener_at(weir::Address::loopback(0), 1, weir::Sharing::alone,
                                            weir::Blocking::no);
  ASSERT_TRUE(taken.ok());
  weir::Address const address = weir::local_address_of(taken.value()).value();
  Outcome const outcome = run("--serve " + address.text());
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.text.find("in use"), std::string::npos) << outcome.text;
  ::close(taken.value());
}

TEST_F(Reachability, says_that_nobody_serves) {
  auto const taken = weir::open_listener_at(weir::Address::loopback(0), 1, weir::Sharing::alone,
                                            weir::Blocking::no);
  weir::Address const address = weir::local_address_of(taken.value()).value();
  ::close(taken.value());
  Outcome const outcome =
      run("--edges " + file("edges", "a b\n") + " --connect " + address.text() + svg());
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.text.find("refused"), std::string::npos) << outcome.text;
}

TEST_F(Reachability, refuses_an_address_that_is_none) {
  EXPECT_EQ(run("--serve nowhere").status, 2);
  EXPECT_EQ(run("--unknown-option").status, 2);
}

TEST(Packages, are_edges_from_a_package_to_what_it_depends_on) {
  DependencyGraph const graph = parse_packages(
      "Package: a\nDepends: b (>= 1.0), c:any | d\nDescription: x\n  Depends: no\n\n"
      "Package: b\nPre-Depends: d,\n c\n");
  std::vector<std::string> edges;
  for (auto const& [from, to] : graph.edges) edges.push_back(graph.names[from] + graph.names[to]);
  EXPECT_EQ(edges, (std::vector<std::string>{"ab", "ac", "ad", "bd", "bc"}));
}

TEST(Packages, come_from_the_status_file_where_the_command_prints_nothing) {
  std::string const path = testing::TempDir() + "status_" + std::to_string(::getpid());
  std::ofstream(path) << "Package: a\nDepends: b\n";
  auto const graph = read_packages({"true", path});
  ASSERT_TRUE(graph.ok());
  EXPECT_EQ(graph.value().origin, path);
  std::filesystem::remove(path);
}

TEST(Packages, missing_everywhere_are_one_sentence_with_the_remedy) {
  auto const graph = read_packages({"true", "/nonexistent/status"});
  ASSERT_FALSE(graph.ok());
  EXPECT_NE(graph.error().message.find("--edges FILE"), std::string::npos);
}

}  // namespace
}  // namespace example
