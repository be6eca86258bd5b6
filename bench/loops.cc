// Runs one workload, written by hand or as a flow of Weir. `weir_bench` compares the two: by the
// instructions that callgrind counts, and by time.
//
//   loops --list                                     the workloads
//   loops --check                                    do both sides of each compute what they
//   should? loops WORKLOAD hand|weir [--runs N] [--for-ms T] [--warm N] [--data DIR] [--cpu CORE]
//
// Each run is prepared anew; only the run is measured: N times, and again until T milliseconds of
// them have been measured (or that takes too long). Under callgrind start it with
// --instr-atstart=no: then only the measured runs are counted.

#include <valgrind/callgrind.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/arguments.h"
#include "bench/host.h"
#include "bench/inputs.h"
#include "bench/loops/workload.h"

namespace weir::bench {
namespace {

// Preparing may take much longer than running.
constexpr std::uint64_t patience_ns = 250'000'000;

std::vector<Workload> all_workloads() {
  std::vector<Workload> all;
  for (auto const of_file :
       {chain_workloads, diamond_workloads, reachability_workloads, stateless_workloads,
        blocking_workloads, table_workloads, tick_workloads, future_workloads}) {
    std::span<Workload const> const some = of_file();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

bool check(Workload const& workload, char const* name, Side const& side, Inputs const& inputs) {
  std::uint64_t sum = 0;
  std::unique_ptr<Prepared> const prepared = side.checked(inputs, AddUp{&sum});
  sum = 0;
  prepared->run();
  std::uint64_t const expected = workload.expected(inputs);
  if (sum == expected) return true;
  std::fprintf(stderr, "loops: %s %s computes %llu, and should %llu\n",
               std::string(workload.name).c_str(), name, static_cast<unsigned long long>(sum),
               static_cast<unsigned long long>(expected));
  return false;
}

int check_all(Inputs const& inputs) {
  bool right = true;
  for (Workload const& workload : all_workloads()) {
    right = check(workload, "by hand", workload.hand, inputs) && right;
    right = check(workload, "as a flow", workload.weir, inputs) && right;
  }
  return right ? 0 : 1;
}

std::uint64_t measured_ns(Side const& side, Inputs const& inputs) {
  std::unique_ptr<Prepared> const prepared = side.measured(inputs, Use{});
  std::uint64_t const begin = now_ns();
  CALLGRIND_START_INSTRUMENTATION;
  prepared->run();
  CALLGRIND_STOP_INSTRUMENTATION;
  return now_ns() - begin;
}

struct HowLong {
  unsigned warm;
  unsigned runs;
  std::uint64_t measured_ns;
};

int measure(Side const& side, Inputs const& inputs, HowLong how_long) {
  for (unsigned i = 0; i < how_long.warm; ++i) side.measured(inputs, Use{})->run();

  std::vector<std::uint64_t> times;
  std::uint64_t const begin = now_ns();
  for (std::uint64_t sum = 0; times.size() < how_long.runs ||
                              (sum < how_long.measured_ns && now_ns() - begin < patience_ns);) {
    times.push_back(measured_ns(side, inputs));
    sum += times.back();
  }
  std::ranges::sort(times);
  std::printf("{\"min_us\":%.3f,\"median_us\":%.3f,\"runs\":%zu}\n",
              static_cast<double>(times.front()) / 1e3,
              static_cast<double>(times[times.size() / 2]) / 1e3, times.size());
  return 0;
}

int run_program(int count, char** values) {
  Arguments arguments(count, values);
  bool const list = arguments.flag("list");
  bool const check = arguments.flag("check");
  HowLong const how_long{arguments.number("warm", 0u), std::max(1u, arguments.number("runs", 1u)),
                         arguments.number("for-ms", std::uint64_t{0}) * 1'000'000};
  pin_to(arguments.number("cpu", -1));
  Inputs const inputs(arguments.text("data", ""));
  std::string const name = arguments.word();
  std::string const side = arguments.word();
  arguments.refuse_the_rest();

  if (check) return check_all(inputs);
  std::vector<Workload> const workloads = all_workloads();
  if (list) {
    for (Workload const& workload : workloads) {
      std::printf("%s\n", std::string(workload.name).c_str());
    }
    return 0;
  }
  auto const workload = std::ranges::find(workloads, name, &Workload::name);
  if (workload == workloads.end()) fail("loops: no such workload", EINVAL);
  return measure(side == "hand" ? workload->hand : workload->weir, inputs, how_long);
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run_program(count, values); }
