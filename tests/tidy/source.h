// A repository as the rules see it: its files, as text, and for C++ also with everything blanked
// that is no code, so that a rule about code never stumbles over a comment or a string.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidy {

// A broken rule. It becomes one line: path:line: what; remedy [rule]
struct Problem {
  std::string rule;
  std::string path;
  int line = 0;  // 0 where the file as a whole is meant
  std::string what;
  std::string remedy;
};

using Problems = std::vector<Problem>;

std::string to_string(Problem const& problem);

struct File {
  std::string path;                   // relative to the repository root
  std::vector<std::string> lines;     // as written
  std::vector<std::string> code;      // C++: comments and the insides of literals are blanks
  std::vector<std::string> comments;  // C++: all but the comments is blanks

  bool is_cpp() const;
  bool is_header() const;
  bool is_test() const;  // a *_test.cc or *_fuzz.cc
};

struct Tree {
  std::vector<File> files;
  std::vector<std::string> folders;
};

File make_file(std::string path, std::string_view text);

// Reads what is below `root`, leaving out build trees and what version control keeps for itself.
Tree read_tree(std::string const& root);

std::vector<std::string> split_lines(std::string_view text);
std::string_view trim(std::string_view text);
std::string folder_of(std::string_view path);  // "weir/ring" of "weir/ring/ring.h"
std::string name_of(std::string_view path);    // "ring.h" of "weir/ring/ring.h"
bool is_identifier_char(char c);

}  // namespace tidy
