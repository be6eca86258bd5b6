// What the CMakeLists.txt files say about the files of weir/: which are named at all, which are
// public. Enough of CMake's grammar for lists of file names after keywords in capitals.

#pragma once

#include <set>
#include <string>

#include "tests/tidy/source.h"

namespace tidy {

struct CMakeLists {
  std::set<std::string> named;           // paths relative to the root
  std::set<std::string> public_headers;  // after HEADERS or HEADER
};

CMakeLists read_cmake_lists(Tree const& tree);

}  // namespace tidy
