#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/callgrind.h"
#include "bench/child.h"
#include "bench/sections.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

// ---- what is promised: of a flow's time, or its instructions, to those of another side ----

struct Promise {
  std::string_view workload;
  std::string_view other;
  double limit;
};
constexpr Promise times[] = {
    {"no_match", "std", 0.6},
    {"match_other_values", "std", 0.6},
    {"match_same_values", "std", 0.6},
    {"zipf_low", "std", 0.6},
    {"zipf_high", "std", 1.0},  // nearly all of it is giving the pairs
    {"no_match", "boost", 1.0},
    {"match_other_values", "boost", 1.0},
    {"match_same_values", "boost", 1.0},
    {"zipf_low", "boost", 1.0},
    {"zipf_high", "boost", 1.0},
    {"graph", "plain", 0.7},  // the same table, nothing fetched ahead
    {"graph", "two_tables", 0.7},
    {"hot_key", "std", 0.1},  // which looks at all values of the key
};
constexpr Promise instructions[] = {
    {"cross_3000_3000", "hand", 1.05},
    {"cross_100_100", "hand", 1.05},
    {"cross_30_30000", "hand", 1.05},
    {"cross_30000_30", "hand", 1.05},
};

// ---- how it is measured ----

Command join_command(Options const& options, std::vector<std::string> const& arguments) {
  Command command{options.program("joins")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--cpu", std::to_string(options.load_cpu)});
  return command;
}

// Microseconds: the fastest of a few runs in one process.
double time_runs(Options const& options, std::string_view workload, std::string_view side) {
  return run_for_json(join_command(options, {std::string(workload), std::string(side), "--warm",
                                             "1", "--runs", "3", "--for-ms", "5"}))
      .at("min_us")
      .get<double>();
}

void measure_time(Options const& options, Promise const& promise, Random& random, Report& report) {
  std::vector<double> weir;
  std::vector<double> other;
  for (unsigned i = 0; i < options.pairs; ++i) {
    bool const weir_first = random.below(2) == 0;
    if (weir_first) weir.push_back(time_runs(options, promise.workload, "weir"));
    other.push_back(time_runs(options, promise.workload, promise.other));
    if (!weir_first) weir.push_back(time_runs(options, promise.workload, "weir"));
    report.add_sample({{"section", "joins"},
                       {"workload", promise.workload},
                       {"other", promise.other},
                       {"weir_us", weir.back()},
                       {"other_us", other.back()}});
  }
  report.add(paired(fmt::format("joins/{}/time/{}", promise.workload, promise.other), weir, other,
                    promise.limit, "us"));
}

double instructions_of(Options const& options, std::string_view workload, std::string_view side) {
  return count_instructions(
      join_command(options, {std::string(workload), std::string(side), "--warm", "1"}));
}

}  // namespace

void measure_joins(Options const& options, Report& report) {
  report.begin_section("joins: a flow against the same on other tables, or as nested loops");
  Child(join_command(options, {"--check"})).finish();
  Random random(options.seed);
  for (Promise const& promise : times) measure_time(options, promise, random, report);
  for (Promise const& promise : instructions) {
    double const weir = instructions_of(options, promise.workload, "weir");
    double const other = instructions_of(options, promise.workload, promise.other);
    report.add(paired(fmt::format("joins/{}/instructions", promise.workload), {weir}, {other},
                      promise.limit, "instr."));
  }
}

}  // namespace weir::bench
