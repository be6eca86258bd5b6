#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"
#include "bench/statistics.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

struct Cell {
  unsigned size;
  unsigned connections;
  unsigned depth;
  double limit;  // of Weir's CPU per message, to that of the best raw server
  bool quick;    // measured by --quick too

  std::string name() const { return fmt::format("{}x{}x{}", size, connections, depth); }
};

// 64 KiB x 512 would be 1 GiB under way.
constexpr Cell cells[] = {
    {64, 1, 1, 1.10, true},       {64, 1, 32, 1.10, false},    {64, 64, 1, 1.10, false},
    {64, 64, 32, 1.10, true},     {64, 512, 1, 1.10, true},    {64, 512, 32, 1.10, false},
    {1024, 1, 1, 1.10, false},    {1024, 1, 32, 1.10, false},  {1024, 64, 1, 1.10, false},
    {1024, 64, 32, 1.10, true},   {1024, 512, 1, 1.10, false}, {1024, 512, 32, 1.10, false},
    {65536, 1, 1, 1.15, false},   {65536, 1, 32, 1.15, false}, {65536, 64, 1, 1.15, true},
    {65536, 64, 32, 1.25, false},
};
// Where user space shows most: many small messages at once.
constexpr Cell busiest{64, 64, 32, 0, true};
constexpr double user_share_limit_percent = 6;
// The share is sampled at the clock tick, 250 times a second: of 6 %, five seconds tell 0.7 % more
// or less, and the median of twelve times as much 0.25 %.
constexpr unsigned user_share_slices = 12;
constexpr double user_share_slice_seconds = 5;
constexpr double tick_budget_limit = 1.05;

struct Server {
  std::string name;
  Command command;
  bool raw;  // one that Weir has to keep up with
};

// All take `--port N --cpu N`, say `listening PORT`, and stop on SIGTERM. weir_echo also takes
// `--buffers COUNTxBYTES` (of its receive pool) and `--tick-budget ITEMS`.
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

struct Sample {
  double server_ns;  // CPU time per message
  double client_ns;
  double messages_per_s;
  double p50_us;
  double p99_us;
  double user_share_percent;  // of the server's CPU time
  double foreign_cores;       // what other processes used meanwhile
};

Sample run_once(Options const& options, Server const& server, Cell const& cell, double seconds) {
  Command command = server.command;
  command.insert(command.end(), {"--port", "0", "--cpu", std::to_string(options.server_cpu)});
  Child child(command);
  std::string const port_number = child.read_line().substr(std::string("listening ").size());

  double const busy_before = busy_cpu_s();
  std::uint64_t const begin_ns = now_ns();
  Child load({options.program("load"), "--port", port_number, "--cpu",
              std::to_string(options.load_cpu), "--connections", std::to_string(cell.connections),
              "--depth", std::to_string(cell.depth), "--size", std::to_string(cell.size),
              "--seconds", fmt::format("{}", seconds), "--warmup",
              fmt::format("{}", options.warmup), "--server-pid", std::to_string(child.pid())});
  auto const result = nlohmann::json::parse(load.finish());
  double const elapsed_s = static_cast<double>(now_ns() - begin_ns) / 1e9;
  double const ours_s =
      static_cast<double>(cpu_ns_of(child.pid())) / 1e9 + load.cpu_time().total_s();
  double const foreign_s = busy_cpu_s() - busy_before - ours_s;
  child.stop();

  double const messages = std::max(1.0, result.at("messages").get<double>());
  double const client_s = result.at("user_s").get<double>() + result.at("system_s").get<double>();
  double const user_s = result.at("server_user_s").get<double>();
  double const sampled_s = user_s + result.at("server_system_s").get<double>();
  return {result.at("server_s").get<double>() / messages * 1e9,
          client_s / messages * 1e9,
          messages / result.at("seconds").get<double>(),
          result.at("p50_us").get<double>(),
          result.at("p99_us").get<double>(),
          sampled_s > 0 ? user_s / sampled_s * 100 : 0,
          std::max(0.0, foreign_s / elapsed_s)};
}

// By server, in the order of repetitions.
using Samples = std::map<std::string, std::vector<Sample>>;

std::vector<double> column(std::vector<Sample> const& samples, double Sample::*field) {
  std::vector<double> result;
  for (Sample const& sample : samples) result.push_back(sample.*field);
  return result;
}

template <class T>
void shuffle(std::vector<T>& values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

void repeat_once(Options const& options, Cell const& cell, std::vector<Server> contestants,
                 double seconds, Random& random, Samples& samples, Report& report) {
  shuffle(contestants, random);
  for (Server const& server : contestants) {
    Sample const sample = run_once(options, server, cell, seconds);
    samples[server.name].push_back(sample);
    report.add_sample({{"section", "echo"},
                       {"cell", cell.name()},
                       {"server", server.name},
                       {"server_ns", sample.server_ns},
                       {"client_ns", sample.client_ns},
                       {"messages_per_s", sample.messages_per_s},
                       {"p50_us", sample.p50_us},
                       {"p99_us", sample.p99_us},
                       {"user_share_percent", sample.user_share_percent},
                       {"foreign_cores", sample.foreign_cores}});
  }
}

std::string best_raw(std::vector<Server> const& contestants, Samples const& samples) {
  std::string best;
  double best_ns = 0;
  for (Server const& server : contestants) {
    if (!server.raw) continue;
    double const ns = median(column(samples.at(server.name), &Sample::server_ns));
    if (!best.empty() && ns >= best_ns) continue;
    best = server.name;
    best_ns = ns;
  }
  return best;
}

void describe(std::vector<Server> const& contestants, Samples const& samples, Report& report) {
  for (Server const& server : contestants) {
    std::vector<Sample> const& of_server = samples.at(server.name);
    auto const middle = [&](double Sample::*field) { return median(column(of_server, field)); };
    report.note(fmt::format(
        "  {:<10} server {:>8.0f} ns/msg, client {:>8.0f}, {:>9.0f} msg/s, p50 {:>7.1f} us, "
        "p99 {:>7.1f}, foreign load {:.2f} cores",
        server.name, middle(&Sample::server_ns), middle(&Sample::client_ns),
        middle(&Sample::messages_per_s), middle(&Sample::p50_us), middle(&Sample::p99_us),
        middle(&Sample::foreign_cores)));
  }
}

void report_cell(Cell const& cell, std::vector<Server> const& contestants, Samples const& samples,
                 Report& report) {
  std::string const best = best_raw(contestants, samples);
  std::string const name = "echo/" + cell.name();
  auto const weir = samples.find("weir");
  if (weir != samples.end()) {
    report.add(paired(name, column(weir->second, &Sample::server_ns),
                      column(samples.at(best), &Sample::server_ns), cell.limit, "ns/message"));
  }
  report.note(fmt::format("{}: the best raw server is {}", name, best));
  describe(contestants, samples, report);
}

void measure_cells(Options const& options, std::vector<Server> const& contestants, Random& random,
                   Report& report) {
  std::vector<Cell> chosen;
  for (Cell const& cell : cells) {
    bool const wanted =
        options.cell.empty() ? !options.quick || cell.quick : options.cell == cell.name();
    if (wanted) chosen.push_back(cell);
  }
  std::map<std::string, Samples> samples;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    std::vector<Cell> order = chosen;
    shuffle(order, random);
    for (Cell const& cell : order) {
      repeat_once(options, cell, contestants, options.seconds, random, samples[cell.name()],
                  report);
    }
  }
  for (Cell const& cell : chosen) report_cell(cell, contestants, samples[cell.name()], report);
}

// Weir in each slice, and beside it one of the others in turn.
void measure_user_share(Options const& options, std::vector<Server> peers, Random& random,
                        Report& report) {
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
    repeat_once(options, busiest, slice, options.quick ? 1 : user_share_slice_seconds, random,
                samples, report);
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

void measure_tick_budget(Options const& options, Random& random, Report& report) {
  std::string const weir = options.program("weir_echo");
  if (!std::filesystem::exists(weir)) return;
  std::vector<Server> const contestants{{"unlimited", {weir}, false},
                                        {"budget_256", {weir, "--tick-budget", "256"}, false}};
  Samples samples;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    repeat_once(options, busiest, contestants, options.seconds, random, samples, report);
  }
  report.add(paired("echo/tick_budget_256", column(samples["budget_256"], &Sample::server_ns),
                    column(samples["unlimited"], &Sample::server_ns), tick_budget_limit,
                    "ns/message"));
}

}  // namespace

void measure_echo(Options const& options, Report& report) {
  report.begin_section("echo: the server's CPU time per message; size x connections x depth");
  std::vector<Server> const contestants = servers(options);
  if (contestants.back().name != "weir") report.note("weir_echo is not built: peers only");
  Random random(options.seed);
  measure_cells(options, contestants, random, report);
  if (!options.cell.empty()) return;
  measure_user_share(options, contestants, random, report);
  measure_tick_budget(options, random, report);
}

}  // namespace weir::bench
