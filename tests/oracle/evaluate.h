// The slow engine: what each tick of a flow gives, by definition.
//
// A tick is a set of equations: every node gives what it means of what its inputs get. Nodes that
// feed each other (a cycle) are one group; the groups are worked off in an order in which each
// comes after those that feed it, and within a group everything is computed again, from whole
// vectors, until nothing changes.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/oracle/item.h"
#include "tests/oracle/operators.h"
#include "tests/oracle/shape.h"

namespace weir::oracle {

// A flow that multiplies its items beyond measure is not worth the time.
struct TooManyItems {};

class Oracle {
 public:
  // At one output, in one tick.
  static constexpr std::size_t items_max = 4'000;

  explicit Oracle(Shape const& shape);

  // What comes out of each output in the next tick, whose sources get `given`. Throws TooManyItems.
  std::vector<Items> run_tick(std::vector<Items> const& given);
  // The next tick starts by itself: something was deferred to it.
  bool starts_tick() const;
  std::uint64_t tick() const { return tick_; }

 private:
  using Given = std::vector<Items> const&;
  Asked ask(int node) const;
  std::vector<Items> evaluate(int node, Given given) const;
  void settle(std::vector<int> const& group, Given given);
  void end_tick();
  Items const& items_at(Feed const& feed) const {
    return out_[static_cast<std::size_t>(feed.node)][static_cast<std::size_t>(feed.output)];
  }

  Shape const& shape_;
  std::vector<std::vector<int>> groups_;        // in the order in which they are worked off
  std::vector<std::vector<Items>> out_;         // per node and output: of this tick
  std::vector<std::vector<Items>> remembered_;  // per node and input: see Asked::before
  std::uint64_t tick_ = 0;
};

}  // namespace weir::oracle
