// Random flows for tests: any graph at all, cycles and islands included, whose ports are right.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>

#include "weir/base/random.h"
#include "weir/plan/test_plan.h"

namespace weir {

// WEIR_SEED replays one run.
inline std::uint64_t random_plan_seed() {
  char const* const text = std::getenv("WEIR_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

// `cells` cells, each `union >> operator >> tee` or a source, with random arrows between them; an
// operator with two inputs has two unions.
inline TestStatements random_statements(std::uint64_t seed, std::size_t cells) {
  Random random(seed);
  constexpr std::string_view operators[] = {
      "source",    "map",  "map",        "join", "replaying_join", "difference",
      "anti_join", "fold", "defer_tick", "sort", "defer_tick_lazy"};
  TestStatements statements;
  std::vector<std::string> inputs;
  for (std::size_t c = 0; c < cells; ++c) {
    std::string const cell = "c" + std::to_string(c);
    std::string_view const chosen = operators[random.below(std::size(operators))];
    OperatorInfo const& info = *find_test_operator(chosen);
    if (info.source) {
      statements.add(cell + " = " + std::string(chosen) + " >> tee");
    } else if (info.named_input_count() == 0) {
      statements.add(cell + " = union >> " + std::string(chosen) + " >> tee");
      inputs.push_back(cell);
    } else {
      statements.add(cell + " = " + std::string(chosen) + " >> tee");
      for (std::string_view const port : info.input_ports) {
        inputs.push_back(cell + "_" + std::string(port));
        statements.add(inputs.back() + " = union >> " + cell + "[" + std::string(port) + "]");
      }
    }
  }
  std::size_t const arrows = inputs.empty() ? 0 : random.below(2 * inputs.size()) + 1;
  for (std::size_t a = 0; a < arrows; ++a) {
    statements.add("c" + std::to_string(random.below(cells)) + " >> " +
                   inputs[random.below(inputs.size())]);
  }
  // Most inputs are also fed from outside, so that most item types can be known.
  for (std::string const& input : inputs) {
    if (!random.once_in(8)) statements.add("source >> " + input);
  }
  return statements;
}

}  // namespace weir
