// A program that runs beside the test: what it is given to read, what it prints, and its end. Every
// wait is for something that it does; a program that never does it is ended by the test's time-out.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

class ChildProgram {
 public:
  ChildProgram(std::string const& program, std::vector<std::string> arguments) {
    int input[2];
    int output[2];
    EXPECT_EQ(::pipe2(input, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(output, O_CLOEXEC), 0);
    std::vector<char*> words{const_cast<char*>(program.c_str())};
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(input[0], 0);
      ::dup2(output[1], 1);
      ::execv(program.c_str(), words.data());
      ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    output_ = output[0];
  }
  ~ChildProgram() {
    if (process_ > 0) {
      send(SIGKILL);
      wait();
    }
    close_input();
    ::close(output_);
  }
  ChildProgram(ChildProgram const&) = delete;
  ChildProgram& operator=(ChildProgram const&) = delete;

  void send(int signal) const { EXPECT_EQ(::kill(process_, signal), 0); }

  pid_t process() const { return process_; }

  // Its exit status; -1 if a signal has ended it.
  int wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {}
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // False: it reads no more. (The test ignores SIGPIPE.)
  bool give(std::string_view bytes) const {
    while (!bytes.empty()) {
      ssize_t const count = ::write(input_, bytes.data(), bytes.size());
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void close_input() {
    if (input_ >= 0) ::close(std::exchange(input_, -1));
  }

  // What it prints next: at least a byte, or nothing at its end.
  std::string read_some() const {
    char room[4096];
    ssize_t const count = ::read(output_, room, sizeof(room));
    return count > 0 ? std::string(room, static_cast<std::size_t>(count)) : std::string();
  }
  // A pipe holds 64 KiB, but less where its pages are not filled up; of one page it holds all.
  // Before it has printed anything.
  static constexpr int page_bytes = 4096;
  void hold_one_page_of_output() const {
    EXPECT_EQ(::fcntl(output_, F_SETPIPE_SZ, page_bytes), page_bytes);
  }
  // How much it has printed that nobody has read.
  int unread_bytes() const {
    int count = 0;
    EXPECT_EQ(::ioctl(output_, FIONREAD, &count), 0);
    return count;
  }
  std::string read_line() const {
    std::string line;
    char letter = 0;
    while (::read(output_, &letter, 1) == 1 && letter != '\n') line += letter;
    return line;
  }
  std::string read_all() const {
    std::string all;
    for (std::string some = read_some(); !some.empty(); some = read_some()) all += some;
    return all;
  }

  // Of a server that has printed "listening on 127.0.0.1:PORT NUMBER".
  std::uint16_t read_port_number() const {
    std::string const line = read_line();
    std::size_t const colon = line.rfind(':');
    EXPECT_EQ(line.rfind("listening on ", 0), 0u) << line;
    return static_cast<std::uint16_t>(std::atoi(line.c_str() + colon + 1));
  }

 private:
  pid_t process_ = 0;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace weir
