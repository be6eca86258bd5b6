// How long does a flow of 100 operators take to compile? Ten stages of ten, each with functions and
// item types of its own, as in a program where no two operators are alike.

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"

using namespace weir;

template <int stage>
struct Item {
  std::uint64_t value;

  bool operator==(Item const&) const = default;
  std::uint64_t hash() const { return mix(value); }
};

// Ten operators, from Item<stage> to Item<stage + 1>.
template <int stage, int branch = 0>
auto ten_operators() {
  using From = Item<stage>;
  using To = Item<stage + 1>;
  return filter([](From const& item) { return item.value % (stage + 2) != 0; }) >>
         map([](From item) { return From{item.value + stage + branch}; }) >>
         inspect([](From const& item) { std::printf("%d: %lu\n", stage, item.value); }) >>
         flat_map([](From item) {
           return std::array{item, From{item.value / 2}};
         }) >>
         unique() >> filter_map([](From item) {
           return item.value > stage ? std::optional(std::pair{item, stage}) : std::nullopt;
         }) >>
         map([](From item, int by) { return From{item.value * static_cast<unsigned>(by)}; }) >>
         fold([] { return To{0}; }, [](To& sum, From item) { sum.value += item.value; }) >>
         map([](To item) { return To{item.value ^ stage}; }) >>
         filter([](To const& item) { return item.value < 1'000'000; });
}

static constexpr node<"first"> first;
static constexpr node<"second"> second;
static constexpr node<"third"> third;

void run(Input<Item<0>>& input) {
  Graph graph;
  flow(first = source_stream(input) >> ten_operators<0>() >> ten_operators<1>() >>
               ten_operators<2>() >> tee(),
       first >> ten_operators<3>() >> ten_operators<4>() >> second,
       first >> ten_operators<3, 1>() >> ten_operators<4, 1>() >> second,
       second = union_() >> ten_operators<5>() >> tee(),
       second >> map([](Item<6> item) { return Item<8>{item.value}; }) >> third,
       second >> ten_operators<6>() >> map([](Item<7> item) { return Item<8>{item.value + 1}; }) >>
           third,
       third = union_() >> unique() >> filter([](Item<8> item) { return item.value > 0; }) >>
               for_each([](Item<8> item) { std::printf("%lu\n", item.value); }))
      .install(graph);
  graph.run_available();
}
