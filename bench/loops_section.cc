#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/callgrind.h"
#include "bench/child.h"
#include "bench/sections.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

// ---- what is promised ----

// Of a flow's instructions to those of the same written by hand. Instructions are exact; time has
// noise, and has the same limits.
constexpr double median_limit = 1.05;
constexpr double usual_limit = 1.15;

// What is promised otherwise, and so has no part in the median.
struct Promise {
  std::string_view workload;
  double gcc = usual_limit;
  double clang = usual_limit;
  double time = usual_limit;  // 0: nothing is promised
  // Or else so many nanoseconds more for each of `items`.
  double spare_ns = 0;
  double items = 1;
};
constexpr Promise promises[] = {
    // clang inlines more of it by hand.
    {"fork_join_opaque", 1.15, 2.0, 1.15},
    // Beside what it takes without fusion.
    {"fork_join_vectors", 1, 1, 1},
    // Blocks are vectorised, and push_back is not.
    {"maps_into_vector", 0.75, 0.75, 0.75},
    // By hand a sum is in a register, and a set on the stack: the compiler knows more of them.
    {"micro_fold", 1.3, 1.3, 1.3, 0.3, 10'000},
    {"micro_difference", 1.3, 1.3, 1.3, 0.3, 20'000},
    // By hand the compiler knows where a future is from and that nothing is in flight.
    {"futures", 1.3, 1.3, 1.3},
    {"futures_ordered", 1.3, 1.3, 1.3},
    // Beside a thousand: a million is no more work. (But they are further away in memory.)
    {"touch_one_of_a_million", 2, 2, 0},
    // Beside tables that have never been full.
    {"one_item_after_many_unique", 2, 2, 2},
    {"one_item_after_many_join", 2, 2, 2},
};

Promise const* find_promise(std::string_view workload) {
  auto const* const found = std::ranges::find(promises, workload, &Promise::workload);
  return found == std::end(promises) ? nullptr : found;
}

// DFIR's time, of the fastest way to write the workload there, to that of the loop beside it. Weir
// must not be further from the loop beside it here, which does the same. (But nothing is faster
// than a loop that is as fast as can be.)
constexpr double best_loop_limit = 1.05;
struct Dfir {
  std::string_view workload;
  double ratio;
};
constexpr Dfir dfir[] = {
    {"identity", 2.34 / 2.53}, {"arithmetic", 2.29 / 2.1},     {"fan_in", 20.6 / 2.40},
    {"fan_out", 2.24 / 2.05},  {"words_diamond", 27.2 / 21.7}, {"fork_join_vectors", 2.33 / 1.39},
};

// ---- how it is measured ----

std::vector<std::string> workloads_of(Options const& options) {
  Child list({options.program("loops"), "--list"});
  std::istringstream lines(list.finish());
  std::vector<std::string> workloads;
  for (std::string line; std::getline(lines, line);) workloads.push_back(line);
  return workloads;
}

Command loop_command(Options const& options, std::string const& loops,
                     std::vector<std::string> const& arguments) {
  Command command{loops};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--cpu", std::to_string(options.load_cpu)});
  if (!options.data.empty()) command.insert(command.end(), {"--data", options.data});
  return command;
}

// Microseconds: the fastest of a few runs in one process.
double time_runs(Options const& options, std::string const& workload, char const* side) {
  return run_for_json(loop_command(options, options.program("loops"),
                                   {workload, side, "--warm", "1", "--runs", "5", "--for-ms", "5"}))
      .at("min_us")
      .get<double>();
}

struct Times {  // microseconds
  std::vector<double> hand;
  std::vector<double> weir;
};

Times measure_times(Options const& options, std::string const& workload, Random& random,
                    Report& report) {
  Times times;
  for (unsigned i = 0; i < options.pairs; ++i) {
    bool const weir_first = random.below(2) == 0;
    if (weir_first) times.weir.push_back(time_runs(options, workload, "weir"));
    times.hand.push_back(time_runs(options, workload, "hand"));
    if (!weir_first) times.weir.push_back(time_runs(options, workload, "weir"));
    report.add_sample({{"section", "loops"},
                       {"workload", workload},
                       {"hand_us", times.hand.back()},
                       {"weir_us", times.weir.back()}});
  }
  return times;
}

// ---- one workload ----

// The program `loops` as a compiler makes it.
struct Compiled {
  std::string loops;
  char const* suffix;  // of the names in the report
  double Promise::*limit;
  std::vector<double> ratios{};  // of the usual workloads
};

Measurement measure_instructions(Options const& options, Compiled const& compiled,
                                 Promise const& promise, std::string const& workload) {
  auto const count = [&](char const* side) {
    return count_instructions(
        loop_command(options, compiled.loops, {workload, side, "--warm", "1"}));
  };
  return paired("loops/" + workload + "/instructions" + compiled.suffix, {count("weir")},
                {count("hand")}, promise.*compiled.limit, "instr.");
}

void measure_workload(Options const& options, std::string const& workload,
                      std::vector<Compiled>& compilers, Random& random, Report& report) {
  Promise const* const special = find_promise(workload);
  Promise const promise = special != nullptr ? *special : Promise{workload};

  Times const times = measure_times(options, workload, random, report);
  std::vector<double> over_ns;  // an item
  for (std::size_t i = 0; i < times.weir.size(); ++i) {
    over_ns.push_back((times.weir[i] - times.hand[i]) * 1e3 / promise.items);
  }
  bool const spared = promise.spare_ns > 0 && median(over_ns) <= promise.spare_ns;
  auto const add = [&](Measurement measurement) {
    if (!spared || measurement.ratio <= measurement.limit) return report.add(measurement);
    report.note(fmt::format("{}: {:.3f}, but see …/over", measurement.name, measurement.ratio));
  };

  for (Compiled& compiled : compilers) {
    Measurement const measured = measure_instructions(options, compiled, promise, workload);
    if (special == nullptr) compiled.ratios.push_back(measured.ratio);
    add(measured);
  }
  Measurement const time =
      paired("loops/" + workload + "/time", times.weir, times.hand, promise.time, "us");
  if (promise.time > 0) add(time);
  else report.note(fmt::format("{}: {:.3g} beside {:.3g} us", time.name, time.weir, time.other));
  if (promise.spare_ns > 0) {
    report.add(against_bar("loops/" + workload + "/over", over_ns, promise.spare_ns, "ns an item"));
  }
  auto const* const other = std::ranges::find(dfir, workload, &Dfir::workload);
  if (other != std::end(dfir)) {
    report.add(paired("loops/" + workload + "/time/dfir", times.weir, times.hand,
                      std::max(other->ratio, best_loop_limit), "us"));
  }
}

void add_median(Compiled const& compiled, Report& report) {
  double const middle = median(compiled.ratios);
  report.add({std::string("loops/median/instructions") + compiled.suffix,
              middle,
              1,
              middle,
              median_limit,
              "",
              {middle, middle},
              compiled.ratios.size()});
}

}  // namespace

void measure_loops(Options const& options, Report& report) {
  report.begin_section("loops: a flow against the same written by hand");
  std::vector<Compiled> compilers{{options.program("loops"), "", &Promise::gcc}};
  if (!options.clang_loops.empty()) {
    compilers.push_back({options.clang_loops, "/clang", &Promise::clang});
  } else {
    report.note("without --clang-loops: only what g++ makes of them is measured");
  }
  for (Compiled const& compiled : compilers) {
    Child(loop_command(options, compiled.loops, {"--check"})).finish();
  }

  Random random(options.seed);
  for (std::string const& workload : workloads_of(options)) {
    if (!options.workload.empty() && options.workload != workload) continue;
    measure_workload(options, workload, compilers, random, report);
  }
  if (!options.workload.empty()) return;
  for (Compiled const& compiled : compilers) add_median(compiled, report);
}

}  // namespace weir::bench
