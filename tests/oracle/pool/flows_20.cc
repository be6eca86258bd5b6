// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_20(Ends& ends, Graph& graph) {
  flow(n2 >> map(Map<1>{first, 7}) >> n5[_0], n8 >> map(Map<2>{outer, 7}) >> n2,
       n5 = cross_join_multiset_no_replay(forever, forever) >> unique(forever) >>
            map(Map<2>{with_key, 6}) >> n8[_0],
       n8 >> map(Map<2>{split, 6}) >> n11[_1], n2 >> n11[_0],
       n11 = join(forever, forever) >> handoff() >> for_each(Collect{&ends.outputs[1]}),
       n2 >> n8[_1], n0 = source_stream(ends.numbers[1]) >> map(Map<2>{outer, 5}) >> tee(),
       n0 >> n2, n2 = union_() >> unique(forever) >> tee(), n2 >> n5[_1],
       n0 >> for_each(Collect{&ends.outputs[0]}), n8 = join_no_replay(tick, tick) >> tee())
      .install(graph);
}
Registration const flow_20({20, R"(
source - 1 tick tick 1 list
map outer 5 tick tick 2 list 0.0
union - 9 tick tick 2 bag 1.0 9.0
unique - 9 forever tick 2 bag 2.0
map first 7 tick tick 1 bag 3.0
cross_join_multiset_no_replay - 8 forever forever 3 bag 4.0 3.0
unique - 2 forever tick 3 bag 5.0
map with_key 6 tick tick 2 bag 6.0
join_no_replay - 5 tick tick 3 bag 7.0 3.0
map outer 7 tick tick 2 bag 8.0
map split 6 tick tick 2 bag 8.0
join - 9 forever forever 3 bag 3.0 10.0
handoff - 4 tick tick 3 bag 11.0
collect - 0 tick tick 2 list 1.0
collect - 1 tick tick 3 bag 12.0
)",
                            install_20});

void install_21(Ends& ends, Graph& graph) {
  flow(n5 >> unique(tick) >> defer_tick_lazy() >> n5, n5 >> for_each(Collect{&ends.outputs[1]}),
       source_stream(ends.numbers[1]) >> for_each(Collect{&ends.outputs[0]}),
       initialize() >> map(Initial{}) >> n4[_1], n4 = zip(forever, forever) >> n5,
       n5 = union_() >> identity() >> tee(),
       source_stream(ends.pairs) >> map(Map<1>{last, 5}) >> n4[_0])
      .install(graph);
}
Registration const flow_21({21, R"(
source - 2 tick tick 2 list
initialize - 9 tick tick 1 list
source - 1 tick tick 1 list
map last 5 tick tick 1 list 0.0
zip - 7 forever forever 2 list 3.0 1.0
union - 2 tick tick 2 bag 4.0 8.0
identity - 6 tick tick 2 bag 5.0
unique - 3 tick tick 2 bag 6.0
defer_tick_lazy - 3 tick tick 2 bag 7.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 2 bag 6.0
)",
                            install_21});

void install_22(Ends& ends, Graph& graph) {
  flow(n2 = n1 >> reduce_keyed(tick, Merge{larger}) >> tee(), n2 >> n5[_1],
       n2 >> for_each(Collect{&ends.outputs[0]}), n4 = zip(forever, forever) >> n5[_0],
       n1 >> map(Map<1>{last, 5}) >> n4[_0], n0 >> n4[_1],
       n0 = source_stream(ends.numbers[0]) >> tee(), n1 = n0 >> map(Map<2>{split, 5}) >> tee(),
       n5 = join(forever, tick) >> for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_22({22, R"(
source - 0 tick tick 1 list
map split 5 tick tick 2 list 0.0
reduce_keyed larger 1 tick tick 2 bag 1.0
map last 5 tick tick 1 list 1.0
zip - 9 forever forever 2 list 3.0 0.0
join - 4 forever tick 3 bag 4.0 2.0
collect - 0 tick tick 2 bag 2.0
collect - 1 tick tick 3 bag 5.0
)",
                            install_22});

void install_23(Ends& ends, Graph& graph) {
  flow(n1 >> map(Map<1>{add, 8}) >> n4, n2 >> for_each(Collect{&ends.outputs[1]}),
       n4 = union_() >> unique(forever) >> n6[_0],
       n6 = cross_join_multiset(forever, forever) >> persist() >> map(Map<2>{split, 5}) >>
            map(Map<1>{multiply, 5}) >> n4,
       n0 >> for_each(Collect{&ends.outputs[0]}),
       n11 = union_() >> unique(forever) >> filter(Filter{odd_end, 5}) >>
             filter(Filter{below, 9}) >> map(Map<1>{last, 9}) >> map(Map<2>{split, 3}) >> n11,
       n2 >> n6[_1], n0 = source_stream(ends.numbers[0]) >> tee(),
       n0 >> map(Map<2>{split, 1}) >> n11,
       n0 >> map(Map<1>{add, 8}) >> defer_tick_lazy() >> for_each(Collect{&ends.outputs[2]}),
       n1 = source_iter(made<2>(6)) >> tee(), n2 = n1 >> unique(forever) >> tee())
      .install(graph);
}
Registration const flow_23({23, R"(
source - 0 tick tick 1 list
source_iter - 6 tick tick 2 list
unique - 5 forever tick 2 list 1.0
map add 8 tick tick 1 list 1.0
union - 0 tick tick 1 bag 3.0 9.0
unique - 8 forever tick 1 bag 4.0
cross_join_multiset - 9 forever forever 3 bag 5.0 2.0
persist - 1 tick tick 3 bag 6.0
map split 5 tick tick 2 bag 7.0
map multiply 5 tick tick 1 bag 8.0
map split 1 tick tick 2 list 0.0
union - 7 tick tick 2 bag 10.0 16.0
unique - 2 forever tick 2 bag 11.0
filter odd_end 5 tick tick 2 bag 12.0
filter below 9 tick tick 2 bag 13.0
map last 9 tick tick 1 bag 14.0
map split 3 tick tick 2 bag 15.0
map add 8 tick tick 1 list 0.0
defer_tick_lazy - 2 tick tick 1 list 17.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 2 list 2.0
collect - 2 tick tick 1 list 18.0
)",
                            install_23});

void install_24(Ends& ends, Graph& graph) {
  flow(source_stream(ends.numbers[1]) >> reduce_no_replay(tick, Merge{added}) >>
           for_each(Collect{&ends.outputs[3]}),
       n1 >> map(FlatMap{some, 3}) >> flatten() >> for_each(Collect{&ends.outputs[1]}),
       n1 = source_stream(ends.pairs) >> tee(),
       n1 >> identity() >> for_each(Collect{&ends.outputs[2]}),
       source_stream(ends.numbers[0]) >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_24({24, R"(
source - 1 tick tick 1 list
source - 2 tick tick 2 list
source - 0 tick tick 1 list
flatten some 3 tick tick 2 list 1.0
identity - 5 tick tick 2 list 1.0
reduce_no_replay added 5 tick tick 1 list 0.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 2 list 3.0
collect - 2 tick tick 2 list 4.0
collect - 3 tick tick 1 list 5.0
)",
                            install_24});

void install_25(Ends& ends, Graph& graph) {
  flow(n6 >> n10[_1], n1 >> n6, n3 >> n14[_1], n3 >> n6,
       n7 >> unique(tick) >> filter(Filter{indivisible, 3}) >> n10[_0],
       n7 >> for_each(Collect{&ends.outputs[1]}), n6 >> for_each(Collect{&ends.outputs[0]}),
       n1 >> n7, n7 = union_() >> tee(), n0 = source_stream(ends.numbers[0]) >> tee(),
       n3 = union_() >> unique(tick) >> tee(), n10 = join_no_replay(tick, forever) >> tee(),
       n14 = cross_join_multiset(forever, forever) >> sort() >> for_each(Collect{&ends.outputs[2]}),
       n6 = union_() >> tee(), n10 >> map(Map<3>{spread, 2}) >> map(Map<2>{with_key, 8}) >> n3,
       n1 = n0 >> map(FlatMap{neighbours, 2}) >> flatten() >> map(Map<2>{split, 0}) >> tee(),
       n0 >> map(Map<2>{with_key, 5}) >> n3, n0 >> n14[_0], n10 >> map(Map<2>{outer, 4}) >> n7)
      .install(graph);
}
Registration const flow_25({25, R"(
source - 0 tick tick 1 list
flatten neighbours 2 tick tick 1 list 0.0
map with_key 5 tick tick 2 list 0.0
union - 3 tick tick 2 bag 2.0 13.0
unique - 5 tick tick 2 bag 3.0
map split 0 tick tick 2 list 1.0
union - 9 tick tick 2 bag 4.0 5.0
union - 8 tick tick 2 bag 5.0 11.0
unique - 8 tick tick 2 bag 7.0
filter indivisible 3 tick tick 2 bag 8.0
join_no_replay - 6 tick forever 3 bag 9.0 6.0
map outer 4 tick tick 2 bag 10.0
map spread 2 tick tick 3 bag 10.0
map with_key 8 tick tick 2 bag 12.0
cross_join_multiset - 0 forever forever 3 bag 0.0 4.0
sort - 5 tick tick 3 list 14.0
collect - 0 tick tick 2 bag 6.0
collect - 1 tick tick 2 bag 7.0
collect - 2 tick tick 3 list 15.0
)",
                            install_25});

void install_26(Ends& ends, Graph& graph) {
  flow(source_iter(made<2>(1)) >> map(Map<1>{first, 8}) >> n3[neg],
       n3 = difference(forever, tick) >> fold_no_replay(none, Zero{}, Into{count, 9}) >>
            filter(Filter{odd_end, 1}) >> filter(Filter{below, 5}) >>
            for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.numbers[0]) >> n3[pos])
      .install(graph);
}
Registration const flow_26({26, R"(
source - 0 tick tick 1 list
source_iter - 1 tick tick 2 list
map first 8 tick tick 1 list 1.0
difference - 6 forever tick 1 list 0.0 2.0
fold_no_replay count 9 none tick 1 list 3.0
filter odd_end 1 tick tick 1 list 4.0
filter below 5 tick tick 1 list 5.0
collect - 0 tick tick 1 list 6.0
)",
                            install_26});

void install_27(Ends& ends, Graph& graph) {
  flow(source_stream(ends.numbers[1]) >> n3,
       source_stream(ends.numbers[0]) >> fold_no_replay(tick, Zero{}, Into{greatest, 9}) >>
           map(Map<2>{split, 6}) >> n6[_0],
       n6 = join_multiset(tick, none) >> inspect(Look{}) >> sort() >>
            for_each(Collect{&ends.outputs[0]}),
       n3 = union_() >> unique(forever) >> defer_tick_lazy() >> n3,
       source_stream(ends.pairs) >> n6[_1])
      .install(graph);
}
Registration const flow_27({27, R"(
source - 1 tick tick 1 list
source - 2 tick tick 2 list
source - 0 tick tick 1 list
union - 7 tick tick 1 bag 0.0 10.0
fold_no_replay greatest 9 tick tick 1 list 2.0
map split 6 tick tick 2 list 4.0
join_multiset - 9 tick none 3 bag 5.0 1.0
inspect - 6 tick tick 3 bag 6.0
sort - 1 tick tick 3 list 7.0
unique - 2 forever tick 1 bag 3.0
defer_tick_lazy - 8 tick tick 1 bag 9.0
collect - 0 tick tick 3 list 8.0
)",
                            install_27});

void install_28(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.numbers[0]) >> tee(),
       n6 = difference(forever, tick) >> unique(forever) >> tee(), n6 >> defer_tick() >> n4,
       n3 = cross_join_multiset_no_replay(forever, none) >> n4, n4 = union_() >> n6[pos],
       n2 = cross_join_multiset_no_replay(forever, forever) >> n3[_1],
       n6 >> for_each(Collect{&ends.outputs[0]}), n1 >> n2[_0],
       n1 = source_stream(ends.numbers[1]) >> tee(), n0 >> n2[_1],
       n1 >> map(Map<3>{spread, 7}) >> n6[neg], n0 >> n3[_0])
      .install(graph);
}
Registration const flow_28({28, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
cross_join_multiset_no_replay - 4 forever forever 2 bag 1.0 0.0
cross_join_multiset_no_replay - 2 forever none 3 bag 0.0 2.0
union - 2 tick tick 3 bag 3.0 8.0
map spread 7 tick tick 3 list 1.0
difference - 9 forever tick 3 bag 4.0 5.0
unique - 4 forever tick 3 bag 6.0
defer_tick - 7 tick tick 3 bag 7.0
collect - 0 tick tick 3 bag 7.0
)",
                            install_28});

void install_29(Ends& ends, Graph& graph) {
  flow(n4 = join(forever, tick) >> n6[_0], n2 = n0 >> fold(tick, Zero{}, Into{total, 7}) >> tee(),
       n2 >> map(Map<3>{spread, 4}) >> n6[_1], n2 >> map(Map<2>{outer, 1}) >> n4[_0],
       n6 = chain() >> fold(tick, Zero{}, Into{total, 8}) >> for_each(Collect{&ends.outputs[0]}),
       n0 = source_stream(ends.pairs) >> fold_keyed(forever, Zero{}, Into{count, 3}) >> tee(),
       n0 >> n4[_1])
      .install(graph);
}
Registration const flow_29({29, R"(
source - 2 tick tick 2 list
fold_keyed count 3 forever tick 2 bag 0.0
fold total 7 tick tick 1 list 1.0
map outer 1 tick tick 2 list 2.0
join - 0 forever tick 3 bag 3.0 1.0
map spread 4 tick tick 3 list 2.0
chain - 1 tick tick 3 bag 4.0 5.0
fold total 8 tick tick 1 list 6.0
collect - 0 tick tick 1 list 7.0
)",
                            install_29});

}  // namespace
}  // namespace weir::oracle
