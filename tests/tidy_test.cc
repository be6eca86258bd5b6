// Style is a test. The last test here holds this repository to the rules of tests/tidy/rules.h; the
// others show each rule an example that breaks it, so that a rule which sees nothing is noticed.

#include <gtest/gtest.h>

#include <string>

#include "tests/tidy/functions.h"
#include "tests/tidy/rules.h"

namespace tidy {
namespace {

std::string all(Problems const& problems) {
  std::string text;
  for (Problem const& problem : problems) text += to_string(problem) + "\n";
  return text;
}

Tree tree_of(std::vector<File> files) { return {.files = std::move(files), .folders = {}}; }

std::string repeated(std::string const& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

// ---- reading C++ ----

TEST(Source, BlanksCommentsAndLiterals) {
  File const file = make_file("weir/a.cc", R"x(int a = 1'000;  // a "comment"
char const* s = "// no \" comment"; /* two
lines */ char c = '"'; auto r = R"(")";
)x");
  EXPECT_EQ(file.code[0], "int a = 1'000;                ");
  EXPECT_EQ(file.code[1], R"(char const* s = "                "; )" + std::string(6, ' '));
  EXPECT_EQ(file.code[2], R"(         char c = ' '; auto r = R"   ";)");
  EXPECT_EQ(file.comments[0], "                // a \"comment\"");
}

TEST(Functions, AreFoundByTheirHeads) {
  File const file = make_file("weir/a.cc", R"(namespace weir {
struct Row final : Base<int(int)> {
 public:
  Row(int a)
      : a_{a}, b_{
          2} {
    if (a) {
    }
  }
  int in_line() const { return 1; }
  std::array<int, 2> values = {1, 2};
};
enum class Color : int { red, green };
constexpr int table[] = {
    1,
    2,
};
template <class T>
  requires(sizeof(T) > 4)
struct alignas(64) Wide {
  bool operator<(Wide const& other) const {
    return false;
  }
};
template <class T>
concept Small = requires(T t) {
  t.size();
};
void options(Row row = {}, int b = int{2}) {
}
struct stat status(char const* path) {
  return {};
}
auto const lambda = [](int a) {
  return a;
};
extern "C" {
int c_function() {
}
}
#define MACRO \
  {
}  // namespace weir
)");
  Functions const functions = find_functions(file);
  std::string found;
  for (Function const& function : functions.found) {
    found += function.name + " " + std::to_string(function.first_line) + "-" +
             std::to_string(function.last_line) + ", ";
  }
  EXPECT_EQ(found,
            "Row 4-9, in_line 10-10, bool operator< 21-23, options 29-30, status 31-33, "
            "auto const lambda = [] 34-36, c_function 38-39, ");
  EXPECT_TRUE(functions.balanced);
}

TEST(Functions, HalfABraceIsNoticed) {
  EXPECT_FALSE(find_functions(make_file("weir/a.cc", "void f() {\n")).balanced);
  EXPECT_FALSE(find_functions(make_file("weir/a.cc", "}\n")).balanced);
}

// ---- rules about one file ----

TEST(Rules, LineLength) {
  std::string const line = repeated("→", 100);
  EXPECT_EQ(all(check_line_length(make_file("weir/ring/a.cc", line))), "");
  EXPECT_EQ(all(check_line_length(make_file("weir/ring/a.cc", "\n" + line + "x"))),
            "weir/ring/a.cc:2: the line has 101 characters; break it at 100 (make format) "
            "[line-length]\n");
}

TEST(Rules, FunctionLength) {
  auto const file_with = [](int lines) {
    return make_file("weir/a.cc", "void f() {\n" + repeated("  g();\n", lines - 2) + "}\n");
  };
  EXPECT_EQ(all(check_function_length(file_with(70))), "");
  EXPECT_EQ(
      all(check_function_length(file_with(71))),
      "weir/a.cc:1: f has 71 lines; make of it functions of at most 70, each with a name that "
      "says its part [function-length]\n");
  EXPECT_EQ(check_function_length(make_file("weir/a.cc", "void f() {")).size(), 1);
}

TEST(Rules, FileLength) {
  EXPECT_EQ(all(check_file_length(make_file("weir/a.cc", repeated("\n", 1000)))), "");
  EXPECT_EQ(check_file_length(make_file("weir/a.cc", repeated("\n", 1001))).size(), 1);
}

TEST(Rules, PragmaOnce) {
  EXPECT_EQ(all(check_pragma_once(make_file("weir/a.h", "// a\n#pragma once\n"))), "");
  EXPECT_EQ(check_pragma_once(make_file("weir/a.h", "// #pragma once\n")).size(), 1);
}

TEST(Rules, Unfinished) {
  // In two parts each, because this file is under the rule as well.
  EXPECT_EQ(check_unfinished(make_file("docs/a.md", "a\nTO" + std::string("DO: b"))).size(), 1);
  EXPECT_EQ(check_unfinished(make_file("weir/a.h", "// FIX" + std::string("ME"))).size(), 1);
}

TEST(Rules, RefusedCode) {
  EXPECT_EQ(check_refused_code(make_file("weir/a.h", "std::shared_ptr<int> a;\n")).size(), 1);
  EXPECT_EQ(check_refused_code(make_file("weir/a.cc", "thread_local int a;\n")).size(), 1);
  EXPECT_EQ(all(check_refused_code(make_file("weir/a.h", "// no shared_ptr\n"))), "");
  EXPECT_EQ(all(check_refused_code(make_file("tests/a.h", "thread_local int a;\n"))), "");
}

std::string including(std::string const& path, std::string const& header) {
  return all(check_layers(make_file(path, "#include <vector>\n#include \"" + header + "\"\n")));
}

TEST(Rules, LayersFollowTheArrows) {
  EXPECT_EQ(including("weir/ring/ring.cc", "weir/ring/ring.h"), "");
  EXPECT_EQ(including("weir/ring/ring.cc", "weir/base/bytes.h"), "");
  EXPECT_EQ(including("weir/io/timers.h", "weir/ring/ring.h"), "");  // io, net, ring
  EXPECT_EQ(including("weir/weir.h", "weir/io/timers.h"), "");
  EXPECT_EQ(including("weir/testing.h", "weir/sim/world.h"), "");
  EXPECT_EQ(including("weir/sim/world.h", "weir/store/op_store.h"), "");
}

TEST(Rules, LayersRefuseEveryOtherEdge) {
  EXPECT_EQ(including("weir/ring/ring.cc", "weir/sched/graph.h"),
            "weir/ring/ring.cc:2: ring includes weir/sched/graph.h; ring may only include: base "
            "ring; turn the dependency around [layer]\n");
  EXPECT_NE(including("weir/base/bytes.h", "weir/ring/ring.h"), "");
  EXPECT_NE(including("weir/flow/flow.h", "weir/net/frame.h"), "");
  EXPECT_NE(including("weir/net/frame.h", "weir/flow/flow.h"), "");
  EXPECT_NE(including("weir/worker/worker.h", "weir/sim/world.h"), "");
  EXPECT_NE(including("weir/weir.h", "weir/sim/world.h"), "");
  EXPECT_NE(including("weir/io/timers.h", "weir/weir.h"), "");
  EXPECT_NE(including("weir/ring/ring.cc", "ring.h"), "");
  EXPECT_NE(including("weir/wheel/wheel.h", "weir/base/bytes.h"), "");
}

TEST(Rules, LayersLeaveTestsAlone) {
  EXPECT_EQ(including("weir/ring/ring_test.cc", "weir/sim/world.h"), "");
  EXPECT_EQ(including("weir/net/frame_fuzz.cc", "weir/flow/flow.h"), "");
  EXPECT_EQ(including("bench/echo.cc", "weir/sim/world.h"), "");
  EXPECT_EQ(all(check_layers(make_file("weir/base/a.h", "// #include \"weir/io/a.h\"\n"))), "");
}

TEST(Rules, Libraries) {
  auto const check = [](std::string const& path, std::string const& header) {
    return check_libraries(make_file(path, "#include <" + header + ">\n")).size();
  };
  EXPECT_EQ(check("weir/store/rocks_store.cc", "rocksdb/db.h"), 0);
  EXPECT_EQ(check("weir/store/op_store.h", "rocksdb/db.h"), 1);
  EXPECT_EQ(check("weir/net/tls.cc", "openssl/ssl.h"), 1);
  EXPECT_EQ(check("weir/ring/ring.cc", "liburing.h"), 1);
  EXPECT_EQ(check("weir/ring/ring_test.cc", "liburing.h"), 0);
  EXPECT_EQ(check("weir/base/log.cc", "fmt/format.h"), 0);
  EXPECT_EQ(check("weir/base/log.h", "fmt/format.h"), 1);
}

// ---- rules about the tree ----

TEST(Rules, MedianLength) {
  File const small = make_file("weir/a.h", "\n");
  File const large = make_file("weir/b.h", repeated("\n", 151));
  EXPECT_EQ(all(check_median_length(tree_of({small, large, small}))), "");
  EXPECT_EQ(check_median_length(tree_of({large, small, large})).size(), 1);
}

TEST(Rules, Macros) {
  File const one = make_file("weir/a.h", "#define A 1\n");
  File const three = make_file("weir/b.h", "#define A(x) x\n# define B\n#define C \\\n  1\n");
  File const excepted =
      make_file("weir/c.h", "// tidy: allow macro: the kernel's header has it\n#define A 1\n");
  EXPECT_EQ(all(check_macros(tree_of({three}))), "");
  EXPECT_EQ(check_macros(tree_of({one, three})).size(), 4);
  EXPECT_EQ(check_macros(tree_of({excepted, three})).size(), 1);  // which `check` then drops
}

TEST(Rules, Folders) {
  EXPECT_EQ(check_folders({.files = {}, .folders = {"weir/ring", "weir/ring/detail"}}).size(), 1);
}

Tree listed_tree() {
  return tree_of({
      make_file("weir/ring/CMakeLists.txt", R"(weir_library(NAME ring  # not gone.cc
  SOURCES ring.cc
  HEADERS ring.h
  PRIVATE_HEADERS kernel.h prepare.h)
weir_test(NAME ring_test SOURCES ring_test.cc))"),
      make_file("weir/ring/gone.cc", ""),
      make_file("weir/ring/kernel.h", ""),
      make_file("weir/ring/prepare.h", ""),
      make_file("weir/ring/ring.cc", "#include \"weir/ring/kernel.h\"\n"),
      make_file("weir/ring/ring.h", ""),
      make_file("weir/ring/ring_test.cc", "// #include \"weir/ring/prepare.h\"\n"),
  });
}

TEST(Rules, DeadFiles) {
  EXPECT_EQ(
      all(check_dead_files(listed_tree())),
      "weir/ring/gone.cc: no CMakeLists.txt names it; list it in weir/ring/CMakeLists.txt, or "
      "delete it [dead-file]\n");
}

TEST(Rules, DeadHeaders) {
  EXPECT_EQ(all(check_dead_headers(listed_tree())),
            "weir/ring/prepare.h: nothing includes it and it is not public; list it under HEADERS, "
            "or delete it [dead-header]\n");
}

TEST(Rules, PublicHeaders) {
  Tree tree = listed_tree();
  EXPECT_EQ(all(check_public_headers(tree)), "");
  tree.files.push_back(make_file("weir/ring/ring.h", "\n#include \"weir/ring/kernel.h\"\n"));
  EXPECT_EQ(all(check_public_headers(tree)),
            "weir/ring/ring.h:2: it is public and includes weir/ring/kernel.h, which is not; list "
            "both under HEADERS, or neither [public-header]\n");
}

std::string mentioning(std::string const& text) {
  Tree tree = listed_tree();
  tree.folders = {"docs", "weir", "weir/ring"};
  tree.files.push_back(make_file("docs/guide.md", text));
  Problems const problems = check_documents(tree);
  return problems.empty() ? "" : problems.front().what;
}

TEST(Rules, Documents) {
  EXPECT_EQ(mentioning("[ring](../weir/ring/ring.h#top) [net](https://example.org/a.h) [x](#x)"),
            "");
  EXPECT_EQ(mentioning("`weir/ring/ring.h`, `ring/ring.h`, `ring.h`, `weir/ring/`, `guide.md`"),
            "");
  EXPECT_EQ(mentioning("`ring/NAME_test.cc`, `ring/ring.*`, `a.b()`, `build/bench.json`"), "");
  EXPECT_EQ(mentioning("```\n`gone.h`\n```\n"), "");
  EXPECT_EQ(mentioning("[ring](weir/ring.h)"), "it mentions weir/ring.h, which does not exist");
  EXPECT_EQ(mentioning("see `ring/lost.h`"), "it mentions ring/lost.h, which does not exist");
  EXPECT_EQ(mentioning("see `lost.cc`"), "it mentions lost.cc, which does not exist");
  EXPECT_EQ(mentioning("see `weir/lost/`"), "it mentions weir/lost/, which does not exist");
  EXPECT_EQ(mentioning("`plan/NAME.h`"), "it mentions plan/NAME.h, which does not exist");
}

// ---- exceptions ----

std::string checked(std::string const& text) {
  return all(check(tree_of({make_file("tests/a.cc", text)})));
}

TEST(Exceptions, AreWrittenInTheFile) {
  std::string const line = "// " + repeated("x", 100) + "\n";
  EXPECT_NE(checked(line), "");
  EXPECT_EQ(checked("// tidy: allow line-length: a row per line\n" + line), "");
}

TEST(Exceptions, NeedARuleAReasonAndAUse) {
  std::string const line = "// " + repeated("x", 100) + "\n";
  EXPECT_NE(checked("// tidy: allow line-length\n" + line), "");
  EXPECT_NE(checked("// tidy: allow line-length: not needed\n"), "");
  EXPECT_NE(checked("// tidy: allow anything: why not\n"), "");
}

// ---- this repository ----

TEST(Repository, IsTidy) {
  Tree const tree = read_tree(WEIR_SOURCE_DIR);
  EXPECT_GT(tree.files.size(), 20u) << "is " << WEIR_SOURCE_DIR << " the repository?";
  for (Problem const& problem : check(tree)) ADD_FAILURE() << to_string(problem);
}

}  // namespace
}  // namespace tidy
