// The example as a person runs it: the same counts on any number of workers, one clear sentence for
// bad input.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/run_program.h"
#include "weir/base/random.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

using Outcome = ProgramOutcome;

Outcome run(std::string const& arguments) { return run_program(WEIR_WORD_COUNT, arguments); }

class WordCount : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string file(std::string const& text) const {
    std::ofstream(directory_ / "text") << text;
    return (directory_ / "text").string();
  }

  std::filesystem::path const directory_ =
      std::filesystem::path(testing::TempDir()) / ("word_count_" + std::to_string(::getpid()));
};

TEST_F(WordCount, counts_words_whatever_their_case) {
  Outcome const outcome = run(file("The cat and the dog.\n\nAnd THE mouse: x\n") + " 2");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.text, "3 the\n2 and\n1 cat\n1 dog\n1 mouse\n1 x\n");
}

TEST_F(WordCount, comes_to_the_same_on_any_number_of_workers) {
  Random random(1);
  std::string text;
  std::uint64_t count = 0;
  for (int line = 0; line < 20'000; ++line) {
    for (std::uint64_t words = random.below(8); words > 0; --words, ++count)
      text += std::string("w").append(random.below(60), 'x') + " ";
    text += "\n";
  }
  std::string const path = file(text);
  Outcome const one = run(path + " 1");
  EXPECT_EQ(one.status, 0);
  std::uint64_t counted = 0;
  for (std::size_t at = 0; at < one.text.size(); at = one.text.find('\n', at) + 1)
    counted += std::stoull(one.text.substr(at));
  EXPECT_EQ(counted, count);
  for (char const* workers : {" 2", " 5", ""}) EXPECT_EQ(run(path + workers).text, one.text);
}

TEST_F(WordCount, says_what_it_cannot_read) {
  Outcome const missing = run((directory_ / "nothing").string() + " 3");
  EXPECT_EQ(missing.status, 1);
  EXPECT_NE(missing.text.find("nothing"), std::string::npos) << missing.text;
  EXPECT_NE(missing.text.find("No such file"), std::string::npos) << missing.text;
  for (char const* arguments : {"", "a 0", "a 257", "a b", "a 1 1"}) {
    Outcome const wrong = run(arguments);
    EXPECT_EQ(wrong.status, 2) << arguments;
    EXPECT_EQ(wrong.text.rfind("usage: ", 0), 0u) << wrong.text;
  }
}

}  // namespace
}  // namespace weir
