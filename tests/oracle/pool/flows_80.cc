// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_80(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.pairs) >> tee(),
       n0 >> fold_keyed_no_replay(tick, Zero{}, Into{greatest, 6}) >> handoff() >>
           filter(Filter{indivisible, 7}) >> for_each(Collect{&ends.outputs[3]}),
       source_iter(made<2>(1)) >> for_each(Collect{&ends.outputs[2]}),
       source_stream(ends.numbers[1]) >> for_each(Collect{&ends.outputs[1]}),
       n0 >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_80({80, R"(
source - 2 tick tick 2 list
source - 1 tick tick 1 list
source_iter - 1 tick tick 2 list
fold_keyed_no_replay greatest 6 tick tick 2 bag 0.0
handoff - 4 tick tick 2 bag 3.0
filter indivisible 7 tick tick 2 bag 4.0
collect - 0 tick tick 2 list 0.0
collect - 1 tick tick 1 list 1.0
collect - 2 tick tick 2 list 2.0
collect - 3 tick tick 2 bag 5.0
)",
                            install_80});

void install_81(Ends& ends, Graph& graph) {
  flow(n2 >> map(Map<2>{outer, 4}) >> n7[pos], n0 >> n7[neg],
       n2 = source_stream(ends.numbers[0]) >> tee(), n0 = source_stream(ends.numbers[1]) >> tee(),
       n0 >> n3[_0], n7 = anti_join(tick, tick) >> for_each(Collect{&ends.outputs[4]}),
       n2 >> map(Map<2>{split, 9}) >> for_each(Collect{&ends.outputs[2]}),
       n2 >> for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.pairs) >> handoff() >> for_each(Collect{&ends.outputs[3]}),
       n3 = cross_join_multiset_no_replay(forever, tick) >> for_each(Collect{&ends.outputs[1]}),
       n2 >> n3[_1])
      .install(graph);
}
Registration const flow_81({81, R"(
source - 1 tick tick 1 list
source - 2 tick tick 2 list
source - 0 tick tick 1 list
cross_join_multiset_no_replay - 9 forever tick 2 bag 0.0 2.0
map split 9 tick tick 2 list 2.0
handoff - 7 tick tick 2 list 1.0
map outer 4 tick tick 2 list 2.0
anti_join - 1 tick tick 2 list 6.0 0.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 2 bag 3.0
collect - 2 tick tick 2 list 4.0
collect - 3 tick tick 2 list 5.0
collect - 4 tick tick 2 list 7.0
)",
                            install_81});

void install_82(Ends& ends, Graph& graph) {
  flow(initialize() >> map(Initial{}) >> for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.pairs) >> reduce_no_replay(none, Merge{larger}) >>
           reduce_no_replay(none, Merge{smaller}) >> for_each(Collect{&ends.outputs[2]}),
       source_stream(ends.numbers[1]) >> sort_by_key(Map<1>{add, 3}) >>
           for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_82({82, R"(
source - 1 tick tick 1 list
source - 2 tick tick 2 list
initialize - 9 tick tick 1 list
sort_by_key - 3 tick tick 1 bag 0.0
reduce_no_replay larger 7 none tick 2 list 1.0
reduce_no_replay smaller 7 none tick 2 list 4.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 1 bag 3.0
collect - 2 tick tick 2 list 5.0
)",
                            install_82});

void install_83(Ends& ends, Graph& graph) {
  flow(n0 >> n2[_0], n2 = cross_join_multiset_no_replay(forever, tick) >> n3,
       source_stream(ends.numbers[1]) >> n2[_1], n0 = source_stream(ends.numbers[0]) >> tee(),
       n3 = union_() >> reduce_keyed(tick, Merge{added}) >> sort() >> unique(tick) >>
            defer_tick() >> n3,
       n0 >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_83({83, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
cross_join_multiset_no_replay - 4 forever tick 2 bag 0.0 1.0
union - 2 tick tick 2 bag 2.0 7.0
reduce_keyed added 7 tick tick 2 bag 3.0
sort - 8 tick tick 2 list 4.0
unique - 3 tick tick 2 list 5.0
defer_tick - 0 tick tick 2 list 6.0
collect - 0 tick tick 1 list 0.0
)",
                            install_83});

void install_84(Ends& ends, Graph& graph) {
  flow(n0 >> for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.pairs) >> map(Map<1>{first, 1}) >> n8[_0],
       n0 = source_stream(ends.numbers[1]) >> tee(),
       n0 >> map(Map<2>{split, 3}) >> reduce_keyed(tick, Merge{added}) >>
           for_each(Collect{&ends.outputs[2]}),
       n0 >> n8[_1], n8 = zip_longest() >> map(Longest{}) >> for_each(Collect{&ends.outputs[3]}),
       source_stream(ends.numbers[0]) >> map(Map<2>{split, 4}) >>
           fold_keyed_no_replay(tick, Zero{}, Into{count, 4}) >>
           for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_84({84, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
source - 2 tick tick 2 list
map split 4 tick tick 2 list 1.0
fold_keyed_no_replay count 4 tick tick 2 bag 3.0
map split 3 tick tick 2 list 0.0
reduce_keyed added 0 tick tick 2 bag 5.0
map first 1 tick tick 1 list 2.0
zip_longest - 0 tick tick 2 list 7.0 0.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 2 bag 4.0
collect - 2 tick tick 2 bag 6.0
collect - 3 tick tick 2 list 8.0
)",
                            install_84});

void install_85(Ends& ends, Graph& graph) {
  flow(n7 >> flat_map(FlatMap{some, 5}) >> n5,
       source_stream(ends.numbers[1]) >> for_each(Collect{&ends.outputs[0]}), n5 >> n10[_1],
       n0 >> persist() >> for_each(Collect{&ends.outputs[1]}), n5 >> n7,
       n0 >> inspect(Look{}) >> enumerate(forever) >> map(As<2>{}) >> n5,
       n10 = cross_join_no_replay(forever, forever) >> map(Map<2>{split, 7}) >> tee(),
       n0 = source_stream(ends.numbers[0]) >> tee(),
       n12 = join_multiset(forever, forever) >> for_each(Collect{&ends.outputs[3]}),
       n7 >> for_each(Collect{&ends.outputs[2]}), n10 >> n12[_1], n7 = union_() >> tee(),
       n10 >> filter_map(FilterMap<2>{split, 8}) >> n7, n8 >> map(Map<1>{multiply, 9}) >> n10[_0],
       n5 = union_() >> unique(tick) >> tee(), n8 = n7 >> unique(tick) >> tee(), n8 >> n12[_0])
      .install(graph);
}
Registration const flow_85({85, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
inspect - 5 tick tick 1 list 0.0
persist - 9 tick tick 1 list 0.0
enumerate - 0 forever tick 2 list 2.0
union - 1 tick tick 2 bag 4.0 14.0
unique - 0 tick tick 2 bag 5.0
union - 6 tick tick 2 bag 6.0 13.0
unique - 5 tick tick 2 bag 7.0
map multiply 9 tick tick 1 bag 8.0
cross_join_no_replay - 4 forever forever 3 bag 9.0 6.0
map split 7 tick tick 2 bag 10.0
join_multiset - 8 forever forever 3 bag 8.0 11.0
filter_map split 8 tick tick 2 bag 11.0
flat_map some 5 tick tick 2 bag 7.0
collect - 0 tick tick 1 list 1.0
collect - 1 tick tick 1 list 3.0
collect - 2 tick tick 2 bag 7.0
collect - 3 tick tick 3 bag 12.0
)",
                            install_85});

void install_86(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.numbers[1]) >> tee(), n6 >> n4,
       n0 >> for_each(Collect{&ends.outputs[0]}),
       n0 >> map(Map<2>{with_key, 8}) >> fold_keyed_no_replay(tick, Zero{}, Into{total, 2}) >>
           sort() >> filter(Filter{below, 3}) >> map(FlatMap{twice, 8}) >> flatten() >>
           for_each(Collect{&ends.outputs[1]}),
       n6 = union_() >> unique(tick) >> inspect(Look{}) >> flat_map(FlatMap{some, 8}) >> tee(),
       source_stream(ends.numbers[0]) >> n4, n6 >> n6, n4 = union_() >> unique(forever) >> n6)
      .install(graph);
}
Registration const flow_86({86, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
map with_key 8 tick tick 2 list 0.0
fold_keyed_no_replay total 2 tick tick 2 bag 2.0
union - 6 tick tick 1 bag 1.0 9.0
unique - 5 forever tick 1 bag 4.0
union - 8 tick tick 1 bag 5.0 9.0
unique - 8 tick tick 1 bag 6.0
inspect - 4 tick tick 1 bag 7.0
flat_map some 8 tick tick 1 bag 8.0
sort - 6 tick tick 2 list 3.0
filter below 3 tick tick 2 list 10.0
flatten twice 8 tick tick 2 list 11.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 2 list 12.0
)",
                            install_86});

void install_87(Ends& ends, Graph& graph) {
  flow(n2 >> for_each(Collect{&ends.outputs[0]}), n1 = source_stream(ends.numbers[1]) >> tee(),
       n2 >> n4[_0], n4 = join_multiset(forever, forever) >> map(Map<2>{outer, 0}) >> n6[_0],
       n2 = zip(forever, forever) >> tee(), n3 >> n6[_1], n1 >> n2[_1],
       n3 = n1 >> map(Map<2>{outer, 6}) >> tee(), source_stream(ends.numbers[0]) >> n2[_0],
       n3 >> n4[_1],
       n6 = join_multiset(forever, tick) >> map(InTick{}) >> map(Map<2>{with_key, 4}) >>
            reduce_keyed_no_replay(tick, Merge{added}) >> for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_87({87, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
zip - 0 forever forever 2 list 0.0 1.0
map outer 6 tick tick 2 list 1.0
join_multiset - 9 forever forever 3 bag 2.0 3.0
map outer 0 tick tick 2 bag 4.0
join_multiset - 8 forever tick 3 bag 5.0 3.0
map_in_tick - 8 tick tick 1 bag 6.0
map with_key 4 tick tick 2 bag 7.0
reduce_keyed_no_replay added 3 tick tick 2 bag 8.0
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 2 bag 9.0
)",
                            install_87});

void install_88(Ends& ends, Graph& graph) {
  flow(n12 = join(forever, forever) >> tee(), n14 >> n16,
       n19 >> filter_map(FilterMap<3>{spread, 0}) >> for_each(Collect{&ends.outputs[2]}),
       n5 = union_() >> unique(tick) >> tee(),
       n11 = cross_join_multiset_no_replay(tick, forever) >> n12[_0],
       n16 = union_() >> unique(tick) >> n19, n8 >> for_each(Collect{&ends.outputs[0]}),
       n5 >> map(Map<1>{first, 8}) >> n8, n19 = union_() >> tee(), n19 >> n16,
       n4 = chain_first_n(3) >> n5, n8 >> filter_map(FilterMap<1>{add, 7}) >> n8,
       n14 >> for_each(Collect{&ends.outputs[1]}), initialize() >> map(Initial{}) >> n11[_1],
       source_stream(ends.numbers[1]) >> map(Map<2>{with_key, 6}) >> n4[_1], n5 >> n12[_1],
       source_stream(ends.pairs) >> n4[_0], n8 = union_() >> unique(tick) >> tee(), n8 >> n11[_0],
       n12 >> map(Map<2>{outer, 1}) >> n5,
       n14 = n12 >> defer_tick_lazy() >> map(Map<2>{with_key, 8}) >> tee(),
       n8 >> map(Map<2>{with_key, 8}) >> n19)
      .install(graph);
}
Registration const flow_88({88, R"(
source - 2 tick tick 2 list
source - 1 tick tick 1 list
initialize - 1 tick tick 1 list
map with_key 6 tick tick 2 list 1.0
chain_first_n - 3 tick tick 2 list 0.0 3.0
union - 6 tick tick 2 bag 4.0 13.0
unique - 1 tick tick 2 bag 5.0
map first 8 tick tick 1 bag 6.0
union - 7 tick tick 1 bag 7.0 10.0
unique - 7 tick tick 1 bag 8.0
filter_map add 7 tick tick 1 bag 9.0
cross_join_multiset_no_replay - 0 tick forever 2 bag 9.0 2.0
join - 6 forever forever 3 bag 11.0 6.0
map outer 1 tick tick 2 bag 12.0
defer_tick_lazy - 0 tick tick 3 bag 12.0
map with_key 8 tick tick 2 bag 14.0
union - 7 tick tick 2 bag 15.0 19.0
unique - 9 tick tick 2 bag 16.0
map with_key 8 tick tick 2 bag 9.0
union - 7 tick tick 2 bag 17.0 18.0
filter_map spread 0 tick tick 3 bag 19.0
collect - 0 tick tick 1 bag 9.0
collect - 1 tick tick 2 bag 15.0
collect - 2 tick tick 3 bag 20.0
)",
                            install_88});

void install_89(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.numbers[1]) >> tee(),
       n0 >> fold(tick, Zero{}, Into{greatest, 7}) >> map(Map<1>{add, 5}) >>
           filter(Filter{indivisible, 0}) >> for_each(Collect{&ends.outputs[2]}),
       n1 >> for_each(Collect{&ends.outputs[0]}), n0 >> n3,
       n1 >> map(InTick{}) >> for_each(Collect{&ends.outputs[1]}),
       n3 = union_() >> unique(forever) >> defer_tick() >> n3, n1 = n0 >> next_stratum() >> tee())
      .install(graph);
}
Registration const flow_89({89, R"(
source - 1 tick tick 1 list
next_stratum - 1 tick tick 1 list 0.0
map_in_tick - 3 tick tick 1 list 1.0
union - 0 tick tick 1 bag 0.0 8.0
fold greatest 7 tick tick 1 list 0.0
map add 5 tick tick 1 list 4.0
filter indivisible 0 tick tick 1 list 5.0
unique - 0 forever tick 1 bag 3.0
defer_tick - 6 tick tick 1 bag 7.0
collect - 0 tick tick 1 list 1.0
collect - 1 tick tick 1 list 2.0
collect - 2 tick tick 1 list 6.0
)",
                            install_89});

}  // namespace
}  // namespace weir::oracle
