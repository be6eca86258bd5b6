// For tests: files, pipes and a standard input that a program on the kernel under test can open,
// real ones in a folder of their own or those of a simulated world.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "weir/sim/files.h"
#include "weir/sim/world.h"

namespace weir {

class TestFiles {
 public:
  // `world` is null on a real kernel.
  explicit TestFiles(SimWorld* world) : world_(world) {
    if (world_ != nullptr) return;
    std::string pattern = std::filesystem::temp_directory_path() / "weir_test_XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern + "/";
  }
  TestFiles(TestFiles const&) = delete;
  TestFiles& operator=(TestFiles const&) = delete;
  ~TestFiles() {
    for (auto const& [name, descriptor] : pipes_) ::close(descriptor);
    restore(0);
    restore(1);
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(std::string_view name) const { return folder_ + std::string(name); }

  void put(std::string_view name, std::string_view content) {
    if (world_ != nullptr) return world_->files().put(name, content);
    std::ofstream(path(name), std::ios::binary) << content;
  }
  bool exists(std::string_view name) const {
    return world_ != nullptr ? world_->files().exists(name) : std::filesystem::exists(path(name));
  }
  std::string content(std::string_view name) const {
    if (world_ != nullptr) return world_->files().content(name);
    std::ostringstream text;
    text << std::ifstream(path(name), std::ios::binary).rdbuf();
    return text.str();
  }

  // A pipe that a program opens by its path; the test has the other end.
  void make_pipe(std::string_view name) {
    if (world_ != nullptr) return world_->files().make_pipe(name);
    EXPECT_EQ(::mkfifo(path(name).c_str(), 0600), 0);
    // Both ends, or opening it would wait for the program.
    int const descriptor = ::open(path(name).c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(descriptor, 0);
    pipes_[std::string(name)] = descriptor;
  }
  void feed(std::string_view name, std::string_view bytes) {
    if (world_ != nullptr) return world_->files().feed(name, bytes);
    ssize_t const written = ::write(pipes_.at(std::string(name)), bytes.data(), bytes.size());
    EXPECT_EQ(written, static_cast<ssize_t>(bytes.size()));
  }
  // Nothing more comes. Of a real pipe once the program has opened it.
  void end(std::string_view name) {
    if (world_ != nullptr) return world_->files().end(name);
    drop(name);
  }
  // What the program has written to it.
  std::string take(std::string_view name) {
    if (world_ != nullptr) return world_->files().take(name);
    std::string taken(64 * 1024, '\0');
    ssize_t const size = ::read(pipes_.at(std::string(name)), taken.data(), taken.size());
    taken.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return taken;
  }
  // The test reads it no more.
  void abandon(std::string_view name) {
    if (world_ != nullptr) return world_->files().abandon(name);
    drop(name);
  }

  // From now on standard input is a pipe, to be fed and ended under this name.
  static constexpr std::string_view input = SimFiles::standard_input;
  void replace_input() {
    if (world_ != nullptr) return;
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    replace(0, ends[0]);
    pipes_[std::string(input)] = ends[1];
  }
  // From now on standard input is a file that holds this.
  void replace_input(std::string_view content) {
    put(input, content);
    if (world_ == nullptr) replace(0, ::open(path(input).c_str(), O_RDONLY | O_CLOEXEC));
  }
  // From now on it is a terminal, to be fed under this name. On a real kernel.
  void replace_input_by_terminal(bool waits) {
    int const terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_GE(terminal, 0);
    EXPECT_EQ(::grantpt(terminal), 0);
    EXPECT_EQ(::unlockpt(terminal), 0);
    int const flags = O_RDWR | O_NOCTTY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK);
    replace(0, ::open(::ptsname(terminal), flags));
    pipes_[std::string(input)] = terminal;
  }
  // From now on standard output is a file of this name.
  static constexpr std::string_view output = SimFiles::standard_output;
  void replace_output() {
    put(output, "");
    if (world_ == nullptr) replace(1, ::open(path(output).c_str(), O_WRONLY | O_CLOEXEC));
  }
  void restore_output() { restore(1); }

 private:
  void replace(int standard, int descriptor) {
    EXPECT_GE(descriptor, 0);
    int& real = real_[standard];
    if (real < 0) real = ::fcntl(standard, F_DUPFD_CLOEXEC, 3);
    EXPECT_EQ(::dup2(descriptor, standard), standard);
    ::close(descriptor);
  }
  void restore(int standard) {
    int& real = real_[standard];
    if (real < 0) return;
    EXPECT_EQ(::dup2(real, standard), standard);
    ::close(real);
    real = -1;
  }
  void drop(std::string_view name) {
    auto const found = pipes_.find(std::string(name));
    ASSERT_NE(found, pipes_.end());
    ::close(found->second);
    pipes_.erase(found);
  }

  SimWorld* world_;
  std::string folder_;
  std::map<std::string, int> pipes_;
  int real_[2] = {-1, -1};
};

}  // namespace weir
