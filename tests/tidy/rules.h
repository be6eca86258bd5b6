// The rules of docs/style.md that a program can check. Each takes a file or the whole tree and
// returns what is wrong with it. `check` runs them all and honours the exceptions, which are
// written into the offending file:
//
//     // tidy: allow line-length: the table reads better with one row per line
//
// An exception names a rule of this header and a reason, and must be needed.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source.h"

namespace tidy {

// Every rule's name, as it is printed and as an exception names it.
std::vector<std::string_view> const& rule_names();

// ---- rules about one file ----

Problems check_line_length(File const& file);      // at most 100 characters
Problems check_function_length(File const& file);  // at most 70 lines
Problems check_file_length(File const& file);      // at most 1,000 lines
Problems check_pragma_once(File const& file);      // every header
Problems check_unfinished(File const& file);       // the two words for work put off
Problems check_refused_code(File const& file);     // weir/: shared_ptr, thread_local

// weir/: an #include may only follow the arrows of the layers, and is written from the root.
Problems check_layers(File const& file);
// A third party's header is included only where it is wrapped.
Problems check_libraries(File const& file);

// ---- rules about the tree ----

Problems check_median_length(Tree const& tree);  // the median file of weir/ has at most 150 lines
Problems check_macros(Tree const& tree);         // weir/ defines at most three
Problems check_folders(Tree const& tree);        // no folder is called after what it is not
Problems check_dead_files(Tree const& tree);     // every file of weir/ is built by a CMakeLists.txt
Problems check_dead_headers(Tree const& tree);   // every header of weir/ is public or included
Problems check_public_headers(Tree const& tree);  // those include only each other
Problems check_documents(Tree const& tree);       // every file README.md and docs/ mention exists

Problems check(Tree const& tree);

}  // namespace tidy
