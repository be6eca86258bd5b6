// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_60(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.numbers[0]) >> map(Map<2>{split, 9}) >>
            reduce_keyed_no_replay(tick, Merge{larger}) >> tee(),
       n9 = cross_join_no_replay(tick, tick) >> for_each(Collect{&ends.outputs[2]}),
       n4 >> map(Map<1>{add, 3}) >> n8[_1], n8 = chain_first_n(9) >> n9[_0],
       n1 = source_iter(made<2>(7)) >> tee(), n1 >> n4[_1], n5 = n1 >> unzip(),
       n4 = join(forever, tick) >> reduce(forever, Merge{smaller}) >> tee(),
       n0 >> for_each(Collect{&ends.outputs[0]}), n4 >> for_each(Collect{&ends.outputs[1]}),
       n0 >> n4[_0], n5[_1] >> n9[_1], n5[_0] >> n8[_0])
      .install(graph);
}
Registration const flow_60({60, R"(
source - 0 tick tick 1 list
source_iter - 7 tick tick 2 list
map split 9 tick tick 2 list 0.0
reduce_keyed_no_replay larger 5 tick tick 2 bag 2.0
join - 4 forever tick 3 bag 3.0 1.0
unzip - 1 tick tick 1 list 1.0
reduce smaller 6 forever tick 3 list 4.0
map add 3 tick tick 1 list 6.0
chain_first_n - 9 tick tick 1 list 5.0 7.0
cross_join_no_replay - 9 tick tick 2 bag 8.0 5.1
collect - 0 tick tick 2 bag 3.0
collect - 1 tick tick 3 list 6.0
collect - 2 tick tick 2 bag 9.0
)",
                            install_60});

void install_61(Ends& ends, Graph& graph) {
  flow(n2 >> map(Map<1>{multiply, 3}) >> n12[_1], n3 >> n13[_1],
       n1 = source_stream(ends.numbers[1]) >> tee(), n15 >> defer_tick() >> n14, n2 >> n3,
       n1 >> fold(tick, Zero{}, Into{digits, 3}) >> for_each(Collect{&ends.outputs[4]}),
       n12 = zip_longest() >> map(Longest{}) >> n13[_0],
       n6 >> flat_map(FlatMap{neighbours, 5}) >> n3, n2 = n1 >> map(Map<2>{split, 8}) >> tee(),
       n15 >> for_each(Collect{&ends.outputs[5]}),
       n15 = n1 >> map(Map<2>{split, 8}) >> reduce_keyed_no_replay(forever, Merge{added}) >>
             unique(forever) >> tee(),
       n5 = union_() >> tee(), n5 >> for_each(Collect{&ends.outputs[1]}), n3 >> n5,
       source_stream(ends.pairs) >> map(Map<1>{first, 1}) >> n12[_0],
       n6 = n5 >> unique(tick) >> tee(), n5 >> unique(tick) >> for_each(Collect{&ends.outputs[2]}),
       n13 = chain() >> n14, n2 >> for_each(Collect{&ends.outputs[0]}), n6 >> unique(tick) >> n5,
       n3 = union_() >> unique(tick) >> tee(),
       n14 = union_() >> for_each(Collect{&ends.outputs[3]}))
      .install(graph);
}
Registration const flow_61({61, R"(
source - 2 tick tick 2 list
source - 1 tick tick 1 list
map split 8 tick tick 2 list 1.0
union - 7 tick tick 2 bag 2.0 9.0
unique - 0 tick tick 2 bag 3.0
union - 1 tick tick 2 bag 4.0 7.0
unique - 8 tick tick 2 bag 5.0
unique - 9 tick tick 2 bag 6.0
unique - 5 tick tick 2 bag 5.0
flat_map neighbours 5 tick tick 2 bag 6.0
map first 1 tick tick 1 list 0.0
map multiply 3 tick tick 1 list 2.0
zip_longest - 1 tick tick 2 list 10.0 11.0
chain - 8 tick tick 2 bag 12.0 4.0
union - 9 tick tick 2 bag 13.0 19.0
map split 8 tick tick 2 list 1.0
reduce_keyed_no_replay added 3 forever tick 2 bag 15.0
fold_in_order digits 3 tick tick 1 list 1.0
unique - 9 forever tick 2 bag 16.0
defer_tick - 4 tick tick 2 bag 18.0
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 2 bag 5.0
collect - 2 tick tick 2 bag 8.0
collect - 3 tick tick 2 bag 14.0
collect - 4 tick tick 1 list 17.0
collect - 5 tick tick 2 bag 18.0
)",
                            install_61});

void install_62(Ends& ends, Graph& graph) {
  flow(n0 >> n4[_1], source_stream(ends.pairs) >> map(Map<1>{multiply, 2}) >> n4[_0],
       n0 = source_stream(ends.numbers[1]) >> tee(), source_stream(ends.numbers[0]) >> n5,
       n5 = union_() >> unique(tick) >> defer_tick() >> n5,
       n4 = cross_join_multiset_no_replay(forever, tick) >> filter(Filter{below, 6}) >>
            for_each(Collect{&ends.outputs[1]}),
       n0 >> enumerate(none) >> map(As<2>{}) >> filter_map(FilterMap<2>{with_key, 4}) >>
           for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_62({62, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
source - 2 tick tick 2 list
map multiply 2 tick tick 1 list 2.0
cross_join_multiset_no_replay - 0 forever tick 2 bag 3.0 0.0
union - 9 tick tick 1 bag 1.0 10.0
enumerate - 1 none tick 2 list 0.0
filter_map with_key 4 tick tick 2 list 6.0
filter below 6 tick tick 2 bag 4.0
unique - 8 tick tick 1 bag 5.0
defer_tick - 8 tick tick 1 bag 9.0
collect - 0 tick tick 2 list 7.0
collect - 1 tick tick 2 bag 8.0
)",
                            install_62});

void install_63(Ends& ends, Graph& graph) {
  flow(n5 >> n6[_1], n5 = n1 >> map(Map<1>{multiply, 2}) >> tee(),
       n6 = zip_longest() >> map(Longest{}) >> for_each(Collect{&ends.outputs[1]}),
       n1 = source_stream(ends.numbers[0]) >> map(Map<2>{with_key, 1}) >> tee(), n1 >> n4,
       n7 = chain_first_n(6) >> for_each(Collect{&ends.outputs[2]}),
       source_stream(ends.pairs) >> n4, n5 >> n7[_0], n5 >> n7[_1],
       n4 = union_() >> for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.numbers[1]) >> n6[_0])
      .install(graph);
}
Registration const flow_63({63, R"(
source - 2 tick tick 2 list
source - 0 tick tick 1 list
source - 1 tick tick 1 list
map with_key 1 tick tick 2 list 1.0
union - 9 tick tick 2 bag 0.0 3.0
map multiply 2 tick tick 1 list 3.0
zip_longest - 8 tick tick 2 list 2.0 5.0
chain_first_n - 6 tick tick 1 list 5.0 5.0
collect - 0 tick tick 2 bag 4.0
collect - 1 tick tick 2 list 6.0
collect - 2 tick tick 1 list 7.0
)",
                            install_63});

void install_64(Ends& ends, Graph& graph) {
  flow(n8 >> defer_tick_lazy() >> n5, n3 = union_() >> for_each(Collect{&ends.outputs[3]}),
       n8 >> for_each(Collect{&ends.outputs[4]}), n1 >> map(FlatMap{some, 5}) >> flatten() >> n5,
       n1 >> for_each(Collect{&ends.outputs[1]}), n5 = union_() >> tee(), n0 >> n3,
       n1 = source_iter(made<1>(4)) >> tee(), n8 = n5 >> unique(none) >> tee(),
       source_stream(ends.numbers[1]) >> for_each(Collect{&ends.outputs[2]}),
       n0 >> for_each(Collect{&ends.outputs[0]}), n5 >> unique(none) >> defer_tick_lazy() >> n3,
       n0 = source_stream(ends.numbers[0]) >> tee())
      .install(graph);
}
Registration const flow_64({64, R"(
source - 0 tick tick 1 list
source_iter - 4 tick tick 1 list
source - 1 tick tick 1 list
union - 7 tick tick 1 bag 0.0 7.0
flatten some 5 tick tick 1 list 1.0
union - 1 tick tick 1 bag 4.0 9.0
unique - 6 none tick 1 bag 5.0
defer_tick_lazy - 9 tick tick 1 bag 6.0
unique - 5 none tick 1 bag 5.0
defer_tick_lazy - 5 tick tick 1 bag 8.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 1 list 1.0
collect - 2 tick tick 1 list 2.0
collect - 3 tick tick 1 bag 3.0
collect - 4 tick tick 1 bag 8.0
)",
                            install_64});

void install_65(Ends& ends, Graph& graph) {
  flow(n3[_2] >> for_each(Collect{&ends.outputs[2]}), n3 = n0 >> partition(Choose{8}), n4 >> n5,
       n8 >> map(Map<2>{with_key, 3}) >> n14, n4 >> for_each(Collect{&ends.outputs[3]}),
       initialize() >> map(Initial{}) >> for_each(Collect{&ends.outputs[1]}),
       n4 = n3[_0] >> map(Map<1>{first, 6}) >> tee(), n5 >> for_each(Collect{&ends.outputs[4]}),
       n5 >> n8[_0], n1 >> n11,
       n1 = source_stream(ends.numbers[1]) >> map(Map<2>{outer, 1}) >> tee(),
       n11 = union_() >> unique(tick) >> n14, n3[_1] >> n8[_1],
       n0 >> for_each(Collect{&ends.outputs[0]}), n0 = source_stream(ends.pairs) >> tee(),
       n14 >> flat_map(FlatMap{some, 8}) >> n11,
       n8 = cross_join(forever, forever) >> map(Map<1>{first, 8}) >> tee(),
       n1 >> filter(Filter{indivisible, 6}) >> for_each(Collect{&ends.outputs[0]}),
       n14 >> for_each(Collect{&ends.outputs[5]}), n8 >> n5, n14 = union_() >> tee(),
       n5 = union_() >> unique(tick) >> unique(tick) >> tee())
      .install(graph);
}
Registration const flow_65({65, R"(
source - 2 tick tick 2 list
source - 1 tick tick 1 list
initialize - 5 tick tick 1 list
partition - 8 tick tick 2 list 0.0
map first 6 tick tick 1 list 3.0
union - 3 tick tick 1 bag 4.0 9.0
unique - 7 tick tick 1 bag 5.0
unique - 5 tick tick 1 bag 6.0
cross_join - 0 forever forever 3 bag 7.0 3.1
map first 8 tick tick 1 bag 8.0
map outer 1 tick tick 2 list 1.0
union - 1 tick tick 2 bag 10.0 15.0
unique - 7 tick tick 2 bag 11.0
map with_key 3 tick tick 2 bag 9.0
union - 4 tick tick 2 bag 12.0 13.0
flat_map some 8 tick tick 2 bag 14.0
filter indivisible 6 tick tick 2 list 10.0
collect - 0 tick tick 2 list 0.0
collect - 1 tick tick 1 list 2.0
collect - 2 tick tick 2 list 3.2
collect - 3 tick tick 1 list 4.0
collect - 4 tick tick 1 bag 7.0
collect - 5 tick tick 2 bag 14.0
collect - 0 tick tick 2 list 16.0
)",
                            install_65});

void install_66(Ends& ends, Graph& graph) {
  flow(n3 >> n6[_0], n16 >> n13, n16 = n13 >> unique(forever) >> defer_tick() >> tee(),
       n13 >> defer_tick_lazy() >> n12, n1 >> n11[_1], n5 = n2 >> map(Map<2>{with_key, 8}) >> tee(),
       n5 >> scan(tick, Zero{}, Scan{total, 8}) >> n11[_0],
       n16 >> for_each(Collect{&ends.outputs[2]}), source_stream(ends.pairs) >> n3,
       n2 >> for_each(Collect{&ends.outputs[0]}), n5 >> n6[_1],
       n6 = join(tick, tick) >> filter(Filter{indivisible, 5}) >> map(Map<3>{spread, 0}) >>
            map(Map<2>{split, 7}) >> n3,
       n1 = initialize() >> map(Initial{}) >> tee(),
       n2 = n1 >> flat_map(FlatMap{neighbours, 3}) >> tee(), n11 = chain_first_n(7) >> n12,
       n13 = union_() >> unique(forever) >> tee(), n12 = union_() >> n13,
       n3 = union_() >> unique(tick) >> tee(), n3 >> for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_66({66, R"(
source - 2 tick tick 2 list
initialize - 1 tick tick 1 list
flat_map neighbours 3 tick tick 1 list 1.0
union - 9 tick tick 2 bag 0.0 9.0
unique - 4 tick tick 2 bag 3.0
map with_key 8 tick tick 2 list 2.0
join - 8 tick tick 3 bag 4.0 5.0
filter indivisible 5 tick tick 3 bag 6.0
map spread 0 tick tick 3 bag 7.0
map split 7 tick tick 2 bag 8.0
scan total 8 tick tick 1 list 5.0
chain_first_n - 7 tick tick 1 list 10.0 1.0
union - 9 tick tick 1 bag 11.0 15.0
union - 0 tick tick 1 bag 12.0 17.0
unique - 8 forever tick 1 bag 13.0
defer_tick_lazy - 3 tick tick 1 bag 14.0
unique - 8 forever tick 1 bag 14.0
defer_tick - 8 tick tick 1 bag 16.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 2 bag 4.0
collect - 2 tick tick 1 bag 17.0
)",
                            install_66});

void install_67(Ends& ends, Graph& graph) {
  flow(source_iter(made<1>(3)) >> for_each(Collect{&ends.outputs[0]}),
       n0 >> fold(forever, Zero{}, Into{digits, 6}) >> for_each(Collect{&ends.outputs[3]}),
       n0 >> for_each(Collect{&ends.outputs[1]}),
       n1 >> filter_map(FilterMap<1>{last, 3}) >> for_each(Collect{&ends.outputs[4]}),
       n0 = source_stream(ends.numbers[0]) >> defer_tick_lazy() >> tee(),
       n1 >> for_each(Collect{&ends.outputs[2]}),
       n1 = source_stream(ends.pairs) >> sort_by_key(Map<1>{add, 4}) >> tee())
      .install(graph);
}
Registration const flow_67({67, R"(
source - 0 tick tick 1 list
source - 2 tick tick 2 list
source_iter - 3 tick tick 1 list
defer_tick_lazy - 9 tick tick 1 list 0.0
sort_by_key - 4 tick tick 2 bag 1.0
fold_in_order digits 6 forever tick 1 list 3.0
filter_map last 3 tick tick 1 bag 4.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 1 list 3.0
collect - 2 tick tick 2 bag 4.0
collect - 3 tick tick 1 list 5.0
collect - 4 tick tick 1 bag 6.0
)",
                            install_67});

void install_68(Ends& ends, Graph& graph) {
  flow(n10 = union_() >> unique(forever) >> n13,
       n1 = source_stream(ends.numbers[1]) >> next_stratum() >> tee(), n8 >> n9[_0], n1 >> n17[_1],
       n2 >> inspect(Look{}) >> map(Map<1>{multiply, 3}) >> n20[_0],
       n5 >> for_each(Collect{&ends.outputs[0]}), n7 = union_() >> tee(),
       source_stream(ends.numbers[0]) >> sort_by_key(Map<1>{add, 9}) >> n9[_1],
       n17 = cross_join_multiset_no_replay(tick, tick) >> map(Map<1>{multiply, 4}) >> n7, n9 >> n13,
       n1 >> n20[_1], n5 = n2 >> map(InTick{}) >> tee(),
       n20 = zip_longest() >> map(Longest{}) >> for_each(Collect{&ends.outputs[2]}),
       n7 >> for_each(Collect{&ends.outputs[1]}), n8 = n7 >> unique(tick) >> tee(), n8 >> n10,
       n5 >> n7,
       n13 = union_() >> filter_map(FilterMap<2>{with_key, 3}) >> handoff() >>
             map(Map<1>{last, 9}) >> n10,
       n2 = source_stream(ends.pairs) >> tee(), n9 >> n17[_0],
       n9 = cross_join_multiset_no_replay(tick, forever) >> map(Map<1>{last, 7}) >> tee())
      .install(graph);
}
Registration const flow_68({68, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
source - 2 tick tick 2 list
next_stratum - 7 tick tick 1 list 1.0
sort_by_key - 9 tick tick 1 bag 0.0
map_in_tick - 9 tick tick 1 list 2.0
inspect - 7 tick tick 2 list 2.0
union - 9 tick tick 1 bag 5.0 18.0
unique - 1 tick tick 1 bag 7.0
cross_join_multiset_no_replay - 8 tick forever 2 bag 8.0 4.0
union - 6 tick tick 1 bag 8.0 16.0
unique - 0 forever tick 1 bag 10.0
map last 7 tick tick 1 bag 9.0
union - 2 tick tick 1 bag 11.0 12.0
filter_map with_key 3 tick tick 2 bag 13.0
handoff - 2 tick tick 2 bag 14.0
map last 9 tick tick 1 bag 15.0
cross_join_multiset_no_replay - 5 tick tick 2 bag 12.0 3.0
map multiply 4 tick tick 1 bag 17.0
map multiply 3 tick tick 1 list 6.0
zip_longest - 0 tick tick 2 list 19.0 3.0
collect - 0 tick tick 1 list 5.0
collect - 1 tick tick 1 bag 7.0
collect - 2 tick tick 2 list 20.0
)",
                            install_68});

void install_69(Ends& ends, Graph& graph) {
  flow(n17 >> n24, n17 = n16 >> unique(forever) >> tee(),
       n20 >> for_each(Collect{&ends.outputs[3]}), n18 >> n20[_1],
       n22 >> map(Map<1>{last, 1}) >> n11,
       n5 = n4 >> unique(forever) >> flat_map(FlatMap{twice, 1}) >> unique(tick) >> tee(),
       n16 >> for_each(Collect{&ends.outputs[2]}), n18 >> map(Map<1>{last, 1}) >> n20[_0],
       n1 = union_() >> unique(forever) >> n3[_0], n14 >> for_each(Collect{&ends.outputs[1]}),
       n4 >> map(Map<1>{add, 6}) >> n14, n3 = cross_join_multiset_no_replay(forever, forever) >> n4,
       n11 = union_() >> unique(tick) >> n14, n14 = union_() >> map(Map<2>{with_key, 1}) >> tee(),
       n5 >> map(Map<1>{first, 4}) >> n1, n16 = union_() >> tee(),
       n4 >> persist() >> map(Map<1>{last, 1}) >> n11, n0 >> for_each(Collect{&ends.outputs[0]}),
       n20 = cross_join_multiset(tick, forever) >> map(Map<1>{multiply, 6}) >> tee(), n5 >> n4,
       n18 = n17 >> flat_map(FlatMap{twice, 5}) >> tee(), n0 >> n3[_1],
       n22 = n20 >> map(Map<2>{split, 0}) >> tee(), n0 = source_stream(ends.numbers[1]) >> tee(),
       n4 = union_() >> tee(), n22 >> n16, n14 >> n16, n0 >> n1,
       n24 = union_() >> unique(tick) >> filter_map(FilterMap<2>{split, 3}) >> n24)
      .install(graph);
}
Registration const flow_69({69, R"(
source - 1 tick tick 1 list
union - 0 tick tick 1 bag 0.0 8.0
unique - 2 forever tick 1 bag 1.0
cross_join_multiset_no_replay - 9 forever forever 2 bag 2.0 0.0
union - 8 tick tick 2 bag 3.0 7.0
unique - 3 forever tick 2 bag 4.0
flat_map twice 1 tick tick 2 bag 5.0
unique - 6 tick tick 2 bag 6.0
map first 4 tick tick 1 bag 7.0
persist - 9 tick tick 2 bag 4.0
map last 1 tick tick 1 bag 9.0
union - 3 tick tick 1 bag 10.0 23.0
unique - 0 tick tick 1 bag 11.0
map add 6 tick tick 1 bag 4.0
union - 0 tick tick 1 bag 12.0 13.0
map with_key 1 tick tick 2 bag 14.0
union - 6 tick tick 2 bag 15.0 22.0
unique - 7 forever tick 2 bag 16.0
flat_map twice 5 tick tick 2 bag 17.0
map last 1 tick tick 1 bag 18.0
cross_join_multiset - 3 tick forever 3 bag 19.0 18.0
map multiply 6 tick tick 1 bag 20.0
map split 0 tick tick 2 bag 21.0
map last 1 tick tick 1 bag 22.0
union - 5 tick tick 2 bag 17.0 26.0
unique - 3 tick tick 2 bag 24.0
filter_map split 3 tick tick 2 bag 25.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 2 bag 15.0
collect - 2 tick tick 2 bag 16.0
collect - 3 tick tick 1 bag 21.0
)",
                            install_69});

}  // namespace
}  // namespace weir::oracle
