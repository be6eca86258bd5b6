// What the system knows of this process.
#pragma once

#include <cstdint>
#include <optional>

namespace weir::http {

struct ProcessFigures {
  double cpu_seconds = 0;         // user and system
  double start_time_seconds = 0;  // since 1970; 0: not known
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t descriptors_max = 0;
  // Not told by kernels before 6.2: to count them by name takes as long as there are many.
  std::optional<std::uint64_t> descriptors_open;
};

ProcessFigures process_figures();

// Of this process alone; cheaper than all of it.
double process_cpu_seconds();

}  // namespace weir::http
