#include "tests/oracle/generate.h"

#include <algorithm>
#include <utility>

#include "tests/oracle/evaluate.h"
#include "tests/oracle/functions.h"
#include "tests/oracle/operators.h"
#include "weir/base/assert.h"
#include "weir/base/random.h"

namespace weir::oracle {

namespace {

// An output that may be read.
struct Edge {
  Feed feed;
  int kind;
  bool ordered;
};

// Grows a flow from its sources on: node after node, each reading what is there already. Only the
// second input of a union that begins a cycle is filled in later.
class Grower {
 public:
  Grower(std::uint64_t seed, std::uint64_t random_seed) : random_(random_seed) {
    shape_.seed = seed;
  }

  Shape grow() {
    add_sources();
    for (std::uint64_t steps = 3 + random_.below(4); steps > 0; --steps) {
      if (!once_a_tick_ && random_.once_in(7)) add_cycle(edges_, 2);
      else if (random_.once_in(12)) open_tick_cycle();
      else add_random(edges_, false);
    }
    close_tick_cycles();
    add_sinks();
    return std::move(shape_);
  }

 private:
  using Edges = std::vector<Edge>;

  int below(std::size_t bound) { return static_cast<int>(random_.below(bound)); }
  Life random_life() {
    if (once_a_tick_ && random_.once_in(3)) return Life::run;
    return random_.once_in(2) ? Life::a_tick : Life::forever;
  }
  Row const& row_called(std::string_view name) {
    Node node;
    node.op = name;
    return row_of(node);
  }

  // ---- edges ----

  bool is_read(Edge const& edge) const {
    for (Node const& node : shape_.nodes) {
      for (Feed const& feed : node.inputs) {
        if (feed == edge.feed) return true;
      }
    }
    return false;
  }

  // Any of them, but rather one that is not among `taken`, and that nobody reads yet.
  Edge choose(Edges const& edges, bool ordered = false, Edges const& taken = {}) {
    Edges fitting;
    Edges fresh;
    Edges unread;
    for (Edge const& edge : edges) {
      if (ordered && !edge.ordered) continue;
      fitting.push_back(edge);
      bool const again = std::any_of(taken.begin(), taken.end(),
                                     [&](Edge const& other) { return other.feed == edge.feed; });
      if (again) continue;
      fresh.push_back(edge);
      if (!is_read(edge)) unread.push_back(edge);
    }
    WEIR_ASSERT(!fitting.empty());
    Edges const& from = fresh.empty() || random_.once_in(12)   ? fitting
                        : unread.empty() || random_.once_in(5) ? fresh
                                                               : unread;
    return from[random_.below(from.size())];
  }

  // The same, or what a map makes of it.
  Edge as_kind(Edge const& edge, int kind) {
    if (edge.kind == kind) return edge;
    return add(row_called("map"), {edge}, kind)[0];
  }

  // ---- nodes ----

  static int kind_given(Row const& row, Edges const& inputs, int chosen) {
    switch (row.gives) {
      case Gives::the_same:
        return inputs.empty() ? chosen : inputs[0].kind;
      case Gives::one:
        return 1;
      case Gives::two:
        return 2;
      case Gives::three:
        return 3;
      case Gives::any:
        return chosen;
      case Gives::one_more:
        return inputs[0].kind + 1;
      case Gives::sum:
        return inputs[0].kind + inputs[1].kind;
    }
    return 0;
  }
  static bool orders(Row const& row, Edges const& inputs) {
    if (row.order == Order::loses) return false;
    if (row.order == Order::makes) return true;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      bool const matters = row.order != Order::keeps_first || i == 0;
      if (matters && !inputs[i].ordered) return false;
    }
    return true;
  }

  // Returns its outputs.
  Edges add(Row const& row, Edges const& inputs, int chosen_kind = 1) {
    Node node;
    node.op = row.name;
    node.kind = kind_given(row, inputs, chosen_kind);
    node.k = below(10);
    node.ordered = orders(row, inputs);
    if (row.functions != nullptr) {
      auto const names = row.functions(node.kind);
      node.function = names[random_.below(names.size())];
    }
    for (int i = 0; i < row.lives; ++i) node.life[i] = random_life();
    for (Edge const& edge : inputs) node.inputs.push_back(edge.feed);
    shape_.nodes.push_back(node);
    Edges outputs;
    for (int i = 0; i < row.outputs; ++i) {
      outputs.push_back({{static_cast<int>(shape_.nodes.size()) - 1, i}, node.kind, node.ordered});
      edges_.push_back(outputs.back());
    }
    return outputs;
  }

  // A random operator that reads some of `edges`, the first of them from `first` where it is given.
  Edges add_random(Edges const& edges, bool monotone, Edges const* first = nullptr) {
    bool any_ordered = false;
    for (Edge const& edge : edges) any_ordered |= edge.ordered;
    auto const weight = [&](Row const& row) {
      bool const fits = (row.monotone || !monotone) && (any_ordered || !row.needs_order);
      return fits && !(once_a_tick_ && row.runs_again) ? row.weight : 0;
    };
    int all = 0;
    for (Row const& row : rows()) all += weight(row);
    int pick = below(static_cast<std::size_t>(all));
    for (Row const& row : rows()) {
      if ((pick -= weight(row)) < 0) return add_reading(row, edges, first);
    }
    return {};
  }
  Edges add_reading(Row const& row, Edges const& edges, Edges const* first) {
    Edges inputs;
    Edges taken;
    for (int const takes : row.takes) {
      Edge edge =
          choose(inputs.empty() && first != nullptr ? *first : edges, row.needs_order, taken);
      taken.push_back(edge);
      int kind = takes;
      if (takes == 0 && edge.kind > row.takes_at_most)
        kind = 1 + below(static_cast<std::size_t>(row.takes_at_most));
      if (takes == -1) kind = inputs[0].kind;
      inputs.push_back(kind == 0 ? edge : as_kind(edge, kind));
      taken.push_back(inputs.back());
    }
    return add(row, inputs, 1 + below(3));
  }

  void add_sources() {
    bool used[source_count] = {};
    for (std::uint64_t count = 1 + random_.below(3); count > 0; --count) {
      int const which = below(source_count);
      if (std::exchange(used[which], true)) {
        if (random_.once_in(4)) add(row_called("initialize"), {});
        else add(row_called("source_iter"), {}, 1 + below(2));
      } else {
        add(row_called("source"), {}, which < number_source_count ? 1 : 2);
        shape_.nodes.back().k = which;
      }
    }
  }

  // What is read from `edges` goes round until nothing new comes of it:
  //
  //   edge ─▶ union ─▶ unique ─▶ something monotone ─▶ …
  //             ▲                        │
  //             └────────────────────────┘
  void add_cycle(Edges const& from, int depth) {
    Edges const outside = from;
    int const kind = 1 + below(2);  // by itself: C++ leaves the order of arguments open
    Edge const entry = as_kind(choose(outside), kind);
    Row const& union_row = row_called("union");
    auto const head = shape_.nodes.size();
    Edge const met = add(union_row, {entry, entry})[0];
    Edges body = add(row_called("unique"), {met});
    for (std::uint64_t steps = 1 + random_.below(3); steps > 0; --steps) {
      auto const known = edges_.size();
      Edges readable = outside;
      readable.insert(readable.end(), body.begin(), body.end());
      if (depth > 1 && random_.once_in(6)) add_cycle(body, depth - 1);
      else add_random(readable, true, &body);
      body.insert(body.end(), edges_.begin() + static_cast<std::ptrdiff_t>(known), edges_.end());
    }
    Edge const back = as_kind(body.back(), entry.kind);
    shape_.nodes[head].inputs[1] = back.feed;
  }

  // The same through the next tick: closed when there is more to choose from.
  void open_tick_cycle() {
    Edge const entry = choose(edges_);
    open_.push_back({static_cast<int>(shape_.nodes.size()), entry.kind});
    add(row_called("union"), {entry, entry});
  }
  void close_tick_cycles() {
    for (auto const& [head, kind] : std::exchange(open_, {})) {
      Edges later;
      for (Edge const& edge : edges_) {
        if (edge.feed.node >= head) later.push_back(edge);
      }
      Edge const back = add(row_called("unique"), {as_kind(choose(later), kind)})[0];
      Edge const deferred =
          add(row_called(random_.once_in(3) ? "defer_tick_lazy" : "defer_tick"), {back})[0];
      shape_.nodes[static_cast<std::size_t>(head)].inputs[1] = deferred.feed;
    }
  }

  void add_sinks() {
    int next = 0;
    Edges const edges = edges_;
    for (Edge const& edge : edges) {
      if (is_read(edge) && !random_.once_in(8)) continue;
      add(row_called("collect"), {edge});
      shape_.nodes.back().k = next++ % output_count;
    }
  }

  Random random_;
  // A flow whose subgraphs run once in a tick each, so that what lives for a run lives for a tick.
  bool const once_a_tick_ = random_.once_in(3);
  Shape shape_;
  Edges edges_;
  std::vector<std::pair<int, int>> open_;  // unions without their second input, and their kinds
};

// A few ticks of a few items.
bool is_worth_the_time(Shape const& shape) {
  std::vector<Items> const given{{Item(1), Item(7), Item(18)},
                                 {Item(2), Item(7), Item(13)},
                                 {Item(0, 5), Item(1, 7), Item(2, 12), Item(3, 19)}};
  Oracle oracle(shape);
  try {
    for (int i = 0; i < 4; ++i) oracle.run_tick(given);
  } catch (TooManyItems) {
    return false;
  }
  return true;
}

}  // namespace

Shape random_shape(std::uint64_t seed) {
  constexpr std::uint64_t tries_max = 100;
  for (std::uint64_t tries = 0; tries < tries_max; ++tries) {
    Shape shape = Grower(seed, seed + (tries << 32)).grow();
    if (is_worth_the_time(shape)) return shape;
  }
  WEIR_ASSERT(false);  // a generator whose flows are all too much
  return {};
}

}  // namespace weir::oracle
