// A program run as a person runs it, and what it says.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace weir {

struct ProgramOutcome {
  int status = -1;   // of its exit
  std::string text;  // standard output and standard error

  std::string last_line() const {
    auto const end = text.find_last_not_of('\n');
    auto const begin = text.rfind('\n', end);
    return text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
  }
};

// Waits for its end.
inline ProgramOutcome run_program(std::string const& program, std::string const& arguments) {
  std::string const command = program + " " + arguments + " 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  ProgramOutcome outcome;
  char block[4096];
  while (std::size_t const size = std::fread(block, 1, sizeof(block), pipe)) {
    outcome.text.append(block, size);  // ends with the program
  }
  outcome.status = WEXITSTATUS(::pclose(pipe));
  return outcome;
}

}  // namespace weir
