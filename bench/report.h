// What was measured: a table on standard output while it goes on, JSON at the end.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/statistics.h"

namespace weir::bench {

// It is within its limit when ratio <= limit; less is better everywhere. `other` is what Weir is
// compared with: a peer, a hand-written loop, or a fixed bar (then the limit is 1).
struct Measurement {
  std::string name;  // section/what/…
  double weir = 0;
  double other = 0;
  double ratio = 0;
  double limit = 0;
  std::string unit;      // of weir and other
  Interval interval;     // of the ratio
  std::size_t runs = 0;  // behind each number
};

// Of paired samples: the median of the ratios, not the ratio of the medians.
Measurement paired(std::string name, std::vector<double> const& weir,
                   std::vector<double> const& other, double limit, std::string unit);
// Against a bar that does not vary.
Measurement against_bar(std::string name, std::vector<double> const& weir, double bar,
                        std::string unit);

class Report {
 public:
  void begin_section(std::string_view title);
  void add(Measurement measurement);
  // A line for the reader of the table only.
  void note(std::string_view text);
  // One run as it was, for later analysis.
  void add_sample(nlohmann::json sample);

  void print_summary() const;
  // `[{name, weir, other, ratio, limit, unit}]`; beside it, as NAME.samples.json, all the samples.
  void write(std::filesystem::path const& path) const;

 private:
  std::vector<Measurement> measurements_;
  nlohmann::json samples_ = nlohmann::json::array();
};

}  // namespace weir::bench
