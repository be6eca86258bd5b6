#include "tests/tidy/cmake_lists.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace tidy {

namespace {

bool is_keyword(std::string_view word) {
  auto const is_capital = [](char c) {
    return std::isupper(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !word.empty() && std::ranges::all_of(word, is_capital);
}

// The words of a CMake file, without comments; parentheses and quotes only separate.
std::vector<std::string> words_of(File const& file) {
  std::vector<std::string> words;
  for (std::string const& line : file.lines) {
    std::string word;
    for (char const c : line.substr(0, line.find('#')) + " ") {
      bool const separates = c == ' ' || c == '\t' || c == '(' || c == ')' || c == '"';
      if (!separates) {
        word += c;
      } else if (!word.empty()) {
        words.push_back(std::move(word));
        word.clear();
      }
    }
  }
  return words;
}

}  // namespace

CMakeLists read_cmake_lists(Tree const& tree) {
  CMakeLists lists;
  for (File const& file : tree.files) {
    if (name_of(file.path) != "CMakeLists.txt") continue;
    std::string const folder = folder_of(file.path);
    std::string keyword;
    for (std::string const& word : words_of(file)) {
      if (is_keyword(word)) keyword = word;
      if (!word.ends_with(".h") && !word.ends_with(".cc")) continue;
      std::string const path = folder.empty() ? word : folder + "/" + word;
      lists.named.insert(path);
      if (keyword == "HEADERS" || keyword == "HEADER") lists.public_headers.insert(path);
    }
  }
  return lists;
}

}  // namespace tidy
