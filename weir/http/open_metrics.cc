#include "weir/http/open_metrics.h"

#include <array>
#include <charconv>
#include <cmath>

#include "weir/base/assert.h"
#include "weir/plan/escape.h"

namespace weir::http {

namespace {

template <class Number>
void append_number(std::string& to, Number value) {
  std::array<char, 32> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  to.append(digits.data(), end.ptr);
}

}  // namespace

Labels& Labels::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += ',';
  text_ += name;
  text_ += "=\"";
  text_ += escape(Language::open_metrics, value);
  text_ += '"';
  return *this;
}

Labels& Labels::add(std::string_view name, std::uint64_t value) {
  return add(name, std::string_view(std::to_string(value)));
}

void OpenMetrics::begin(Family const& family) {
  WEIR_ASSERT(family.name.ends_with(family.unit));
  auto const line = [&](std::string_view keyword) -> std::string& {
    return text_.append("# ").append(keyword).append(" ").append(family.name).append(" ");
  };
  line("TYPE") += family.type == MetricType::counter ? "counter\n" : "gauge\n";
  if (!family.unit.empty()) line("UNIT").append(family.unit).append("\n");
  line("HELP").append(escape(Language::open_metrics, family.help)).append("\n");
  sample_ = family.name;
  if (family.type == MetricType::counter) sample_ += "_total";
}

void OpenMetrics::begin_sample(std::string_view labels) {
  WEIR_ASSERT(!sample_.empty());
  text_ += sample_;
  if (!labels.empty()) text_.append("{").append(labels).append("}");
  text_ += ' ';
}

void OpenMetrics::add(std::string_view labels, std::uint64_t value) {
  begin_sample(labels);
  append_number(text_, value);
  text_ += '\n';
}

void OpenMetrics::add(std::string_view labels, double value) {
  begin_sample(labels);
  if (std::isnan(value)) text_ += "NaN";
  else if (std::isinf(value)) text_ += value > 0 ? "+Inf" : "-Inf";
  else append_number(text_, value);
  text_ += '\n';
}

std::string OpenMetrics::finish() && {
  text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace weir::http
