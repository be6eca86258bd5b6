#include "bench/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace weir::bench {
namespace {

// Long enough for callgrind.
constexpr int patience_ms = 600'000;

[[noreturn]] void execute(Command const& command, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  std::vector<char*> arguments;
  for (std::string const& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

}  // namespace

Child::Child(Command command) : command_(std::move(command)) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) execute(command_, ends[1]);
  close(ends[1]);
  output_ = ends[0];
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
}

std::string Child::read_line() {
  for (;;) {
    std::size_t const end = unread_.find('\n');
    if (end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (!read_more()) give_up("ended early");
  }
}

std::string Child::finish() {
  while (read_more()) continue;
  int status = 0;
  rusage usage{};
  if (wait4(pid_, &status, 0, &usage) < 0) fail("wait4");
  pid_ = -1;
  cpu_time_ = {seconds_of(usage.ru_utime), seconds_of(usage.ru_stime)};
  peak_kib_ = usage.ru_maxrss;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) give_up("failed");
  return std::exchange(unread_, {});
}

std::string Child::stop() {
  kill(pid_, SIGTERM);
  return finish();
}

// False at the end of its output.
bool Child::read_more() {
  pollfd readable{output_, POLLIN, 0};
  if (poll(&readable, 1, patience_ms) == 0) give_up("says nothing any more");
  std::array<char, 4096> bytes;
  ssize_t const size = read(output_, bytes.data(), bytes.size());
  if (size > 0) unread_.append(bytes.data(), static_cast<std::size_t>(size));
  return size > 0;
}

void Child::give_up(char const* what) {
  std::string words;
  for (std::string const& word : command_) words += word + ' ';
  throw std::runtime_error(words + what);
}

nlohmann::json run_for_json(Command const& command) {
  Child child(command);
  std::string const output = child.finish();
  nlohmann::json result = nlohmann::json::parse(output, nullptr, false);
  if (result.is_discarded()) throw std::runtime_error(command.front() + " printed no JSON");
  return result;
}

}  // namespace weir::bench
