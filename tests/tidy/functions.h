// Finds the functions of a C++ file without a compiler: by braces.
//
// Outside of functions a brace can open a namespace or a class (whose members are looked at in
// turn), a function, or an initializer. What stands between the end of the previous thing and the
// brace, its head, tells which:
//
//     namespace weir {              names: the word namespace
//     struct Row : Base<int()> {    names: a class key, no parameter list after it
//     int table[] = {               an initializer: no parentheses, or an = just before the brace
//     void f(Row row = {}) {        a function; braces within parentheses belong to the head
//     X() : a_{1}, b_(2) {          a function that goes on after the brace of a_
//
// Whatever is inside a function (lambdas, local classes) counts as a part of it.

#pragma once

#include <string>
#include <vector>

#include "tests/tidy/source.h"

namespace tidy {

struct Function {
  std::string name;
  int first_line = 0;  // of the signature
  int last_line = 0;   // of the closing brace
};

struct Functions {
  std::vector<Function> found;
  bool balanced = true;  // false: the braces do not match, and nothing found can be trusted
};

Functions find_functions(File const& file);

}  // namespace tidy
