#include "weir/plan/derive_counts.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

// A plan, and what its handoffs say: {which edge, written, read}.
class Counted {
 public:
  explicit Counted(std::initializer_list<std::string_view> lines) : plan_(lines) {
    EXPECT_TRUE(plan_.diagnostic.ok());
    counted_.resize(plan_.edges.size());
  }

  // Of the only edge between two operators.
  Counted& say(std::string_view source, std::string_view target, std::uint64_t written,
               std::uint64_t read) {
    for (std::size_t e = 0; e < plan_.edges.size(); ++e) {
      if (plan_.edges[e].source != plan_.find(source)) continue;
      if (plan_.edges[e].target != plan_.find(target)) continue;
      plan_.edges[e].kind = EdgeKind::handoff;
      counted_[e] = {{written, Known::counted}, {read, Known::counted}};
    }
    return *this;
  }
  // "in, out" of a node: 7 where that is counted, ~7 where it is derived, ? else.
  std::string of(std::string_view node) const {
    PlanCounts const counts = derive_counts(plan_.view(), counted_);
    NodeCount const& count = counts.nodes[static_cast<std::size_t>(plan_.find(node))];
    return shown(count.in) + ", " + shown(count.out);
  }

 private:
  static std::string shown(ItemCount count) {
    if (count.known == Known::no) return "?";
    return (count.known == Known::derived ? "~" : "") + std::to_string(count.items);
  }

  TestPlan plan_;
  std::vector<EdgeCount> counted_;
};

TEST(DeriveCounts, NothingIsKnownWhereNothingIsCounted) {
  Counted const plan({"source >> map >> for_each"});
  EXPECT_EQ(plan.of("source"), "?, ?");
  EXPECT_EQ(plan.of("map"), "?, ?");
  EXPECT_EQ(plan.of("for_each"), "?, ?");
}

TEST(DeriveCounts, AHandoffHasWhatWasWrittenAndWhatWasRead) {
  Counted plan({"source >> map >> inspect >> tee", "source >> for_each"});
  plan.say("map", "inspect", 9, 7);
  EXPECT_EQ(plan.of("map"), "~9, 9");
  EXPECT_EQ(plan.of("inspect"), "7, ~7");
  EXPECT_EQ(plan.of("tee"), "~7, ?");
}

TEST(DeriveCounts, AreFollowedBackwardsThroughWhatGivesOneForOne) {
  Counted plan({"t = source >> map >> tee", "t >> inspect", "t >> for_each"});
  plan.say("tee", "inspect", 5, 5);
  EXPECT_EQ(plan.of("source"), "?, ~5");
  EXPECT_EQ(plan.of("map"), "~5, ~5");
  EXPECT_EQ(plan.of("for_each"), "~5, ?");
}

TEST(DeriveCounts, StopAtWhatGivesAsManyAsItLikes) {
  Counted plan(
      {"source >> map >> join[0]", "source >> inspect >> join[1]", "join = join >> for_each"});
  plan.say("source", "map", 4, 4).say("source", "inspect", 2, 1);
  EXPECT_EQ(plan.of("map"), "4, ~4");
  EXPECT_EQ(plan.of("for_each"), "?, ?");
}

TEST(DeriveCounts, AUnionHasGivenWhatAllItsInputsBrought) {
  Counted plan(
      {"u = union >> map >> for_each", "source >> inspect >> u", "source >> handoff >> u"});
  plan.say("inspect", "union", 3, 3);
  EXPECT_EQ(plan.of("union"), "?, ?");
  plan.say("handoff", "union", 4, 4);
  EXPECT_EQ(plan.of("union"), "7, ~7");
  EXPECT_EQ(plan.of("map"), "~7, ~7");
}

TEST(DeriveCounts, AreNeverADifference) {
  Counted plan({"u = union >> map >> tee", "source >> inspect >> u", "source >> handoff >> u"});
  plan.say("inspect", "union", 3, 3).say("map", "tee", 10, 10);
  EXPECT_EQ(plan.of("union"), "?, ~10");
  EXPECT_EQ(plan.of("handoff"), "?, ?");
}

TEST(DeriveCounts, ASplitHasGivenWhatAllItsOutputsTook) {
  Counted plan({"p = source >> partition", "p[0] >> map >> for_each", "p[1] >> inspect"});
  plan.say("partition", "map", 1, 1);
  EXPECT_EQ(plan.of("partition"), "?, ?");
  plan.say("partition", "inspect", 2, 2);
  EXPECT_EQ(plan.of("partition"), "?, 3");
}

TEST(DeriveCounts, GoRoundACycle) {
  Counted plan({"u = union >> map >> tee", "u >> u", "source >> u", "u >> for_each"});
  plan.say("source", "union", 2, 2).say("tee", "union", 8, 6);
  EXPECT_EQ(plan.of("union"), "8, ~8");
  EXPECT_EQ(plan.of("for_each"), "~8, ?");
}

TEST(DeriveCounts, OfALongChainInAnyOrderAreDoneInOnePass) {
  std::vector<PlanNode> nodes(30'000);
  std::vector<PlanEdge> edges(nodes.size() - 1);
  for (PlanNode& node : nodes) node.info.one_to_one = true;
  for (std::size_t e = 0; e < edges.size(); ++e) {
    edges[e].source = static_cast<Index>(e);
    edges[e].target = static_cast<Index>(e + 1);
  }
  edges.back().kind = EdgeKind::handoff;
  std::vector<EdgeCount> counted(edges.size());
  counted.back() = {{6, Known::counted}, {6, Known::counted}};
  PlanCounts const counts = derive_counts({nodes, edges, {}, {}, {}}, counted);
  EXPECT_EQ(counts.nodes.front().out.items, 6u);
  EXPECT_EQ(counts.nodes.front().out.known, Known::derived);
}

}  // namespace
}  // namespace weir
