#include "bench/report.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <utility>

namespace weir::bench {
namespace {

bool within_limit(Measurement const& measurement) { return measurement.ratio <= measurement.limit; }

// A limit inside the interval: another day it may be the other way round.
char const* verdict(Measurement const& measurement) {
  bool const sure = measurement.limit < measurement.interval.low ||
                    measurement.limit >= measurement.interval.high;
  if (within_limit(measurement)) return sure ? "ok" : "ok (close)";
  return sure ? "OVER" : "OVER (close)";
}

std::string short_number(double value) {
  if (value >= 100'000) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4g}", value);
}

}  // namespace

Measurement paired(std::string name, std::vector<double> const& weir,
                   std::vector<double> const& other, double limit, std::string unit) {
  std::vector<double> const pairs = ratios(weir, other);
  return {std::move(name), median(weir),    median(other),          median(pairs),
          limit,           std::move(unit), median_interval(pairs), pairs.size()};
}

Measurement against_bar(std::string name, std::vector<double> const& weir, double bar,
                        std::string unit) {
  Interval const interval = median_interval(weir);
  double const middle = median(weir);
  return {std::move(name),
          middle,
          bar,
          middle / bar,
          1,
          std::move(unit),
          {interval.low / bar, interval.high / bar},
          weir.size()};
}

void Report::begin_section(std::string_view title) {
  fmt::print("\n{}\n{:<46} {:>11} {:>11}  {:<10} {:>6}  {:<15} {:>5}  {:>4}\n", title, "", "weir",
             "other", "", "ratio", "interval", "limit", "runs");
  std::fflush(stdout);
}

void Report::add(Measurement measurement) {
  Measurement const& m = measurement;
  fmt::print("{:<46} {:>11} {:>11}  {:<10} {:>6.3f}  {:<15} {:>5.2f}  {:>4}  {}\n", m.name,
             short_number(m.weir), short_number(m.other), m.unit, m.ratio,
             fmt::format("{:.3f} - {:.3f}", m.interval.low, m.interval.high), m.limit, m.runs,
             verdict(m));
  std::fflush(stdout);
  measurements_.push_back(std::move(measurement));
}

void Report::note(std::string_view text) {
  fmt::print("  {}\n", text);
  std::fflush(stdout);
}

void Report::add_sample(nlohmann::json sample) { samples_.push_back(std::move(sample)); }

void Report::print_summary() const {
  std::size_t over = 0;
  for (Measurement const& measurement : measurements_) over += within_limit(measurement) ? 0 : 1;
  fmt::print("\n{} measured, {} over their limit\n", measurements_.size(), over);
  for (Measurement const& m : measurements_) {
    if (!within_limit(m)) fmt::print("  {:<46} {:.3f} > {:.2f}\n", m.name, m.ratio, m.limit);
  }
}

void Report::write(std::filesystem::path const& path) const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (Measurement const& m : measurements_) {
    list.push_back({{"name", m.name},
                    {"weir", m.weir},
                    {"other", m.other},
                    {"ratio", m.ratio},
                    {"limit", m.limit},
                    {"unit", m.unit}});
  }
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << list.dump(2) << '\n';
  std::filesystem::path samples = path;
  std::ofstream(samples.replace_extension("samples.json")) << samples_.dump(1) << '\n';
  fmt::print("written: {}, {}\n", path.string(), samples.string());
}

}  // namespace weir::bench
