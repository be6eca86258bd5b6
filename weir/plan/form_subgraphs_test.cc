#include "weir/plan/form_subgraphs.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "weir/plan/random_plan.h"
#include "weir/plan/test_plan.h"

namespace weir {
namespace {

std::vector<PlanEntry> entries_of(TestPlan const& plan, Index subgraph) {
  PlanSubgraph const& of = plan.subgraphs.at(static_cast<std::size_t>(subgraph));
  auto const first = plan.entries.begin() + of.first_entry;
  return {first, first + of.entry_count};
}

TEST(FormSubgraphs, WhatIsCalledIsInTheSameOne) {
  TestPlan const plan({"source >> map >> fold >> tee >> for_each", "source >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_EQ(plan.subgraph_count, 3);
  EXPECT_EQ(plan.node("source").subgraph, plan.node("map").subgraph);
  EXPECT_EQ(plan.node("fold").subgraph, plan.node("tee").subgraph);
  EXPECT_NE(plan.node("map").subgraph, plan.node("fold").subgraph);
}

TEST(FormSubgraphs, SubgraphsAreNumberedAsTheirFirstNodesCome) {
  TestPlan const plan({"source >> fold >> for_each", "source >> for_each"});
  EXPECT_EQ(plan.nodes[0].subgraph, 0);
  EXPECT_EQ(plan.nodes[1].subgraph, 1);
  EXPECT_EQ(plan.nodes[3].subgraph, 2);
}

TEST(FormSubgraphs, ASourceIsPulledOnlyWhereItBegins) {
  TestPlan const plan({"a = null >> map >> b", "b = null >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  EXPECT_TRUE(plan.node("a").pull);
  EXPECT_FALSE(plan.node("b").pull);
}

TEST(FormSubgraphs, EntriesAreWhatIsHeldThenSourcesThenHandoffs) {
  TestPlan const plan({"u = union >> tee", "source >> u", "u >> map >> u", "source >> sort >> u",
                       "j = replaying_join >> for_each", "u >> j[0]", "source >> j[1]",
                       "source >> fold >> u"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  auto const entries = entries_of(plan, plan.node("u").subgraph);
  ASSERT_EQ(entries.size(), 6u);
  EXPECT_EQ(entries[0].kind, EntryKind::replay);
  EXPECT_EQ(entries[0].index, plan.find("j"));
  EXPECT_EQ(entries[1].kind, EntryKind::flush);
  EXPECT_EQ(entries[1].index, plan.find("sort"));
  EXPECT_EQ(entries[2].kind, EntryKind::flush);
  EXPECT_EQ(entries[2].index, plan.find("fold"));
  EXPECT_EQ(entries[3].kind, EntryKind::source);
  EXPECT_EQ(entries[4].kind, EntryKind::source);
  EXPECT_EQ(entries[5].kind, EntryKind::handoff);
}

TEST(FormSubgraphs, AReplayComesBeforeThoseThatCallIt) {
  TestPlan const plan({"early = replaying_join >> map", "late = replaying_join >> for_each",
                       "source >> early[0]", "source >> early[1]", "early >> late[0]",
                       "source >> late[1]"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  auto const entries = entries_of(plan, 0);
  EXPECT_EQ(entries[0].index, plan.find("late"));
  EXPECT_EQ(entries[1].index, plan.find("early"));
}

TEST(FormSubgraphs, AReplayComesBeforeThoseWhoseItemsReachIt) {
  TestPlan const plan({"first = replaying_join >> map >> last[0]", "source >> first[0]",
                       "last = replaying_join >> for_each", "source >> first[1]",
                       "source >> last[1]"});
  ASSERT_TRUE(plan.diagnostic.ok()) << explain(plan.diagnostic);
  auto const entries = entries_of(plan, 0);
  ASSERT_GE(entries.size(), 2u);
  EXPECT_EQ(entries[0].kind, EntryKind::replay);
  EXPECT_EQ(entries[0].index, plan.find("last"));
  EXPECT_EQ(entries[1].kind, EntryKind::replay);
  EXPECT_EQ(plan.nodes[static_cast<std::size_t>(entries[1].index)].entry_name, "first");
}

TEST(FormSubgraphs, ASubgraphIsWhatItsNodesAre) {
  TestPlan const plan({"source >> sort >> for_each", "source >> fold >> for_each"});
  ASSERT_TRUE(plan.diagnostic.ok());
  PlanSubgraph const& sorting =
      plan.subgraphs[static_cast<std::size_t>(plan.node("sort").subgraph)];
  EXPECT_EQ(sorting.stratum, 1);
  EXPECT_TRUE(sorting.ends_ticks);
  EXPECT_FALSE(sorting.replays);
  PlanSubgraph const& folding =
      plan.subgraphs[static_cast<std::size_t>(plan.node("fold").subgraph)];
  EXPECT_TRUE(folding.replays);
  EXPECT_FALSE(folding.ends_ticks);
}

TEST(FormSubgraphs, SourcesAndFlushesArePulled) {
  TestPlan const plan({"source >> map >> fold >> for_each"});
  EXPECT_TRUE(plan.node("source").pull);
  EXPECT_FALSE(plan.node("map").pull);
  EXPECT_TRUE(plan.node("fold").pull);
  EXPECT_FALSE(plan.node("for_each").pull);
}

// ---- properties of random plans ----

PlanNode const& source_of(TestPlan const& plan, PlanEdge const& edge) {
  return plan.nodes[static_cast<std::size_t>(edge.source)];
}
PlanNode const& target_of(TestPlan const& plan, PlanEdge const& edge) {
  return plan.nodes[static_cast<std::size_t>(edge.target)];
}

// What calls, and calls of calls, reach from a node.
std::vector<bool> called_from(TestPlan const& plan, Index node) {
  std::vector<bool> called(plan.nodes.size(), false);
  std::vector<Index> open{node};
  while (!open.empty()) {
    auto const from = static_cast<std::size_t>(open.back());
    open.pop_back();
    for (Index slot = plan.out_begin[from]; slot < plan.out_begin[from + 1]; ++slot) {
      auto const e = static_cast<std::size_t>(plan.out_edges[static_cast<std::size_t>(slot)]);
      PlanEdge const& edge = plan.edges[e];
      if (edge.kind != EdgeKind::direct || called[static_cast<std::size_t>(edge.target)]) continue;
      called[static_cast<std::size_t>(edge.target)] = true;
      open.push_back(edge.target);
    }
  }
  return called;
}

void expect_sound_edges(TestPlan const& plan) {
  for (PlanEdge const& edge : plan.edges) {
    PlanNode const& source = source_of(plan, edge);
    PlanNode const& target = target_of(plan, edge);
    EXPECT_EQ(edge.delay, target.info.delay);
    switch (edge.kind) {
      case EdgeKind::direct:
        EXPECT_EQ(source.stratum, target.stratum);
        EXPECT_EQ(source.subgraph, target.subgraph);
        EXPECT_FALSE(target.info.blocks(edge.port));
        EXPECT_EQ(edge.delay, Delay::none);
        break;
      case EdgeKind::blocking:
        EXPECT_LT(source.stratum, target.stratum);
        EXPECT_TRUE(target.info.blocks(edge.port));
        EXPECT_EQ(edge.delay, Delay::none);
        break;
      case EdgeKind::handoff:
        if (edge.delay != Delay::none) break;
        EXPECT_LE(source.stratum, target.stratum);
        // Only where it must: at a border, or where calls would otherwise go round for ever.
        if (source.stratum == target.stratum && edge.source != edge.target) {
          EXPECT_TRUE(called_from(plan, edge.target)[static_cast<std::size_t>(edge.source)]);
        }
        break;
    }
  }
}

void expect_no_cycle_of_calls(TestPlan const& plan) {
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    EXPECT_FALSE(called_from(plan, static_cast<Index>(n))[n]) << "node " << n;
  }
  for (PlanEdge const& edge : plan.edges) {
    if (edge.kind != EdgeKind::direct) continue;
    EXPECT_LT(target_of(plan, edge).call_order, source_of(plan, edge).call_order);
  }
}

// A subgraph is what calls connect, and no more.
void expect_connected_subgraphs(TestPlan const& plan) {
  std::vector<std::size_t> component(plan.nodes.size());
  for (std::size_t n = 0; n < component.size(); ++n) component[n] = n;
  for (bool changed = true; changed;) {  // until nothing changes: as slow as it is plain
    changed = false;
    for (PlanEdge const& edge : plan.edges) {
      if (edge.kind != EdgeKind::direct) continue;
      std::size_t& a = component[static_cast<std::size_t>(edge.source)];
      std::size_t& b = component[static_cast<std::size_t>(edge.target)];
      changed = changed || a != b;
      a = b = std::min(a, b);
    }
  }
  for (std::size_t a = 0; a < plan.nodes.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_EQ(component[a] == component[b], plan.nodes[a].subgraph == plan.nodes[b].subgraph);
    }
    auto const subgraph = static_cast<std::size_t>(plan.nodes[a].subgraph);
    EXPECT_EQ(plan.subgraphs.at(subgraph).stratum, plan.nodes[a].stratum);
  }
}

void expect_complete_entries(TestPlan const& plan) {
  std::multiset<std::pair<EntryKind, Index>> expected;
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    OperatorInfo const& info = plan.nodes[n].info;
    auto const index = static_cast<Index>(n);
    if (info.flushes) expected.emplace(EntryKind::flush, index);
    else if (info.replays) expected.emplace(EntryKind::replay, index);
    if (info.source) expected.emplace(EntryKind::source, index);
  }
  for (std::size_t e = 0; e < plan.edges.size(); ++e) {
    if (plan.edges[e].kind == EdgeKind::handoff) {
      expected.emplace(EntryKind::handoff, static_cast<Index>(e));
    }
  }
  Index next = 0;
  for (std::size_t s = 0; s < plan.subgraphs.size(); ++s) {
    EXPECT_EQ(plan.subgraphs[s].first_entry, next);
    next = static_cast<Index>(next + plan.subgraphs[s].entry_count);
    EntryKind last = EntryKind::flush;  // replays count as flushes: they come among them
    Index last_call = -1;
    for (PlanEntry const& entry : entries_of(plan, static_cast<Index>(s))) {
      EXPECT_LE(last, std::max(entry.kind, EntryKind::flush));
      last = std::max(entry.kind, EntryKind::flush);
      if (last == EntryKind::flush) {  // who is called comes before who calls
        Index const call = plan.nodes[static_cast<std::size_t>(entry.index)].call_order;
        EXPECT_LT(last_call, call);
        last_call = call;
      }
      auto const found = expected.find({entry.kind, entry.index});
      ASSERT_NE(found, expected.end()) << "an entry too many";
      expected.erase(found);
      auto const index = static_cast<std::size_t>(entry.index);
      PlanNode const& node =  // where it enters
          entry.kind == EntryKind::handoff ? target_of(plan, plan.edges[index]) : plan.nodes[index];
      EXPECT_EQ(node.subgraph, static_cast<Index>(s));
    }
  }
  EXPECT_TRUE(expected.empty()) << expected.size() << " entries are missing";
}

// What nothing feeds within the tick runs as late as what it feeds allows.
void expect_late_sources(TestPlan const& plan) {
  std::vector<int> allowed(plan.nodes.size(), -1);
  std::vector<bool> fed(plan.nodes.size(), false);
  for (PlanEdge const& edge : plan.edges) {
    if (edge.delay != Delay::none) continue;
    fed[static_cast<std::size_t>(edge.target)] = true;
    int& limit = allowed[static_cast<std::size_t>(edge.source)];
    int const of_target = target_of(plan, edge).stratum - (edge.kind == EdgeKind::blocking ? 1 : 0);
    limit = limit < 0 ? of_target : std::min(limit, of_target);
  }
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    if (fed[n] || allowed[n] < 0) continue;
    EXPECT_EQ(plan.nodes[n].stratum, allowed[n]) << "node " << n;
  }
}

TEST(FormSubgraphs, RandomPlansAreSound) {
  int planned = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    std::uint64_t const seed = random_plan_seed() + i;
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    TestPlan const plan(random_statements(seed, 2 + seed % 12));
    if (plan.diagnostic.check == Check::negative_cycle) continue;
    ASSERT_TRUE(plan.diagnostic.ok() || plan.diagnostic.check == Check::untyped_cycle);
    ++planned;
    expect_sound_edges(plan);
    expect_no_cycle_of_calls(plan);
    expect_connected_subgraphs(plan);
    expect_complete_entries(plan);
    expect_late_sources(plan);
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(planned, 100);
}

TEST(FormSubgraphs, WhatAnOperatorHoldsComesBeforeWhatCanReachIt) {
  // A fold and a chain flush in one stratum, and the fold feeds the chain's second input: whatever
  // came by the first has to be given before.
  TestPlan const plan({"c = chain >> for_each", "source >> fold >> c[1]", "source >> c[0]"});
  ASSERT_TRUE(plan.diagnostic.ok());
  std::string order;
  for (PlanEntry const& entry : plan.entries) {
    if (entry.kind != EntryKind::flush) continue;
    order += std::string(plan.nodes[static_cast<std::size_t>(entry.index)].info.name) + " ";
  }
  EXPECT_EQ(order, "chain fold ");
}

}  // namespace
}  // namespace weir
