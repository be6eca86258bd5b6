#include "bench/callgrind.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace weir::bench {

double count_instructions(Command const& command) {
  std::filesystem::path const profile =
      std::filesystem::temp_directory_path() / fmt::format("weir_bench.{}.callgrind", getpid());
  Command counted{"valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no",
                  "--callgrind-out-file=" + profile.string()};
  counted.insert(counted.end(), command.begin(), command.end());
  Child(counted).finish();

  double instructions = 0;
  std::ifstream file(profile);
  for (std::string word; file >> word;) {
    if (word == "totals:") file >> instructions;
  }
  std::filesystem::remove(profile);
  if (instructions == 0) throw std::runtime_error("callgrind counted nothing");
  return instructions;
}

}  // namespace weir::bench
