#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "tests/tidy/functions.h"
#include "tests/tidy/rules.h"

namespace tidy {

namespace {

constexpr int line_length_max = 100;
constexpr int function_lines_max = 70;
constexpr std::size_t file_lines_max = 1000;

// In UTF-8 every character has one byte that is no continuation byte.
int characters(std::string_view line) {
  return static_cast<int>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Calls f(line number, what is included) for every #include; the target keeps its "" or <>.
template <class F>
void for_each_include(File const& file, F f) {
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    std::string_view const code = trim(file.code[i]);
    if (!code.starts_with('#') || !trim(code.substr(1)).starts_with("include")) continue;
    std::string_view const line = file.lines[i];
    std::size_t const begin = line.find_first_of("\"<");
    if (begin == line.npos) continue;
    std::size_t const end = line.find_first_of("\">", begin + 1);
    f(static_cast<int>(i) + 1, line.substr(begin, end + 1 - begin));
  }
}

// ---- layers ----

using Layers = std::map<std::string, std::set<std::string>, std::less<>>;

// The arrows, as they are drawn in docs/architecture.md.
Layers arrows() {
  return {
      {"base", {}},
      {"lattice", {"base"}},
      {"plan", {"base"}},
      {"sched", {"base"}},
      {"pipes", {"base"}},
      {"ring", {"base"}},
      {"store", {"base"}},
      {"crypto", {"base"}},
      {"flow", {"plan", "pipes", "sched"}},
      {"net", {"ring", "sched", "crypto"}},
      {"worker", {"net", "plan", "ring", "sched"}},
      {"io", {"flow", "net", "worker"}},
      {"http", {"net", "worker", "flow"}},
      {"p2p", {"flow", "io", "net", "http", "store", "crypto", "worker"}},
      {"sim", {"p2p", "lattice"}},  // with what follows from these: everything
  };
}

// What a folder may include: itself, and whatever can be reached along the arrows.
std::set<std::string> reachable(Layers const& layers, std::string const& from) {
  std::set<std::string> reached = {from};
  std::vector<std::string> open = {from};
  while (!open.empty()) {
    auto const found = layers.find(open.back());
    open.pop_back();
    if (found == layers.end()) continue;
    for (std::string const& next : found->second) {
      if (reached.insert(next).second) open.push_back(next);
    }
  }
  return reached;
}

// "ring" of "weir/ring/ring.h", "weir.h" of "weir/weir.h".
std::string layer_of(std::string_view path) {
  std::string_view const below = path.substr(path.find('/') + 1);
  return std::string(below.substr(0, below.find('/')));
}

std::string listed(std::set<std::string> const& names) {
  std::string list;
  for (std::string const& name : names) list += (list.empty() ? "" : " ") + name;
  return list;
}

Problem layer_problem(File const& file, int line, std::string what, std::string remedy) {
  return {"layer", file.path, line, std::move(what), std::move(remedy)};
}

}  // namespace

Problems check_line_length(File const& file) {
  Problems problems;
  if (!file.is_cpp()) return problems;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    int const length = characters(file.lines[i]);
    if (length <= line_length_max) continue;
    problems.push_back({"line-length", file.path, static_cast<int>(i) + 1,
                        "the line has " + std::to_string(length) + " characters",
                        "break it at 100 (make format)"});
  }
  return problems;
}

Problems check_function_length(File const& file) {
  Problems problems;
  if (!file.is_cpp()) return problems;
  Functions const functions = find_functions(file);
  if (!functions.balanced) {
    problems.push_back({"function-length", file.path, 0, "its braces do not match as they stand",
                        "put no half of a pair of braces under an #if"});
  }
  for (Function const& function : functions.found) {
    int const length = function.last_line - function.first_line + 1;
    if (length <= function_lines_max) continue;
    problems.push_back({"function-length", file.path, function.first_line,
                        function.name + " has " + std::to_string(length) + " lines",
                        "make of it functions of at most 70, each with a name that says its part"});
  }
  return problems;
}

Problems check_file_length(File const& file) {
  if (!file.is_cpp() || file.lines.size() <= file_lines_max) return {};
  return {{"file-length", file.path, 0,
           "the file has " + std::to_string(file.lines.size()) + " lines",
           "find the two ideas in it and give each a file of at most 1,000"}};
}

Problems check_pragma_once(File const& file) {
  if (!file.is_header()) return {};
  auto const is_pragma = [](std::string const& line) { return trim(line) == "#pragma once"; };
  if (std::ranges::any_of(file.code, is_pragma)) return {};
  return {{"pragma-once", file.path, 1, "the header has no #pragma once",
           "add it after the opening comment"}};
}

Problems check_unfinished(File const& file) {
  // Written in two parts so that this file may name them.
  std::array<std::string, 2> const words = {std::string("TO") + "DO", std::string("FIX") + "ME"};
  Problems problems;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    for (std::string const& word : words) {
      if (file.lines[i].find(word) == std::string::npos) continue;
      problems.push_back({"unfinished", file.path, static_cast<int>(i) + 1,
                          "work was put off with the word " + word,
                          "do it now, or state plainly what this code does not do"});
    }
  }
  return problems;
}

Problems check_refused_code(File const& file) {
  struct Refused {
    std::string_view rule, word, remedy;
  };
  std::array<Refused, 3> constexpr table = {{
      {"shared-ptr", "shared_ptr", "let one object own it and the others borrow"},
      {"shared-ptr", "make_shared", "let one object own it and the others borrow"},
      {"thread-local", "thread_local", "pass it as an argument"},
  }};
  Problems problems;
  if (!file.path.starts_with("weir/")) return problems;
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    for (Refused const& refused : table) {
      if (file.code[i].find(refused.word) == std::string::npos) continue;
      problems.push_back({std::string(refused.rule), file.path, static_cast<int>(i) + 1,
                          "it uses " + std::string(refused.word), std::string(refused.remedy)});
    }
  }
  return problems;
}

Problems check_layers(File const& file) {
  Problems problems;
  if (!file.path.starts_with("weir/") || !file.is_cpp() || file.is_test()) return problems;
  Layers const layers = arrows();
  std::string const from = layer_of(file.path);
  std::set<std::string> allowed;
  if (from == "weir.h" || from == "testing.h" || from == "testing.cc") {
    allowed = reachable(layers, "sim");
    if (from == "weir.h") allowed.erase("sim");
    else allowed.insert({"weir.h", "testing.h"});
  } else if (layers.contains(from)) {
    allowed = reachable(layers, from);
    allowed.insert("base");
  } else {
    problems.push_back(layer_problem(file, 0, "weir/" + from + " is no layer",
                                     "move the file, or draw the new layer's arrows in " +
                                         std::string("tests/tidy/file_rules.cc and the docs")));
    return problems;
  }
  for_each_include(file, [&](int line, std::string_view target) {
    if (target.starts_with('<')) return;
    target = target.substr(1, target.size() - 2);
    if (!target.starts_with("weir/")) {
      problems.push_back(layer_problem(file, line, "it includes \"" + std::string(target) + "\"",
                                       "write the path from the root: \"weir/…\""));
    } else if (!allowed.contains(layer_of(target))) {
      problems.push_back(layer_problem(
          file, line, from + " includes " + std::string(target),
          from + " may only include: " + listed(allowed) + "; turn the dependency around"));
    }
  });
  return problems;
}

Problems check_libraries(File const& file) {
  static constexpr std::string_view nowhere = "nowhere";
  struct Library {
    std::string_view prefix, home;
    std::string_view also = nowhere, and_also = nowhere;
  };
  std::array<Library, 10> constexpr libraries = {{
      {"<rocksdb/", "weir/store/rocks_store.cc"},
      {"<openssl/", "weir/crypto/"},
      {"<liburing", "nowhere in weir/ but tests"},
      {"<boost/", "weir/http/parser.cc"},
      {"<protozero/", "weir/p2p/"},
      {"<CLI/", "nowhere in weir/"},
      {"<spdlog/", "nowhere in weir/"},
      {"<asio", "nowhere in weir/"},
      {"<nlohmann/", "weir/io/json.", "weir/http/graph_report.cc", "weir/p2p/"},
      {"<benchmark/", "nowhere in weir/"},
  }};
  Problems problems;
  if (!file.path.starts_with("weir/") || file.is_test()) return problems;
  for_each_include(file, [&](int line, std::string_view target) {
    for (Library const& library : libraries) {
      auto const lies_in = [&](std::string_view home) { return file.path.starts_with(home); };
      if (!target.starts_with(library.prefix)) continue;
      if (lies_in(library.home) || lies_in(library.also) || lies_in(library.and_also)) continue;
      problems.push_back({"library", file.path, line, "it includes " + std::string(target),
                          "this library's place is " + std::string(library.home)});
    }
    if (target.starts_with("<fmt/") && file.is_header()) {
      problems.push_back({"library", file.path, line, "a header includes " + std::string(target),
                          "format in the .cc file"});
    }
  });
  return problems;
}

}  // namespace tidy
