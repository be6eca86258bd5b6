#include "weir/plan/remarks.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "weir/plan/describe.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

std::vector<std::string> texts(TestPlan const& plan) {
  EXPECT_TRUE(plan.diagnostic.ok());
  std::vector<std::string> all;
  for (Remark const& remark : remarks_on(plan.view())) all.push_back(remark.text);
  return all;
}

TEST(Remarks, AUnionOfOneUnitesNothing) {
  TestPlan const plan({"source >> reached", "reached = union >> map >> for_each"});
  EXPECT_EQ(texts(plan), std::vector<std::string>{
                             "The union `reached` has one input alone, so it unites nothing; "
                             "remove it, or lead what is missing into it."});
  EXPECT_EQ(remarks_on(plan.view()).at(0).node, plan.find("union"));
}

TEST(Remarks, ATeeOfOneSplitsNothing) {
  EXPECT_EQ(texts(TestPlan({"source >> tee >> for_each"})),
            std::vector<std::string>{"The tee has one output alone, so it splits nothing; remove "
                                     "it, or use what it gives once more."});
}

TEST(Remarks, ATeeOfNoneDropsWhatComes) {
  EXPECT_EQ(texts(TestPlan({"all = map >> tee", "source >> all"})),
            std::vector<std::string>{"The tee `all` has no output, so its items are dropped; use "
                                     "them, or say null() in its place."});
}

TEST(Remarks, EachOfThemInTheOrderOfTheNodes) {
  TestPlan const plan({"source >> union >> tee >> union >> for_each"});
  ASSERT_EQ(texts(plan).size(), 3u);
  EXPECT_NE(texts(plan)[1].find("tee"), std::string::npos);
}

TEST(Remarks, WhatIsMeantIsNotRemarkedOn) {
  EXPECT_EQ(texts(TestPlan({"source >> u", "source >> u", "u = union >> tee", "u >> for_each",
                            "u >> inspect", "source >> p", "p = partition", "p[0] >> for_each",
                            "p[1] >> null", "source >> j[0]", "source >> j[1]",
                            "j = join >> for_each", "source >> demux"})),
            std::vector<std::string>());
}

TEST(Remarks, AreAmongTheDataOfAPlanWhereThereAreAny) {
  std::string const json = to_json(TestPlan({"source >> tee >> for_each"}).view());
  EXPECT_NE(json.find("\"remarks\": [\n    {\"node\": 1, \"text\": \"The tee has one output"),
            std::string::npos)
      << json;
  EXPECT_EQ(to_json(TestPlan({"source >> for_each"}).view()).find("remarks"), std::string::npos);
}

}  // namespace
}  // namespace weir
