#include "tools/weir_node/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace weir::tool {

namespace {

// Work that takes less shows no bar.
constexpr Duration first_time = 300 * milliseconds;
constexpr Duration bar_time = 100 * milliseconds;
constexpr Duration line_time = 5 * seconds;
constexpr std::size_t bar_columns = 24;

std::size_t terminal_columns() {
  winsize size{};
  bool const known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

Show how_to_show(bool is_quiet) {
  if (is_quiet) return Show::nothing;
  return ::isatty(STDERR_FILENO) != 0 ? Show::bar : Show::lines;
}

double as_seconds(Duration time) { return static_cast<double>(time) / 1e9; }

}  // namespace

std::string text_of_bytes(double bytes) {
  constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  if (unit == 0) return fmt::format("{:.0f} B", bytes);
  return fmt::format("{:.{}f} {}", bytes, bytes < 10 ? 2 : bytes < 100 ? 1 : 0, units[unit]);
}

std::string text_of_seconds(double seconds) {
  if (!std::isfinite(seconds) || seconds > 1e8) return "-:--";
  auto const whole = static_cast<std::uint64_t>(std::lround(std::max(seconds, 0.0)));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string bar_line(ProgressState const& state, std::size_t columns) {
  double const bytes = static_cast<double>(state.bytes);
  bool const counts_bytes = state.bytes_total > 0;
  double const done = counts_bytes ? bytes : static_cast<double>(state.items);
  double const total = static_cast<double>(counts_bytes ? state.bytes_total : state.items_total);
  double const share = total > 0 ? std::min(done / total, 1.0) : 0;
  std::string line = std::string(state.what) + " ";
  if (total > 0) {
    auto const filled = static_cast<std::size_t>(share * bar_columns);
    line += "[" + std::string(filled, '#') + std::string(bar_columns - filled, '.') + "]";
    line += fmt::format(" {:3.0f}%  ", std::floor(share * 100));
  }
  line += text_of_bytes(bytes);
  if (counts_bytes) line += " of " + text_of_bytes(total);
  if (state.items > 0) line += fmt::format("  {} {}", state.items, state.item_name);
  line += fmt::format("  {}/s", text_of_bytes(state.seconds > 0 ? bytes / state.seconds : 0));
  if (done < total) {
    double const seconds_left = done > 0 ? state.seconds * (total - done) / done : INFINITY;
    line += "  " + text_of_seconds(seconds_left) + " left";
  } else {
    line += "  " + text_of_seconds(state.seconds);
  }
  if (line.size() > columns) line.resize(columns);
  return line;
}

Progress::Progress(std::string what, bool is_quiet)
    : what_(std::move(what)),
      show_(how_to_show(is_quiet)),
      begin_(clock_.now()),
      due_(begin_ + (show_ == Show::bar ? first_time : line_time)) {}

Progress::~Progress() {
  if (is_drawn_) std::fputs("\r\x1b[K", stderr);
}

double Progress::seconds() const { return as_seconds(clock_.now() - begin_); }

void Progress::add(std::uint64_t bytes, std::uint64_t items) {
  bytes_ += bytes;
  items_ += items;
  if (show_ == Show::nothing) return;
  Instant const now = clock_.now();
  if (now >= due_) show(now);
}

void Progress::show(Instant now) {
  ProgressState const state{
      what_, bytes_, bytes_total_, items_, items_total_, item_name_, as_seconds(now - begin_)};
  if (show_ == Show::bar) {
    // The last column stays free: some terminals go on to the next line behind it.
    std::string const line = bar_line(state, terminal_columns() - 1);
    std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
    std::fflush(stderr);
    is_drawn_ = true;
    due_ = now + bar_time;
  } else {
    std::fprintf(stderr, "%s\n", bar_line(state, 200).c_str());
    due_ = now + line_time;
  }
}

}  // namespace weir::tool
