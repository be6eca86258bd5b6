#include "tests/oracle/evaluate.h"

#include <algorithm>

#include "tests/oracle/operators.h"
#include "weir/base/assert.h"

namespace weir::oracle {

namespace {

using Reaches = std::vector<std::vector<bool>>;

// Whether what a node gives can reach another one within a tick (Warshall).
Reaches find_reaches(Shape const& shape) {
  std::size_t const count = shape.nodes.size();
  Reaches reaches(count, std::vector<bool>(count, false));
  for (std::size_t n = 0; n < count; ++n) {
    if (row_of(shape.nodes[n]).delays) continue;
    for (Feed const& feed : shape.nodes[n].inputs) {
      reaches[static_cast<std::size_t>(feed.node)][n] = true;
    }
  }
  for (std::size_t via = 0; via < count; ++via) {
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = 0; b < count; ++b) {
        if (reaches[a][via] && reaches[via][b]) reaches[a][b] = true;
      }
    }
  }
  return reaches;
}

// Nodes that reach each other together; each group after those that reach it.
std::vector<std::vector<int>> find_groups(Shape const& shape) {
  Reaches const reaches = find_reaches(shape);
  std::size_t const count = shape.nodes.size();
  std::vector<std::vector<int>> groups;
  std::vector<bool> placed(count, false);
  while (std::find(placed.begin(), placed.end(), false) != placed.end()) {
    for (std::size_t n = 0; n < count; ++n) {
      if (placed[n]) continue;
      std::vector<int> group{static_cast<int>(n)};
      bool fed = true;
      for (std::size_t other = 0; other < count; ++other) {
        if (other == n || !reaches[other][n]) continue;
        if (reaches[n][other]) group.push_back(static_cast<int>(other));
        else if (!placed[other]) fed = false;
      }
      if (!fed) continue;
      for (int const member : group) placed[static_cast<std::size_t>(member)] = true;
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

bool is_cycle(Shape const& shape, std::vector<int> const& group) {
  if (group.size() > 1) return true;
  Node const& node = shape.nodes[static_cast<std::size_t>(group[0])];
  auto const is_itself = [&](Feed const& feed) { return feed.node == group[0]; };
  return std::any_of(node.inputs.begin(), node.inputs.end(), is_itself);
}

Items sorted(Items items) {
  std::sort(items.begin(), items.end());
  return items;
}

bool same_bags(std::vector<Items> const& a, std::vector<Items> const& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](Items const& x, Items const& y) { return sorted(x) == sorted(y); });
}

Items remembered_after(Asked const& asked, Row const& row, std::size_t input) {
  if (row.remembers != nullptr) return row.remembers(asked, input);
  if (row.lives == 0) return {};
  auto const which = std::min(input, static_cast<std::size_t>(row.lives) - 1);
  return asked.node.life[which] == Life::forever ? asked.all(input) : Items();
}

}  // namespace

Oracle::Oracle(Shape const& shape) : shape_(shape), groups_(find_groups(shape)) {
  for (Node const& node : shape.nodes) remembered_.emplace_back(node.inputs.size());
}

std::vector<Items> Oracle::run_tick(Given given) {
  out_.clear();
  for (Node const& node : shape_.nodes) {
    out_.emplace_back(static_cast<std::size_t>(row_of(node).outputs));
  }
  for (std::vector<int> const& group : groups_) settle(group, given);
  std::vector<Items> outputs(output_count);
  for (Node const& node : shape_.nodes) {
    if (node.op != "collect") continue;
    Items const& items = items_at(node.inputs[0]);
    Items& output = outputs[static_cast<std::size_t>(node.k)];
    output.insert(output.end(), items.begin(), items.end());
  }
  end_tick();
  return outputs;
}

Asked Oracle::ask(int at) const {
  auto const n = static_cast<std::size_t>(at);
  Asked asked{shape_.nodes[n], tick_, remembered_[n], {}};
  for (Feed const& feed : asked.node.inputs) asked.now.push_back(items_at(feed));
  return asked;
}

std::vector<Items> Oracle::evaluate(int at, Given given) const {
  Asked const asked = ask(at);
  if (asked.node.op == "source") return {given[static_cast<std::size_t>(asked.node.k)]};
  return row_of(asked.node).means(asked);
}

void Oracle::settle(std::vector<int> const& group, Given given) {
  constexpr int rounds_max = 10'000;
  bool const cycle = is_cycle(shape_, group);
  int rounds = 0;
  for (bool changed = true; changed;) {
    ++rounds;
    WEIR_ASSERT(rounds < rounds_max);  // else a cycle that never ends
    changed = false;
    for (int const n : group) {
      std::vector<Items> gives = evaluate(n, given);
      for (Items const& items : gives) {
        if (items.size() > items_max) throw TooManyItems();
      }
      std::vector<Items>& known = out_[static_cast<std::size_t>(n)];
      if (cycle && same_bags(gives, known)) continue;
      known = std::move(gives);
      changed = cycle;
    }
  }
}

void Oracle::end_tick() {
  for (std::size_t n = 0; n < shape_.nodes.size(); ++n) {
    Asked const asked = ask(static_cast<int>(n));
    for (std::size_t i = 0; i < asked.now.size(); ++i) {
      remembered_[n][i] = remembered_after(asked, row_of(asked.node), i);
    }
  }
  ++tick_;
}

bool Oracle::starts_tick() const {
  for (std::size_t n = 0; n < shape_.nodes.size(); ++n) {
    if (row_of(shape_.nodes[n]).starts_ticks && !remembered_[n][0].empty()) return true;
  }
  return false;
}

}  // namespace weir::oracle
