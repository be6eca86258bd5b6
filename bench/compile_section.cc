#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

struct Flow {
  char const* name;  // of a file in bench/compile/
  double limit_s;    // CPU time, the headers included
  double limit_mb;   // at the peak
};

constexpr Flow flows[] = {{"twenty_operators", 1.2, 500}, {"hundred_operators", 4.0, 500}};
constexpr char const* compilers[] = {"g++-12", "clang++-19"};

struct Cost {
  std::vector<double> seconds;
  std::vector<double> megabytes;
};

void compile(Options const& options, std::string const& compiler, std::filesystem::path const& file,
             Cost& cost) {
  Child child({compiler, "-O2", "-std=c++20", "-I", options.source.string(), "-c", file.string(),
               "-o", "/dev/null"});
  child.finish();
  cost.seconds.push_back(child.cpu_time().total_s());
  cost.megabytes.push_back(static_cast<double>(child.peak_kib()) * 1024 / 1e6);
}

}  // namespace

void measure_compile(Options const& options, Report& report) {
  report.begin_section("compile: CPU time and memory for one file with a flow, at -O2");
  for (Flow const& flow : flows) {
    std::filesystem::path const file =
        options.source / "bench" / "compile" / fmt::format("{}.cc", flow.name);
    std::map<std::string, Cost> costs;
    for (unsigned i = 0; i < (options.quick ? 2u : 7u); ++i) {
      for (char const* compiler : compilers) compile(options, compiler, file, costs[compiler]);
    }
    for (auto const& [compiler, cost] : costs) {
      std::string const name = fmt::format("compile/{}/{}", flow.name, compiler);
      report.add(against_bar(name, cost.seconds, flow.limit_s, "s"));
      report.add(against_bar(name + "/memory", cost.megabytes, flow.limit_mb, "MB"));
    }
  }
}

}  // namespace weir::bench
