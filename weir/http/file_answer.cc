#include "weir/http/file_answer.h"

#include <algorithm>
#include <charconv>

#include "weir/http/date.h"

namespace weir::http {

namespace {

enum class Comparison : std::uint8_t { strong, weak };

// Whether one of a list ("\"a\", W/\"b\"", or "*") is `etag`, which is a strong one.
bool has_tag(std::string_view list, std::string_view etag, Comparison comparison) {
  if (list == "*") return true;
  while (!list.empty()) {
    std::size_t const begin = list.find('"');
    if (begin == list.npos) return false;
    std::size_t const end = list.find('"', begin + 1);
    if (end == list.npos) return false;
    bool const weak = begin >= 2 && list.substr(begin - 2, 2) == "W/";
    bool const same = list.substr(begin, end + 1 - begin) == etag;
    if (same && (!weak || comparison == Comparison::weak)) return true;
    list.remove_prefix(end + 1);
  }
  return false;
}

// 0: go on.
int check_conditions(Request const& request, FileFacts const& facts) {
  std::string_view const match = request.field("if-match");
  if (!match.empty()) {
    if (!has_tag(match, facts.etag, Comparison::strong)) return 412;
  } else if (auto const since = parse_date(request.field("if-unmodified-since"))) {
    if (facts.modified > *since) return 412;
  }
  std::string_view const none_match = request.field("if-none-match");
  if (!none_match.empty()) {
    if (has_tag(none_match, facts.etag, Comparison::weak)) return 304;
  } else if (auto const since = parse_date(request.field("if-modified-since"))) {
    if (facts.modified <= *since) return 304;
  }
  return 0;
}

bool parse_number(std::string_view text, std::uint64_t& value) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // More than there can be is as good as the most there can be.
  if (error == std::errc::result_out_of_range) value = UINT64_MAX;
  return !text.empty() && error != std::errc::invalid_argument && end == text.data() + text.size();
}

bool may_have_range(Request const& request, FileFacts const& facts) {
  std::string_view const condition = request.field("if-range");
  if (condition.empty()) return true;
  if (condition.front() == '"') return condition == facts.etag;
  auto const date = parse_date(condition);
  return date.has_value() && *date == facts.modified;
}

}  // namespace

FileAnswer answer_for(Request const& request, FileFacts const& facts) {
  FileAnswer const whole{200, 0, facts.size};
  if (int const status = check_conditions(request, facts); status != 0) return {status, 0, 0};
  std::string_view range = request.field("range");
  if (range.empty() || request.method != Method::get || !may_have_range(request, facts))
    return whole;
  constexpr std::string_view unit = "bytes=";
  if (range.size() < unit.size() || !same_token(range.substr(0, unit.size()), unit)) return whole;
  range.remove_prefix(unit.size());
  std::size_t const dash = range.find('-');
  if (dash == range.npos || range.find(',') != range.npos) return whole;
  std::uint64_t first = 0;
  std::uint64_t last = UINT64_MAX;
  if (dash == 0) {  // so many of the last
    std::uint64_t count = 0;
    if (!parse_number(range.substr(1), count)) return whole;
    if (count == 0 || facts.size == 0) return {416, 0, 0};
    first = facts.size - std::min(count, facts.size);
  } else {
    if (!parse_number(range.substr(0, dash), first)) return whole;
    bool const open = dash + 1 == range.size();
    if (!open && (!parse_number(range.substr(dash + 1), last) || last < first)) return whole;
    if (first >= facts.size) return {416, 0, 0};
  }
  return {206, first, std::min(last, facts.size - 1) + 1};
}

}  // namespace weir::http
