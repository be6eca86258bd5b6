// The picture that weir-top draws of what /graph says, and what it makes of anything else.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tools/weir_top/layout.h"
#include "tools/weir_top/picture.h"
#include "tools/weir_top/snapshot.h"
#include "tools/weir_top/svg.h"
#include "tools/weir_top/terminal.h"

namespace weir::top {
namespace {

using Json = nlohmann::json;

Json counter(double rate) { return {{"total", 100}, {"rate", rate}}; }
Json items(double rate, bool derived = false) {
  return {{"items", 1000}, {"rate", rate}, {"known", derived ? "derived" : "counted"}};
}

Json node(std::string const& name, Json subgraph, Json in, Json out,
          std::string const& entry_name = {}, std::string const& end_name = {}) {
  return {{"operator", name},
          {"name", end_name},
          {"entry_name", entry_name},
          {"subgraph", subgraph},
          {"stratum", 0},
          {"pull", false},
          {"in", in},
          {"out", out}};
}
Json edge(int source, int target, std::string const& port = {}) {
  return {{"source", source}, {"target", target}, {"source_port", ""},  {"target_port", port},
          {"kind", "direct"}, {"delay", "none"},  {"written", nullptr}, {"read", nullptr}};
}
Json handoff(int source, int target, std::uint64_t depth, std::uint64_t most,
             std::string const& port = {}) {
  Json one = edge(source, target, port);
  one["kind"] = "handoff";
  one["depth"] = depth;
  one["high_water"] = most;
  one["written"] = items(5e5);
  return one;
}
Json subgraph(std::string const& name, int stratum, double busy) {
  return {{"name", name},
          {"stratum", stratum},
          {"loop", nullptr},
          {"replays", false},
          {"runs", counter(8000)},
          {"yields", counter(0)},
          {"busy", {{"seconds", 1}, {"share", busy}}}};
}

// A join in a cycle behind a socket, as examples/reachability has it.
Json reachability() {
  Json flow{{"name", "reach"},
            {"state", "running"},
            {"held", false},
            {"ticks", counter(8123)},
            {"activations", counter(20000)},
            {"yields", counter(0)},
            {"busy", {{"seconds", 3}, {"share", 0.61}}},
            {"loops", Json::array()}};
  flow["subgraphs"] = {subgraph("requests", 0, 0.1), subgraph("reached", 0, 0.482),
                       subgraph("egress", 255, 0.03)};
  flow["nodes"] = {node("ingress", nullptr, nullptr, items(1.2e6)),
                   node("source_tcp", 0, items(1.2e6), items(1.2e6, true), "requests"),
                   node("tee", 0, items(1.2e6, true), items(1.2e6, true), "", "requests"),
                   node("filter_map", 0, items(1.2e6, true), nullptr),
                   node("union", 1, nullptr, nullptr, "reached"),
                   node("join", 1, nullptr, nullptr, "paths"),
                   node("map", 1, items(4.56e5, true), items(4.56e5)),
                   node("dest_tcp", 1, items(17, true), items(17)),
                   node("egress", 2, items(17), nullptr)};
  flow["edges"] = {handoff(0, 1, 12, 4096),
                   edge(1, 2),
                   edge(2, 3),
                   edge(2, 5, "1"),
                   handoff(3, 4, 0, 100),
                   edge(4, 5, "0"),
                   edge(5, 6),
                   handoff(6, 4, 7, 900),
                   edge(4, 7),
                   handoff(7, 8, 0, 3)};
  return {{"worker", 3},
          {"interval_seconds", 1.0},
          {"cpu_share", 0.734},
          {"sleeps", counter(42)},
          {"stopping", false},
          {"net",
           {{"connections", 12},
            {"suspended", 0},
            {"pressure_bytes", 0},
            {"pressure_limit_bytes", 67108864},
            {"in_bytes", counter(3.2e8)},
            {"out_bytes", counter(1500)}}},
          {"endpoints", Json::array()},
          {"slow_peers", Json::array()},
          {"flows", {flow}}};
}

Snapshot snapshot_of(Json const& json) {
  auto snapshot = read_snapshot(json.dump());
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  return snapshot ? std::move(snapshot).value() : Snapshot{};
}
std::string drawn(Json const& json, std::size_t columns, Glyphs glyphs = Glyphs::unicode) {
  return "\n" + plain_text(draw(snapshot_of(json), columns, glyphs));
}

// ---- the picture --------------------------------------------------------------------------------

TEST(Picture, OfAFlowWithACycle) {
  EXPECT_EQ(drawn(reachability(), 100), R"(
weir worker 3   cpu 73%   sleeps 42/s   12 connections   in 305 MiB/s   out 1.46 KiB/s

flow reach   running   8.12k ticks/s   busy 61%
                                                  in/s   out/s              waiting/most   busy  sub
▸ (ingress)
  requests = source_tcp                          1.20M  ≈1.20M ▄▄▄▄▄▄▄▄▄▄▄▄     12/4.10k    10%    0
  tee (requests)                                ≈1.20M  ≈1.20M ▄▄▄▄▄▄▄▄▄▄▄▄                        0
  ├ filter_map                                  ≈1.20M       ? ▄▄▄▄▄▄▄▄▄▄▄▄                        0
  │ reached = union                                  ?       ?                     0/100    48%    1
  │ ├ paths = join [0]                               ?       ?                                     1
  │ │ map                                        ≈456k    456k ▄▄▄▄▄                               1
  │ │ → reached                                                                    7/900
  │ └ dest_tcp                                     ≈17      17 ▄                                   1
  │   egress                                        17         ▄                     0/3   3.0%    2
  └ → paths [1]

≈ derived: goes one for one with what is counted   ? not counted
)");
}

TEST(Picture, OnANarrowScreenLeavesOutWhatMattersLess) {
  EXPECT_EQ(drawn(reachability(), 50), R"(
weir worker 3   cpu 73%   sleeps 42/s
  12 connections   in 305 MiB/s   out 1.46 KiB/s

flow reach   running   8.12k ticks/s   busy 61%
                         in/s   out/s waiting/most
▸ (ingress)
  requests = source_…   1.20M  ≈1.20M     12/4.10k
  tee (requests)       ≈1.20M  ≈1.20M
  ├ filter_map         ≈1.20M       ?
  │ reached = union         ?       ?        0/100
  │ ├ paths = join […       ?       ?
  │ │ map               ≈456k    456k
  │ │ → reached                              7/900
  │ └ dest_tcp            ≈17      17
  │   egress               17                  0/3
  └ → paths [1]

≈ derived: goes one for one with what is counted
  ? not counted
)");
}

TEST(Picture, IsAlsoToBeHadWithoutUnicode) {
  EXPECT_EQ(drawn(reachability(), 72, Glyphs::ascii), R"(
weir worker 3   cpu 73%   sleeps 42/s   12 connections   in 305 MiB/s
  out 1.46 KiB/s

flow reach   running   8.12k ticks/s   busy 61%
                                   in/s   out/s waiting/most   busy  sub
* (ingress)
  requests = source_tcp           1.20M  ~1.20M     12/4.10k    10%    0
  tee (requests)                 ~1.20M  ~1.20M                        0
  + filter_map                   ~1.20M       ?                        0
  | reached = union                   ?       ?        0/100    48%    1
  | + paths = join [0]                ?       ?                        1
  | | map                         ~456k    456k                        1
  | | -> reached                                       7/900
  | \ dest_tcp                      ~17      17                        1
  |   egress                         17                  0/3   3.0%    2
  \ -> paths [1]

~ derived: goes one for one with what is counted   ? not counted
)");
}

TEST(Picture, SaysWhatStandsStill) {
  Json json = reachability();
  json["net"]["suspended"] = 2;
  json["net"]["pressure_bytes"] = 40'000'000;
  json["endpoints"] = {{{"kind", "listener"},
                        {"address", "127.0.0.1:7000"},
                        {"flow", 0},
                        {"connections", 12},
                        {"suspended", true},
                        {"full", true},
                        {"waiting_bytes", 39'000'000},
                        {"held_bytes", 1'000'000}},
                       {{"kind", "dialer"},
                        {"address", ""},
                        {"flow", nullptr},
                        {"connections", 0},
                        {"suspended", false},
                        {"full", false},
                        {"waiting_bytes", 0},
                        {"held_bytes", 0}}};
  json["slow_peers"] = {
      {{"address", "10.0.0.7:51234"}, {"waiting_bytes", 30'000'000}, {"held_bytes", 0}},
      {{"address", ""}, {"waiting_bytes", 9'000'000}, {"held_bytes", 1'000'000}}};
  json["flows"][0]["held"] = true;
  json["flows"][0]["nodes"] = Json::array();
  json["flows"][0]["edges"] = Json::array();
  EXPECT_EQ(drawn(json, 90), R"(
weir worker 3   cpu 73%   sleeps 42/s   12 connections   in 305 MiB/s   out 1.46 KiB/s
  unread 38.1 MiB of 64.0 MiB   2 suspended

flow reach   running   8.12k ticks/s   busy 61%   HELD: what it writes to is full

endpoints
listener 127.0.0.1:7000   flow reach   12 connections   SUSPENDED   FULL   37.2 MiB unread
  977 KiB held back
dialer   0 connections

slow peers          unread   held back
10.0.0.7:51234    28.6 MiB         0 B
(gone)            8.58 MiB     977 KiB
)");
}

TEST(Picture, SaysWhereAFlowHasFailed) {
  Json json = reachability();
  json["flows"][0]["state"] = "failed";
  json["flows"][0]["failure"] = {{"node", "paths"}, {"what", "no\nsuch \x1b[31mthing"}};
  std::string const text = drawn(json, 100);
  EXPECT_NE(
      text.find("flow reach   failed   8.12k ticks/s   busy 61%   at paths: no?such ?[31mthing"),
      text.npos)
      << text;
}

TEST(Picture, NoLineIsWiderThanTheScreen) {
  Json json = reachability();
  json["slow_peers"] = {{{"address", "unix:/a/rather/long/name/of/a/socket/somewhere.sock"},
                         {"waiting_bytes", 1},
                         {"held_bytes", 1}}};
  for (std::size_t columns = 0; columns < 140; ++columns) {
    for (Line const& line : draw(snapshot_of(json), columns, Glyphs::unicode)) {
      std::size_t width = 0;
      for (Span const& span : line) width += width_of(span.text);
      EXPECT_LE(width, columns);
    }
  }
}

TEST(Picture, OfAGraphWithoutFlows) {
  Json json = reachability();
  json["flows"] = Json::array();
  EXPECT_EQ(drawn(json, 60), R"(
weir worker 3   cpu 73%   sleeps 42/s   12 connections
  in 305 MiB/s   out 1.46 KiB/s
)");
}

// ---- numbers ------------------------------------------------------------------------------------

TEST(ShortNumber, HasThreeDigitsThatCount) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(7), "7");
  EXPECT_EQ(short_number(0.254), "0.25");
  EXPECT_EQ(short_number(31.44), "31.4");
  EXPECT_EQ(short_number(999), "999");
  EXPECT_EQ(short_number(999.4), "999");
  EXPECT_EQ(short_number(999.6), "1.00k");
  EXPECT_EQ(short_number(1234), "1.23k");
  EXPECT_EQ(short_number(310'000), "310k");
  EXPECT_EQ(short_number(999'600), "1.00M");
  EXPECT_EQ(short_number(1.8e19), "18.0E");
}

TEST(ShortBytes, AreOf1024) {
  EXPECT_EQ(short_bytes(512), "512 B");
  EXPECT_EQ(short_bytes(1536), "1.50 KiB");
  EXPECT_EQ(short_bytes(67'108'864), "64.0 MiB");
}

TEST(Fit, CutsCharactersAndNotBytes) {
  EXPECT_EQ(fit("größer", 6, Glyphs::unicode), "größer");
  EXPECT_EQ(fit("größer", 4, Glyphs::unicode), "grö…");
  EXPECT_EQ(fit("größer", 1, Glyphs::unicode), "…");
  EXPECT_EQ(fit("größer", 0, Glyphs::unicode), "");
  EXPECT_EQ(fit("ab", 4, Glyphs::ascii), "ab  ");
}

// ---- rows ---------------------------------------------------------------------------------------

TEST(Layout, EveryNodeHasOneRowAndEveryEdgeOneStep) {
  std::mt19937 random(std::random_device{}());
  unsigned const seed = random();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random.seed(seed);
  for (int round = 0; round < 200; ++round) {
    Flow flow;
    flow.nodes.resize(1 + random() % 12);
    flow.edges.resize(random() % 20);
    for (Edge& edge : flow.edges) {
      edge.source = random() % flow.nodes.size();
      edge.target = random() % flow.nodes.size();
    }
    std::vector<int> nodes(flow.nodes.size());
    std::vector<int> edges(flow.edges.size());
    for (Row const& row : lay_out(flow, Glyphs::unicode)) {
      if (!row.is_reference) ++nodes[row.node];
      if (!row.edge) continue;
      ++edges[*row.edge];
      EXPECT_EQ(flow.edges[*row.edge].target, row.node);
    }
    EXPECT_EQ(nodes, std::vector<int>(nodes.size(), 1));
    EXPECT_EQ(edges, std::vector<int>(edges.size(), 1));
  }
}

TEST(Layout, OfWhatIsDeepIsNotWide) {
  Flow flow;
  flow.nodes.resize(2001);
  for (std::size_t n = 0; n < 1000; ++n) {
    flow.edges.push_back({.source = n,
                          .target = n + 1,
                          .target_port = {},
                          .source_port = {},
                          .kind = "direct",
                          .delay = "none",
                          .written = {},
                          .read = {},
                          .depth = {}});
    flow.edges.push_back({.source = n,
                          .target = 1001 + n,
                          .target_port = {},
                          .source_port = {},
                          .kind = "direct",
                          .delay = "none",
                          .written = {},
                          .read = {},
                          .depth = {}});
  }
  std::vector<Row> const rows = lay_out(flow, Glyphs::unicode);
  EXPECT_EQ(rows.size(), 2001u);
  for (Row const& row : rows) EXPECT_LE(width_of(row.prefix), 2 * (indent_depth_max + 1));
}

// ---- what is read -------------------------------------------------------------------------------

TEST(Snapshot, SaysInASentenceWhatIsNone) {
  auto const sentence = [](std::string const& text) {
    auto const read = read_snapshot(text);
    return read ? "" : read.error().message;
  };
  std::string const begin = "this is not what /graph of a weir program says: ";
  EXPECT_TRUE(sentence("").starts_with(begin));
  EXPECT_TRUE(sentence("<html>").starts_with(begin));
  EXPECT_TRUE(sentence("[]").starts_with(begin));
  EXPECT_TRUE(sentence("{}").starts_with(begin));
  Json json = reachability();
  json["flows"][0]["edges"][0]["target"] = 9;
  EXPECT_EQ(sentence(json.dump()), begin + "target refers to nothing");
  json["flows"][0]["edges"][0]["target"] = -1;
  EXPECT_EQ(sentence(json.dump()), begin + "target is no count");
  EXPECT_EQ(sentence(reachability().dump()), "");
}

TEST(Snapshot, SurvivesWhateverIsWrongInIt) {
  unsigned const seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::string const whole = reachability().dump();
  for (int round = 0; round < 3000; ++round) {
    std::string text = whole;
    for (unsigned i = random() % 4; i-- > 0;) {
      std::size_t const at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 20);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 20));
      }
      if (text.empty()) break;
    }
    auto const read = read_snapshot(text);
    if (!read) continue;
    plain_text(draw(read.value(), 80, Glyphs::unicode));
    to_dot(read.value());
  }
}

TEST(Snapshot, LoopsLieOnlySoDeepInEachOther) {
  Json json = reachability();
  Json& loops = json["flows"][0]["loops"];
  for (std::size_t l = 0; l <= loops_nested_max; ++l)
    loops.push_back({{"name", "loop"}, {"parent", l == 0 ? Json(nullptr) : Json(l - 1)}});
  EXPECT_FALSE(read_snapshot(json.dump()));
  loops.erase(loops.size() - 1);
  EXPECT_TRUE(read_snapshot(json.dump()));
}

// ---- the screen ---------------------------------------------------------------------------------

std::vector<Line> numbered(std::size_t count) {
  std::vector<Line> lines;
  for (std::size_t n = 0; n < count; ++n) lines.push_back({{std::to_string(n), Style::plain}});
  return lines;
}

TEST(Crop, ShowsWhatFitsAndSaysHowMuchDoesNot) {
  std::size_t top = 2;
  EXPECT_EQ(plain_text(crop(numbered(9), {80, 4}, top, "q quits")),
            "2\n3\n4\nq quits   4 more lines below\n");
  EXPECT_EQ(top, 2u);
}

TEST(Crop, DoesNotScrollBeyondTheEnd) {
  std::size_t top = 100;
  EXPECT_EQ(plain_text(crop(numbered(5), {80, 4}, top, "q")), "2\n3\n4\nq\n");
  EXPECT_EQ(top, 2u);
  EXPECT_EQ(plain_text(crop(numbered(1), {80, 4}, top, "q")), "0\n\n\nq\n");
  EXPECT_EQ(top, 0u);
}

TEST(Crop, FillsEveryScreenHoweverSmall) {
  for (std::size_t rows = 0; rows < 6; ++rows) {
    for (std::size_t columns = 0; columns < 6; ++columns) {
      std::size_t top = 3;
      std::vector<Line> const lines = crop(numbered(9), {columns, rows}, top, "q quits");
      EXPECT_EQ(lines.size(), rows);
    }
  }
}

TEST(Screen, IsWrittenOverLineByLine) {
  EXPECT_EQ(screen_text({{{"a", Style::bad}, {"b", Style::plain}}, {}}, true),
            "\x1b[H\x1b[1;31ma\x1b[0mb\x1b[K\r\n\x1b[K\x1b[J");
  EXPECT_EQ(screen_text({{{"a", Style::bad}}}, false), "\x1b[Ha\x1b[K\x1b[J");
}

TEST(Keys, AreReadFromWhatTerminalsSend) {
  EXPECT_EQ(key_of("q"), Key::quit);
  EXPECT_EQ(key_of("\x1b[A"), Key::up);
  EXPECT_EQ(key_of("j"), Key::down);
  EXPECT_EQ(key_of("\x1b[6~"), Key::page_down);
  EXPECT_EQ(key_of("\x1b[A\x1b[Aq"), Key::quit);
  EXPECT_EQ(key_of("x"), Key::none);
  EXPECT_EQ(key_of(""), Key::none);
}

// ---- for Graphviz -------------------------------------------------------------------------------

std::size_t count(std::string const& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Dot, HasABoxForEachSubgraphAndARateOnEachNode) {
  std::string const dot = to_dot(snapshot_of(reachability()));
  EXPECT_EQ(count(dot, "subgraph cluster_f0s"), 3u) << dot;
  EXPECT_EQ(count(dot, "label=\"subgraph 1, stratum 0: busy 48.2 %, 8.00k runs/s\""), 1u) << dot;
  EXPECT_EQ(count(dot, "f0n6 [label=\"map\\n~456k/s\", fillcolor=\"#8c2d04\""), 1u) << dot;
  EXPECT_EQ(count(dot, "f0n5 [label=\"paths = join\", fillcolor=\"#dddddd\""), 1u) << dot;
  EXPECT_EQ(count(dot, "12 wait, most 4.10k"), 1u) << dot;
  EXPECT_EQ(count(dot, "{"), count(dot, "}"));
}

TEST(Dot, EscapesWhatNamesHold) {
  Json json = reachability();
  json["flows"][0]["name"] = "a \"b\" \\ <c>";
  EXPECT_EQ(count(to_dot(snapshot_of(json)), "flow a \\\"b\\\" \\\\ <c>, running"), 1u);
}

}  // namespace
}  // namespace weir::top
