#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

constexpr double exchange_limit = 1.5;

double run_side(Options const& options, char const* side) {
  return run_for_json({options.program("handover"), side, "--from",
                       fmt::format("{}", options.server_cpu), "--to",
                       fmt::format("{}", options.load_cpu), "--items",
                       options.quick ? "1000000" : "10000000"})
      .at("ns")
      .get<double>();
}

}  // namespace

void measure_handover(Options const& options, Report& report) {
  report.begin_section("handover: an exchange between two workers against a bare queue");
  Random random(options.seed);
  std::vector<double> weir;
  std::vector<double> queue;
  for (unsigned i = 0; i < options.pairs; ++i) {
    bool const weir_first = random.below(2) == 0;
    if (weir_first) weir.push_back(run_side(options, "weir"));
    queue.push_back(run_side(options, "queue"));
    if (!weir_first) weir.push_back(run_side(options, "weir"));
    report.add_sample(
        {{"section", "handover"}, {"weir_ns", weir.back()}, {"queue_ns", queue.back()}});
  }
  report.add(paired("handover/exchange", weir, queue, exchange_limit, "ns"));
}

}  // namespace weir::bench
