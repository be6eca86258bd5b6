#include "tools/weir_node/three_nodes/picture.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "tools/weir_node/progress.h"

namespace weir::tool {

namespace {

constexpr Duration terminal_time = 100 * milliseconds;
constexpr Duration line_time = 1 * seconds;
constexpr std::size_t bar_columns = 30;

bool is_terminal() { return ::isatty(STDOUT_FILENO) != 0; }

std::string row_of(NodeRow const& row, std::uint64_t bytes_total) {
  double const bytes = static_cast<double>(row.figures.bytes);
  double const share =
      bytes_total == 0 ? 0 : std::min(1.0, bytes / static_cast<double>(bytes_total));
  auto const filled = static_cast<std::size_t>(share * bar_columns);
  std::string const rate = !row.is_running ? "killed"
                           : row.figures.bytes_per_second > 0
                               ? text_of_bytes(row.figures.bytes_per_second) + "/s"
                               : "";
  return fmt::format("{:<7} [{}{}] {:3.0f}%  {:>8} ops  {:>9}  {}", row.name,
                     std::string(filled, '#'), std::string(bar_columns - filled, '.'), share * 100,
                     with_commas(row.figures.ops), text_of_bytes(bytes), rate);
}

}  // namespace

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

void LivePicture::wipe() {
  if (lines_ > 0) fmt::print("\x1b[{}A\x1b[J", lines_);
  lines_ = 0;
}

void LivePicture::show(std::vector<NodeRow> const& rows, std::uint64_t bytes_total) {
  Instant const now = clock_.now();
  if (now < due_) return;
  due_ = now + (is_terminal() ? terminal_time : line_time);
  if (is_terminal()) {
    wipe();
    for (NodeRow const& row : rows) fmt::print("{}\n", row_of(row, bytes_total));
    lines_ = rows.size();
  } else {
    std::string line;
    for (NodeRow const& row : rows) {
      line += fmt::format(
          "{}{} {} ops {}{}", line.empty() ? "" : "   ", row.name, with_commas(row.figures.ops),
          text_of_bytes(static_cast<double>(row.figures.bytes)), row.is_running ? "" : " (killed)");
    }
    fmt::print("{}\n", line);
  }
  std::fflush(stdout);
}

void LivePicture::say(std::string const& what) {
  wipe();
  due_ = 0;
  fmt::print("{}\n", what);
  std::fflush(stdout);
}

std::string table_of(std::vector<NodeRow> const& rows) {
  std::string table = fmt::format("\n{:<7} {:>9} {:>10} {:>9} {:>12} {:>12} {:>9}  {}\n", "node",
                                  "ops", "bytes", "seconds", "received", "twice", "requests", "");
  for (NodeRow const& row : rows) {
    NodeFigures const& figures = row.figures;
    table +=
        fmt::format("{:<7} {:>9} {:>10} {:>9.2f} {:>12} {:>12} {:>9}  {}\n", row.name,
                    with_commas(figures.ops), text_of_bytes(static_cast<double>(figures.bytes)),
                    row.seconds, text_of_bytes(static_cast<double>(figures.received_bytes)),
                    text_of_bytes(static_cast<double>(figures.duplicate_bytes)),
                    with_commas(figures.requests), row.remark);
  }
  return table + "\n";
}

}  // namespace weir::tool
