#include "tests/tidy/functions.h"

#include <algorithm>
#include <string_view>

namespace tidy {

namespace {

enum class Opens { names, function, initializer };

// A head reduced to what decides: its words outside of <>, () and [], with a '(' for each
// parenthesis, in order: `template <class T> struct Row : Base<int()>` becomes
// `template struct Row : Base`.
std::vector<std::string> outline(std::string_view head) {
  std::vector<std::string> tokens;
  int angles = 0;
  int parens = 0;
  bool in_word = false;
  for (char const c : head) {
    bool const outside = angles == 0 && parens == 0;
    if (outside && is_identifier_char(c)) {
      if (!in_word) tokens.emplace_back();
      tokens.back() += c;
      in_word = true;
      continue;
    }
    in_word = false;
    if (outside && (c == '(' || c == ':' || c == '=')) tokens.emplace_back(1, c);
    if (c == '(' || c == '[') ++parens;
    if (c == ')' || c == ']') --parens;
    if (parens > 0) continue;
    if (c == '<') ++angles;
    if (c == '>') angles = std::max(angles - 1, 0);
  }
  return tokens;
}

// A class key opens a class, unless a parameter list follows before any base: `struct stat f()`.
bool opens_class(std::vector<std::string> const& tokens) {
  auto const is_key = [](std::string const& token) {
    return token == "class" || token == "struct" || token == "union" || token == "enum";
  };
  for (auto token = std::ranges::find_if(tokens, is_key); token != tokens.end(); ++token) {
    if (*token == ":") return true;
    if (*token == "(" && *(token - 1) != "alignas") return false;
    if (token + 1 == tokens.end()) return true;
  }
  return false;
}

Opens classify(std::string_view head) {
  head = trim(head);
  if (head.empty()) return Opens::function;  // the body after a constructor's last a_{1}
  std::vector<std::string> const tokens = outline(head);
  auto const has = [&](std::string_view token) { return std::ranges::count(tokens, token) > 0; };
  if (has("namespace") || tokens == std::vector<std::string>{"extern"}) return Opens::names;
  if (opens_class(tokens)) return Opens::names;
  if (has("concept") || head.ends_with('=')) return Opens::initializer;
  bool const takes_parameters = head.find('(') != head.npos || head.ends_with(']');
  return takes_parameters ? Opens::function : Opens::initializer;
}

// The last word before the first parenthesis; all of it for operators and lambdas.
std::string name_in(std::string_view head) {
  std::string_view const before = trim(head.substr(0, head.find('(')));
  std::size_t begin = before.size();
  while (begin > 0 && (is_identifier_char(before[begin - 1]) || before[begin - 1] == ':')) --begin;
  return std::string(begin == before.size() ? before : before.substr(begin));
}

class Scanner {
 public:
  Functions run(File const& file) {
    bool in_directive = false;
    for (std::string const& line : file.code) {
      ++line_;
      in_directive = in_directive || trim(line).starts_with('#');
      if (in_directive) {
        in_directive = trim(line).ends_with('\\');
        continue;
      }
      for (char const c : line) inside_ > 0 ? inner(c) : outer(c);
      if (inside_ == 0 && !head_.empty()) head_ += ' ';
    }
    result_.balanced = result_.balanced && inside_ == 0 && open_names_ == 0;
    return std::move(result_);
  }

 private:
  void inner(char c) {
    if (c == '{') ++inside_;
    if (c != '}' || --inside_ > 0) return;
    if (parens_ > 0) return;  // was part of a head, which goes on
    if (opened_ == Opens::function) add_function();
    head_.clear();
  }

  void add_function() {
    // The braces of a constructor's a_{1} were taken for its body: here is more of it.
    bool const goes_on = !result_.found.empty() && result_.found.back().name == name_ &&
                         result_.found.back().first_line == first_line_;
    if (goes_on) result_.found.back().last_line = line_;
    else result_.found.push_back({name_, first_line_, line_});
  }

  void outer(char c) {
    if (c == '{') return open();
    if (c == '}') return close();
    if (c == '(') ++parens_;
    if (c == ')') --parens_;
    if (c == ';' && parens_ == 0) return head_.clear();
    if (c == ':' && (head_ == "public" || head_ == "protected" || head_ == "private"))
      return head_.clear();
    if (head_.empty() && (c == ' ' || c == '\t')) return;
    if (head_.empty() && c != ',') first_line_ = line_;  // a comma goes on with an initializer list
    head_ += c;
  }

  void open() {
    if (parens_ > 0) {
      ++inside_;
      return;
    }
    opened_ = classify(head_);
    if (opened_ == Opens::names) {
      ++open_names_;
      return head_.clear();
    }
    if (head_.find('(') != head_.npos && !head_.starts_with(',')) name_ = name_in(head_);
    ++inside_;
  }

  void close() {
    head_.clear();
    if (--open_names_ < 0) result_.balanced = false;
  }

  Functions result_;
  int line_ = 0;
  int open_names_ = 0;  // namespaces and classes around here
  int inside_ = 0;      // braces open since a function or an initializer began
  int parens_ = 0;
  Opens opened_ = Opens::names;
  std::string head_;
  std::string name_;
  int first_line_ = 0;
};

}  // namespace

Functions find_functions(File const& file) { return Scanner().run(file); }

}  // namespace tidy
