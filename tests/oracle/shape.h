// A flow as a value: operators, what they are called with, and what feeds them. Both engines get it
// from here: print.h makes C++ of it, and evaluate.h says what it means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::oracle {

enum class Life : std::uint8_t { run, a_tick, forever };

// One output of one node.
struct Feed {
  int node = 0;
  int output = 0;
  friend bool operator==(Feed const&, Feed const&) = default;
};

struct Node {
  std::string op;              // a row of operators.h
  std::string function = "-";  // of functions.h
  int k = 0;                   // a constant for the function, or for the operator
  Life life[2] = {Life::a_tick, Life::a_tick};
  int kind = 1;         // how many numbers the items have that it gives
  bool ordered = true;  // what it gives comes in one order
  std::vector<Feed> inputs;
};

struct Shape {
  std::uint64_t seed = 0;
  std::vector<Node> nodes;
};

// A line a node. text_of(parse_shape(text_of(shape))) is text_of(shape).
std::string text_of(Shape const& shape);
Shape parse_shape(std::uint64_t seed, std::string_view text);

std::string_view name_of(Life life);

// The inputs and outputs of all flows.
inline constexpr int number_source_count = 2;  // of int
inline constexpr int source_count = 3;         // and then of Pair
inline constexpr int output_count = 6;

}  // namespace weir::oracle
