#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

// Instructions are exact; time has noise, and is the looser promise.
constexpr double instructions_limit = 1.05;
constexpr double time_limit = 1.15;

struct Workload {
  std::string name;
  bool hand = false;
  bool weir = false;
};

std::vector<Workload> workloads(Options const& options) {
  Child list({options.program("loops"), "--list"});
  std::istringstream lines(list.finish());
  std::vector<Workload> result;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Workload workload;
    words >> workload.name;
    for (std::string side; words >> side;) (side == "hand" ? workload.hand : workload.weir) = true;
    result.push_back(workload);
  }
  return result;
}

Command loop_command(Options const& options, Workload const& workload, char const* side) {
  Command command{options.program("loops"), workload.name, side, "--cpu",
                  std::to_string(options.load_cpu)};
  if (!options.data.empty()) command.insert(command.end(), {"--data", options.data});
  return command;
}

double count_instructions(Options const& options, Workload const& workload, char const* side) {
  std::filesystem::path const profile =
      std::filesystem::temp_directory_path() / fmt::format("weir_bench.{}.callgrind", getpid());
  Command command{"valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no",
                  "--callgrind-out-file=" + profile.string()};
  Command const loop = loop_command(options, workload, side);
  command.insert(command.end(), loop.begin(), loop.end());
  Child(command).finish();

  double instructions = 0;
  std::ifstream file(profile);
  for (std::string word; file >> word;) {
    if (word == "totals:") file >> instructions;
  }
  std::filesystem::remove(profile);
  if (instructions == 0) throw std::runtime_error("callgrind counted nothing");
  return instructions;
}

// Microseconds: the fastest of a few runs in one process.
double time_runs(Options const& options, Workload const& workload, char const* side) {
  Command command = loop_command(options, workload, side);
  command.insert(command.end(), {"--runs", "5", "--warm", "1"});
  return run_for_json(command).at("min_us").get<double>();
}

void measure_time(Options const& options, Workload const& workload, Random& random,
                  Report& report) {
  std::vector<double> hand;
  std::vector<double> weir;
  for (unsigned i = 0; i < options.pairs; ++i) {
    bool const weir_first = random.below(2) == 0;
    if (weir_first) weir.push_back(time_runs(options, workload, "weir"));
    hand.push_back(time_runs(options, workload, "hand"));
    if (!weir_first) weir.push_back(time_runs(options, workload, "weir"));
    report.add_sample({{"section", "loops"},
                       {"workload", workload.name},
                       {"hand_us", hand.back()},
                       {"weir_us", weir.back()}});
  }
  report.add(paired("loops/" + workload.name + "/time", weir, hand, time_limit, "us"));
}

}  // namespace

void measure_loops(Options const& options, Report& report) {
  report.begin_section("loops: a flow against the same written by hand");
  Random random(options.seed);
  double log_sum = 0;
  unsigned compared = 0;
  for (Workload const& workload : workloads(options)) {
    double const hand = count_instructions(options, workload, "hand");
    if (!workload.weir) {
      report.note(fmt::format("{}: {:.0f} instructions and {:.0f} us by hand; no flow yet",
                              workload.name, hand, time_runs(options, workload, "hand")));
      continue;
    }
    double const weir = count_instructions(options, workload, "weir");
    report.add(paired("loops/" + workload.name + "/instructions", {weir}, {hand},
                      instructions_limit, "instr."));
    measure_time(options, workload, random, report);
    log_sum += std::log(weir / hand);
    ++compared;
  }
  if (compared > 0) {
    report.note(fmt::format("geometric mean of the instructions' ratios: {:.3f}",
                            std::exp(log_sum / compared)));
  }
}

}  // namespace weir::bench
