// What README.md and docs/ mention must exist: the targets of relative links, and the paths between
// backticks. A path may be written from the root or from weir/ (`ring/ring.h`), a file also by its
// name alone (`ring.cc`). `*` stands for anything, and so does a name in capitals (`NAME_test.cc`).

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "tests/tidy/rules.h"

namespace tidy {

namespace {

bool is_document(std::string_view path) {
  return path == "README.md" || (path.starts_with("docs/") && path.ends_with(".md"));
}

// "docs/../weir" and "./x" without the dots.
std::string without_dots(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    std::string const part(path.substr(0, path.find('/')));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part == ".." && !parts.empty()) parts.pop_back();
    else if (!part.empty() && part != ".") parts.push_back(part);
  }
  std::string result;
  for (std::string const& part : parts) result += (result.empty() ? "" : "/") + part;
  return result;
}

// Whether text between backticks means a file or a folder.
bool looks_like_path(std::string_view text) {
  auto const is_path_char = [](char c) {
    return is_identifier_char(c) || c == '/' || c == '.' || c == '-' || c == '*';
  };
  if (text.empty() || !std::ranges::all_of(text, is_path_char)) return false;
  if (text.starts_with('/') || text.starts_with("build/")) return false;  // not in the repository
  if (text.ends_with('/')) return true;
  std::array<std::string_view, 8> constexpr extensions = {".h",    ".cc",  ".md",  ".cmake",
                                                          ".json", ".txt", ".yml", ".*"};
  return std::ranges::any_of(extensions, [&](auto extension) {
    return text.ends_with(extension) && text.size() > extension.size();
  });
}

bool matches(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  if (pattern.front() != '*') {
    return !path.empty() && pattern.front() == path.front() &&
           matches(pattern.substr(1), path.substr(1));
  }
  for (std::size_t skip = 0; skip <= path.size(); ++skip) {
    if (matches(pattern.substr(1), path.substr(skip))) return true;
  }
  return false;
}

// `tests/flow/NAME_test.cc` is `tests/flow/*_test.cc`.
std::string with_placeholders(std::string_view text) {
  std::string pattern(text);
  for (std::size_t at = pattern.find("NAME"); at != pattern.npos; at = pattern.find("NAME", at))
    pattern.replace(at, 4, "*");
  return pattern;
}

class Index {
 public:
  explicit Index(Tree const& tree) {
    for (File const& file : tree.files) paths_.insert(file.path);
    for (std::string const& folder : tree.folders) paths_.insert(folder);
  }

  bool has(std::string_view path) const { return paths_.contains(std::string(path)); }

  bool has_mentioned(std::string_view text) const {
    std::string pattern = with_placeholders(text);
    if (pattern.ends_with('/')) pattern.pop_back();
    bool const is_name = pattern.find('/') == pattern.npos;
    return std::ranges::any_of(paths_, [&](std::string const& path) {
      return matches(pattern, path) || matches("weir/" + pattern, path) ||
             (is_name && matches(pattern, name_of(path)));
    });
  }

 private:
  std::set<std::string> paths_;
};

// Calls f with each piece of `line` between `open` and the next `close`.
template <class F>
void for_each_between(std::string_view line, std::string_view open, char close, F f) {
  for (std::size_t at = line.find(open); at != line.npos; at = line.find(open, at)) {
    std::size_t const begin = at + open.size();
    std::size_t const end = line.find(close, begin);
    if (end == line.npos) return;
    f(line.substr(begin, end - begin));
    at = end + 1;
  }
}

void check_document(File const& file, Index const& index, Problems& problems) {
  bool in_code = false;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    auto const dead = [&](std::string_view what) {
      problems.push_back({"dead-link", file.path, static_cast<int>(i) + 1,
                          "it mentions " + std::string(what) + ", which does not exist",
                          "name what exists now"});
    };
    if (trim(file.lines[i]).starts_with("```")) in_code = !in_code;
    if (in_code) continue;
    for_each_between(file.lines[i], "](", ')', [&](std::string_view target) {
      target = target.substr(0, target.find('#'));
      bool const is_remote = target.find(':') != target.npos;
      if (target.empty() || is_remote) return;
      std::string const path = without_dots(folder_of(file.path) + "/" + std::string(target));
      if (!path.empty() && !index.has(path)) dead(target);
    });
    for_each_between(file.lines[i], "`", '`', [&](std::string_view text) {
      if (looks_like_path(text) && !index.has_mentioned(text)) dead(text);
    });
  }
}

}  // namespace

Problems check_documents(Tree const& tree) {
  Problems problems;
  Index const index(tree);
  for (File const& file : tree.files) {
    if (is_document(file.path)) check_document(file, index, problems);
  }
  return problems;
}

}  // namespace tidy
