#include "tests/oracle/play.h"

#include <algorithm>
#include <cstddef>

#include "tests/oracle/evaluate.h"
#include "tests/oracle/fused.h"
#include "tests/oracle/print.h"
#include "tests/oracle/shape.h"
#include "weir/base/random.h"

namespace weir::oracle {

namespace {

constexpr int ticks_max = 8;

// One tick: what the sources get, and what must come of it.
struct Step {
  std::vector<Items> given;
  std::vector<Items> expected;
  bool starts_tick = false;
};

// Of at most so many items for each source.
std::vector<Items> random_batches(Random& random, std::uint64_t size_max) {
  std::vector<Items> given(source_count);
  for (int s = 0; s < source_count; ++s) {
    if (random.once_in(4)) continue;
    for (std::uint64_t n = random.below(size_max + 1); n > 0; --n) {
      int const v = static_cast<int>(random.below(domain));
      int const key = static_cast<int>(random.below(4));
      given[static_cast<std::size_t>(s)].push_back(s < number_source_count ? Item(v)
                                                                           : Item(key, v));
    }
  }
  return given;
}

// Ends before the flow has too many items to be worth the time.
std::vector<Step> make_script(Shape const& shape, Random& random) {
  std::vector<Step> steps;
  Oracle oracle(shape);
  // Many items go another way than few: in blocks.
  std::uint64_t const size_max = random.once_in(5) ? 150 : 6;
  try {
    for (int i = 0; i < ticks_max; ++i) {
      Step step;
      step.given = random_batches(random, size_max);
      step.expected = oracle.run_tick(step.given);
      step.starts_tick = oracle.starts_tick();
      steps.push_back(std::move(step));
    }
  } catch (TooManyItems) {}
  return steps;
}

void give(Ends& ends, std::vector<Items> const& given) {
  for (std::size_t s = 0; s < given.size(); ++s) {
    for (Item const& item : given[s]) {
      if (s < number_source_count) ends.numbers[s].give(item.leaf[0]);
      else ends.pairs.give(Pair{item.leaf[0], item.leaf[1]});
    }
  }
}

// Whether all that comes out there comes in one order.
bool is_ordered(Shape const& shape, std::size_t output) {
  int paths = 0;
  bool ordered = true;
  for (Node const& node : shape.nodes) {
    if (node.op != "collect" || node.k != static_cast<int>(output)) continue;
    ++paths;
    ordered = ordered && node.ordered;
  }
  return paths < 2 && ordered;
}

std::string text_of(Items const& items) {
  std::vector<std::string> shown;
  std::string text = "{";
  for (Item const& item : items) {
    if (text.size() > 1) text += ", ";
    if (item.count > 1) text += "(";
    for (int i = 0; i < item.count; ++i) text += (i > 0 ? " " : "") + std::to_string(item.leaf[i]);
    if (item.count > 1) text += ")";
  }
  return text + "}";
}

std::string compare(Shape const& shape, Ends& ends, Step const& step) {
  for (std::size_t o = 0; o < output_count; ++o) {
    Items got = std::exchange(ends.outputs[o], {});
    Items expected = step.expected[o];
    bool const ordered = is_ordered(shape, o);
    if (!ordered) {
      std::sort(got.begin(), got.end());
      std::sort(expected.begin(), expected.end());
    }
    if (got == expected) continue;
    return "output " + std::to_string(o) + ": expected the " + (ordered ? "sequence " : "bag ") +
           text_of(expected) + ", got " + text_of(got);
  }
  return {};
}

enum class Budget : std::uint8_t { none, one, random };

TickBudget next_budget(Budget budget, Random& random) {
  if (budget == Budget::none) return {};
  if (budget == Budget::one) return {.items = 1};
  if (random.once_in(8)) return {.time = 0};
  return {.items = static_cast<std::int64_t>(1 + random.below(6))};
}

std::string play_script(FusedFlow const& flow, Shape const& shape, std::vector<Step> const& steps,
                        Budget budget, Random random) {
  Ends ends;
  Graph graph;
  flow.install(ends, graph);
  std::size_t given = 0;  // steps whose input has been given
  auto const give_next = [&] {
    if (given < steps.size()) give(ends, steps[given++].given);
  };
  auto const run_turn = [&] {
    graph.set_budget(next_budget(budget, random));
    return graph.run_tick();
  };
  for (std::size_t tick = 0; tick < steps.size(); ++tick) {
    std::string const when = "tick " + std::to_string(tick) + ", ";
    if (given == tick) give_next();
    while (run_turn() == Status::yielded) {
      // What comes in the middle of a tick waits for the next one.
      if (given == tick + 1 && random.once_in(4)) give_next();
    }
    if (graph.failure() != nullptr) return when + "the flow ended: " + graph.failure()->what;
    std::string const difference = compare(shape, ends, steps[tick]);
    if (!difference.empty()) return when + difference;
    if (given == tick + 1 && graph.can_start() != steps[tick].starts_tick) {
      return when + "afterwards, expected " +
             (steps[tick].starts_tick ? "something deferred that starts a tick"
                                      : "no reason to start a tick");
    }
  }
  return {};
}

// What to give it again, as text.
std::string given_text(std::vector<Step> const& steps) {
  std::string text;
  for (std::size_t tick = 0; tick < steps.size(); ++tick) {
    text += "  tick " + std::to_string(tick) + " gets";
    for (Items const& items : steps[tick].given) text += " " + text_of(items);
    text += "\n";
  }
  return text;
}

}  // namespace

std::vector<FusedFlow>& fused_flows() {
  static std::vector<FusedFlow> flows;
  return flows;
}

Played play(FusedFlow const& flow, int scripts) {
  constexpr std::string_view names[] = {"no budget", "a budget of 1", "random budgets"};
  Shape const shape = parse_shape(flow.seed, flow.shape);
  Played played;
  for (int script = 0; script < scripts; ++script) {
    Random random(flow.seed * 1'000 + static_cast<std::uint64_t>(script));
    std::vector<Step> const steps = make_script(shape, random);
    for (Budget const budget : {Budget::none, Budget::one, Budget::random}) {
      std::string const difference = play_script(flow, shape, steps, budget, random);
      if (difference.empty()) continue;
      played.difference = "flow of seed " + std::to_string(flow.seed) + ", script " +
                          std::to_string(script) + ", " +
                          std::string(names[static_cast<int>(budget)]) + ": " + difference + "\n";
      for (std::string const& statement : statements_of(shape)) {
        played.difference += "  " + statement + "\n";
      }
      played.difference += given_text(steps);
      return played;
    }
    played.ticks += steps.size();
    for (Step const& step : steps) {
      for (Items const& items : step.expected) played.items += items.size();
    }
  }
  return played;
}

}  // namespace weir::oracle
