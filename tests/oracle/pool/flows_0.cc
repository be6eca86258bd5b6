// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_0(Ends& ends, Graph& graph) {
  flow(n1 >> n19[_1],
       n19 = cross_join_multiset_no_replay(forever, forever) >> for_each(Collect{&ends.outputs[2]}),
       n13 =
           union_() >> unique(forever) >> map(Map<2>{with_key, 4}) >> map(Map<1>{last, 1}) >> tee(),
       n20 = n8 >> map(Map<1>{last, 3}) >> unique(tick) >> tee(),
       n8 = union_() >> unique(forever) >> map(Map<2>{split, 9}) >> tee(), n1 >> n5[_1],
       source_stream(ends.numbers[1]) >> for_each(Collect{&ends.outputs[0]}),
       n5 >> map(Map<1>{add, 8}) >> n19[_0], source_stream(ends.numbers[0]) >> n4, n13 >> n13,
       n20 >> for_each(Collect{&ends.outputs[3]}), n11 = n8 >> map(Map<2>{with_key, 5}) >> tee(),
       n5 = chain() >> map(InTick{}) >> map(Map<2>{outer, 9}) >> tee(), n4 = union_() >> n5[_0],
       n13 >> map(Map<2>{with_key, 5}) >> n8, n11 >> map(Map<1>{first, 3}) >> n13, n5 >> n8,
       n1 = source_stream(ends.pairs) >> filter_map(FilterMap<1>{add, 7}) >> tee(),
       n20 >> defer_tick() >> n4, n11 >> for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_0({0, R"(
source - 0 tick tick 1 list
source - 2 tick tick 2 list
source - 1 tick tick 1 list
filter_map add 7 tick tick 1 list 1.0
union - 6 tick tick 1 bag 0.0 22.0
chain - 9 tick tick 1 bag 4.0 3.0
map_in_tick - 0 tick tick 1 bag 5.0
map outer 9 tick tick 2 bag 6.0
union - 6 tick tick 2 bag 7.0 17.0
unique - 6 forever tick 2 bag 8.0
map split 9 tick tick 2 bag 9.0
map with_key 5 tick tick 2 bag 10.0
map first 3 tick tick 1 bag 11.0
union - 5 tick tick 1 bag 12.0 16.0
unique - 6 forever tick 1 bag 13.0
map with_key 4 tick tick 2 bag 14.0
map last 1 tick tick 1 bag 15.0
map with_key 5 tick tick 2 bag 16.0
map add 8 tick tick 1 bag 7.0
cross_join_multiset_no_replay - 1 forever forever 2 bag 18.0 3.0
map last 3 tick tick 1 bag 10.0
unique - 9 tick tick 1 bag 20.0
defer_tick - 2 tick tick 1 bag 21.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 2 bag 11.0
collect - 2 tick tick 2 bag 19.0
collect - 3 tick tick 1 bag 21.0
)",
                           install_0});

void install_1(Ends& ends, Graph& graph) {
  flow(n3 = union_() >> for_each(Collect{&ends.outputs[1]}), source_stream(ends.numbers[1]) >> n3,
       n1 = source_stream(ends.pairs) >> sort() >> tee(),
       n1 >> next_stratum() >> map(Map<1>{multiply, 4}) >> unique(tick) >> defer_tick_lazy() >> n3,
       n1 >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_1({1, R"(
source - 1 tick tick 1 list
source - 2 tick tick 2 list
sort - 5 tick tick 2 list 1.0
union - 4 tick tick 1 bag 0.0 7.0
next_stratum - 7 tick tick 2 list 2.0
map multiply 4 tick tick 1 list 4.0
unique - 6 tick tick 1 list 5.0
defer_tick_lazy - 8 tick tick 1 list 6.0
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 1 bag 3.0
)",
                           install_1});

void install_2(Ends& ends, Graph& graph) {
  flow(n0 >> scan(none, Zero{}, Scan{count, 4}) >> n9[_1],
       n5 = join_no_replay(forever, tick) >> for_each(Collect{&ends.outputs[1]}),
       n2 >> for_each(Collect{&ends.outputs[0]}),
       n9 = chain_first_n(5) >> for_each(Collect{&ends.outputs[2]}),
       source_stream(ends.pairs) >> fold_no_replay(tick, Zero{}, Into{count, 3}) >>
           fold(forever, Zero{}, Into{digits, 6}) >> n9[_0],
       n2 = source_stream(ends.numbers[1]) >> map(Map<2>{split, 9}) >> tee(), n0 >> n5[_1],
       n2 >> n5[_0], n0 = source_stream(ends.numbers[0]) >> map(Map<2>{split, 3}) >> tee())
      .install(graph);
}
Registration const flow_2({2, R"(
source - 0 tick tick 1 list
source - 2 tick tick 2 list
source - 1 tick tick 1 list
map split 9 tick tick 2 list 2.0
map split 3 tick tick 2 list 0.0
join_no_replay - 1 forever tick 3 bag 3.0 4.0
fold_no_replay count 3 tick tick 1 list 1.0
fold_in_order digits 6 forever tick 1 list 6.0
scan count 4 none tick 1 list 4.0
chain_first_n - 5 tick tick 1 list 7.0 8.0
collect - 0 tick tick 2 list 3.0
collect - 1 tick tick 3 bag 5.0
collect - 2 tick tick 1 list 9.0
)",
                           install_2});

void install_3(Ends& ends, Graph& graph) {
  flow(n4 >> n9, source_stream(ends.numbers[0]) >> n9, n1 >> for_each(Collect{&ends.outputs[0]}),
       n9 = union_() >> for_each(Collect{&ends.outputs[1]}), n1 >> map(Map<1>{first, 5}) >> n4,
       n1 = source_stream(ends.numbers[1]) >> enumerate(tick) >> map(As<2>{}) >> tee(),
       n4 = union_() >> unique(forever) >> tee(),
       n4 >> filter_map(FilterMap<3>{spread, 2}) >> persist() >> map(Map<1>{first, 3}) >> n4)
      .install(graph);
}
Registration const flow_3({3, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
enumerate - 6 tick tick 2 list 1.0
map first 5 tick tick 1 list 2.0
union - 0 tick tick 1 bag 3.0 8.0
unique - 9 forever tick 1 bag 4.0
filter_map spread 2 tick tick 3 bag 5.0
persist - 4 tick tick 3 bag 6.0
map first 3 tick tick 1 bag 7.0
union - 2 tick tick 1 bag 0.0 5.0
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 1 bag 9.0
)",
                           install_3});

void install_4(Ends& ends, Graph& graph) {
  flow(n1 >> for_each(Collect{&ends.outputs[0]}),
       n7 = zip(none, forever) >> for_each(Collect{&ends.outputs[3]}),
       source_stream(ends.numbers[1]) >> map(Map<2>{with_key, 9}) >>
           fold_keyed_no_replay(none, Zero{}, Into{total, 6}) >>
           for_each(Collect{&ends.outputs[2]}),
       n1 >> n7[_1], n1 >> reduce_keyed(none, Merge{larger}) >> for_each(Collect{&ends.outputs[1]}),
       source_iter(made<1>(3)) >> n7[_0],
       n1 = source_stream(ends.numbers[0]) >> map(Map<2>{split, 4}) >> tee())
      .install(graph);
}
Registration const flow_4({4, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
source_iter - 3 tick tick 1 list
map split 4 tick tick 2 list 1.0
reduce_keyed larger 5 none tick 2 bag 3.0
map with_key 9 tick tick 2 list 0.0
fold_keyed_no_replay total 6 none tick 2 bag 5.0
zip - 2 none forever 3 list 2.0 3.0
collect - 0 tick tick 2 list 3.0
collect - 1 tick tick 2 bag 4.0
collect - 2 tick tick 2 bag 6.0
collect - 3 tick tick 3 list 7.0
)",
                           install_4});

void install_5(Ends& ends, Graph& graph) {
  flow(n1 = source_iter(made<2>(8)) >> tee(), source_stream(ends.numbers[1]) >> n5[_1],
       n2[_1] >> n3[_1], n5[_1] >> for_each(Collect{&ends.outputs[2]}),
       n3 = cross_join_no_replay(none, none) >> map(Map<1>{first, 3}) >> n5[_0], n2[_0] >> n3[_0],
       n5 = cross_join(none, tick) >> unzip(), n5[_0] >> for_each(Collect{&ends.outputs[1]}),
       n1 >> for_each(Collect{&ends.outputs[0]}), n2 = n1 >> unzip())
      .install(graph);
}
Registration const flow_5({5, R"(
source - 1 tick tick 1 list
source_iter - 8 tick tick 2 list
unzip - 8 tick tick 1 list 1.0
cross_join_no_replay - 8 none none 2 bag 2.0 2.1
map first 3 tick tick 1 bag 3.0
cross_join - 5 none tick 2 bag 4.0 0.0
unzip - 3 tick tick 1 bag 5.0
collect - 0 tick tick 2 list 1.0
collect - 1 tick tick 1 bag 6.0
collect - 2 tick tick 1 bag 6.1
)",
                           install_5});

void install_6(Ends& ends, Graph& graph) {
  flow(n6 = union_() >> n7, n2 >> map(Map<1>{first, 1}) >> n5[_0], n7 >> n11[_0],
       n2 >> for_each(Collect{&ends.outputs[0]}),
       n11 = join_multiset_no_replay(tick, forever) >> tee(),
       n5 = zip_longest() >> map(Longest{}) >> tee(), n5 >> for_each(Collect{&ends.outputs[1]}),
       n5 >> n11[_1],
       n7 = union_() >> unique(tick) >> identity() >> map(Map<2>{with_key, 9}) >> tee(),
       source_stream(ends.pairs) >> map(Map<1>{add, 0}) >> n5[_1],
       n2 = source_iter(made<2>(9)) >> tee(), source_stream(ends.numbers[0]) >> n6,
       n11 >> map(Map<1>{multiply, 7}) >> unique(forever) >> defer_tick() >> n6,
       n11 >> map(Map<1>{last, 0}) >> n7,
       n7 >> fold_keyed_no_replay(forever, Zero{}, Into{count, 3}) >>
           for_each(Collect{&ends.outputs[2]}))
      .install(graph);
}
Registration const flow_6({6, R"(
source - 2 tick tick 2 list
source - 0 tick tick 1 list
source_iter - 9 tick tick 2 list
map first 1 tick tick 1 list 2.0
map add 0 tick tick 1 list 0.0
zip_longest - 5 tick tick 2 list 3.0 4.0
union - 9 tick tick 1 bag 1.0 16.0
union - 7 tick tick 1 bag 6.0 12.0
unique - 6 tick tick 1 bag 7.0
identity - 2 tick tick 1 bag 8.0
map with_key 9 tick tick 2 bag 9.0
join_multiset_no_replay - 1 tick forever 3 bag 10.0 5.0
map last 0 tick tick 1 bag 11.0
fold_keyed_no_replay count 3 forever tick 2 bag 10.0
map multiply 7 tick tick 1 bag 11.0
unique - 4 forever tick 1 bag 14.0
defer_tick - 7 tick tick 1 bag 15.0
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 2 list 5.0
collect - 2 tick tick 2 bag 13.0
)",
                           install_6});

void install_7(Ends& ends, Graph& graph) {
  flow(n5 >> n15, n7 = n5 >> map(Map<2>{with_key, 2}) >> tee(),
       n7 >> for_each(Collect{&ends.outputs[0]}), n1 >> map(Map<1>{add, 0}) >> n5, n0 >> n11[_1],
       n11 = cross_join_multiset_no_replay(forever, tick) >> tee(),
       n0 = source_stream(ends.pairs) >> tee(), n17 >> unique(forever) >> defer_tick() >> n1,
       n13 = n0 >> map(Map<1>{multiply, 2}) >> tee(),
       n9 = join_no_replay(forever, forever) >> map(Map<1>{last, 5}) >> n11[_0],
       n17 >> for_each(Collect{&ends.outputs[3]}), n13 >> n14[_0],
       n5 = union_() >> unique(forever) >> tee(), n7 >> n9[_0],
       n3 = cross_join_multiset_no_replay(tick, forever) >> map(Map<2>{outer, 7}) >> n9[_1],
       n1 >> map(Map<1>{add, 4}) >> n3[_0], n0 >> n3[_1], n1 = union_() >> tee(),
       n11 >> for_each(Collect{&ends.outputs[1]}), n0 >> n1,
       n15 >> for_each(Collect{&ends.outputs[2]}), n15 = union_() >> tee(),
       n17 = n15 >> map(Map<2>{outer, 8}) >> tee(),
       n14 = zip(forever, tick) >> fold_keyed_no_replay(forever, Zero{}, Into{count, 1}) >>
             map(Map<1>{last, 6}) >> unique(forever) >> defer_tick_lazy() >> n15,
       n13 >> n14[_1], n11 >> map(Map<1>{last, 9}) >> n5)
      .install(graph);
}
Registration const flow_7({7, R"(
source - 2 tick tick 2 list
union - 5 tick tick 2 bag 0.0 19.0
map add 4 tick tick 1 bag 1.0
cross_join_multiset_no_replay - 6 tick forever 3 bag 2.0 0.0
map add 0 tick tick 1 bag 1.0
union - 8 tick tick 1 bag 4.0 12.0
unique - 9 forever tick 1 bag 5.0
map with_key 2 tick tick 2 bag 6.0
map outer 7 tick tick 2 bag 3.0
join_no_replay - 6 forever forever 3 bag 7.0 8.0
map last 5 tick tick 1 bag 9.0
cross_join_multiset_no_replay - 9 forever tick 3 bag 10.0 0.0
map last 9 tick tick 1 bag 11.0
map multiply 2 tick tick 1 list 0.0
zip - 7 forever tick 2 list 13.0 13.0
union - 5 tick tick 1 bag 6.0 22.0
fold_keyed_no_replay count 1 forever tick 2 bag 14.0
map outer 8 tick tick 2 bag 15.0
unique - 5 forever tick 2 bag 17.0
defer_tick - 8 tick tick 2 bag 18.0
map last 6 tick tick 1 bag 16.0
unique - 3 forever tick 1 bag 20.0
defer_tick_lazy - 0 tick tick 1 bag 21.0
collect - 0 tick tick 2 bag 7.0
collect - 1 tick tick 3 bag 11.0
collect - 2 tick tick 1 bag 15.0
collect - 3 tick tick 2 bag 17.0
)",
                           install_7});

void install_8(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.numbers[0]) >> map(Map<2>{with_key, 2}) >> tee(),
       n12 = union_() >> unzip(), n0 >> n12,
       source_iter(made<1>(5)) >> map(Map<2>{with_key, 7}) >> n4[_0],
       n12[_1] >> for_each(Collect{&ends.outputs[0]}), n0 >> n4[_1],
       n0 >> map(Map<3>{spread, 6}) >> n6,
       n8 = union_() >> unique(forever) >> filter_map(FilterMap<3>{spread, 2}) >>
            map(Map<1>{multiply, 7}) >> n8,
       n4 = join(forever, forever) >> n6,
       n6 = union_() >> fold_no_replay(tick, Zero{}, Into{total, 6}) >> n8,
       n12[_0] >> map(Map<2>{outer, 5}) >> unique(forever) >> defer_tick() >> n12)
      .install(graph);
}
Registration const flow_8({8, R"(
source - 0 tick tick 1 list
source_iter - 5 tick tick 1 list
map with_key 7 tick tick 2 list 1.0
map with_key 2 tick tick 2 list 0.0
join - 4 forever forever 3 bag 2.0 3.0
map spread 6 tick tick 3 list 3.0
union - 9 tick tick 3 bag 4.0 5.0
fold_no_replay total 6 tick tick 1 list 6.0
union - 8 tick tick 1 bag 7.0 11.0
unique - 8 forever tick 1 bag 8.0
filter_map spread 2 tick tick 3 bag 9.0
map multiply 7 tick tick 1 bag 10.0
union - 8 tick tick 2 bag 3.0 16.0
unzip - 9 tick tick 1 bag 12.0
map outer 5 tick tick 2 bag 13.0
unique - 4 forever tick 2 bag 14.0
defer_tick - 9 tick tick 2 bag 15.0
collect - 0 tick tick 1 bag 13.1
)",
                           install_8});

void install_9(Ends& ends, Graph& graph) {
  flow(n1 >> n7[_1], n0 >> n1[_0], n0 >> map(Map<2>{outer, 9}) >> n4[pos],
       n4 = anti_join(none, tick) >> map(Map<2>{with_key, 2}) >>
            reduce_no_replay(none, Merge{larger}) >> n7[_0],
       n1 >> map(Map<1>{add, 3}) >> n4[neg], n1 = zip_longest() >> map(Longest{}) >> tee(),
       n7 = join_no_replay(tick, tick) >> defer_tick_lazy() >> for_each(Collect{&ends.outputs[0]}),
       n0 >> n1[_1], n0 = source_stream(ends.numbers[0]) >> tee())
      .install(graph);
}
Registration const flow_9({9, R"(
source - 0 tick tick 1 list
zip_longest - 1 tick tick 2 list 0.0 0.0
map outer 9 tick tick 2 list 0.0
map add 3 tick tick 1 list 1.0
anti_join - 2 none tick 2 list 2.0 3.0
map with_key 2 tick tick 2 list 4.0
reduce_no_replay larger 7 none tick 2 list 5.0
join_no_replay - 5 tick tick 3 bag 6.0 1.0
defer_tick_lazy - 7 tick tick 3 bag 7.0
collect - 0 tick tick 3 bag 8.0
)",
                           install_9});

}  // namespace
}  // namespace weir::oracle
