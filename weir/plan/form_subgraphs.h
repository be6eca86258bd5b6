// Which nodes are fused into one function.
//
// A subgraph is a weakly connected component over direct edges, so it lies in one stratum and every
// way out of it and back in passes a handoff. DFIR's subgraphs are in-out trees: pulls join into a
// trunk, the pivot loop drains it, pushes branch out. In C++ several producers may call one
// consumer, so a union in the push half needs no buffer either, and a whole in-out DAG fuses:
//
//        pull                 pivot              push
//     [handoff] ──┐                        ┌─▶ map ────┐
//                 ├─ drained one by one ─▶ tee         union ─▶ for_each
//     source  ────┘                        └─▶ filter ─┘
//
// The run function of a subgraph is its entries in this order: what it holds (replays and flushes),
// its sources, its handoffs. Each can stop when the tick's budget ends, and goes on in the next
// activation. What an operator holds comes before anything new can reach it, from what another one
// holds either: those that are called come before those that call them.
//
// Reads nodes (call_order), edges (kind). Writes nodes (subgraph, pull), subgraphs, entries.
#pragma once

#include "weir/plan/plan.h"
#include "weir/plan/scratch.h"

namespace weir {

namespace subgraphs {

constexpr std::size_t find_root(Scratch<std::size_t>& parent, std::size_t node) {
  while (parent[node] != node) {  // path halving: nearly constant
    parent[node] = parent[parent[node]];
    node = parent[node];
  }
  return node;
}

constexpr Index number_components(PlanSpans plan) {
  Scratch<std::size_t> parent(plan.nodes.size(), 0);
  for (std::size_t n = 0; n < parent.size(); ++n) parent[n] = n;
  for (PlanEdge const& edge : plan.edges) {
    if (edge.kind != EdgeKind::direct) continue;
    std::size_t const a = find_root(parent, static_cast<std::size_t>(edge.source));
    std::size_t const b = find_root(parent, static_cast<std::size_t>(edge.target));
    parent[a > b ? a : b] = a > b ? b : a;
  }
  Index count = 0;
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {  // a root has the smallest number
    std::size_t const root = find_root(parent, n);
    plan.nodes[n].subgraph = root == n ? count++ : plan.nodes[root].subgraph;
  }
  return count;
}

constexpr Scratch<std::size_t> called_first(PlanSpans const& plan) {
  Scratch<std::size_t> nodes(plan.nodes.size(), 0);
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    nodes[static_cast<std::size_t>(plan.nodes[n].call_order)] = n;
  }
  return nodes;
}

// Calls visit(subgraph, entry) for every entry, in the order of their kinds.
template <class Visit>
constexpr void for_each_entry(PlanSpans const& plan, Scratch<std::size_t> const& called_first,
                              Visit visit) {
  auto const nodes_where = [&](EntryKind kind, auto applies) {
    for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
      if (applies(plan.nodes[n].info)) {
        visit(plan.nodes[n].subgraph, PlanEntry{kind, static_cast<Index>(n)});
      }
    }
  };
  for (std::size_t const n : called_first) {
    OperatorInfo const& info = plan.nodes[n].info;
    if (!info.replays && !info.flushes) continue;
    EntryKind const kind = info.flushes ? EntryKind::flush : EntryKind::replay;
    visit(plan.nodes[n].subgraph, PlanEntry{kind, static_cast<Index>(n)});
  }
  nodes_where(EntryKind::source, [](OperatorInfo const& info) { return info.source; });
  for (std::size_t e = 0; e < plan.edges.size(); ++e) {
    if (plan.edges[e].kind != EdgeKind::handoff) continue;
    auto const target = static_cast<std::size_t>(plan.edges[e].target);
    visit(plan.nodes[target].subgraph, PlanEntry{EntryKind::handoff, static_cast<Index>(e)});
  }
}

}  // namespace subgraphs

// Returns the number of subgraphs; the number of entries is the sum of theirs.
constexpr Index form_subgraphs(PlanSpans plan) {
  Index const count = subgraphs::number_components(plan);
  for (PlanNode& node : plan.nodes) {
    bool const begins = node.info.source && node.input_count == 0;  // not a null<T> in the middle
    node.pull = begins || node.info.flushes;
    PlanSubgraph& subgraph = plan.subgraphs[static_cast<std::size_t>(node.subgraph)];
    if (subgraph.name.empty() || !node.name.empty()) subgraph.name = node.title();
    subgraph.stratum = node.stratum;
    subgraph.replays = subgraph.replays || node.info.replays;
    subgraph.ends_ticks = subgraph.ends_ticks || node.info.ends_ticks;
    subgraph.ends_runs = subgraph.ends_runs || node.info.ends_runs;
  }
  Scratch<std::size_t> const called_first = subgraphs::called_first(plan);
  subgraphs::for_each_entry(plan, called_first, [&](Index subgraph, PlanEntry) {
    ++plan.subgraphs[static_cast<std::size_t>(subgraph)].entry_count;
  });
  Index first = 0;
  Scratch<Index> next;
  for (std::size_t s = 0; s < static_cast<std::size_t>(count); ++s) {
    plan.subgraphs[s].first_entry = first;
    next.push_back(first);
    first = static_cast<Index>(first + plan.subgraphs[s].entry_count);
  }
  subgraphs::for_each_entry(plan, called_first, [&](Index subgraph, PlanEntry entry) {
    plan.entries[static_cast<std::size_t>(next[static_cast<std::size_t>(subgraph)]++)] = entry;
  });
  return count;
}

}  // namespace weir
