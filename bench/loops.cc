// Runs one workload, written by hand or as a flow of Weir. `weir_bench` compares the two: by the
// instructions that callgrind counts, and by time.
//
//   loops --list                                     each workload, and which sides of it there are
//   loops WORKLOAD hand|weir [--runs N] [--warm N] [--data DIR]
//
// Each of the `--runs` is prepared anew; only the run is measured. Under callgrind start it with
// --instr-atstart=no: then only the runs are counted.

#include <valgrind/callgrind.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iterator>
#include <memory>
#include <string_view>

#include "bench/arguments.h"
#include "bench/flows.h"
#include "bench/hand_loops.h"
#include "bench/host.h"
#include "bench/workloads.h"

namespace weir::bench {
namespace {

// The measured part: computes a result.
using Run = std::function<std::uint64_t()>;
// Everything that comes before it. The inputs outlive the run.
using Prepare = Run (*)(Inputs const&);

struct Workload {
  std::string_view name;
  std::uint64_t (*expected)(Inputs const&);
  Prepare hand;
  Prepare weir;  // null: not written yet
};

constexpr Workload workloads[] = {
    {"identity", [](Inputs const&) { return int_count; },
     [](Inputs const&) -> Run { return hand::identity; },
     [](Inputs const&) -> Run { return flows::prepare_identity(); }},
    {"arithmetic", [](Inputs const&) { return int_count; },
     [](Inputs const&) -> Run { return hand::arithmetic; },
     [](Inputs const&) -> Run { return flows::prepare_arithmetic(); }},
    {"fan_in", [](Inputs const&) { return 20 * int_count; },
     [](Inputs const&) -> Run { return hand::fan_in; },
     [](Inputs const&) -> Run { return flows::prepare_fan_in(); }},
    {"fan_out", [](Inputs const&) { return 20 * int_count; },
     [](Inputs const&) -> Run { return hand::fan_out; },
     [](Inputs const&) -> Run { return flows::prepare_fan_out(); }},
    {"words_diamond", [](Inputs const& inputs) { return diamond_length(inputs.words); },
     [](Inputs const& inputs) -> Run {
       return [&inputs] { return hand::words_diamond(inputs.words); };
     },
     [](Inputs const& inputs) -> Run { return flows::prepare_words_diamond(inputs.words); }},
    {"reachability", [](Inputs const& inputs) { return reachable_count(inputs.edges); },
     [](Inputs const& inputs) -> Run {
       return [&inputs] { return hand::reachability(inputs.edges); };
     },
     [](Inputs const& inputs) -> Run { return flows::prepare_reachability(inputs.edges); }},
};

void list() {
  for (Workload const& workload : workloads) {
    std::printf("%s%s%s\n", std::string(workload.name).c_str(), workload.hand ? " hand" : "",
                workload.weir ? " weir" : "");
  }
}

// Microseconds.
double measure(Run const& run, std::uint64_t expected) {
  std::uint64_t const begin = now_ns();
  CALLGRIND_START_INSTRUMENTATION;
  std::uint64_t const result = run();
  CALLGRIND_STOP_INSTRUMENTATION;
  std::uint64_t const end = now_ns();
  if (result != expected) {
    std::fprintf(stderr, "loops: the result is %llu, and should be %llu\n",
                 static_cast<unsigned long long>(result),
                 static_cast<unsigned long long>(expected));
    std::exit(1);
  }
  return static_cast<double>(end - begin) / 1e3;
}

int run_workload(std::string_view name, std::string_view side, Inputs const& inputs, unsigned warm,
                 unsigned runs) {
  auto const* const workload = std::ranges::find(workloads, name, &Workload::name);
  if (workload == std::end(workloads)) fail("loops: no such workload", EINVAL);
  Prepare const prepare = side == "hand" ? workload->hand : workload->weir;
  if (prepare == nullptr) fail("loops: this side is not written", ENOSYS);

  std::uint64_t const expected = workload->expected(inputs);
  for (unsigned i = 0; i < warm; ++i) measure(prepare(inputs), expected);
  std::vector<double> times;
  for (unsigned i = 0; i < runs; ++i) times.push_back(measure(prepare(inputs), expected));
  std::ranges::sort(times);
  std::printf("{\"result\":%llu,\"min_us\":%.2f,\"median_us\":%.2f}\n",
              static_cast<unsigned long long>(expected), times.front(), times[times.size() / 2]);
  return 0;
}

int run(int count, char** values) {
  Arguments arguments(count, values);
  if (arguments.flag("list")) {
    list();
    return 0;
  }
  unsigned const runs = std::max(1u, arguments.number("runs", 1u));
  unsigned const warm = arguments.number("warm", 0u);
  pin_to(arguments.number("cpu", -1));
  std::string const data = arguments.text("data", "");
  std::string const name = arguments.word();
  std::string const side = arguments.word();
  arguments.refuse_the_rest();
  Inputs const inputs = read_inputs(data);
  return run_workload(name, side, inputs, warm, runs);
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run(count, values); }
