// A page of OpenMetrics read as strictly as its definition says it, for tests: what is wrong with
// it is a problem, in a sentence with the number of the line.
// (github.com/OpenObservability/OpenMetrics, specification/OpenMetrics.md, version 1.0)
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http {

struct MetricsPage {
  struct Family {
    std::string type;
    std::string unit;
    std::string help;
  };
  using Labels = std::map<std::string, std::string>;

  std::map<std::string, Family> families;
  std::map<std::string, std::map<Labels, double>> samples;  // by the name of the sample
  std::vector<std::string> problems;

  // Of the only sample of that name that has these labels, among others; -1 where there is none, or
  // several.
  double value(std::string const& name, Labels const& labels = {}) const;
  // How many samples of that name have these labels, among others.
  std::size_t count(std::string const& name, Labels const& labels = {}) const;
};

MetricsPage read_metrics(std::string_view text);

}  // namespace weir::http
