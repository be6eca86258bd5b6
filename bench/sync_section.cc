// Two nodes that know nothing of each other, each on a core of its own: until they hold the same.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

// Five times what kitsune2 does at its best.
constexpr double op_bar_us = 1e6 / (5 * 18'000);
constexpr double round_trips_max = 6;
constexpr double scattered_bytes_max = 192 * 1024;
constexpr double newest_bytes_max = 16 * 1024;

// A node that holds ops, until this is destroyed.
class HoldingNode {
 public:
  HoldingNode(Options const& options, Command const& arguments)
      : options_(options),
        child_([&] {
          Command command{options.program("sync_node"), "hold", "--cpu",
                          std::to_string(options.load_cpu)};
          command.insert(command.end(), arguments.begin(), arguments.end());
          return command;
        }()),
        port_number_(child_.read_line().substr(std::string("listening ").size())) {}

  nlohmann::json join(Command const& arguments) const {
    Command command{options_.program("sync_node"),       "join",   "--cpu",
                    std::to_string(options_.server_cpu), "--port", port_number_};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_for_json(command);
  }

 private:
  Options const& options_;
  Child child_;
  std::string port_number_;
};

}  // namespace

void measure_sync(Options const& options, Report& report) {
  report.begin_section("sync: two nodes that know nothing of each other, over TCP, ops verified");
  Command const ops{"--ops", "10000"};
  HoldingNode const full(options, ops);
  std::vector<double> us;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    nlohmann::json const run = full.join(ops);
    us.push_back(run.at("seconds").get<double>() * 1e6 / 10'000);
    report.add_sample({{"section", "sync"}, {"ops", 10'000}, {"run", run}});
  }
  report.add(
      against_bar("sync/10000 ops of 1 KiB, to a node that is empty", us, op_bar_us, "us/op"));

  for (std::string const where : {"scattered", "newest"}) {
    HoldingNode const other(options, {"--ops", "1000000", "--size", "64"});
    nlohmann::json const run =
        other.join({"--ops", "1000000", "--size", "64", "--differ", "100", "--where", where});
    double const bytes_max = where == "newest" ? newest_bytes_max : scattered_bytes_max;
    report.add(against_bar("sync/100 of a million, " + where + "/round trips",
                           {run.at("round_trips").get<double>()}, round_trips_max, "trips"));
    report.add(against_bar("sync/100 of a million, " + where + "/bytes",
                           {run.at("bytes").get<double>()}, bytes_max, "bytes"));
    report.note(fmt::format("{}: {:.1f} ms", where, run.at("seconds").get<double>() * 1e3));
    report.add_sample({{"section", "sync"}, {"where", where}, {"run", run}});
  }
}

}  // namespace weir::bench
