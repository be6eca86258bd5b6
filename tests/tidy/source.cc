#include "tests/tidy/source.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tidy {

namespace {

// Copies C++ text into two texts of the same shape: one keeps the code, the other the comments.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text) {}

  void run() {
    while (at_ < text_.size()) {
      if (starts_with("//")) comment_until("\n");
      else if (starts_with("/*")) comment_until("*/");
      else if (starts_with("R\"") && !continues_identifier()) raw_string();
      else if (text_[at_] == '"') literal('"');
      else if (text_[at_] == '\'' && !separates_digits()) literal('\'');
      else keep_code();
    }
  }

  std::string code;
  std::string comments;

 private:
  bool starts_with(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

  bool continues_identifier() const { return at_ > 0 && is_identifier_char(text_[at_ - 1]); }

  // In 1'000 the quote is no literal: the word before it begins with a digit.
  bool separates_digits() const {
    std::size_t begin = at_;
    while (begin > 0 && (is_identifier_char(text_[begin - 1]) || text_[begin - 1] == '\'')) --begin;
    return begin < at_ && std::isdigit(static_cast<unsigned char>(text_[begin])) != 0;
  }

  void put(std::string& kept, std::string& blanked, char c) {
    kept += c;
    blanked += c == '\n' ? '\n' : ' ';
  }

  void keep_code() { put(code, comments, text_[at_++]); }

  void blank() {
    char const c = text_[at_++];
    code += c == '\n' ? '\n' : ' ';
    comments += c == '\n' ? '\n' : ' ';
  }

  void comment_until(std::string_view end) {
    std::size_t const found = text_.find(end, at_ + 2);
    std::size_t const stop = found == text_.npos ? text_.size() : found + end.size();
    while (at_ < stop) put(comments, code, text_[at_++]);
  }

  void literal(char quote) {
    keep_code();
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) blank();
      blank();
    }
    if (at_ < text_.size()) keep_code();
  }

  void raw_string() {
    std::size_t const open = text_.find('(', at_);
    if (open == text_.npos) return keep_code();
    std::string const end = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    std::size_t const found = text_.find(end, open);
    std::size_t const stop = found == text_.npos ? text_.size() : found + end.size();
    keep_code();
    keep_code();
    while (at_ + 1 < stop) blank();
    if (at_ < stop) keep_code();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_left_out(std::string const& name) {
  return name == "build" || name == ".git" || name == ".cache" || name == ".vscode";
}

bool is_text(std::string const& name) {
  std::string const extension = std::filesystem::path(name).extension();
  return name == "Makefile" || extension == ".h" || extension == ".cc" || extension == ".md" ||
         extension == ".txt" || extension == ".cmake";
}

std::string read(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::string to_string(Problem const& problem) {
  std::string const line = problem.line == 0 ? "" : ":" + std::to_string(problem.line);
  return problem.path + line + ": " + problem.what + "; " + problem.remedy + " [" + problem.rule +
         "]";
}

bool File::is_cpp() const { return path.ends_with(".h") || path.ends_with(".cc"); }
bool File::is_header() const { return path.ends_with(".h"); }
bool File::is_test() const { return path.ends_with("_test.cc") || path.ends_with("_fuzz.cc"); }

File make_file(std::string path, std::string_view text) {
  File file{.path = std::move(path), .lines = split_lines(text), .code = {}, .comments = {}};
  if (file.is_cpp()) {
    Blanker blanker(text);
    blanker.run();
    file.code = split_lines(blanker.code);
    file.comments = split_lines(blanker.comments);
  }
  return file;
}

Tree read_tree(std::string const& root) {
  namespace fs = std::filesystem;
  Tree tree;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    std::string const path = fs::relative(entry->path(), root);
    if (entry->is_directory()) {
      if (is_left_out(name_of(path))) entry.disable_recursion_pending();
      else tree.folders.push_back(path);
    } else {
      tree.files.push_back(make_file(path, is_text(name_of(path)) ? read(entry->path()) : ""));
    }
  }
  std::ranges::sort(tree.files, {}, &File::path);
  std::ranges::sort(tree.folders);
  return tree;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t const end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string_view trim(std::string_view text) {
  std::string_view constexpr blanks = " \t\r\n";
  std::size_t const begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

std::string folder_of(std::string_view path) {
  std::size_t const slash = path.rfind('/');
  return slash == path.npos ? "" : std::string(path.substr(0, slash));
}

std::string name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

bool is_identifier_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

}  // namespace tidy
