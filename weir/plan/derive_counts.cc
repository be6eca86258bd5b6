#include "weir/plan/derive_counts.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>

#include "weir/base/assert.h"

namespace weir {

namespace {

// What gives one for one besides those whose row says so. (The row speaks of items that are pushed
// to a node with one input: what flows at its compile time decide by it.) The ends of a flow read
// and write the handoff that they have.
constexpr std::array<std::string_view, 16> one_for_one = {"union",
                                                          "encode",
                                                          "source",
                                                          "source_tcp",
                                                          "source_interval",
                                                          "source_stream",
                                                          "source_tcp_events",
                                                          "source_tls",
                                                          "source_unix",
                                                          "source_tls_events",
                                                          "source_udp",
                                                          "dest",
                                                          "dest_tcp",
                                                          "dest_udp",
                                                          "dest_unix",
                                                          "dest_tls"};

bool gives_one_for_one(OperatorInfo const& info) {
  if (info.one_to_one) return true;
  return std::find(one_for_one.begin(), one_for_one.end(), info.name) != one_for_one.end();
}

class Derivation {
 public:
  Derivation(PlanView const& plan, Slice<EdgeCount const> counted)
      : plan_(plan), looks_(plan.nodes.size()), open_(plan.nodes.size(), true) {
    WEIR_ASSERT(counted.size() == plan.edges.size());
    counts_.nodes.resize(plan.nodes.size());
    counts_.edges.resize(plan.edges.size());
    for (std::size_t e = 0; e < plan.edges.size(); ++e) {
      looks_[source_of(e)].outputs.push_back(e);
      looks_[target_of(e)].inputs.push_back(e);
      ++looks_[target_of(e)].unknown_inputs;
    }
    for (std::size_t n = 0; n < looks_.size(); ++n) {
      looks_[n].one_for_one = gives_one_for_one(plan.nodes[n].info);
      look_again_.push_back(n);
    }
    for (std::size_t e = 0; e < plan.edges.size(); ++e) {
      if (counted[e].written.known != Known::no) set_written(e, counted[e].written);
      if (counted[e].read.known != Known::no) set_read(e, counted[e].read);
    }
  }

  PlanCounts run() {
    // A node is looked at again when something of it has become known: at most once for each edge.
    while (!look_again_.empty()) {
      std::size_t const node = look_again_.front();
      look_again_.pop_front();
      open_[node] = false;
      look_at(node);
    }
    for (std::size_t n = 0; n < looks_.size(); ++n) sum_up(n);
    return std::move(counts_);
  }

 private:
  struct Look {
    std::vector<std::size_t> inputs;
    std::vector<std::size_t> outputs;
    std::size_t unknown_inputs = 0;
    bool one_for_one = false;
    bool settled = false;  // what passes it is known
  };

  std::size_t source_of(std::size_t edge) const {
    return static_cast<std::size_t>(plan_.edges[edge].source);
  }
  std::size_t target_of(std::size_t edge) const {
    return static_cast<std::size_t>(plan_.edges[edge].target);
  }
  bool holds_items(std::size_t edge) const { return plan_.edges[edge].kind == EdgeKind::handoff; }

  void set_written(std::size_t edge, ItemCount count) {
    ItemCount& written = counts_.edges[edge].written;
    if (written.known != Known::no) return;
    written = count;
    note(source_of(edge));
    if (!holds_items(edge)) set_read(edge, {count.items, Known::derived});
  }
  void set_read(std::size_t edge, ItemCount count) {
    ItemCount& read = counts_.edges[edge].read;
    if (read.known != Known::no) return;
    read = count;
    --looks_[target_of(edge)].unknown_inputs;
    note(target_of(edge));
    if (!holds_items(edge)) set_written(edge, {count.items, Known::derived});
  }
  void note(std::size_t node) {
    if (open_[node]) return;
    open_[node] = true;
    look_again_.push_back(node);
  }

  void look_at(std::size_t node) {
    Look& look = looks_[node];
    if (!look.one_for_one || look.settled) return;
    ItemCount passed = passed_by(look);
    if (passed.known == Known::no) return;
    look.settled = true;
    passed.known = Known::derived;
    for (std::size_t const edge : look.outputs) set_written(edge, passed);
    if (look.inputs.size() == 1) set_read(look.inputs[0], passed);
  }
  ItemCount passed_by(Look const& look) const {
    if (!look.inputs.empty() && look.unknown_inputs == 0) return sum_in(look);
    for (std::size_t const edge : look.outputs) {
      ItemCount const written = counts_.edges[edge].written;
      if (written.known != Known::no) return written;
    }
    return {};
  }

  static void add(ItemCount& sum, ItemCount count) {
    sum.items += count.items;
    sum.known = std::min(sum.known, count.known);
  }
  ItemCount sum_in(Look const& look) const {
    if (look.inputs.empty() || look.unknown_inputs > 0) return {};
    ItemCount sum{0, Known::counted};
    for (std::size_t const edge : look.inputs) add(sum, counts_.edges[edge].read);
    return sum;
  }
  ItemCount sum_out(Look const& look) const {
    if (look.outputs.empty()) return {};
    if (look.one_for_one) return counts_.edges[look.outputs[0]].written;
    ItemCount sum{0, Known::counted};
    for (std::size_t const edge : look.outputs) add(sum, counts_.edges[edge].written);
    return sum.known == Known::no ? ItemCount{} : sum;
  }
  void sum_up(std::size_t node) {
    counts_.nodes[node] = {sum_in(looks_[node]), sum_out(looks_[node])};
  }

  PlanView const plan_;
  PlanCounts counts_;
  std::vector<Look> looks_;
  std::vector<bool> open_;  // it is in the queue
  std::deque<std::size_t> look_again_;
};

}  // namespace

std::string_view text(Known known) {
  switch (known) {
    case Known::no:
      return {};
    case Known::derived:
      return "derived";
    case Known::counted:
      return "counted";
  }
  return {};
}

PlanCounts derive_counts(PlanView const& plan, Slice<EdgeCount const> counted) {
  return Derivation(plan, counted).run();
}

}  // namespace weir
