// The command line of the benchmark programs: words, `--name value` and `--name`.
#pragma once

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace weir::bench {

// Ask for every option, then call `refuse_the_rest`: a misspelt option must not be ignored.
class Arguments {
 public:
  Arguments(int count, char** values) : rest_(values + 1, values + count) {}

  bool flag(std::string_view name) {
    std::size_t const at = find(name);
    if (at == rest_.size()) return false;
    rest_.erase(rest_.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }

  std::string text(std::string_view name, std::string_view fallback) {
    std::size_t const at = find(name);
    if (at == rest_.size()) return std::string(fallback);
    if (at + 1 == rest_.size()) refuse(rest_[at], "needs a value");
    std::string value = rest_[at + 1];
    auto const first = rest_.begin() + static_cast<std::ptrdiff_t>(at);
    rest_.erase(first, first + 2);
    return value;
  }

  template <class Number>
  Number number(std::string_view name, Number fallback) {
    std::string const value = text(name, "");
    if (value.empty()) return fallback;
    Number result{};
    char const* const end = value.data() + value.size();
    auto const [stopped, error] = std::from_chars(value.data(), end, result);
    if (error != std::errc{} || stopped != end) refuse(value, "is not a number");
    return result;
  }

  // The next argument that belongs to no option; empty when there is none. Ask after the options.
  std::string word() {
    if (rest_.empty() || rest_.front().starts_with("--")) return {};
    std::string result = std::move(rest_.front());
    rest_.erase(rest_.begin());
    return result;
  }

  void refuse_the_rest() const {
    if (!rest_.empty()) refuse(rest_.front(), "is not an option of this program");
  }

 private:
  [[noreturn]] static void refuse(std::string const& argument, char const* why) {
    std::fprintf(stderr, "argument '%s' %s\n", argument.c_str(), why);
    std::exit(2);
  }

  std::size_t find(std::string_view name) const {
    std::size_t at = 0;
    while (at < rest_.size() && rest_[at] != std::string("--").append(name)) ++at;
    return at;
  }

  std::vector<std::string> rest_;
};

}  // namespace weir::bench
