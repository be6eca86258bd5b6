// What a public header costs a file that includes nothing else.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"
#include "bench/statistics.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr char const* compilers[] = {"g++-12", "clang++-19"};
constexpr double limit_s = 0.5;
constexpr std::size_t named_count = 8;  // the rest is a line

bool is_keyword(std::string const& word) {
  return std::ranges::all_of(word, [](char c) { return ('A' <= c && c <= 'Z') || c == '_'; });
}

// What a folder's CMakeLists.txt lists as HEADERS.
std::vector<std::string> headers_of(fs::path const& folder) {
  std::ifstream file(folder / "CMakeLists.txt");
  std::vector<std::string> headers;
  bool listed = false;
  for (std::string line; std::getline(file, line);) {
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '(' || c == ')'; }, ' ');
    std::istringstream words(line.substr(0, line.find('#')));
    for (std::string word; words >> word;) {
      if (is_keyword(word)) listed = word == "HEADERS";
      if (listed && word.ends_with(".h")) headers.push_back((folder / word).string());
    }
  }
  return headers;
}

std::vector<std::string> public_headers(fs::path const& source) {
  std::vector<std::string> all;
  for (fs::directory_entry const& folder : fs::directory_iterator(source / "weir")) {
    if (!folder.is_directory()) continue;
    std::vector<std::string> const own = headers_of(folder.path());
    all.insert(all.end(), own.begin(), own.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

double compile_s(Options const& options, std::string const& compiler, std::string const& header) {
  Child child({compiler, "-std=c++20", "-fsyntax-only", "-I", options.source.string(), "-include",
               header, "-x", "c++", "/dev/null"});
  child.finish();
  return child.cpu_time().total_s();
}

}  // namespace

void measure_headers(Options const& options, Report& report) {
  report.begin_section("headers: CPU time to compile each public header alone");
  std::vector<std::string> const headers = public_headers(options.source);
  unsigned const runs = options.quick ? 1 : 3;
  for (char const* compiler : compilers) {
    std::vector<std::pair<double, std::string>> costs;  // the median, and of what
    std::map<std::string, std::vector<double>> samples;
    for (std::string const& header : headers) {
      std::vector<double>& seconds = samples[header];
      for (unsigned i = 0; i < runs; ++i) seconds.push_back(compile_s(options, compiler, header));
      std::sort(seconds.begin(), seconds.end());
      costs.emplace_back(seconds[seconds.size() / 2], header);
    }
    std::sort(costs.rbegin(), costs.rend());
    for (std::size_t i = 0; i < costs.size(); ++i) {
      auto const& [median_s, header] = costs[i];
      if (i >= named_count && median_s <= limit_s) continue;
      std::string const name = fs::relative(header, options.source / "weir").string();
      report.add(
          against_bar(fmt::format("headers/{}/{}", compiler, name), samples[header], limit_s, "s"));
    }
    report.note(fmt::format("{}: {} headers, the median takes {:.2f} s", compiler, costs.size(),
                            costs.empty() ? 0.0 : costs[costs.size() / 2].first));
  }
}

}  // namespace weir::bench
