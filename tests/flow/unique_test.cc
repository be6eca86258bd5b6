// unique: the first of equal items, once in its lifetime, in order.
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

template <class Lifetime>
std::string differences_of_two_persisted(Lifetime lifetime, std::vector<int> const& second) {
  Out<int> out;
  static constexpr node<"m"> m;
  FlowScript script([&out, lifetime] {
    return flow(m = union_() >> unique(lifetime) >> out.collect(),
                source_iter(numbers(0, 10)) >> persist() >> m,
                source_iter(numbers(5, 15)) >> persist() >> m);
  });
  script.tick({}, {out.gives_bag(numbers(0, 15))});
  script.tick({}, {out.gives_bag(second)});
  return script.differences();
}

TEST(Unique, C17_unique_tick) { EXPECT_EQ(differences_of_two_persisted(tick, numbers(0, 15)), ""); }
TEST(Unique, C17_unique_static) { EXPECT_EQ(differences_of_two_persisted(forever, {}), ""); }
TEST(Unique, OfNoneLivesNoLongerThanATick) {
  EXPECT_EQ(differences_of_two_persisted(none, numbers(0, 15)), "");
}

TEST(Unique, KeepsTheOrderOfFirsts) {
  Out<std::string> out;
  Running df(flow(source_iter(std::vector<std::string>{"b", "a", "b", "c", "a"}) >> unique() >>
                  out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector<std::string>{"b", "a", "c"}));
}

}  // namespace
}  // namespace weir
