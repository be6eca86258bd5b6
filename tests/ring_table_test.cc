// docs/ring.md says which test shows what: each of them must exist, and each row must have one.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string content_of(std::filesystem::path const& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// "TEST_P(Suite, Name)" anywhere: "Suite.Name".
void find_tests(std::string const& code, std::set<std::string>& found) {
  for (std::size_t at = code.find("TEST"); at != code.npos; at = code.find("TEST", at + 1)) {
    std::size_t const open = code.find('(', at);
    std::string_view const macro(code.data() + at, std::min(open, code.size()) - at);
    if (macro != "TEST" && macro != "TEST_P" && macro != "TEST_F") continue;
    std::size_t const comma = code.find(',', open);
    std::size_t const close = code.find(')', open);
    if (comma == code.npos || close == code.npos || comma > close) continue;
    std::size_t const name = code.find_first_not_of(" \n", comma + 1);
    found.insert(code.substr(open + 1, comma - open - 1) + "." + code.substr(name, close - name));
  }
}

std::set<std::string> all_tests() {
  std::set<std::string> found;
  for (char const* const folder : {"weir", "tests"}) {
    for (auto const& entry :
         std::filesystem::recursive_directory_iterator(std::string(WEIR_SOURCE_DIR) + "/" + folder))
      if (entry.path().string().ends_with("_test.cc")) find_tests(content_of(entry.path()), found);
  }
  return found;
}

// What stands between backticks and looks like a test.
std::vector<std::string> cited_in(std::string const& cell) {
  std::vector<std::string> cited;
  for (std::size_t at = cell.find('`'); at != cell.npos;) {
    std::size_t const end = cell.find('`', at + 1);
    if (end == cell.npos) break;
    cited.push_back(cell.substr(at + 1, end - at - 1));
    at = cell.find('`', end + 1);
  }
  return cited;
}

TEST(RingTable, EachRowIsThereAndIsShownByTestsThatExist) {
  std::set<std::string> const tests = all_tests();
  ASSERT_GT(tests.size(), 100u);
  std::istringstream page(content_of(std::string(WEIR_SOURCE_DIR) + "/docs/ring.md"));
  std::set<std::string> rows;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| R")) continue;
    std::string const row = line.substr(2, line.find(' ', 2) - 2);
    EXPECT_TRUE(rows.insert(row).second) << row << " is there twice";
    std::string const cell = line.substr(line.rfind('|', line.size() - 2));
    std::vector<std::string> const cited = cited_in(cell);
    EXPECT_TRUE(!cited.empty() || line.find("| not yet |") != line.npos) << row;
    for (std::string const& test : cited) EXPECT_TRUE(tests.contains(test)) << row << ": " << test;
  }
  for (int number = 1; number <= 41; ++number) {
    if (number == 29) continue;
    EXPECT_TRUE(rows.contains("R" + std::to_string(number))) << "R" << number << " is missing";
  }
}

}  // namespace
