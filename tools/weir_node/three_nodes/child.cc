#include "tools/weir_node/three_nodes/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace weir::tool {

namespace {

constexpr int cannot_start = 127;

// In the new process, which does nothing else.
[[noreturn]] void become(std::vector<char*> const& words, int output, int log) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(words[0], words.data());
  ::_exit(cannot_start);
}

}  // namespace

Child::~Child() {
  if (!is_running()) return;
  send(SIGKILL);
  wait();
}

Child::Child(Child&& other) noexcept
    : process_(std::exchange(other.process_, 0)), output_(std::move(other.output_)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(process_, other.process_);
  std::swap(output_, other.output_);
  return *this;
}

Result<Child> Child::start(std::vector<std::string> words, std::string const& log) {
  Descriptor const log_file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!log_file) return system_error("cannot make " + log, errno);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  Child child;
  child.output_ = Descriptor(ends[0]);
  Descriptor const output(ends[1]);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  child.process_ = ::fork();
  if (child.process_ == 0) become(pointers, output.number(), log_file.number());
  if (child.process_ < 0) return system_error("cannot start a process", errno);
  return child;
}

void Child::send(int signal) const { ::kill(process_, signal); }

std::string Child::read_line() {
  std::string line;
  char letter = 0;
  while (true) {  // ends with the process
    ssize_t const count = ::read(output_.number(), &letter, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || letter == '\n') return line;
    line += letter;
  }
}

std::optional<int> Child::wait_with(int options) {
  int status = 0;
  pid_t ended = 0;
  do ended = ::waitpid(process_, &status, options);
  while (ended < 0 && errno == EINTR);
  if (ended == 0) return std::nullopt;
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int Child::wait() { return *wait_with(0); }
std::optional<int> Child::poll() { return wait_with(WNOHANG); }

}  // namespace weir::tool
