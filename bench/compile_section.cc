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
};

constexpr Flow flows[] = {{"twenty_operators", 1.2}, {"hundred_operators", 4.0}};
constexpr char const* compilers[] = {"g++-12", "clang++-19"};

double compile_s(Options const& options, std::string const& compiler,
                 std::filesystem::path const& file) {
  Child child({compiler, "-O2", "-std=c++20", "-I", options.source.string(), "-c", file.string(),
               "-o", "/dev/null"});
  child.finish();
  return child.cpu_time().total_s();
}

}  // namespace

void measure_compile(Options const& options, Report& report) {
  report.begin_section("compile: CPU time for one file with a flow, at -O2");
  for (Flow const& flow : flows) {
    std::filesystem::path const file =
        options.source / "bench" / "compile" / fmt::format("{}.cc", flow.name);
    if (!std::filesystem::exists(file)) {
      report.note(fmt::format("{} is not written yet", file.string()));
      continue;
    }
    std::map<std::string, std::vector<double>> seconds;
    for (unsigned i = 0; i < (options.quick ? 2u : 7u); ++i) {
      for (char const* compiler : compilers) {
        seconds[compiler].push_back(compile_s(options, compiler, file));
      }
    }
    for (char const* compiler : compilers) {
      report.add(against_bar(fmt::format("compile/{}/{}", flow.name, compiler), seconds[compiler],
                             flow.limit_s, "s"));
    }
  }
}

}  // namespace weir::bench
