#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "tests/tidy/cmake_lists.h"
#include "tests/tidy/rules.h"

namespace tidy {

namespace {

constexpr std::size_t median_lines_max = 150;
constexpr std::size_t macros_max = 3;

bool in_weir(File const& file) { return file.path.starts_with("weir/") && file.is_cpp(); }

// ---- exceptions ----

struct Exception {
  std::string rule;
  std::string reason;
  int line = 0;
  bool needed = false;
};

std::vector<Exception> exceptions_in(File const& file) {
  std::string_view constexpr mark = "tidy: allow ";
  std::vector<Exception> exceptions;
  for (std::size_t i = 0; i < file.comments.size(); ++i) {
    std::string_view const comment = trim(file.comments[i]);
    if (!comment.starts_with("//")) continue;
    std::string_view const text = trim(comment.substr(2));
    if (!text.starts_with(mark)) continue;
    std::string_view const rest = text.substr(mark.size());
    std::size_t const colon = rest.find(':');
    std::string_view const reason = colon == rest.npos ? "" : trim(rest.substr(colon + 1));
    exceptions.push_back({.rule = std::string(trim(rest.substr(0, colon))),
                          .reason = std::string(reason),
                          .line = static_cast<int>(i) + 1});
  }
  return exceptions;
}

void check_exceptions(File const& file, std::vector<Exception> const& exceptions,
                      Problems& problems) {
  for (Exception const& exception : exceptions) {
    auto const add = [&](std::string what, std::string remedy) {
      problems.push_back(
          {"exception", file.path, exception.line, std::move(what), std::move(remedy)});
    };
    if (std::ranges::count(rule_names(), exception.rule) == 0)
      add("there is no rule " + exception.rule, "use a name from tests/tidy/tree_rules.cc");
    else if (exception.reason.empty())
      add("the exception has no reason", "write // tidy: allow " + exception.rule + ": reason");
    else if (!exception.needed)
      add("nothing here breaks the rule " + exception.rule, "remove the exception");
  }
}

// Takes out of `problems` what a file excepts itself from, and adds what is wrong with exceptions.
Problems without_excepted(Tree const& tree, Problems const& problems) {
  std::map<std::string, std::vector<Exception>> exceptions;
  for (File const& file : tree.files) exceptions[file.path] = exceptions_in(file);
  Problems left;
  for (Problem const& problem : problems) {
    bool excepted = false;
    for (Exception& exception : exceptions[problem.path]) {
      if (exception.rule != problem.rule) continue;
      exception.needed = true;
      excepted = true;
    }
    if (!excepted) left.push_back(problem);
  }
  for (File const& file : tree.files) check_exceptions(file, exceptions[file.path], left);
  return left;
}

}  // namespace

std::vector<std::string_view> const& rule_names() {
  static std::vector<std::string_view> const names = {
      "line-length", "function-length", "file-length", "median-length", "pragma-once", "unfinished",
      "shared-ptr",  "thread-local",    "layer",       "library",       "macro",       "folder",
      "dead-file",   "dead-header",     "dead-link",   "public-header",
  };
  return names;
}

Problems check_median_length(Tree const& tree) {
  std::vector<std::size_t> lengths;
  for (File const& file : tree.files) {
    if (in_weir(file)) lengths.push_back(file.lines.size());
  }
  if (lengths.empty()) return {};
  auto const median = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::ranges::nth_element(lengths, median);
  if (*median <= median_lines_max) return {};
  return {{"median-length", "weir", 0, "its median file has " + std::to_string(*median) + " lines",
           "divide files until it has at most 150"}};
}

Problems check_macros(Tree const& tree) {
  Problems excepted;  // do not count; `check` drops them
  Problems counted;
  for (File const& file : tree.files) {
    if (!in_weir(file)) continue;
    bool const is_excepted = std::ranges::count(exceptions_in(file), "macro", &Exception::rule) > 0;
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      std::string_view const line = trim(file.code[i]);
      if (!line.starts_with('#') || !trim(line.substr(1)).starts_with("define")) continue;
      Problems& macros = is_excepted ? excepted : counted;
      macros.push_back({"macro", file.path, static_cast<int>(i) + 1, "one of too many macros",
                        "use constexpr, a template or a function; weir/ has three at most"});
    }
  }
  if (counted.size() > macros_max) excepted.insert(excepted.end(), counted.begin(), counted.end());
  return excepted;
}

Problems check_folders(Tree const& tree) {
  std::array<std::string_view, 6> constexpr refused = {"detail", "util",    "common",
                                                       "impl",   "include", "src"};
  Problems problems;
  for (std::string const& folder : tree.folders) {
    std::string const name = name_of(folder);
    if (std::ranges::count(refused, name) == 0) continue;
    problems.push_back({"folder", folder, 0, "a folder " + name + "/ says nothing of its contents",
                        "name it after its one idea"});
  }
  return problems;
}

Problems check_dead_files(Tree const& tree) {
  Problems problems;
  CMakeLists const lists = read_cmake_lists(tree);
  for (File const& file : tree.files) {
    if (!in_weir(file) || lists.named.contains(file.path)) continue;
    problems.push_back({"dead-file", file.path, 0, "no CMakeLists.txt names it",
                        "list it in " + folder_of(file.path) + "/CMakeLists.txt, or delete it"});
  }
  return problems;
}

namespace {

// Calls f(line, path) for each of our own headers that `file` includes.
template <class F>
void for_each_own_include(File const& file, F f) {
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    std::string_view const code = trim(file.code[i]);
    if (!code.starts_with('#') || !trim(code.substr(1)).starts_with("include")) continue;
    std::size_t const begin = file.lines[i].find('"');
    if (begin == std::string::npos) continue;
    std::size_t const end = file.lines[i].find('"', begin + 1);
    f(static_cast<int>(i) + 1, file.lines[i].substr(begin + 1, end - begin - 1));
  }
}

}  // namespace

Problems check_dead_headers(Tree const& tree) {
  std::set<std::string> used = read_cmake_lists(tree).public_headers;
  for (File const& file : tree.files)
    for_each_own_include(file, [&](int, std::string const& path) { used.insert(path); });
  Problems problems;
  for (File const& file : tree.files) {
    if (!in_weir(file) || !file.is_header() || used.contains(file.path)) continue;
    problems.push_back({"dead-header", file.path, 0, "nothing includes it and it is not public",
                        "list it under HEADERS, or delete it"});
  }
  return problems;
}

Problems check_public_headers(Tree const& tree) {
  std::set<std::string> const installed = read_cmake_lists(tree).public_headers;
  Problems problems;
  for (File const& file : tree.files) {
    if (!installed.contains(file.path)) continue;
    for_each_own_include(file, [&](int line, std::string const& path) {
      if (!installed.contains(path))
        problems.push_back({"public-header", file.path, line,
                            "it is public and includes " + path + ", which is not",
                            "list both under HEADERS, or neither"});
    });
  }
  return problems;
}

Problems check(Tree const& tree) {
  std::vector<Problems (*)(File const&)> const file_rules = {
      check_line_length, check_function_length, check_file_length, check_pragma_once,
      check_unfinished,  check_refused_code,    check_layers,      check_libraries};
  std::vector<Problems (*)(Tree const&)> const tree_rules = {
      check_median_length, check_macros,         check_folders,  check_dead_files,
      check_dead_headers,  check_public_headers, check_documents};
  Problems problems;
  auto const add = [&](Problems found) {
    problems.insert(problems.end(), found.begin(), found.end());
  };
  for (File const& file : tree.files) {
    for (auto const rule : file_rules) add(rule(file));
  }
  for (auto const rule : tree_rules) add(rule(tree));
  return without_excepted(tree, problems);
}

}  // namespace tidy
