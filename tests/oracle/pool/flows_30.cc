// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_30(Ends& ends, Graph& graph) {
  flow(n3 >> for_each(Collect{&ends.outputs[1]}), n4[_2] >> n6, n4 = n1 >> partition(Choose{2}),
       n3 >> n6, n0 >> for_each(Collect{&ends.outputs[0]}),
       n0 = source_stream(ends.numbers[0]) >> tee(), n4[_1] >> for_each(Collect{&ends.outputs[2]}),
       n4[_0] >> sort_by_key(Map<1>{add, 0}) >> for_each(Collect{&ends.outputs[3]}),
       n3 = n1 >> defer_tick_lazy() >> tee(), n6 = union_() >> for_each(Collect{&ends.outputs[4]}),
       n1 = n0 >> fold(tick, Zero{}, Into{greatest, 0}) >> sort_by_key(Map<1>{add, 1}) >> tee())
      .install(graph);
}
Registration const flow_30({30, R"(
source - 0 tick tick 1 list
fold greatest 0 tick tick 1 list 0.0
sort_by_key - 1 tick tick 1 bag 1.0
defer_tick_lazy - 6 tick tick 1 bag 2.0
partition - 2 tick tick 1 bag 2.0
sort_by_key - 0 tick tick 1 bag 4.0
union - 0 tick tick 1 bag 3.0 4.2
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 1 bag 3.0
collect - 2 tick tick 1 bag 4.1
collect - 3 tick tick 1 bag 5.0
collect - 4 tick tick 1 bag 6.0
)",
                            install_30});

void install_31(Ends& ends, Graph& graph) {
  flow(n6 = union_() >> unique(tick) >> tee(), n13 = union_() >> tee(),
       source_stream(ends.numbers[1]) >> handoff() >> map(FlatMap{some, 7}) >> flatten() >> n15[_1],
       n6 >> map(Map<1>{first, 1}) >> n9,
       n17 = join(tick, tick) >> for_each(Collect{&ends.outputs[1]}),
       n15 = cross_join_no_replay(tick, tick) >> n6,
       source_stream(ends.pairs) >> scan(tick, Zero{}, Scan{greatest, 5}) >>
           map(Map<2>{outer, 5}) >> n6,
       n9 >> n15[_0], n6 >> map(Map<1>{first, 1}) >> n13,
       n14 >> for_each(Collect{&ends.outputs[0]}), n6 >> n17[_1],
       n14 = n13 >> filter(Filter{indivisible, 9}) >> tee(),
       n13 >> map(Map<2>{split, 1}) >> n17[_0], n9 = union_() >> unique(tick) >> tee(),
       n9 >> flat_map(FlatMap{some, 7}) >> n13, n14 >> n9)
      .install(graph);
}
Registration const flow_31({31, R"(
source - 1 tick tick 1 list
source - 2 tick tick 2 list
scan greatest 5 tick tick 1 list 1.0
handoff - 2 tick tick 1 list 0.0
flatten some 7 tick tick 1 list 3.0
map outer 5 tick tick 2 list 2.0
union - 0 tick tick 2 bag 5.0 15.0
unique - 8 tick tick 2 bag 6.0
map first 1 tick tick 1 bag 7.0
union - 8 tick tick 1 bag 8.0 14.0
unique - 0 tick tick 1 bag 9.0
flat_map some 7 tick tick 1 bag 10.0
map first 1 tick tick 1 bag 7.0
union - 0 tick tick 1 bag 11.0 12.0
filter indivisible 9 tick tick 1 bag 13.0
cross_join_no_replay - 0 tick tick 2 bag 10.0 4.0
map split 1 tick tick 2 bag 13.0
join - 1 tick tick 3 bag 16.0 7.0
collect - 0 tick tick 1 bag 14.0
collect - 1 tick tick 3 bag 17.0
)",
                            install_31});

void install_32(Ends& ends, Graph& graph) {
  flow(n8 >> map(Map<1>{add, 0}) >> n12[_0], n12 >> n8, n13 >> defer_tick_lazy() >> n2,
       n8 = union_() >> unique(tick) >> filter(Filter{below, 5}) >> tee(), n0 >> n2,
       n13 >> for_each(Collect{&ends.outputs[2]}),
       n13 = n12 >> map(Map<1>{add, 7}) >> unique(forever) >> tee(),
       n3 = difference(forever, tick) >> fold(forever, Zero{}, Into{greatest, 8}) >>
            fold(forever, Zero{}, Into{greatest, 8}) >> map(Map<2>{with_key, 1}) >> n8,
       n0 >> for_each(Collect{&ends.outputs[0]}),
       n12 = cross_join_no_replay(forever, tick) >> tee(),
       n0 = source_stream(ends.numbers[0]) >> tee(), n0 >> n3[neg],
       initialize() >> map(Initial{}) >> inspect(Look{}) >> n12[_1], n2 = union_() >> n3[pos],
       n8 >> for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_32({32, R"(
source - 0 tick tick 1 list
initialize - 4 tick tick 1 list
union - 4 tick tick 1 bag 0.0 15.0
difference - 2 forever tick 1 bag 2.0 0.0
inspect - 9 tick tick 1 list 1.0
fold greatest 8 forever tick 1 list 3.0
fold greatest 8 forever tick 1 list 5.0
map with_key 1 tick tick 2 list 6.0
union - 3 tick tick 2 bag 7.0 12.0
unique - 8 tick tick 2 bag 8.0
filter below 5 tick tick 2 bag 9.0
map add 0 tick tick 1 bag 10.0
cross_join_no_replay - 3 forever tick 2 bag 11.0 4.0
map add 7 tick tick 1 bag 12.0
unique - 8 forever tick 1 bag 13.0
defer_tick_lazy - 9 tick tick 1 bag 14.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 2 bag 10.0
collect - 2 tick tick 1 bag 14.0
)",
                            install_32});

void install_33(Ends& ends, Graph& graph) {
  flow(n1 = source_iter(made<2>(5)) >> map(Map<1>{add, 5}) >> tee(),
       n3 = zip_longest() >> map(Longest{}) >> handoff() >> multiset_delta() >> handoff() >> n5[_1],
       n5 = cross_join_multiset_no_replay(forever, forever) >> for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.numbers[0]) >> n5[_0], n1 >> n3[_1], n1 >> n3[_0])
      .install(graph);
}
Registration const flow_33({33, R"(
source - 0 tick tick 1 list
source_iter - 5 tick tick 2 list
map add 5 tick tick 1 list 1.0
zip_longest - 2 tick tick 2 list 2.0 2.0
multiset_delta - 3 tick tick 2 list 3.0
cross_join_multiset_no_replay - 7 forever forever 3 bag 0.0 4.0
collect - 0 tick tick 3 bag 5.0
)",
                            install_33});

void install_34(Ends& ends, Graph& graph) {
  flow(n0 >> n4, n10 = zip_longest() >> map(Longest{}) >> for_each(Collect{&ends.outputs[1]}),
       n1 >> for_each(Collect{&ends.outputs[0]}),
       n0 = source_stream(ends.numbers[1]) >> map(Map<2>{outer, 1}) >> tee(),
       n0 >> map(Map<1>{last, 0}) >> n10[_0],
       n6 = join_multiset_no_replay(tick, forever) >> map(Map<2>{with_key, 5}) >> n4,
       n1 >> map(Map<1>{multiply, 1}) >> n10[_1],
       n1 = source_stream(ends.pairs) >> reduce_no_replay(tick, Merge{larger}) >> tee(),
       n1 >> n6[_1], n4 = union_() >> unique(forever) >> n6[_0])
      .install(graph);
}
Registration const flow_34({34, R"(
source - 1 tick tick 1 list
source - 2 tick tick 2 list
reduce_no_replay larger 6 tick tick 2 list 1.0
map outer 1 tick tick 2 list 0.0
union - 4 tick tick 2 bag 3.0 7.0
unique - 8 forever tick 2 bag 4.0
join_multiset_no_replay - 7 tick forever 3 bag 5.0 2.0
map with_key 5 tick tick 2 bag 6.0
map last 0 tick tick 1 list 3.0
map multiply 1 tick tick 1 list 2.0
zip_longest - 9 tick tick 2 list 8.0 9.0
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 2 list 10.0
)",
                            install_34});

void install_35(Ends& ends, Graph& graph) {
  flow(n8 = chain() >> for_each(Collect{&ends.outputs[1]}),
       n2 = n0 >> persist() >> map(Map<2>{outer, 9}) >> tee(),
       n6 = chain_first_n(1) >> map(Map<2>{split, 2}) >> n8[_1],
       n0 = source_stream(ends.numbers[1]) >> tee(), source_stream(ends.numbers[0]) >> n6[_1],
       n2 >> for_each(Collect{&ends.outputs[0]}),
       n0 >> fold(none, Zero{}, Into{count, 5}) >> n6[_0],
       n2 >> fold_keyed(none, Zero{}, Into{total, 8}) >> n8[_0])
      .install(graph);
}
Registration const flow_35({35, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
persist - 8 tick tick 1 list 0.0
fold count 5 none tick 1 list 0.0
map outer 9 tick tick 2 list 2.0
fold_keyed total 8 none tick 2 bag 4.0
chain_first_n - 1 tick tick 1 list 3.0 1.0
map split 2 tick tick 2 list 6.0
chain - 7 tick tick 2 bag 5.0 7.0
collect - 0 tick tick 2 list 4.0
collect - 1 tick tick 2 bag 8.0
)",
                            install_35});

void install_36(Ends& ends, Graph& graph) {
  flow(n13 = join_no_replay(forever, forever) >> for_each(Collect{&ends.outputs[2]}),
       n9 = join(tick, forever) >> sort_by_key(Map<1>{add, 7}) >> tee(),
       source_stream(ends.pairs) >> fold_keyed(tick, Zero{}, Into{count, 0}) >> n9[_0],
       n12 = n0 >> map(Map<2>{outer, 3}) >> tee(), n0 >> map(Map<2>{outer, 4}) >> n9[_1],
       n9 >> map(Map<2>{with_key, 8}) >> n13[_0], n4 >> n4, source_stream(ends.numbers[0]) >> n4,
       n12 >> map(Map<2>{split, 8}) >> for_each(Collect{&ends.outputs[3]}), n12 >> n13[_1],
       n0 = source_stream(ends.numbers[1]) >> tee(),
       n4 = union_() >> unique(tick) >> handoff() >> handoff() >> tee(),
       n9 >> for_each(Collect{&ends.outputs[1]}), n4 >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_36({36, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
source - 2 tick tick 2 list
fold_keyed count 0 tick tick 2 bag 2.0
union - 6 tick tick 1 bag 1.0 7.0
unique - 9 tick tick 1 bag 4.0
handoff - 9 tick tick 1 bag 5.0
handoff - 9 tick tick 1 bag 6.0
map outer 4 tick tick 2 list 0.0
join - 4 tick forever 3 bag 3.0 8.0
sort_by_key - 7 tick tick 3 bag 9.0
map with_key 8 tick tick 2 bag 10.0
map outer 3 tick tick 2 list 0.0
join_no_replay - 7 forever forever 3 bag 11.0 12.0
map split 8 tick tick 2 list 12.0
collect - 0 tick tick 1 bag 7.0
collect - 1 tick tick 3 bag 10.0
collect - 2 tick tick 3 bag 13.0
collect - 3 tick tick 2 list 14.0
)",
                            install_36});

void install_37(Ends& ends, Graph& graph) {
  flow(n10 = zip_longest() >> map(Longest{}) >> for_each(Collect{&ends.outputs[1]}),
       n1 = source_iter(made<2>(1)) >> tee(), n1 >> map(Map<1>{first, 4}) >> n10[_0],
       n1 >> identity() >> unique(none) >> map(Map<1>{multiply, 7}) >> n10[_1],
       source_stream(ends.pairs) >> fold(none, Zero{}, Into{greatest, 8}) >>
           map(Map<2>{split, 5}) >> reduce_keyed(tick, Merge{larger}) >>
           sort_by_key(Map<1>{add, 5}) >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_37({37, R"(
source - 2 tick tick 2 list
source_iter - 1 tick tick 2 list
identity - 8 tick tick 2 list 1.0
unique - 2 none tick 2 list 2.0
fold greatest 8 none tick 1 list 0.0
map split 5 tick tick 2 list 4.0
reduce_keyed larger 2 tick tick 2 bag 5.0
sort_by_key - 5 tick tick 2 bag 6.0
map first 4 tick tick 1 list 1.0
map multiply 7 tick tick 1 list 3.0
zip_longest - 8 tick tick 2 list 8.0 9.0
collect - 0 tick tick 2 bag 7.0
collect - 1 tick tick 2 list 10.0
)",
                            install_37});

void install_38(Ends& ends, Graph& graph) {
  flow(n3 >> for_each(Collect{&ends.outputs[0]}), n1 = union_() >> map(Map<2>{outer, 1}) >> tee(),
       n1 >> n4[_0], n1 >> map(Map<1>{add, 0}) >> unique(none) >> defer_tick_lazy() >> n1,
       n4 = join(none, tick) >> tee(), n3 >> n4[_1], n4 >> for_each(Collect{&ends.outputs[1]}),
       n0 = source_stream(ends.numbers[0]) >> tee(), n4 >> map(Map<2>{outer, 6}) >> n6[_0],
       n1 >> n6[_1], n3 = n0 >> map(Map<2>{split, 6}) >> tee(),
       n6 = join(tick, none) >> defer_tick_lazy() >> for_each(Collect{&ends.outputs[2]}), n0 >> n1)
      .install(graph);
}
Registration const flow_38({38, R"(
source - 0 tick tick 1 list
union - 6 tick tick 1 bag 0.0 10.0
map outer 1 tick tick 2 bag 1.0
map split 6 tick tick 2 list 0.0
join - 9 none tick 3 bag 2.0 3.0
map outer 6 tick tick 2 bag 4.0
join - 4 tick none 3 bag 5.0 2.0
defer_tick_lazy - 1 tick tick 3 bag 6.0
map add 0 tick tick 1 bag 2.0
unique - 7 none tick 1 bag 8.0
defer_tick_lazy - 1 tick tick 1 bag 9.0
collect - 0 tick tick 2 list 3.0
collect - 1 tick tick 3 bag 4.0
collect - 2 tick tick 3 bag 7.0
)",
                            install_38});

void install_39(Ends& ends, Graph& graph) {
  flow(n1 >> for_each(Collect{&ends.outputs[0]}), n1 >> n3[neg],
       n4 = cross_join_multiset(forever, tick) >> for_each(Collect{&ends.outputs[1]}),
       n3 = difference(none, none) >> n4[_0], n1 = source_stream(ends.numbers[0]) >> tee(),
       n1 >> reduce(none, Merge{smaller}) >> n3[pos], source_stream(ends.numbers[1]) >> n4[_1])
      .install(graph);
}
Registration const flow_39({39, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
reduce smaller 8 none tick 1 list 1.0
difference - 8 none none 1 list 2.0 1.0
cross_join_multiset - 6 forever tick 2 bag 3.0 0.0
collect - 0 tick tick 1 list 1.0
collect - 1 tick tick 2 bag 4.0
)",
                            install_39});

}  // namespace
}  // namespace weir::oracle
