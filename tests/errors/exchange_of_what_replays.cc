// expect: weir: at_node gives what it holds again in every tick
// expect: _no_replay
// expect: {"pairs"}
// expect: {"exchange"}
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/exchange.h"

using namespace weir;

using Pair = std::pair<int, std::pair<int, int>>;

static constexpr node<"pairs"> pairs;

auto broken(Worker& worker, Exchange<Pair>& found) {
  return flow(  // here
      source_iter(std::vector<std::pair<int, int>>{}) >> pairs[_0],
      source_iter(std::vector<std::pair<int, int>>{}) >> pairs[_1], pairs = join(forever, forever),
      pairs >> exchange(worker, found, [](Pair const& pair) { return pair.first; }) >>
          for_each([](Pair const&) {}));
}
