// Numbers as OpenMetrics text 1.0, which Prometheus and its relatives read:
//
//   OpenMetrics page;
//   page.begin({"weir_net_bytes_in", MetricType::counter, "", "bytes received"});
//   page.add(Labels().add("worker", 0).text(), counters.bytes_in);
//   std::string text = std::move(page).finish();
//
//   # TYPE weir_net_bytes_in counter
//   # HELP weir_net_bytes_in bytes received
//   weir_net_bytes_in_total{worker="0"} 4711
//   # EOF
//
// All samples of a family stand behind its begin(); no two of them have the same labels, or whoever
// reads the page refuses all of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::http {

inline constexpr std::string_view open_metrics_type =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

// A counter only grows, from the beginning of the process; a sample's name ends with _total.
enum class MetricType : std::uint8_t { counter, gauge };

struct Family {
  std::string_view name;  // without _total
  MetricType type = MetricType::counter;
  std::string_view unit;  // what the name ends with: "seconds"; empty: a plain number
  std::string_view help;  // one line
};

class Labels {
 public:
  Labels() = default;
  // What stands before them.
  explicit Labels(std::string_view first) : text_(first) {}

  // Any text; where it is no UTF-8 a mark stands in for it.
  Labels& add(std::string_view name, std::string_view value);
  Labels& add(std::string_view name, std::uint64_t value);
  std::string const& text() const { return text_; }

 private:
  std::string text_;
};

class OpenMetrics {
 public:
  void begin(Family const& family);
  void add(std::string_view labels, std::uint64_t value);
  void add(std::string_view labels, double value);
  std::string finish() &&;

 private:
  void begin_sample(std::string_view labels);

  std::string text_;
  std::string sample_;  // the name of the current family's samples
};

}  // namespace weir::http
