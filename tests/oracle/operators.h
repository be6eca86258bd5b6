// The operators that random flows are made of: how each is called, what it takes and gives, and
// what it means. A new operator is a new row in operators.cc.
//
// What an operator means is a function of whole vectors: all that came to each input before this
// tick and still counts, and all that comes in this tick. There is no state and no "meanwhile".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/oracle/item.h"
#include "tests/oracle/shape.h"

namespace weir::oracle {

// What a node means is asked with this.
struct Asked {
  Node const& node;
  std::uint64_t tick;
  // Per input: what came in earlier ticks and lives on, and what comes in this one.
  std::vector<Items> before;
  std::vector<Items> now;

  Items all(std::size_t input) const {
    Items items = before[input];
    items.insert(items.end(), now[input].begin(), now[input].end());
    return items;
  }
};

// What an output carries, in terms of the inputs.
enum class Gives : std::uint8_t { the_same, one, two, three, any, one_more, sum };
// What order it gives.
enum class Order : std::uint8_t { keeps, keeps_first, loses, makes };
struct Row {
  std::string_view name;
  // How often it is chosen, among the others.
  int weight = 0;
  // The kind of each input; 0 is any, -1 is that of the first.
  std::vector<int> takes{0};
  int takes_at_most = 3;  // where it is any
  Gives gives = Gives::the_same;
  int outputs = 1;
  std::vector<std::string_view> input_ports{};
  std::vector<std::string_view> output_ports{};
  Order order = Order::keeps;
  // What comes out depends on the order of what comes in.
  bool needs_order = false;
  // May stand in a cycle: it waits for nothing, and more input gives more output.
  bool monotone = false;
  // Runs more often than once in a tick, or makes others do so: then nothing may live for a run.
  bool runs_again = false;
  // The tick after: what comes in is not needed to know what goes out.
  bool delays = false;
  bool starts_ticks = false;
  // The number of lifetimes it is called with.
  int lives = 0;
  // The names of the functions it may be called with, given the kind it gives.
  std::vector<std::string_view> (*functions)(int kind) = nullptr;
  // What Asked::before will be in the next tick; null where the lifetimes say so, or there is none.
  Items (*remembers)(Asked const& asked, std::size_t input) = nullptr;
  // As it stands in a flow.
  std::string (*text)(Node const& node) = nullptr;
  // What each of its outputs gives in this tick.
  std::vector<Items> (*means)(Asked const& asked) = nullptr;
};

std::span<Row const> rows();
Row const& row_of(Node const& node);

}  // namespace weir::oracle
