#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

// A durable op of a store, which can also be listed in order, against one that RocksDB just holds.
constexpr double durable_limit = 1.5;
constexpr double memory_bar_ns = 1000;
constexpr double round_trips_max = 6;
constexpr double scattered_bytes_max = 192 * 1024;
constexpr double newest_bytes_max = 16 * 1024;

double run_side(Options const& options, char const* side) {
  return run_for_json({options.program("stores"), side,
                       (options.programs / fmt::format("stores.{}", side)).string(), "--ops",
                       options.quick ? "20000" : "100000"})
      .at("us")
      .get<double>();
}

}  // namespace

void measure_store(Options const& options, Report& report) {
  report.begin_section("store: durable ops of 1 KiB against RocksDB itself; ops in memory");
  Random random(options.seed);
  std::vector<double> weir;
  std::vector<double> plain;
  for (unsigned i = 0; i < options.pairs; ++i) {
    bool const weir_first = random.below(2) == 0;
    if (weir_first) weir.push_back(run_side(options, "rocks"));
    plain.push_back(run_side(options, "plain"));
    if (!weir_first) weir.push_back(run_side(options, "rocks"));
    report.add_sample(
        {{"section", "store"}, {"weir_us", weir.back()}, {"rocksdb_us", plain.back()}});
  }
  report.add(paired("store/durable put", weir, plain, durable_limit, "us"));

  std::vector<double> put;
  std::vector<double> get;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    auto const run = run_for_json(
        {options.program("stores"), "memory", "--ops", options.quick ? "100000" : "1000000"});
    put.push_back(run.at("put_ns").get<double>());
    get.push_back(run.at("get_ns").get<double>());
  }
  report.add(against_bar("store/memory put", put, memory_bar_ns, "ns"));
  report.add(against_bar("store/memory get", get, memory_bar_ns, "ns"));
}

void measure_reconcile(Options const& options, Report& report) {
  report.begin_section("reconcile: 100 ops that differ, among a million that two nodes hold");
  for (std::string const where : {"scattered", "newest"}) {
    auto const run = run_for_json({options.program("stores"), "reconcile", "--ops", "1000000",
                                   "--differ", "100", "--where", where});
    auto const bytes = run.at("bytes").get<double>();
    double const bytes_max = where == "newest" ? newest_bytes_max : scattered_bytes_max;
    report.add(against_bar("reconcile/" + where + "/round trips",
                           {run.at("round_trips").get<double>()}, round_trips_max, "trips"));
    report.add(against_bar("reconcile/" + where + "/bytes", {bytes}, bytes_max, "bytes"));
    report.note(fmt::format("{}: {:.1f} ms of both sides", where, run.at("ms").get<double>()));
    report.add_sample({{"section", "reconcile"}, {"where", where}, {"run", run}});
  }
}

}  // namespace weir::bench
