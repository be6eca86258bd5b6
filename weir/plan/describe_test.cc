#include "weir/plan/describe.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

// Reads one JSON value (RFC 8259) and nothing after it; says whether that is what the text is.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}
  bool is_one_value() { return value() && (space(), rest_.empty()); }

 private:
  bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  void space() {
    while (!rest_.empty() && std::string_view(" \n\r\t").find(rest_[0]) != rest_.npos) {
      rest_.remove_prefix(1);
    }
  }
  bool string() {
    if (!take("\"")) return false;
    while (!rest_.empty() && rest_[0] != '"') {
      auto const letter = static_cast<unsigned char>(rest_[0]);
      if (letter < 0x20) return false;
      bool const escaped = letter == '\\';
      if (escaped && (rest_.size() < 2 ||
                      std::string_view("\"\\/bfnrtu").find(rest_[1]) == std::string_view::npos)) {
        return false;
      }
      rest_.remove_prefix(escaped ? 2 : 1);
    }
    return take("\"");
  }
  bool number() {
    std::size_t const digits = rest_.find_first_not_of("-0123456789");
    rest_.remove_prefix(digits == rest_.npos ? rest_.size() : digits);
    return digits != 0;
  }
  template <class Member>
  bool members(std::string_view close, Member member) {
    space();
    if (take(close)) return true;
    do {
      space();
      if (!member()) return false;
      space();
    } while (take(","));
    return take(close);
  }
  bool value() {
    space();
    if (take("{")) return members("}", [&] { return string() && (space(), take(":")) && value(); });
    if (take("[")) return members("]", [&] { return value(); });
    if (take("true") || take("false") || take("null")) return true;
    return rest_.starts_with('"') ? string() : number();
  }

  std::string_view rest_;
};

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

bool has(std::string_view text, std::string_view part) {
  bool const found = text.find(part) != text.npos;
  if (!found) ADD_FAILURE() << "there is no\n  " << part << "\nin\n" << text;
  return found;
}

// Two subgraphs and a third in the next tick; a cycle, a blocking edge, ports.
TestPlan reachability() {
  return TestPlan({"reached = union >> tee", "source >> reached", "hits = join >> map >> tee",
                   "reached >> map >> hits[0]", "source >> hits[1]", "hits >> reached",
                   "unreached = difference >> tee", "reached >> unreached[neg]",
                   "source >> unreached[pos]", "unreached >> for_each",
                   "unreached >> defer_tick_lazy >> for_each"});
}

TEST(ToMermaid, ShowsSubgraphsHandoffsAndPorts) {
  TestPlan const plan = reachability();
  ASSERT_TRUE(plan.diagnostic.ok());
  std::string const text = to_mermaid(plan.view());
  EXPECT_TRUE(text.starts_with("flowchart TD\n"));
  EXPECT_TRUE(has(text, "subgraph sg0[\"subgraph 0, stratum 0\"]\n"));
  EXPECT_TRUE(has(text, "subgraph sg1[\"subgraph 1, stratum 1\"]\n"));
  EXPECT_TRUE(has(text, "  n0(\"reached = union\"):::push\n"));
  EXPECT_TRUE(has(text, "  n1(\"tee (reached)\"):::push\n"));
  EXPECT_TRUE(has(text, "  n2([\"source\"]):::pull\n"));
  EXPECT_TRUE(has(text, " -->|\"0\"| n3\n"));
  EXPECT_TRUE(has(text, "n1 --x|\"neg\"| n8\n"));
  EXPECT_EQ(count(text, ":::handoff\n"), 2u);
  EXPECT_TRUE(has(text, "[/\"handoff\"/]:::handoff\n"));
  EXPECT_TRUE(has(text, "[/\"handoff, next tick if any\"/]:::handoff\n"));
  EXPECT_EQ(count(text, "-.->"), 1u);
  EXPECT_EQ(count(text, "\nend\n"), plan.subgraphs.size());
  EXPECT_EQ(count(text, "linkStyle "), 1u);
}

TEST(ToDot, ShowsTheSame) {
  TestPlan const plan = reachability();
  std::string const text = to_dot(plan.view());
  EXPECT_TRUE(text.starts_with("digraph flow {\n"));
  EXPECT_EQ(count(text, "subgraph cluster_"), plan.subgraphs.size());
  EXPECT_TRUE(has(text, "label=\"subgraph 1, stratum 1\""));
  EXPECT_TRUE(has(text, "n0 [label=\"reached = union\", fillcolor=\"#ffff88\""));
  EXPECT_TRUE(has(text, "n2 [label=\"source\", fillcolor=\"#88aaff\""));
  EXPECT_EQ(count(text, "shape=parallelogram"), 2u);
  EXPECT_TRUE(has(text, "n1 -> n8 [label=\" \xE2\x9C\x95 neg\"] [color=\"#dd0000\""));
  EXPECT_EQ(count(text, "style=dashed"), 1u);
  EXPECT_EQ(count(text, "{"), count(text, "}"));
}

TEST(ToJson, IsComplete) {
  TestPlan const plan = reachability();
  std::string const text = to_json(plan.view());
  EXPECT_TRUE(JsonReader(text).is_one_value()) << text;
  EXPECT_EQ(count(text, "\"operator\": "), plan.nodes.size());
  EXPECT_EQ(count(text, "\"target_port\": "), plan.edges.size());
  EXPECT_EQ(count(text, "\"replays\": "), plan.subgraphs.size());
  EXPECT_TRUE(has(text,
                  "{\"operator\": \"union\", \"name\": \"\", \"entry_name\": \"reached\", "
                  "\"stratum\": 0, \"subgraph\": 0, \"pull\": false}"));
  EXPECT_TRUE(has(text,
                  "{\"source\": 1, \"target\": 8, \"source_port\": \"\", \"target_port\": \"neg\", "
                  "\"input\": 1, \"kind\": \"blocking\", \"delay\": \"none\"}"));
  EXPECT_TRUE(has(text, "\"kind\": \"handoff\", \"delay\": \"tick_lazy\"}"));
  EXPECT_TRUE(has(text, "{\"stratum\": 1, \"replays\": false}"));
}

TEST(Describe, ALoopIsABoxAroundItsSubgraphsAndLoops) {
  TestPlan plan = reachability();
  PlanLoop const loops[] = {{"rounds", no_index}, {"within", 0}};
  plan.subgraphs[1].loop = 1;
  plan.subgraphs[1].replays = true;
  PlanView view = plan.view();
  view.loops = loops;
  std::string const mermaid = to_mermaid(view);
  EXPECT_TRUE(has(mermaid,
                  "end\nsubgraph loop0[\"loop rounds\"]\nsubgraph loop1[\"loop within\"]\n"
                  "subgraph sg1[\"subgraph 1, stratum 1, every iteration\"]\n"));
  EXPECT_TRUE(has(mermaid, "end\nend\nend\n"));
  std::string const dot = to_dot(view);
  EXPECT_TRUE(has(dot, "subgraph cluster_loop_1 {\n  label=\"loop within\""));
  EXPECT_EQ(count(dot, "{"), count(dot, "}"));
  std::string const json = to_json(view);
  EXPECT_TRUE(JsonReader(json).is_one_value()) << json;
  EXPECT_TRUE(has(json, "{\"stratum\": 1, \"replays\": true, \"loop\": 1}"));
  EXPECT_TRUE(has(json, "{\"name\": \"within\", \"parent\": 0}"));
}

TEST(Describe, AnEmptyPlanIsAPictureToo) {
  EXPECT_TRUE(JsonReader(to_json({})).is_one_value());
  EXPECT_TRUE(to_mermaid({}).starts_with("flowchart TD\n"));
  EXPECT_TRUE(to_dot({}).ends_with("}\n"));
}

TEST(Describe, NodesOfAPlanThatIsNotWholeAreShownWithoutABox) {
  TestPlan const plan({"source >> map"});
  ASSERT_FALSE(plan.diagnostic.ok());
  EXPECT_TRUE(has(to_mermaid(plan.view()), "\nn0 --> n1\n"));
  EXPECT_TRUE(has(to_json(plan.view()), "\"subgraph\": null"));
}

TEST(Describe, AnyNameIsEscaped) {
  TestPlan plan({"it = source >> tee", "it >> for_each"});
  plan.nodes[0].entry_name = "a\"b\\c\n<i>&amp;#`\x01\xFF\xC3\xA4";
  std::string const json = to_json(plan.view());
  EXPECT_TRUE(JsonReader(json).is_one_value()) << json;
  EXPECT_TRUE(has(json, "\"a\\\"b\\\\c\\u000a<i>&amp;#`\\u0001\xEF\xBF\xBD\xC3\xA4\""));
  EXPECT_TRUE(has(to_dot(plan.view()),
                  "label=\"a\\\"b\\\\c\\n<i>&amp;amp;#` \xEF\xBF\xBD\xC3\xA4 = source\""));
  EXPECT_TRUE(
      has(to_mermaid(plan.view()),
          "([\"a#34;b#92;c<br/>#60;i#62;#38;amp;#35;#96; \xEF\xBF\xBD\xC3\xA4 = source\"])"));
}

TEST(Describe, WhatIsNoUtf8IsReplaced) {
  TestPlan plan({"source >> for_each"});
  // Cut short, overlong, a surrogate, too large, a lone continuation; and four bytes that are one.
  plan.nodes[0].entry_name =
      "\xE2\x82|\xC0\x80|\xED\xA0\x80|\xF4\x90\x80\x80|\x80|\xF0\x9F\x8C\x8A";
  std::string const r = "\xEF\xBF\xBD";
  EXPECT_TRUE(has(to_json(plan.view()), "\"" + r + r + "|" + r + r + "|" + r + r + r + "|" + r + r +
                                            r + r + "|" + r + "|\xF0\x9F\x8C\x8A\""));
}

}  // namespace
}  // namespace weir
