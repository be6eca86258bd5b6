#include "bench/echo_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "bench/statistics.h"

namespace weir::bench {
namespace {

Sample run_once(Course const& course, Server const& server, Cell const& cell, double seconds) {
  Options const& options = course.options;
  Command command = server.command;
  command.insert(command.end(), {"--port", "0", "--cpu", std::to_string(options.server_cpu)});
  Child child(command);
  std::string const place = child.read_line().substr(std::string("listening ").size());

  double const busy_before = busy_cpu_s();
  std::uint64_t const begin_ns = now_ns();
  Command load_command = course.load;
  if (place.starts_with("@")) load_command.insert(load_command.end(), {"--unix", place.substr(1)});
  else load_command.insert(load_command.end(), {"--port", place});
  load_command.insert(
      load_command.end(),
      {"--cpu", std::to_string(options.load_cpu), "--connections", std::to_string(cell.connections),
       "--depth", std::to_string(cell.depth), "--size", std::to_string(cell.size), "--seconds",
       fmt::format("{}", seconds), "--warmup", fmt::format("{}", options.warmup), "--server-pid",
       std::to_string(child.pid())});
  Child load(load_command);
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
          result.at("seconds").get<double>() / messages * 1e6,
          result.at("p50_us").get<double>(),
          result.at("p99_us").get<double>(),
          sampled_s > 0 ? user_s / sampled_s * 100 : 0,
          std::max(0.0, foreign_s / elapsed_s)};
}

template <class T>
void shuffle(std::vector<T>& values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
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

}  // namespace

std::string Cell::name() const { return fmt::format("{}x{}x{}", size, connections, depth); }

std::vector<double> column(std::vector<Sample> const& samples, double Sample::*field) {
  std::vector<double> result;
  for (Sample const& sample : samples) result.push_back(sample.*field);
  return result;
}

std::string best_raw(std::vector<Server> const& contestants, Samples const& samples,
                     double Sample::*field) {
  std::string best;
  double least = 0;
  for (Server const& server : contestants) {
    if (!server.raw) continue;
    double const figure = median(column(samples.at(server.name), field));
    if (!best.empty() && figure >= least) continue;
    best = server.name;
    least = figure;
  }
  return best;
}

std::vector<Cell> chosen(Options const& options, std::vector<Cell> const& cells) {
  std::vector<Cell> result;
  for (Cell const& cell : cells) {
    bool const wanted =
        options.cell.empty() ? !options.quick || cell.quick : options.cell == cell.name();
    if (wanted) result.push_back(cell);
  }
  return result;
}

void Course::repeat_once(Cell const& cell, std::vector<Server> contestants, double seconds,
                         Samples& samples) const {
  shuffle(contestants, random);
  for (Server const& server : contestants) {
    Sample const sample = run_once(*this, server, cell, seconds);
    samples[server.name].push_back(sample);
    report.add_sample({{"section", section},
                       {"cell", cell.name()},
                       {"server", server.name},
                       {"server_ns", sample.server_ns},
                       {"client_ns", sample.client_ns},
                       {"messages_per_s", sample.messages_per_s},
                       {"round_trip_us", sample.round_trip_us},
                       {"p50_us", sample.p50_us},
                       {"p99_us", sample.p99_us},
                       {"user_share_percent", sample.user_share_percent},
                       {"foreign_cores", sample.foreign_cores}});
  }
}

std::map<std::string, Samples> Course::measure(std::vector<Cell> const& cells,
                                               std::vector<Server> const& contestants) const {
  std::map<std::string, Samples> samples;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    std::vector<Cell> order = chosen(options, cells);
    shuffle(order, random);
    for (Cell const& cell : order)
      repeat_once(cell, contestants, options.seconds, samples[cell.name()]);
  }
  return samples;
}

void Course::report_cell(Cell const& cell, std::vector<Server> const& contestants,
                         Samples const& samples, double Sample::*field, char const* unit) const {
  std::string const best = best_raw(contestants, samples, field);
  std::string const name = section + "/" + cell.name();
  auto const weir = samples.find("weir");
  if (weir != samples.end()) {
    report.add(paired(name, column(weir->second, field), column(samples.at(best), field),
                      cell.limit, unit));
  }
  report.note(fmt::format("{}: the best raw server is {}", name, best));
  describe(contestants, samples, report);
}

}  // namespace weir::bench
