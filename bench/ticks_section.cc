#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

// Nanoseconds, with the counters on. The names are those of bench/ticks.cc.
constexpr double empty_tick_limit_ns = 15;
constexpr double two_subgraphs_limit_ns = 40;
constexpr double further_activation_limit_ns = 12;

using Samples = std::map<std::string, std::vector<double>>;

Samples run_ticks(Options const& options, Report& report) {
  nlohmann::json const result =
      run_for_json({options.program("ticks"), "--benchmark_format=json",
                    fmt::format("--benchmark_repetitions={}", options.pairs),
                    fmt::format("--benchmark_min_time={}", options.quick ? 0.02 : 0.1),
                    "--benchmark_enable_random_interleaving=true"});
  Samples samples;
  for (nlohmann::json const& run : result.at("benchmarks")) {
    if (run.value("run_type", "") != "iteration") continue;
    std::string const name = run.at("run_name").get<std::string>();
    double const ns = run.at("cpu_time").get<double>();  // the unit is ns unless changed
    samples[name].push_back(ns);
    report.add_sample({{"section", "ticks"}, {"name", name}, {"ns", ns}});
  }
  return samples;
}

}  // namespace

void measure_ticks(Options const& options, Report& report) {
  report.begin_section("ticks: what the scheduler costs");
  if (!std::filesystem::exists(options.program("ticks"))) {
    report.note("ticks is not built");
    return;
  }
  Samples const samples = run_ticks(options, report);
  auto const add = [&](char const* name, double limit_ns) {
    auto const found = samples.find(name);
    if (found == samples.end()) return report.note(fmt::format("{}: not written yet", name));
    report.add(against_bar(fmt::format("ticks/{}", name), found->second, limit_ns, "ns"));
  };
  add("empty_tick", empty_tick_limit_ns);
  add("one_item_two_subgraphs", two_subgraphs_limit_ns);

  auto const two = samples.find("one_item_two_subgraphs");
  auto const ten = samples.find("one_item_ten_subgraphs");
  if (two != samples.end() && ten != samples.end()) {
    std::vector<double> each;
    for (std::size_t i = 0; i < std::min(two->second.size(), ten->second.size()); ++i) {
      each.push_back((ten->second[i] - two->second[i]) / 8);
    }
    report.add(against_bar("ticks/further_activation", each, further_activation_limit_ns, "ns"));
  }
  for (auto const& [name, of_name] : samples) {
    report.note(fmt::format("  {:<32} {:>8.1f} ns", name, median(of_name)));
  }
}

}  // namespace weir::bench
