// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_40(Ends& ends, Graph& graph) {
  flow(n1 >> n5, n1 >> map(Map<2>{outer, 4}) >> n4[_0],
       n1 = n0 >> map(FlatMap{some, 3}) >> flatten() >> tee(),
       n0 >> map(Map<2>{split, 9}) >> n4[_1],
       n4 = join_multiset_no_replay(tick, none) >> fold(none, Zero{}, Into{total, 4}) >>
            for_each(Collect{&ends.outputs[0]}),
       n5 = union_() >> unique(forever) >> defer_tick() >> n5,
       n0 = source_stream(ends.numbers[0]) >> tee())
      .install(graph);
}
Registration const flow_40({40, R"(
source - 0 tick tick 1 list
flatten some 3 tick tick 1 list 0.0
map outer 4 tick tick 2 list 1.0
map split 9 tick tick 2 list 0.0
join_multiset_no_replay - 2 tick none 3 bag 2.0 3.0
union - 1 tick tick 1 bag 1.0 8.0
fold total 4 none tick 1 list 4.0
unique - 4 forever tick 1 bag 5.0
defer_tick - 8 tick tick 1 bag 7.0
collect - 0 tick tick 1 list 6.0
)",
                            install_40});

void install_41(Ends& ends, Graph& graph) {
  flow(n3 >> persist() >> fold_no_replay(forever, Zero{}, Into{greatest, 1}) >>
           for_each(Collect{&ends.outputs[3]}),
       n2 >> n3[_1], n0 >> for_each(Collect{&ends.outputs[0]}),
       n0 >> map(Map<2>{split, 8}) >> n3[_0], n2 = n0 >> map(Map<2>{split, 1}) >> tee(),
       n3 >> for_each(Collect{&ends.outputs[1]}),
       n2 >> fold(forever, Zero{}, Into{digits, 7}) >> for_each(Collect{&ends.outputs[2]}),
       n0 = source_stream(ends.numbers[1]) >> tee(), n3 = join(tick, tick) >> tee())
      .install(graph);
}
Registration const flow_41({41, R"(
source - 1 tick tick 1 list
map split 8 tick tick 2 list 0.0
map split 1 tick tick 2 list 0.0
join - 2 tick tick 3 bag 1.0 2.0
persist - 1 tick tick 3 bag 3.0
fold_in_order digits 7 forever tick 1 list 2.0
fold_no_replay greatest 1 forever tick 1 list 4.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 3 bag 3.0
collect - 2 tick tick 1 list 5.0
collect - 3 tick tick 1 list 6.0
)",
                            install_41});

void install_42(Ends& ends, Graph& graph) {
  flow(n3 >> map(Map<2>{with_key, 0}) >> n7[_1],
       source_stream(ends.pairs) >> map(Map<1>{last, 7}) >> n4[_0],
       n3 = n1 >> map(Map<1>{add, 7}) >> tee(),
       n12 = join_multiset_no_replay(forever, none) >> for_each(Collect{&ends.outputs[2]}),
       n4 >> n9[_1], n3 >> n4[_1], n9 >> for_each(Collect{&ends.outputs[1]}), n9 >> n12[_1],
       n1 >> for_each(Collect{&ends.outputs[0]}),
       n4 = zip_longest() >> map(Longest{}) >> defer_tick_lazy() >> tee(),
       n7 = chain() >> map(Map<1>{first, 5}) >> n9[_0],
       n9 = cross_join(none, tick) >> sort_by_key(Map<1>{add, 9}) >> map(Map<2>{outer, 1}) >> tee(),
       n4 >> n7[_0], n1 >> n12[_0], n1 = source_iter(made<2>(8)) >> tee())
      .install(graph);
}
Registration const flow_42({42, R"(
source - 2 tick tick 2 list
source_iter - 8 tick tick 2 list
map last 7 tick tick 1 list 0.0
map add 7 tick tick 1 list 1.0
zip_longest - 4 tick tick 2 list 2.0 3.0
defer_tick_lazy - 2 tick tick 2 list 4.0
map with_key 0 tick tick 2 list 3.0
chain - 5 tick tick 2 list 5.0 6.0
map first 5 tick tick 1 list 7.0
cross_join - 3 none tick 3 bag 8.0 5.0
sort_by_key - 9 tick tick 3 bag 9.0
map outer 1 tick tick 2 bag 10.0
join_multiset_no_replay - 7 forever none 3 bag 1.0 11.0
collect - 0 tick tick 2 list 1.0
collect - 1 tick tick 2 bag 11.0
collect - 2 tick tick 3 bag 12.0
)",
                            install_42});

void install_43(Ends& ends, Graph& graph) {
  flow(source_stream(ends.pairs) >> defer_tick() >> for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.numbers[0]) >> n3,
       n3 = union_() >> unique(forever) >> filter(Filter{below, 3}) >> n3,
       initialize() >> map(Initial{}) >> map(FlatMap{neighbours, 6}) >> flatten() >>
           for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_43({43, R"(
source - 2 tick tick 2 list
source - 0 tick tick 1 list
initialize - 0 tick tick 1 list
union - 8 tick tick 1 bag 1.0 5.0
unique - 0 forever tick 1 bag 3.0
filter below 3 tick tick 1 bag 4.0
defer_tick - 2 tick tick 2 list 0.0
flatten neighbours 6 tick tick 1 list 2.0
collect - 0 tick tick 2 list 6.0
collect - 1 tick tick 1 list 7.0
)",
                            install_43});

void install_44(Ends& ends, Graph& graph) {
  flow(n10 = union_() >> map(Map<1>{last, 3}) >> n12[neg],
       n1 = source_stream(ends.numbers[0]) >> tee(),
       n12 = difference(tick, tick) >> for_each(Collect{&ends.outputs[4]}),
       n0 = source_stream(ends.pairs) >> tee(),
       n6 >> flat_map(FlatMap{some, 8}) >> for_each(Collect{&ends.outputs[3]}), n1 >> n12[pos],
       n5 = n0 >> map(Map<1>{last, 6}) >> tee(), n5 >> for_each(Collect{&ends.outputs[1]}),
       n1 >> map(Map<2>{split, 2}) >> n10,
       n1 >> map(Map<2>{outer, 3}) >> fold_keyed(forever, Zero{}, Into{count, 8}) >> defer_tick() >>
           for_each(Collect{&ends.outputs[2]}),
       n5 >> n6[_0], n0 >> for_each(Collect{&ends.outputs[0]}),
       n6 = cross_join_multiset_no_replay(forever, tick) >> tee(),
       source_iter(made<1>(6)) >> n6[_1], n6 >> n10)
      .install(graph);
}
Registration const flow_44({44, R"(
source - 2 tick tick 2 list
source - 0 tick tick 1 list
source_iter - 6 tick tick 1 list
map outer 3 tick tick 2 list 1.0
fold_keyed count 8 forever tick 2 bag 3.0
map last 6 tick tick 1 list 0.0
cross_join_multiset_no_replay - 1 forever tick 2 bag 5.0 2.0
defer_tick - 7 tick tick 2 bag 4.0
flat_map some 8 tick tick 2 bag 6.0
map split 2 tick tick 2 list 1.0
union - 6 tick tick 2 bag 6.0 9.0
map last 3 tick tick 1 bag 10.0
difference - 1 tick tick 1 list 1.0 11.0
collect - 0 tick tick 2 list 0.0
collect - 1 tick tick 1 list 5.0
collect - 2 tick tick 2 bag 7.0
collect - 3 tick tick 2 bag 8.0
collect - 4 tick tick 1 list 12.0
)",
                            install_44});

void install_45(Ends& ends, Graph& graph) {
  flow(n2 >> filter_map(FilterMap<2>{with_key, 0}) >> for_each(Collect{&ends.outputs[1]}),
       n2 = n0 >> map(Map<2>{with_key, 3}) >> tee(), n2 >> for_each(Collect{&ends.outputs[0]}),
       n0 >> map(Map<2>{with_key, 2}) >> reduce_keyed(forever, Merge{smaller}) >>
           for_each(Collect{&ends.outputs[2]}),
       n0 = source_stream(ends.numbers[0]) >> sort() >> tee())
      .install(graph);
}
Registration const flow_45({45, R"(
source - 0 tick tick 1 list
sort - 0 tick tick 1 list 0.0
map with_key 3 tick tick 2 list 1.0
filter_map with_key 0 tick tick 2 list 2.0
map with_key 2 tick tick 2 list 1.0
reduce_keyed smaller 4 forever tick 2 bag 4.0
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 2 list 3.0
collect - 2 tick tick 2 bag 5.0
)",
                            install_45});

void install_46(Ends& ends, Graph& graph) {
  flow(n3 = union_() >> unique(forever) >> flat_map(FlatMap{neighbours, 3}) >>
            filter(Filter{indivisible, 6}) >> n3,
       n0 >> n3, n0 = source_stream(ends.numbers[0]) >> tee(),
       n0 >> scan(forever, Zero{}, Scan{total, 2}) >> for_each(Collect{&ends.outputs[1]}),
       source_stream(ends.numbers[1]) >> fold(tick, Zero{}, Into{digits, 3}) >>
           for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_46({46, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
fold_in_order digits 3 tick tick 1 list 1.0
union - 8 tick tick 1 bag 0.0 6.0
unique - 9 forever tick 1 bag 3.0
flat_map neighbours 3 tick tick 1 bag 4.0
filter indivisible 6 tick tick 1 bag 5.0
scan total 2 forever tick 1 list 0.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 1 list 7.0
)",
                            install_46});

void install_47(Ends& ends, Graph& graph) {
  flow(n7 = cross_join_multiset(forever, tick) >> map(Map<2>{split, 0}) >> n9,
       n5 >> for_each(Collect{&ends.outputs[0]}), n5 = union_() >> map(Map<1>{first, 8}) >> tee(),
       n0 >> reduce_keyed(forever, Merge{added}) >> n9,
       n9 = union_() >> unique(forever) >> defer_tick() >> n5, n0 >> n5,
       n0 = source_stream(ends.numbers[0]) >> map(Map<2>{outer, 2}) >> tee(), n5 >> n7[_0],
       source_stream(ends.pairs) >> reduce_keyed(forever, Merge{larger}) >> n7[_1])
      .install(graph);
}
Registration const flow_47({47, R"(
source - 0 tick tick 1 list
source - 2 tick tick 2 list
reduce_keyed larger 4 forever tick 2 bag 1.0
map outer 2 tick tick 2 list 0.0
reduce_keyed added 8 forever tick 2 bag 3.0
union - 0 tick tick 2 bag 3.0 11.0
map first 8 tick tick 1 bag 5.0
cross_join_multiset - 2 forever tick 3 bag 6.0 2.0
map split 0 tick tick 2 bag 7.0
union - 8 tick tick 2 bag 4.0 8.0
unique - 0 forever tick 2 bag 9.0
defer_tick - 1 tick tick 2 bag 10.0
collect - 0 tick tick 1 bag 6.0
)",
                            install_47});

void install_48(Ends& ends, Graph& graph) {
  flow(n2[_2] >> n5[_1], n2[_0] >> for_each(Collect{&ends.outputs[0]}), n1 >> n4[pos],
       n2[_1] >> for_each(Collect{&ends.outputs[1]}),
       n4 = difference(tick, forever) >> for_each(Collect{&ends.outputs[2]}),
       n0 = source_stream(ends.pairs) >> tee(), n2 = n0 >> partition(Choose{3}), n1 >> n5[_0],
       n1 = source_stream(ends.numbers[0]) >> tee(), n0 >> map(Map<1>{last, 9}) >> n4[neg],
       n5 = zip(forever, tick) >> for_each(Collect{&ends.outputs[3]}))
      .install(graph);
}
Registration const flow_48({48, R"(
source - 2 tick tick 2 list
source - 0 tick tick 1 list
partition - 3 tick tick 2 list 0.0
map last 9 tick tick 1 list 0.0
difference - 6 tick forever 1 list 1.0 3.0
zip - 1 forever tick 3 list 1.0 2.2
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 2 list 2.1
collect - 2 tick tick 1 list 4.0
collect - 3 tick tick 3 list 5.0
)",
                            install_48});

void install_49(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.numbers[1]) >> tee(), n1 = chain() >> n2[_0],
       n2 = cross_join(forever, tick) >> map(InTick{}) >> map(Map<2>{split, 3}) >>
            reduce_keyed_no_replay(forever, Merge{larger}) >> sort() >>
            for_each(Collect{&ends.outputs[1]}),
       n0 >> n2[_1], n0 >> n1[_1], n0 >> n1[_0], n0 >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_49({49, R"(
source - 1 tick tick 1 list
chain - 0 tick tick 1 list 0.0 0.0
cross_join - 2 forever tick 2 bag 1.0 0.0
map_in_tick - 2 tick tick 1 bag 2.0
map split 3 tick tick 2 bag 3.0
reduce_keyed_no_replay larger 3 forever tick 2 bag 4.0
sort - 8 tick tick 2 list 5.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 2 list 6.0
)",
                            install_49});

}  // namespace
}  // namespace weir::oracle
