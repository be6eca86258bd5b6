#include "weir/pipes/bad_item.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace weir {
namespace {

template <class... Part>
std::string sentence_of(Part... part) {
  try {
    throw_bad_item({part...});
  } catch (std::exception const& thrown) {
    return thrown.what();
  }
}

TEST(BadItem, SaysItsSentence) {
  EXPECT_EQ(sentence_of(Phrase("item "), Phrase(3), Phrase(" is "), shown(std::string("x"))),
            "item 3 is \"x\"");
}

TEST(BadItem, ShowsWhatIsCheapToShow) {
  enum class Colour : std::int8_t { red = -1 };
  struct Opaque {};
  EXPECT_EQ(sentence_of(shown(-12)), "-12");
  EXPECT_EQ(sentence_of(shown(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(sentence_of(shown(std::numeric_limits<std::uint64_t>::max())), "18446744073709551615");
  EXPECT_EQ(sentence_of(shown(true)), "true");
  EXPECT_EQ(sentence_of(shown('c')), "\"c\"");
  EXPECT_EQ(sentence_of(shown(Colour::red)), "-1");
  EXPECT_EQ(sentence_of(shown(Opaque{})), "one that cannot be printed");
}

TEST(BadItem, CutsWhatIsTooLong) {
  EXPECT_EQ(sentence_of(shown(std::string(1000, 'x'))), "\"" + std::string(60, 'x') + "\"...");
  std::string const words(1000, 'w');
  EXPECT_EQ(sentence_of(Phrase(words)), words.substr(0, 255));
}

}  // namespace
}  // namespace weir
