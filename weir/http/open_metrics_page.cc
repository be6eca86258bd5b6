#include "weir/http/open_metrics_page.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <set>
#include <utility>

namespace weir::http {

namespace {

bool is_name(std::string_view text, bool colons) {
  auto const fits = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (colons && c == ':');
  };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(), fits);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  MetricsPage run() {
    while (!rest_.empty()) {
      ++line_;
      std::size_t const end = rest_.find('\n');
      if (end == rest_.npos) problem("does not end with a line feed");
      std::string_view const line = rest_.substr(0, end);
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      if (ended_) problem("stands behind # EOF");
      read(line);
    }
    if (!ended_) problem("# EOF is missing");
    return std::move(page_);
  }

 private:
  void problem(std::string const& what) {
    page_.problems.push_back("line " + std::to_string(line_) + ": " + what);
  }

  void read(std::string_view line) {
    if (line == "# EOF") ended_ = true;
    else if (line.starts_with("#")) read_about(line);
    else read_sample(line);
  }

  // "# HELP name text"
  void read_about(std::string_view line) {
    std::size_t const name_begin = line.find(' ', 2) + 1;
    std::size_t const name_end = line.find(' ', name_begin);
    if (!line.starts_with("# ") || name_begin == 0 || name_end == line.npos)
      return problem("is no # TYPE, # UNIT or # HELP");
    std::string_view const keyword = line.substr(2, name_begin - 3);
    std::string const name(line.substr(name_begin, name_end - name_begin));
    std::string const text(line.substr(name_end + 1));
    if (!is_name(name, true)) problem("has no name");
    if (name != family_) {
      if (!families_.insert(name).second) problem("comes back to an earlier family");
      family_ = name;
      has_samples_ = false;
      told_.clear();
    }
    if (has_samples_) problem("stands behind a sample of its family");
    if (!told_.insert(std::string(keyword)).second) problem("says something twice");
    MetricsPage::Family& family = page_.families[name];
    if (keyword == "TYPE") {
      if (text != "counter" && text != "gauge") problem("has no type that is used here");
      if (text == "counter" && name.ends_with("_total"))
        problem("a counter's family has no _total");
      family.type = text;
    } else if (keyword == "UNIT") {
      if (text.empty() || !name.ends_with("_" + text)) problem("does not end with its unit");
      family.unit = text;
    } else if (keyword == "HELP") {
      std::string_view left = text;
      family.help = read_escaped(left, '\0');
    } else {
      problem("is no # TYPE, # UNIT or # HELP");
    }
  }

  // Up to `end`, which is taken off.
  std::string read_escaped(std::string_view& text, char end) {
    std::string read;
    while (!text.empty()) {
      char c = text.front();
      text.remove_prefix(1);
      if (c == end) return read;
      if (c == '"') problem("has a quote that is not escaped");
      if (c == '\\') {
        c = text.empty() ? ' ' : text.front();
        if (!text.empty()) text.remove_prefix(1);
        if (c != '\\' && c != '"' && c != 'n') problem("escapes what needs none");
        if (c == 'n') c = '\n';
      }
      read += c;
    }
    if (end != '\0') problem("ends within a quoted text");
    return read;
  }

  // name{label="text",label="text"} number
  void read_sample(std::string_view line) {
    std::size_t const name_end = line.find_first_of("{ ");
    if (name_end == line.npos) return problem("is no sample");
    std::string const name(line.substr(0, name_end));
    std::string_view rest = line.substr(name_end);
    MetricsPage::Labels labels;
    if (rest.starts_with("{")) {
      rest.remove_prefix(1);
      read_labels(rest, labels);
    }
    if (!rest.starts_with(" ")) problem("has no blank before its number");
    rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
    std::string const number(rest);
    char* end = nullptr;
    double const value = std::strtod(number.c_str(), &end);
    if (number.empty() || *end != '\0' || std::isspace(static_cast<unsigned char>(number[0])) != 0)
      problem("has no number");
    MetricsPage::Family const& family = page_.families[family_];
    bool const is_counter = family.type == "counter";
    if (family.type.empty()) problem("stands before the type of its family");
    if (name != family_ + (is_counter ? "_total" : "")) problem("is no sample of its family");
    if (is_counter && !(value >= 0)) problem("counts below zero");
    has_samples_ = true;
    if (!page_.samples[name].emplace(labels, value).second) problem("is a sample told twice");
  }

  void read_labels(std::string_view& rest, MetricsPage::Labels& labels) {
    if (rest.starts_with("}")) return rest.remove_prefix(1);
    while (true) {
      std::size_t const equals = rest.find("=\"");
      if (equals == rest.npos) return problem("has a label without a text");
      std::string const name(rest.substr(0, equals));
      if (!is_name(name, false)) problem("has a label without a name");
      rest.remove_prefix(equals + 2);
      if (!labels.emplace(name, read_escaped(rest, '"')).second) problem("has a label twice");
      bool const goes_on = rest.starts_with(",");
      if (!goes_on && !rest.starts_with("}")) return problem("has labels that do not end");
      rest.remove_prefix(1);
      if (!goes_on) return;
    }
  }

  std::string_view rest_;
  MetricsPage page_;
  std::size_t line_ = 0;
  bool ended_ = false;
  std::string family_;
  std::set<std::string> families_;
  std::set<std::string> told_;
  bool has_samples_ = false;
};

bool has_all(MetricsPage::Labels const& labels, MetricsPage::Labels const& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](auto const& one) {
    auto const found = labels.find(one.first);
    return found != labels.end() && found->second == one.second;
  });
}

}  // namespace

double MetricsPage::value(std::string const& name, Labels const& wanted) const {
  auto const found = samples.find(name);
  if (found == samples.end() || count(name, wanted) != 1) return -1;
  return std::find_if(found->second.begin(), found->second.end(),
                      [&](auto const& one) { return has_all(one.first, wanted); })
      ->second;
}

std::size_t MetricsPage::count(std::string const& name, Labels const& wanted) const {
  auto const found = samples.find(name);
  if (found == samples.end()) return 0;
  return static_cast<std::size_t>(
      std::count_if(found->second.begin(), found->second.end(),
                    [&](auto const& one) { return has_all(one.first, wanted); }));
}

MetricsPage read_metrics(std::string_view text) { return Reader(text).run(); }

}  // namespace weir::http
