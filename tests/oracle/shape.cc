#include "tests/oracle/shape.h"

#include <sstream>

#include "weir/base/assert.h"

namespace weir::oracle {

std::string_view name_of(Life life) {
  return life == Life::run ? "none" : life == Life::a_tick ? "tick" : "forever";
}

std::string text_of(Shape const& shape) {
  std::ostringstream text;
  for (Node const& node : shape.nodes) {
    text << node.op << ' ' << node.function << ' ' << node.k << ' ' << name_of(node.life[0]) << ' '
         << name_of(node.life[1]) << ' ' << node.kind << ' ' << (node.ordered ? "list" : "bag");
    for (Feed const& feed : node.inputs) text << ' ' << feed.node << '.' << feed.output;
    text << '\n';
  }
  return text.str();
}

Shape parse_shape(std::uint64_t seed, std::string_view text) {
  Shape shape{seed, {}};
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    std::istringstream words(line);
    Node node;
    std::string life[2];
    std::string order;
    words >> node.op >> node.function >> node.k >> life[0] >> life[1] >> node.kind >> order;
    WEIR_ASSERT(!words.fail());
    for (int i = 0; i < 2; ++i) {
      for (Life const known : {Life::run, Life::a_tick, Life::forever}) {
        if (name_of(known) == life[i]) node.life[i] = known;
      }
    }
    node.ordered = order == "list";
    char dot = 0;
    for (Feed feed; words >> feed.node >> dot >> feed.output;) node.inputs.push_back(feed);
    shape.nodes.push_back(std::move(node));
  }
  return shape;
}

}  // namespace weir::oracle
