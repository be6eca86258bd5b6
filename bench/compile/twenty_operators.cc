// Compiled by the bench, never run: a flow of 20 operators with everything that makes compiling
// slow: cycles, joins, tees, unions, lambdas of which no two are alike.

#include <array>
#include <cstdint>
#include <utility>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

using namespace weir;

using Pair = std::pair<int, std::uint32_t>;

void twenty_operators(Graph& graph, Input<Pair>& first_input, Input<Pair>& second_input,
                      std::uint64_t& sum) {
  static constexpr node<"first"> first;
  static constexpr node<"first_join"> first_join;
  static constexpr node<"second"> second;
  static constexpr node<"second_join"> second_join;

  flow(first = union_() >> tee(), source_stream(first_input) >> first,
       first >> map([](Pair p) {
         return Pair{p.first + 1, p.second};
       }) >>
           first_join[_0],
       first >> filter([](Pair const& p) { return p.first % 3 == 0; }) >> first_join[_1],
       first_join = join() >> map([](int key, auto both) {
                      return Pair{key, both.first + both.second};
                    }) >>
                    tee(),
       first_join >> filter([](Pair const& p) { return p.first < 1000; }) >> first,

       second = union_() >> tee(), source_stream(second_input) >> second, first_join >> second,
       second >> map([](Pair p) {
         return Pair{p.first ^ 1, p.second};
       }) >>
           second_join[_0],
       second >> filter([](Pair const& p) { return p.first % 5 == 0; }) >> second_join[_1],
       second_join = join() >> map([](int key, auto both) {
                       return Pair{key, both.first * both.second};
                     }) >>
                     tee(),
       second_join >> filter([](Pair const& p) { return p.first < 500; }) >> second,
       second_join >> unique() >> for_each([&](Pair const& p) { sum += p.second; }))
      .install(graph);
}
