// A node in a folder of a test's, and weir-node as a person runs it. WEIR_NODE is the program.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tests/run_program.h"

namespace weir::tool {

class WeirNode : public testing::Test {
 protected:
  WeirNode() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-node-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::setenv("WEIR_NODE_STORE", path("node").c_str(), 1);
    EXPECT_EQ(run("init").status, 0);
  }
  ~WeirNode() override { std::filesystem::remove_all(folder_); }

  std::string path(std::string const& name) const { return (folder_ / name).string(); }
  static ProgramOutcome run(std::string const& arguments) {
    return run_program(WEIR_NODE, arguments);
  }
  // What it says where all is well: one line, or JSON.
  static std::string say(std::string const& arguments) {
    ProgramOutcome const outcome = run("-q " + arguments);
    EXPECT_EQ(outcome.status, 0) << arguments << ": " << outcome.text;
    return outcome.text.substr(0, outcome.text.find_last_not_of('\n') + 1);
  }
  static nlohmann::json json(std::string const& arguments) {
    return nlohmann::json::parse(say(arguments + " --json"), nullptr, false);
  }
  // The one sentence with which it fails.
  static std::string refusal(std::string const& arguments, int status = 1) {
    ProgramOutcome const outcome = run(arguments);
    EXPECT_EQ(outcome.status, status) << arguments << ": " << outcome.text;
    EXPECT_EQ(outcome.text.find('\n'), outcome.text.size() - 1) << outcome.text;
    return outcome.text.substr(0, outcome.text.find('\n'));
  }
  void write(std::string const& name, std::string_view content, std::filesystem::perms bits) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << content;
    std::filesystem::permissions(path(name), bits);
  }
  // A tree with all that is special about trees.
  void make_tree() const {
    write("tree/empty", "", std::filesystem::perms(0644));
    write("tree/a file", "with a space\n", std::filesystem::perms(0400));
    write("tree/bin/run", "#!/bin/sh\n", std::filesystem::perms(0755));
    write("tree/deep/er/still/x", std::string("\0\xFF", 2), std::filesystem::perms(0600));
    std::string large(5'000'001, 'l');
    for (std::size_t n = 0; n < large.size(); n += 7) large[n] = static_cast<char>(n * n >> 8);
    write("tree/large", large, std::filesystem::perms(0640));
    write("tree/chunk", large.substr(0, 1u << 20), std::filesystem::perms(0644));
  }
  void expect_same_trees(std::string const& a, std::string const& b) const {
    ProgramOutcome const compared =
        run_program("diff -r --no-dereference", path(a) + " " + path(b));
    EXPECT_EQ(compared.status, 0) << compared.text;
    std::string const list = " && find . -type f -printf '%P %m\\n' | sort";
    EXPECT_EQ(run_program("cd " + path(a) + list, "").text,
              run_program("cd " + path(b) + list, "").text);
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace weir::tool
