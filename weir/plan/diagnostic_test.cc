#include "weir/plan/diagnostic.h"

#include "gtest/gtest.h"

namespace weir {
namespace {

TEST(Explain, SaysWhatIsWrongWhereAndWhatToDo) {
  Diagnostic diagnostic{Check::missing_input, "my_join"};
  diagnostic.port = "1";
  EXPECT_EQ(explain(diagnostic), "Nothing flows into `my_join[1]`; add `... >> my_join[1]`.");
  diagnostic.port = {};
  EXPECT_EQ(explain(diagnostic), "Nothing flows into `my_join`; add `... >> my_join`.");
}

TEST(Explain, NamesThePortsThereAre) {
  Diagnostic diagnostic{Check::unknown_port, "d"};
  diagnostic.port = "0";
  EXPECT_EQ(explain(diagnostic), "There is no input `d[0]`; use `d` without a port.");
  diagnostic.ports = {"pos", "neg"};
  EXPECT_EQ(explain(diagnostic), "There is no input `d[0]`; use one of `pos`, `neg`.");
}

TEST(Explain, NamesBothEndsOfANegativeCycle) {
  Diagnostic diagnostic{Check::negative_cycle, "d", "map", "neg"};
  EXPECT_EQ(explain(diagnostic),
            "`d[neg]` must be complete before `d` gives anything, but comes round a cycle from `d` "
            "itself, by way of `map`; break the cycle with defer_tick().");
}

TEST(Explain, HasASentenceForEveryCheck) {
  for (int check = 0; check <= static_cast<int>(Check::untyped_cycle); ++check) {
    std::string const sentence =
        explain({static_cast<Check>(check), "node", "other", "port", {"a", "b"}});
    EXPECT_GT(sentence.size(), 10u) << check;
    EXPECT_EQ(sentence.back(), '.') << sentence;
    bool const names_it = sentence.find("`node") != std::string::npos;
    EXPECT_EQ(names_it, static_cast<Check>(check) != Check::passed) << sentence;
  }
}

}  // namespace
}  // namespace weir
