// Other programs: servers that run until they are told to stop, and tools that run to their end.
// What goes wrong with them is a std::runtime_error that names the command.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/host.h"

namespace weir::bench {

using Command = std::vector<std::string>;

class Child {
 public:
  // Starts it. Its standard output is read here; it does not outlive this process.
  explicit Child(Command command);
  ~Child();
  Child(Child const&) = delete;
  Child& operator=(Child const&) = delete;

  int pid() const { return pid_; }
  // The next line of its output, without the newline.
  std::string read_line();
  // Waits for its end: the rest of its output. It must exit with 0.
  std::string finish();
  // Asks it to stop, then finish().
  std::string stop();
  // What it used in all, its own children included. After finish().
  CpuTime cpu_time() const { return cpu_time_; }
  // The most memory that it, or one of its children, had at a time. After finish().
  long peak_kib() const { return peak_kib_; }

 private:
  [[noreturn]] void give_up(char const* what);
  bool read_more();

  Command command_;
  int pid_ = -1;
  int output_ = -1;
  std::string unread_;
  CpuTime cpu_time_;
  long peak_kib_ = 0;
};

// Runs a tool to its end. The last line of its output is JSON.
nlohmann::json run_for_json(Command const& command);

}  // namespace weir::bench
