#include "tests/oracle/play.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "tests/oracle/evaluate.h"
#include "tests/oracle/fused.h"
#include "tests/oracle/print.h"
#include "tests/oracle/script.h"
#include "tests/oracle/shape.h"
#include "weir/base/assert.h"
#include "weir/base/random.h"

namespace weir::oracle {

namespace {

// What is known of a script: for each of its ticks what comes of it.
struct Expected {
  std::vector<Items> outputs;
  bool starts_tick = false;
};

// Of as many ticks as are worth the time: a flow may multiply its items beyond measure.
std::vector<Expected> ask_oracle(Shape const& shape, Script const& script) {
  std::vector<Expected> expected;
  Oracle oracle(shape);
  try {
    for (Step const& step : script) {
      std::vector<Items> outputs = oracle.run_tick(step.given);
      expected.push_back({std::move(outputs), oracle.starts_tick()});
    }
  } catch (TooManyItems) {}
  return expected;
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

// A flow that runs, fed with a script.
class Player {
 public:
  Player(FusedFlow const& flow, Shape const& shape, Script const& script) : script_(script) {
    for (std::size_t o = 0; o < output_count; ++o) ordered_[o] = is_ordered(shape, o);
    flow.install(ends_, graph_);
  }

  // One tick, and what is wrong with it.
  std::string run_tick(std::size_t tick, Expected const& expected) {
    Random random(script_[tick].seed);
    if (given_ == tick) give_next();
    while (run_turn(script_[tick].pace, random) == Status::yielded) {
      // What comes in the middle of a tick waits for the next one.
      if (given_ == tick + 1 && random.once_in(4)) give_next();
    }
    if (graph_.failure() != nullptr) return "the flow ended: " + graph_.failure()->what;
    std::string difference = compare(expected.outputs);
    if (!difference.empty()) return difference;
    if (given_ == tick + 1 && graph_.can_start() != expected.starts_tick) {
      return std::string("afterwards, expected ") + (expected.starts_tick
                                                         ? "something deferred that starts a tick"
                                                         : "no reason to start a tick");
    }
    return {};
  }
  std::uint64_t yields() const { return graph_.counters().yields; }

 private:
  Status run_turn(Pace pace, Random& random) {
    graph_.set_budget(next_budget(pace, random));
    return graph_.run_tick();
  }

  void give_next() {
    if (given_ == script_.size()) return;
    std::vector<Items> const& given = script_[given_++].given;
    for (std::size_t s = 0; s < given.size(); ++s) {
      for (Item const& item : given[s]) {
        if (s < number_source_count) ends_.numbers[s].give(item.leaf[0]);
        else ends_.pairs.give(Pair{item.leaf[0], item.leaf[1]});
      }
    }
  }

  std::string compare(std::vector<Items> const& all) {
    for (std::size_t o = 0; o < output_count; ++o) {
      Items got = std::exchange(ends_.outputs[o], {});
      Items expected = all[o];
      if (!ordered_[o]) {
        std::sort(got.begin(), got.end());
        std::sort(expected.begin(), expected.end());
      }
      if (got == expected) continue;
      return "output " + std::to_string(o) + ": expected the " +
             (ordered_[o] ? "sequence " : "bag ") + text_of(expected) + ", got " + text_of(got);
    }
    return {};
  }

  Script const& script_;
  std::array<bool, output_count> ordered_{};
  Ends ends_;
  Graph graph_;
  std::size_t given_ = 0;  // steps whose input has been given
};

// Where a script goes wrong, if it does.
struct Difference {
  std::size_t tick = 0;
  std::string what;

  bool found() const { return !what.empty(); }
};

Difference play_script(FusedFlow const& flow, Shape const& shape, Script const& script,
                       Played& played) {
  std::vector<Expected> const expected = ask_oracle(shape, script);
  Player player(flow, shape, script);
  Difference difference;
  for (std::size_t tick = 0; tick < expected.size() && !difference.found(); ++tick) {
    difference = {tick, player.run_tick(tick, expected[tick])};
    for (Items const& items : expected[tick].outputs) played.items += items.size();
    ++played.ticks;
  }
  played.yields += player.yields();
  return difference;
}

// The shortest way to see it, as text.
std::string explain(FusedFlow const& flow, Shape const& shape, Script const& script) {
  Played ignored;
  auto const goes_wrong = [&](Script const& tried) {
    return play_script(flow, shape, tried, ignored).found();
  };
  Script const shortest = shrink(script, goes_wrong);
  Difference const difference = play_script(flow, shape, shortest, ignored);
  std::string text = "tick " + std::to_string(difference.tick) + ", " + difference.what + "\n";
  for (std::string const& statement : statements_of(shape)) text += "  " + statement + "\n";
  return text + text_of(shortest);
}

}  // namespace

std::vector<FusedFlow>& fused_flows() {
  static std::vector<FusedFlow> flows;
  return flows;
}

Played play(FusedFlow const& flow, std::uint64_t ticks) {
  Shape const shape = parse_shape(flow.seed, flow.shape);
  Played played;
  while (played.ticks < ticks) {
    Random random(flow.seed * 1'000'000 + played.scripts);
    Script const script = random_script(random);
    bool const differs = play_script(flow, shape, script, played).found();
    if (differs) {
      played.difference = "flow of seed " + std::to_string(flow.seed) + ", script " +
                          std::to_string(played.scripts) + ": " + explain(flow, shape, script);
      return played;
    }
    ++played.scripts;
    // Else it is too much for the oracle in its first tick already.
    WEIR_ASSERT(played.scripts < 2 * ticks + 100);
  }
  return played;
}

}  // namespace weir::oracle
