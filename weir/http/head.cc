#include "weir/http/head.h"

#include <algorithm>
#include <cstring>

#include "weir/base/assert.h"

namespace weir::http {

namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// An encoded slash or NUL, or a control character, would mean one thing here and another in a file
// system or a proxy.
bool decode(std::string_view path, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    if (path.size() - i < 3) return false;
    int const high = digit_of(path[i + 1]);
    int const low = digit_of(path[i + 2]);
    if (high < 0 || low < 0) return false;
    char const c = static_cast<char>(high * 16 + low);
    if (c == '/' || is_control(c)) return false;
    out += c;
    i += 2;
  }
  return true;
}

bool has_dot_part(std::string_view path) {
  for (std::size_t begin = 0; begin < path.size();) {
    std::size_t const end = std::min(path.find('/', begin), path.size());
    std::string_view const part = path.substr(begin, end - begin);
    if (part == "." || part == "..") return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::uint32_t HeadScanner::scan(std::string_view input, Limits const& limits) {
  WEIR_ASSERT(line_begin_ <= looked_at_ && looked_at_ <= input.size());
  while (refusal_ == Refusal::none) {
    void const* const found =
        std::memchr(input.data() + looked_at_, '\n', input.size() - looked_at_);
    std::size_t const end =
        found == nullptr ? input.size()
                         : static_cast<std::size_t>(static_cast<char const*>(found) - input.data());
    // (A CR LF counts as part of its line.)
    if (line_count_ == 0 && end - line_begin_ > limits.line_bytes_max) {
      refusal_ = Refusal::line_too_long;
    } else if (end >= limits.head_bytes_max) {
      refusal_ = Refusal::head_too_large;
    } else if (found == nullptr) {
      looked_at_ = static_cast<std::uint32_t>(end);
      return 0;
    } else {
      std::string_view const line = input.substr(line_begin_, end - line_begin_);
      refusal_ = check_line(line, limits);
      line_begin_ = looked_at_ = static_cast<std::uint32_t>(end + 1);
      if (refusal_ == Refusal::none && line == "\r") return line_begin_;
      ++line_count_;
    }
  }
  return 0;
}

// Of a line without its LF.
Refusal HeadScanner::check_line(std::string_view line, Limits const& limits) {
  if (line.empty() || line.back() != '\r') return Refusal::malformed;
  line.remove_suffix(1);
  if (std::memchr(line.data(), '\r', line.size()) != nullptr ||
      std::memchr(line.data(), '\0', line.size()) != nullptr)
    return Refusal::malformed;
  if (line_count_ == 0) return line.empty() ? Refusal::malformed : Refusal::none;
  if (line.empty()) return Refusal::none;
  if (line_count_ > limits.field_count_max) return Refusal::too_many_fields;
  std::size_t const colon = line.find(':');
  if (colon == line.npos || colon == 0) return Refusal::malformed;
  bool const white = line.substr(0, colon).find_first_of(" \t") != line.npos;
  return white ? Refusal::malformed : Refusal::none;
}

bool split_target(std::string_view target, std::string& decoded, Target& out) {
  for (std::string_view const scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    std::size_t const slash = target.find_first_of("/?");
    if (slash == 0) return false;  // no host
    target.remove_prefix(std::min(slash, target.size()));
    if (target.empty() || target.front() == '?') {
      out = {"/", target.empty() ? target : target.substr(1)};
      return true;
    }
  }
  if (target == "*") {
    out = {target, {}};
    return true;
  }
  if (!target.starts_with('/') || target.find('#') != target.npos) return false;
  std::size_t const question = std::min(target.find('?'), target.size());
  out.path = target.substr(0, question);
  out.query = question == target.size() ? std::string_view() : target.substr(question + 1);
  if (out.path.find('%') != out.path.npos) {
    if (!decode(out.path, decoded)) return false;
    out.path = decoded;
  }
  return !has_dot_part(out.path.substr(1)) &&
         std::none_of(out.path.begin(), out.path.end(), is_control);
}

}  // namespace weir::http
