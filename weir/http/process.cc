#include "weir/http/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace weir::http {

namespace {

double seconds_of(timeval const& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}
double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// The beginning of a small file, as much as there is room for; empty where it cannot be read.
std::string_view read_file(char const* path, std::array<char, 1024>& room) {
  int const descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  ssize_t const size = ::read(descriptor, room.data(), room.size());
  ::close(descriptor);
  return {room.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

// The n-th word, from 0, as a number; 0 where there is none.
std::uint64_t number_at(std::string_view text, unsigned n) {
  for (; n > 0; --n) {
    std::size_t const gap = text.find(' ');
    if (gap == text.npos) return 0;
    text.remove_prefix(gap + 1);
  }
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// From the ticks since boot at which it began: the 22nd field of its status, the 20th behind the
// name, which may hold anything, in parentheses.
double start_time() {
  std::array<char, 1024> room;
  std::string_view status = read_file("/proc/self/stat", room);
  std::size_t const name_end = status.rfind(')');
  if (name_end == status.npos || name_end + 2 > status.size()) return 0;
  std::uint64_t const ticks = number_at(status.substr(name_end + 2), 19);
  double const since_boot =
      static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + since_boot;
}

}  // namespace

double process_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

ProcessFigures process_figures() {
  static double const started = start_time();  // or it would move with the clock of the day
  ProcessFigures figures;
  figures.cpu_seconds = process_cpu_seconds();
  figures.start_time_seconds = started;

  std::array<char, 1024> room;
  std::string_view const memory = read_file("/proc/self/statm", room);
  auto const page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (!memory.empty()) {
    figures.virtual_bytes = number_at(memory, 0) * page_bytes;
    figures.resident_bytes = number_at(memory, 1) * page_bytes;
  }

  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  figures.descriptors_max = limit.rlim_cur;
  struct stat folder {};
  if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0)
    figures.descriptors_open = static_cast<std::uint64_t>(folder.st_size);
  return figures;
}

}  // namespace weir::http
