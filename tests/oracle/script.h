// What a flow gets, tick by tick, and how each of its ticks is run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/oracle/item.h"
#include "weir/base/random.h"
#include "weir/sched/graph.h"

namespace weir::oracle {

// As a whole; item by item; a few items at a time, or no time at all. The simpler ones first.
enum class Pace : std::uint8_t { whole, one, random };

struct Step {
  std::vector<Items> given;  // to each source
  Pace pace = Pace::whole;
  std::uint64_t seed = 0;  // of its budgets, and of when the next step's input comes
};
using Script = std::vector<Step>;

// A tick with much, or some with little, or dozens with next to nothing.
Script random_script(Random& random);

// What the next turn of a tick may do.
TickBudget next_budget(Pace pace, Random& random);

// A script that goes wrong, too, and cannot be made shorter by leaving out anything of it; or that
// was not, in some hundred tries.
Script shrink(Script script, std::function<bool(Script const&)> const& goes_wrong);

std::string text_of(Items const& items);
// A line a tick.
std::string text_of(Script const& script);

}  // namespace weir::oracle
