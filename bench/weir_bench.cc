// Measures what Weir promises and compares it with what others do: `make bench`.
//
//   weir_bench [--only SECTION] [--quick] [--out FILE] [--data DIR] [--repetitions N] [--pairs N]
//              [--seconds S] [--warmup S] [--flood-seconds S] [--cell SIZExCONNECTIONSxDEPTH]
//              [--workload NAME] [--clang-loops FILE] [--seed N]
//
// Its sections are in the table below.
//
// What is compared runs alternately, in random order, so that the machine's moods meet all alike;
// what counts is the median ratio of such pairs. --quick gives a first impression, no verdict.

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "bench/arguments.h"
#include "bench/report.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

struct Section {
  std::string_view name;
  void (*measure)(Options const&, Report&);
};

constexpr Section sections[] = {
    {"ticks", measure_ticks},     {"loops", measure_loops},
    {"joins", measure_joins},     {"echo", measure_echo},
    {"udp", measure_udp},         {"unix", measure_unix},
    {"tls", measure_tls},         {"spin", measure_spin},
    {"flood", measure_flood},     {"crowd", measure_crowd},
    {"compile", measure_compile}, {"headers", measure_headers},
    {"files", measure_files},     {"handover", measure_handover},
    {"http", measure_http},       {"telemetry", measure_telemetry},
    {"store", measure_store},     {"reconcile", measure_reconcile},
    {"fetch", measure_fetch},     {"sync", measure_sync},
};

Options read_options(Arguments& arguments) {
  Options options;
  options.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  options.source = WEIR_SOURCE_ROOT;
  options.data = arguments.text("data", "");
  options.cell = arguments.text("cell", "");
  options.workload = arguments.text("workload", "");
  options.clang_loops = arguments.text("clang-loops", "");
  options.quick = arguments.flag("quick");
  options.repetitions = arguments.number("repetitions", options.quick ? 3u : 7u);
  options.pairs = arguments.number("pairs", options.quick ? 5u : 15u);
  options.seconds = arguments.number("seconds", options.quick ? 0.2 : 0.7);
  options.warmup = arguments.number("warmup", options.quick ? 0.1 : 0.3);
  options.flood_seconds = arguments.number("flood-seconds", options.quick ? 3.0 : 10.0);
  options.seed = arguments.number("seed", options.seed);
  return options;
}

bool measure(Section const& section, Options const& options, Report& report) {
  try {
    section.measure(options, report);
    return true;
  } catch (std::runtime_error const& error) {
    fmt::print(stderr, "{}: {}\n", section.name, error.what());
    return false;
  }
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  Options const options = read_options(arguments);
  std::string const only = arguments.text("only", "");
  std::string const out = arguments.text("out", "build/bench.json");
  arguments.refuse_the_rest();

  Report report;
  bool complete = true;
  bool known = false;
  for (Section const& section : sections) {
    if (!only.empty() && only != section.name) continue;
    known = true;
    complete = measure(section, options, report) && complete;
  }
  if (!known) fmt::print(stderr, "there is no section '{}'\n", only);
  report.print_summary();
  report.write(out);
  return known && complete ? 0 : 1;
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
