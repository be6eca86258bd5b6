// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_90(Ends& ends, Graph& graph) {
  flow(n5 = cross_join_multiset_no_replay(tick, tick) >> tee(),
       n2 = union_() >> unique(forever) >> map(Map<1>{multiply, 0}) >> n5[_0],
       n0 >> map(Map<2>{split, 4}) >> n2, n5 >> n7[_0], n0 >> map(Map<2>{outer, 2}) >> n7[_1],
       n0 = source_stream(ends.numbers[0]) >> tee(),
       n5 >> filter_map(FilterMap<3>{spread, 2}) >> map(Map<2>{outer, 8}) >> n2,
       n7[when<Colour::green>] >> sort_by_key(Map<1>{add, 5}) >> defer_tick() >>
           for_each(Collect{&ends.outputs[1]}),
       n7[when<Colour::red>] >> for_each(Collect{&ends.outputs[0]}), n0 >> n5[_1],
       n7 = join_multiset_no_replay(tick, forever) >> map(Paint{}) >> demux())
      .install(graph);
}
Registration const flow_90({90, R"(
source - 0 tick tick 1 list
map split 4 tick tick 2 list 0.0
union - 5 tick tick 2 bag 1.0 9.0
unique - 1 forever tick 2 bag 2.0
map multiply 0 tick tick 1 bag 3.0
cross_join_multiset_no_replay - 7 tick tick 2 bag 4.0 0.0
map outer 2 tick tick 2 list 0.0
join_multiset_no_replay - 5 tick forever 3 bag 5.0 6.0
filter_map spread 2 tick tick 3 bag 5.0
map outer 8 tick tick 2 bag 8.0
demux - 6 tick tick 1 bag 7.0
sort_by_key - 5 tick tick 1 bag 10.1
defer_tick - 3 tick tick 1 bag 11.0
collect - 0 tick tick 1 bag 10.0
collect - 1 tick tick 1 bag 12.0
)",
                            install_90});

void install_91(Ends& ends, Graph& graph) {
  flow(source_iter(made<2>(4)) >> handoff() >> n9[_0], n1 >> n3,
       n9 = join(forever, tick) >> map(Map<1>{add, 3}) >> unique(forever) >> defer_tick() >> n3,
       n3 >> for_each(Collect{&ends.outputs[2]}),
       source_stream(ends.numbers[0]) >> scan(tick, Zero{}, Scan{greatest, 1}) >> handoff() >>
           identity() >> for_each(Collect{&ends.outputs[1]}),
       n1 >> for_each(Collect{&ends.outputs[0]}), n1 = source_iter(made<1>(7)) >> tee(),
       n3 >> n9[_1], n3 = union_() >> map(Map<2>{with_key, 5}) >> tee())
      .install(graph);
}
Registration const flow_91({91, R"(
source - 0 tick tick 1 list
source_iter - 7 tick tick 1 list
source_iter - 4 tick tick 2 list
union - 6 tick tick 1 bag 1.0 12.0
scan greatest 1 tick tick 1 list 0.0
handoff - 7 tick tick 1 list 4.0
identity - 8 tick tick 1 list 5.0
handoff - 8 tick tick 2 list 2.0
map with_key 5 tick tick 2 bag 3.0
join - 9 forever tick 3 bag 7.0 8.0
map add 3 tick tick 1 bag 9.0
unique - 2 forever tick 1 bag 10.0
defer_tick - 3 tick tick 1 bag 11.0
collect - 0 tick tick 1 list 1.0
collect - 1 tick tick 1 list 6.0
collect - 2 tick tick 2 bag 8.0
)",
                            install_91});

void install_92(Ends& ends, Graph& graph) {
  flow(n3 >> reduce(tick, Merge{added}) >> for_each(Collect{&ends.outputs[3]}),
       n1 = source_stream(ends.numbers[0]) >> tee(),
       n6 = join_multiset(tick, forever) >> map(Map<1>{multiply, 7}) >> n2,
       n3 >> map(Map<2>{split, 2}) >> n6[_1],
       n12 = join_no_replay(forever, tick) >> for_each(Collect{&ends.outputs[2]}),
       n11 >> for_each(Collect{&ends.outputs[1]}), source_stream(ends.numbers[1]) >> n2,
       n2 = union_() >> tee(), n1 >> for_each(Collect{&ends.outputs[0]}),
       n1 >> unique(forever) >> fold(forever, Zero{}, Into{digits, 0}) >>
           map(Map<2>{with_key, 8}) >> n12[_0],
       n11 = n2 >> map(Map<2>{outer, 8}) >> tee(), n3 >> map(Map<2>{with_key, 1}) >> n6[_0],
       n3 = n2 >> unique(forever) >> tee(), n11 >> n12[_1])
      .install(graph);
}
Registration const flow_92({92, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
union - 6 tick tick 1 bag 0.0 7.0
unique - 2 forever tick 1 bag 2.0
map with_key 1 tick tick 2 bag 3.0
map split 2 tick tick 2 bag 3.0
join_multiset - 7 tick forever 3 bag 4.0 5.0
map multiply 7 tick tick 1 bag 6.0
unique - 1 forever tick 1 list 1.0
fold_in_order digits 0 forever tick 1 list 8.0
map with_key 8 tick tick 2 list 9.0
map outer 8 tick tick 2 bag 2.0
join_no_replay - 4 forever tick 3 bag 10.0 11.0
reduce added 7 tick tick 1 list 3.0
collect - 0 tick tick 1 list 1.0
collect - 1 tick tick 2 bag 11.0
collect - 2 tick tick 3 bag 12.0
collect - 3 tick tick 1 list 13.0
)",
                            install_92});

void install_93(Ends& ends, Graph& graph) {
  flow(n4 >> n15[_1], n4 >> n5[_1], n0 >> n1[_1],
       n13 = cross_join(forever, tick) >> map(Map<1>{multiply, 7}) >> tee(),
       n15 = chain_first_n(7) >> for_each(Collect{&ends.outputs[3]}),
       n8 = cross_join_multiset(forever, forever) >> map(Map<1>{last, 4}) >> n10,
       n13 >> for_each(Collect{&ends.outputs[2]}), n4 = n0 >> map(Map<2>{split, 4}) >> tee(),
       n2 >> n13[_1], n2 >> n8[_0], n10 = union_() >> unique(tick) >> persist() >> n13[_0],
       n13 >> n10, n5 >> for_each(Collect{&ends.outputs[1]}),
       n0 = source_stream(ends.numbers[0]) >> tee(),
       n2 = n1 >> unique(forever) >> map(Map<1>{add, 4}) >> tee(),
       n1 >> for_each(Collect{&ends.outputs[0]}), n3 = n0 >> map(Map<2>{split, 0}) >> tee(),
       n3 >> n15[_0], n5 = join(forever, tick) >> map(Map<2>{with_key, 3}) >> tee(), n5 >> n8[_1],
       n0 >> n1[_0], n3 >> n5[_0], n1 = cross_join_multiset(tick, forever) >> tee())
      .install(graph);
}
Registration const flow_93({93, R"(
source - 0 tick tick 1 list
cross_join_multiset - 1 tick forever 2 bag 0.0 0.0
unique - 1 forever tick 2 bag 1.0
map split 0 tick tick 2 list 0.0
map split 4 tick tick 2 list 0.0
join - 7 forever tick 3 bag 3.0 4.0
map add 4 tick tick 1 bag 2.0
map with_key 3 tick tick 2 bag 5.0
cross_join_multiset - 0 forever forever 3 bag 6.0 7.0
map last 4 tick tick 1 bag 8.0
union - 9 tick tick 1 bag 9.0 14.0
unique - 4 tick tick 1 bag 10.0
persist - 6 tick tick 1 bag 11.0
cross_join - 0 forever tick 2 bag 12.0 6.0
map multiply 7 tick tick 1 bag 13.0
chain_first_n - 7 tick tick 2 list 3.0 4.0
collect - 0 tick tick 2 bag 1.0
collect - 1 tick tick 2 bag 7.0
collect - 2 tick tick 1 bag 14.0
collect - 3 tick tick 2 list 15.0
)",
                            install_93});

void install_94(Ends& ends, Graph& graph) {
  flow(n0 >> n3[pos], n3 = difference(forever, tick) >> for_each(Collect{&ends.outputs[1]}),
       n0 >> for_each(Collect{&ends.outputs[0]}),
       n0 = source_stream(ends.numbers[0]) >> flat_map(FlatMap{neighbours, 2}) >> tee(),
       n0 >> map(FlatMap{twice, 9}) >> flatten() >> n3[neg])
      .install(graph);
}
Registration const flow_94({94, R"(
source - 0 tick tick 1 list
flat_map neighbours 2 tick tick 1 list 0.0
flatten twice 9 tick tick 1 list 1.0
difference - 6 forever tick 1 list 1.0 2.0
collect - 0 tick tick 1 list 1.0
collect - 1 tick tick 1 list 3.0
)",
                            install_94});

void install_95(Ends& ends, Graph& graph) {
  flow(n1 = initialize() >> map(Initial{}) >> reduce_no_replay(tick, Merge{larger}) >> tee(),
       n1 >> n7[_1], n13[when<Colour::red>] >> for_each(Collect{&ends.outputs[1]}),
       n0 = source_stream(ends.numbers[1]) >> map(Map<2>{with_key, 3}) >> tee(),
       n0 >> for_each(Collect{&ends.outputs[0]}),
       n7 = cross_join_multiset_no_replay(tick, forever) >> filter_map(FilterMap<3>{spread, 3}) >>
            tee(),
       n11 = join_multiset_no_replay(tick, tick) >> map(Map<2>{outer, 5}) >> n4,
       n13[when<Colour::green>] >> filter(Filter{below, 0}) >> map(InTick{}) >>
           for_each(Collect{&ends.outputs[3]}),
       n7 >> map(Map<2>{with_key, 7}) >> n11[_0], n0 >> n11[_1],
       n13 = n7 >> map(Paint{}) >> demux(), n4 = union_() >> unique(tick) >> tee(),
       n1 >> map(Map<2>{split, 5}) >> n4,
       n4 >> handoff() >> multiset_delta() >> handoff() >> for_each(Collect{&ends.outputs[2]}),
       n4 >> map(Map<1>{first, 4}) >> n7[_0])
      .install(graph);
}
Registration const flow_95({95, R"(
source - 1 tick tick 1 list
initialize - 7 tick tick 1 list
reduce_no_replay larger 9 tick tick 1 list 1.0
map split 5 tick tick 2 list 2.0
union - 9 tick tick 2 bag 3.0 12.0
unique - 1 tick tick 2 bag 4.0
map first 4 tick tick 1 bag 5.0
cross_join_multiset_no_replay - 8 tick forever 2 bag 6.0 2.0
filter_map spread 3 tick tick 3 bag 7.0
map with_key 7 tick tick 2 bag 8.0
map with_key 3 tick tick 2 list 0.0
join_multiset_no_replay - 3 tick tick 3 bag 9.0 10.0
map outer 5 tick tick 2 bag 11.0
demux - 5 tick tick 1 bag 8.0
filter below 0 tick tick 1 bag 13.1
multiset_delta - 1 tick tick 2 bag 5.0
map_in_tick - 6 tick tick 1 bag 14.0
collect - 0 tick tick 2 list 10.0
collect - 1 tick tick 1 bag 13.0
collect - 2 tick tick 2 bag 15.0
collect - 3 tick tick 1 bag 16.0
)",
                            install_95});

void install_96(Ends& ends, Graph& graph) {
  flow(n0 >> n1[_0], n0 >> n1[_1],
       n1 = cross_join_multiset(none, forever) >> flat_map(FlatMap{twice, 6}) >>
            reduce_keyed_no_replay(tick, Merge{smaller}) >> for_each(Collect{&ends.outputs[0]}),
       n0 = source_stream(ends.numbers[1]) >> tee())
      .install(graph);
}
Registration const flow_96({96, R"(
source - 1 tick tick 1 list
cross_join_multiset - 3 none forever 2 bag 0.0 0.0
flat_map twice 6 tick tick 2 bag 1.0
reduce_keyed_no_replay smaller 7 tick tick 2 bag 2.0
collect - 0 tick tick 2 bag 3.0
)",
                            install_96});

void install_97(Ends& ends, Graph& graph) {
  flow(n3 = n2 >> handoff() >> tee(), n2 = union_() >> tee(),
       n3 >> unique(tick) >> defer_tick() >> n2, n3 >> for_each(Collect{&ends.outputs[1]}),
       n0 >> n1[_0], n2 >> for_each(Collect{&ends.outputs[0]}), n0 >> n1[_1],
       n0 = source_stream(ends.numbers[1]) >> tee(), n1 = chain() >> n2)
      .install(graph);
}
Registration const flow_97({97, R"(
source - 1 tick tick 1 list
chain - 5 tick tick 1 list 0.0 0.0
union - 0 tick tick 1 bag 1.0 5.0
handoff - 4 tick tick 1 bag 2.0
unique - 0 tick tick 1 bag 3.0
defer_tick - 2 tick tick 1 bag 4.0
collect - 0 tick tick 1 bag 2.0
collect - 1 tick tick 1 bag 3.0
)",
                            install_97});

void install_98(Ends& ends, Graph& graph) {
  flow(n7 >> for_each(Collect{&ends.outputs[4]}), n9 = n7 >> defer_tick() >> tee(),
       n0 >> fold_no_replay(tick, Zero{}, Into{total, 1}) >> for_each(Collect{&ends.outputs[2]}),
       n9 >> n3, n3 = union_() >> for_each(Collect{&ends.outputs[1]}),
       source_stream(ends.numbers[0]) >> n3, n0 = source_stream(ends.numbers[1]) >> tee(),
       n5 = n0 >> map(Map<2>{split, 3}) >> tee(), n9 >> for_each(Collect{&ends.outputs[5]}),
       n5 >> fold_keyed_no_replay(tick, Zero{}, Into{count, 6}) >>
           for_each(Collect{&ends.outputs[3]}),
       source_iter(made<1>(4)) >> for_each(Collect{&ends.outputs[0]}),
       n7 = n5 >> map(Map<1>{multiply, 3}) >> unique(tick) >> tee())
      .install(graph);
}
Registration const flow_98({98, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
source_iter - 4 tick tick 1 list
union - 8 tick tick 1 bag 1.0 9.0
fold_no_replay total 1 tick tick 1 list 0.0
map split 3 tick tick 2 list 0.0
fold_keyed_no_replay count 6 tick tick 2 bag 5.0
map multiply 3 tick tick 1 list 5.0
unique - 1 tick tick 1 list 7.0
defer_tick - 6 tick tick 1 list 8.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 1 bag 3.0
collect - 2 tick tick 1 list 4.0
collect - 3 tick tick 2 bag 6.0
collect - 4 tick tick 1 list 8.0
collect - 5 tick tick 1 list 9.0
)",
                            install_98});

void install_99(Ends& ends, Graph& graph) {
  flow(n14 = chain_first_n(1) >> for_each(Collect{&ends.outputs[3]}), n6 >> n8[_1],
       n8 >> for_each(Collect{&ends.outputs[1]}), n3 >> n5, n5 = union_() >> tee(), n11 >> n12[_0],
       n3 = union_() >> unique(tick) >> tee(), n8 >> unique(tick) >> map(Map<2>{split, 1}) >> n3,
       n0 >> map(Map<2>{outer, 2}) >> n14[_1], n8 = join_no_replay(forever, forever) >> tee(),
       n7 = n6 >> inspect(Look{}) >> tee(), n2 = n0 >> map(Map<2>{split, 1}) >> tee(), n2 >> n3,
       n6 = n5 >> unique(tick) >> tee(), n12 = cross_join(tick, tick) >> n15, n7 >> n8[_0],
       n0 = source_stream(ends.numbers[1]) >> tee(), source_stream(ends.pairs) >> n12[_1],
       n2 >> n14[_0], n11 = n5 >> map(Map<1>{first, 5}) >> tee(),
       n11 >> for_each(Collect{&ends.outputs[2]}),
       n15 = union_() >> unique(forever) >> defer_tick_lazy() >> n15, n7 >> n5,
       n3 >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_99({99, R"(
source - 1 tick tick 1 list
source - 2 tick tick 2 list
map split 1 tick tick 2 list 0.0
union - 3 tick tick 2 bag 2.0 10.0
unique - 5 tick tick 2 bag 3.0
union - 6 tick tick 2 bag 4.0 7.0
unique - 6 tick tick 2 bag 5.0
inspect - 1 tick tick 2 bag 6.0
join_no_replay - 9 forever forever 3 bag 7.0 6.0
unique - 5 tick tick 3 bag 8.0
map split 1 tick tick 2 bag 9.0
map first 5 tick tick 1 bag 5.0
cross_join - 2 tick tick 3 bag 11.0 1.0
map outer 2 tick tick 2 list 0.0
chain_first_n - 1 tick tick 2 list 2.0 13.0
union - 1 tick tick 3 bag 12.0 17.0
unique - 2 forever tick 3 bag 15.0
defer_tick_lazy - 3 tick tick 3 bag 16.0
collect - 0 tick tick 2 bag 4.0
collect - 1 tick tick 3 bag 8.0
collect - 2 tick tick 1 bag 11.0
collect - 3 tick tick 2 list 14.0
)",
                            install_99});

}  // namespace
}  // namespace weir::oracle
