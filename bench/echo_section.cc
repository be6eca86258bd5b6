#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/echo_runs.h"
#include "bench/sections.h"
#include "bench/statistics.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

// 64 KiB x 512 would be 1 GiB under way.
std::vector<Cell> const cells = {
    {64, 1, 1, 1.08, true},       {64, 1, 32, 1.08, false},    {64, 64, 1, 1.08, false},
    {64, 64, 32, 1.08, true},     {64, 512, 1, 1.08, true},    {64, 512, 32, 1.08, false},
    {1024, 1, 1, 1.08, false},    {1024, 1, 32, 1.08, false},  {1024, 64, 1, 1.08, false},
    {1024, 64, 32, 1.08, true},   {1024, 512, 1, 1.08, false}, {1024, 512, 32, 1.08, false},
    {65536, 1, 1, 1.10, false},   {65536, 1, 32, 1.10, false}, {65536, 64, 1, 1.10, true},
    {65536, 64, 32, 1.15, false},
};
// Many connections that all have much under way: whoever is not served in turn shows in the last
// per cent.
constexpr Cell crowded{1024, 512, 32, 0, false};
constexpr double crowded_p99_limit = 1.0;
// Where user space shows most: many small messages at once.
constexpr Cell busiest{64, 64, 32, 0, true};
constexpr double user_share_limit_percent = 6;
// The share is sampled at the clock tick, 250 times a second: of 6 %, five seconds tell 0.7 % more
// or less, and the median of twelve times as much 0.25 %.
constexpr unsigned user_share_slices = 12;
constexpr double user_share_slice_seconds = 5;
constexpr double tick_budget_limit = 1.05;

// weir_echo also takes `--buffers COUNTxBYTES` (of its receive pool) and `--tick-budget ITEMS`.
std::vector<Server> servers(Options const& options) {
  std::vector<Server> result{
      {"epoll", {options.program("epoll_echo")}, true},
      {"uring", {options.program("uring_echo"), "--buffers", "1024x16384"}, true},
      {"uring_inc",
       {options.program("uring_echo"), "--buffers", "16x262144", "--incremental"},
       true},
      {"asio", {options.program("asio_echo")}, false},
  };
  std::string const weir = options.program("weir_echo");
  if (std::filesystem::exists(weir)) result.push_back({"weir", {weir}, false});
  return result;
}

void measure_cells(Course const& course, std::vector<Server> const& contestants) {
  std::map<std::string, Samples> const samples = course.measure(cells, contestants);
  for (Cell const& cell : chosen(course.options, cells)) {
    Samples const& of_cell = samples.at(cell.name());
    course.report_cell(cell, contestants, of_cell, &Sample::server_ns, "ns/message");
    auto const weir = of_cell.find("weir");
    if (weir == of_cell.end() || cell.name() != crowded.name()) continue;
    std::string const quickest = best_raw(contestants, of_cell, &Sample::p99_us);
    course.report.add(paired("echo/" + cell.name() + "/p99", column(weir->second, &Sample::p99_us),
                             column(of_cell.at(quickest), &Sample::p99_us), crowded_p99_limit,
                             "us"));
  }
}

// Weir in each slice, and beside it one of the others in turn.
void measure_user_share(Course const& course, std::vector<Server> peers) {
  Options const& options = course.options;
  Report& report = course.report;
  std::vector<Server> always;
  if (peers.back().name == "weir") {
    always.push_back(std::move(peers.back()));
    peers.pop_back();
  }
  unsigned const slices = options.quick ? 3 : user_share_slices;
  Samples samples;
  for (unsigned i = 0; i < slices; ++i) {
    std::vector<Server> slice = always;
    slice.push_back(peers[i % peers.size()]);
    course.repeat_once(busiest, slice, options.quick ? 1 : user_share_slice_seconds, samples);
  }
  auto const weir = samples.find("weir");
  if (weir != samples.end()) {
    report.add(against_bar("echo/user_share", column(weir->second, &Sample::user_share_percent),
                           user_share_limit_percent, "%"));
  }
  for (auto const& [server, of_server] : samples) {
    std::vector<double> const shares = column(of_server, &Sample::user_share_percent);
    Interval const interval = median_interval(shares);
    report.note(
        fmt::format("  {:<10} user space {:.1f} % of its CPU time ({:.1f} - {:.1f}, {} slices)",
                    server, median(shares), interval.low, interval.high, shares.size()));
  }
}

void measure_tick_budget(Course const& course) {
  Options const& options = course.options;
  std::string const weir = options.program("weir_echo");
  if (!std::filesystem::exists(weir)) return;
  std::vector<Server> const contestants{{"unlimited", {weir}, false},
                                        {"budget_256", {weir, "--tick-budget", "256"}, false}};
  Samples samples;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    course.repeat_once(busiest, contestants, options.seconds, samples);
  }
  course.report.add(
      paired("echo/tick_budget_256", column(samples["budget_256"], &Sample::server_ns),
             column(samples["unlimited"], &Sample::server_ns), tick_budget_limit, "ns/message"));
}

}  // namespace

void measure_echo(Options const& options, Report& report) {
  report.begin_section("echo: the server's CPU time per message; size x connections x depth");
  std::vector<Server> const contestants = servers(options);
  if (contestants.back().name != "weir") report.note("weir_echo is not built: peers only");
  Random random(options.seed);
  Course const course{options, report, random, "echo", {options.program("load")}};
  measure_cells(course, contestants);
  if (!options.cell.empty()) return;
  measure_user_share(course, contestants);
  measure_tick_budget(course);
}

}  // namespace weir::bench
