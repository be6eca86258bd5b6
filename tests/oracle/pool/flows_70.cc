// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_70(Ends& ends, Graph& graph) {
  flow(source_stream(ends.numbers[1]) >> reduce_no_replay(forever, Merge{larger}) >>
           fold_no_replay(tick, Zero{}, Into{greatest, 3}) >> enumerate(tick) >> map(As<2>{}) >>
           map(Map<1>{last, 8}) >> unique(tick) >> defer_tick_lazy() >> n5,
       source_iter(made<2>(8)) >> for_each(Collect{&ends.outputs[0]}),
       n3 >> for_each(Collect{&ends.outputs[2]}), n2 = initialize() >> map(Initial{}) >> tee(),
       n2 >> n5,
       n9 = cross_join_multiset_no_replay(forever, forever) >> for_each(Collect{&ends.outputs[3]}),
       n2 >> for_each(Collect{&ends.outputs[1]}),
       n3 >> reduce_keyed_no_replay(forever, Merge{smaller}) >> map(Map<1>{first, 7}) >> n9[_0],
       n5 = union_() >> n9[_1], n3 = n2 >> map(Map<2>{with_key, 6}) >> tee())
      .install(graph);
}
Registration const flow_70({70, R"(
source - 1 tick tick 1 list
source_iter - 8 tick tick 2 list
initialize - 3 tick tick 1 list
map with_key 6 tick tick 2 list 2.0
reduce_keyed_no_replay smaller 2 forever tick 2 bag 3.0
union - 3 tick tick 1 bag 2.0 13.0
reduce_no_replay larger 3 forever tick 1 list 0.0
fold_no_replay greatest 3 tick tick 1 list 6.0
map first 7 tick tick 1 bag 4.0
cross_join_multiset_no_replay - 0 forever forever 2 bag 8.0 5.0
enumerate - 4 tick tick 2 list 7.0
map last 8 tick tick 1 list 10.0
unique - 3 tick tick 1 list 11.0
defer_tick_lazy - 7 tick tick 1 list 12.0
collect - 0 tick tick 2 list 1.0
collect - 1 tick tick 1 list 2.0
collect - 2 tick tick 2 list 3.0
collect - 3 tick tick 2 bag 9.0
)",
                            install_70});

void install_71(Ends& ends, Graph& graph) {
  flow(n8 >> map(Map<2>{split, 5}) >> n2,
       n0 >> fold(tick, Zero{}, Into{digits, 6}) >> for_each(Collect{&ends.outputs[2]}),
       n7 >> n8[_0], n5 >> map(Map<1>{last, 7}) >> n13, n13 >> for_each(Collect{&ends.outputs[3]}),
       n5 = union_() >> tee(), n13 = union_() >> tee(), n7 >> for_each(Collect{&ends.outputs[1]}),
       n0 = source_stream(ends.numbers[1]) >> tee(), n2 = union_() >> tee(),
       n2 >> unique(tick) >> map(Map<1>{last, 3}) >> n5,
       n7 = n6 >> filter(Filter{indivisible, 3}) >> tee(), n6 = n5 >> unique(tick) >> tee(),
       n13 >> unique(forever) >> defer_tick() >> n13, n2 >> for_each(Collect{&ends.outputs[0]}),
       n8 = cross_join_no_replay(tick, tick) >> map(Map<1>{first, 3}) >> tee(), n6 >> n8[_1],
       n0 >> map(Map<2>{with_key, 0}) >> n2, n8 >> n5)
      .install(graph);
}
Registration const flow_71({71, R"(
source - 1 tick tick 1 list
map with_key 0 tick tick 2 list 0.0
union - 0 tick tick 2 bag 1.0 10.0
unique - 0 tick tick 2 bag 2.0
map last 3 tick tick 1 bag 3.0
union - 0 tick tick 1 bag 4.0 9.0
unique - 2 tick tick 1 bag 5.0
filter indivisible 3 tick tick 1 bag 6.0
cross_join_no_replay - 2 tick tick 2 bag 7.0 6.0
map first 3 tick tick 1 bag 8.0
map split 5 tick tick 2 bag 9.0
fold_in_order digits 6 tick tick 1 list 0.0
map last 7 tick tick 1 bag 5.0
union - 7 tick tick 1 bag 12.0 15.0
unique - 0 forever tick 1 bag 13.0
defer_tick - 1 tick tick 1 bag 14.0
collect - 0 tick tick 2 bag 2.0
collect - 1 tick tick 1 bag 7.0
collect - 2 tick tick 1 list 11.0
collect - 3 tick tick 1 bag 13.0
)",
                            install_71});

void install_72(Ends& ends, Graph& graph) {
  flow(source_stream(ends.numbers[1]) >> map(Map<2>{with_key, 3}) >>
           fold_keyed_no_replay(forever, Zero{}, Into{count, 1}) >>
           for_each(Collect{&ends.outputs[0]}),
       n0 = source_stream(ends.numbers[0]) >> tee(),
       n0 >> map(Map<1>{first, 2}) >> for_each(Collect{&ends.outputs[1]}),
       n0 >> map(Map<3>{spread, 0}) >> for_each(Collect{&ends.outputs[2]}))
      .install(graph);
}
Registration const flow_72({72, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
map with_key 3 tick tick 2 list 1.0
fold_keyed_no_replay count 1 forever tick 2 bag 2.0
map first 2 tick tick 1 list 0.0
map spread 0 tick tick 3 list 0.0
collect - 0 tick tick 2 bag 3.0
collect - 1 tick tick 1 list 4.0
collect - 2 tick tick 3 list 5.0
)",
                            install_72});

void install_73(Ends& ends, Graph& graph) {
  flow(n1 >> map(Map<3>{spread, 1}) >> n8, n0 >> n4[_1], n4 = cross_join(tick, tick) >> tee(),
       n1 = union_() >> unique(tick) >> map(Map<1>{first, 8}) >> tee(), n4 >> sort() >> n8,
       n0 >> n1, n1 >> n4[_0], n4 >> map(Map<2>{split, 5}) >> n1,
       n0 = source_stream(ends.pairs) >> tee(),
       n8 = union_() >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_73({73, R"(
source - 2 tick tick 2 list
union - 5 tick tick 2 bag 0.0 5.0
unique - 4 tick tick 2 bag 1.0
map first 8 tick tick 1 bag 2.0
cross_join - 1 tick tick 3 bag 3.0 0.0
map split 5 tick tick 2 bag 4.0
sort - 0 tick tick 3 list 4.0
map spread 1 tick tick 3 bag 3.0
union - 0 tick tick 3 bag 6.0 7.0
collect - 0 tick tick 3 bag 8.0
)",
                            install_73});

void install_74(Ends& ends, Graph& graph) {
  flow(n3 = union_() >> sort_by_key(Map<1>{add, 2}) >> reduce_no_replay(none, Merge{smaller}) >>
            for_each(Collect{&ends.outputs[2]}),
       n12 >> defer_tick() >> n6, n12 >> for_each(Collect{&ends.outputs[3]}),
       n6 = union_() >> map(Map<2>{with_key, 8}) >> unique(none) >> tee(),
       source_stream(ends.pairs) >> n3, n12 = n6 >> map(Map<1>{first, 1}) >> unique(none) >> tee(),
       n0 >> scan(tick, Zero{}, Scan{digits, 0}) >> n6,
       n0 = source_stream(ends.numbers[1]) >> tee(),
       source_stream(ends.numbers[0]) >> filter(Filter{odd_end, 5}) >>
           for_each(Collect{&ends.outputs[1]}),
       n6 >> defer_tick() >> n3, n0 >> for_each(Collect{&ends.outputs[0]}))
      .install(graph);
}
Registration const flow_74({74, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
source - 2 tick tick 2 list
union - 2 tick tick 2 bag 2.0 11.0
scan digits 0 tick tick 1 list 0.0
filter odd_end 5 tick tick 1 list 1.0
union - 2 tick tick 1 bag 4.0 14.0
sort_by_key - 2 tick tick 2 bag 3.0
reduce_no_replay smaller 7 none tick 2 list 7.0
map with_key 8 tick tick 2 bag 6.0
unique - 7 none tick 2 bag 9.0
defer_tick - 6 tick tick 2 bag 10.0
map first 1 tick tick 1 bag 10.0
unique - 5 none tick 1 bag 12.0
defer_tick - 1 tick tick 1 bag 13.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 1 list 5.0
collect - 2 tick tick 2 list 8.0
collect - 3 tick tick 1 bag 13.0
)",
                            install_74});

void install_75(Ends& ends, Graph& graph) {
  flow(n5 >> n9, n5 = cross_join_multiset_no_replay(forever, tick) >> tee(),
       n11 >> filter_map(FilterMap<2>{with_key, 5}) >> n14[_1], n0 >> n1[_1],
       n1 = chain_first_n(5) >> tee(), n0 = source_stream(ends.pairs) >> tee(),
       n6 = n5 >> filter_map(FilterMap<2>{outer, 8}) >> tee(), n1 >> map(Map<1>{multiply, 0}) >> n3,
       n11 = union_() >> unique(tick) >> tee(), n0 >> for_each(Collect{&ends.outputs[0]}),
       n14 = cross_join(forever, forever) >> map(Map<1>{add, 0}) >> n11, n0 >> n1[_0],
       n3 = union_() >> unique(forever) >> n5[_0], n6 >> map(Map<1>{last, 2}) >> n3,
       n6 >> map(Map<3>{spread, 3}) >> n9, n1 >> n5[_1],
       n9 = union_() >> for_each(Collect{&ends.outputs[2]}),
       n6 >> for_each(Collect{&ends.outputs[1]}), n0 >> map(Map<1>{add, 3}) >> n11, n11 >> n14[_0])
      .install(graph);
}
Registration const flow_75({75, R"(
source - 2 tick tick 2 list
chain_first_n - 5 tick tick 2 list 0.0 0.0
map multiply 0 tick tick 1 list 1.0
union - 7 tick tick 1 bag 2.0 7.0
unique - 9 forever tick 1 bag 3.0
cross_join_multiset_no_replay - 9 forever tick 3 bag 4.0 1.0
filter_map outer 8 tick tick 2 bag 5.0
map last 2 tick tick 1 bag 6.0
map spread 3 tick tick 3 bag 6.0
union - 4 tick tick 3 bag 5.0 8.0
map add 3 tick tick 1 list 0.0
union - 3 tick tick 1 bag 10.0 15.0
unique - 7 tick tick 1 bag 11.0
filter_map with_key 5 tick tick 2 bag 12.0
cross_join - 8 forever forever 3 bag 12.0 13.0
map add 0 tick tick 1 bag 14.0
collect - 0 tick tick 2 list 0.0
collect - 1 tick tick 2 bag 6.0
collect - 2 tick tick 3 bag 9.0
)",
                            install_75});

void install_76(Ends& ends, Graph& graph) {
  flow(n0 >> map(Map<2>{with_key, 6}) >> n3, n9 >> n12[_1], n0 >> n6[_1],
       n8 = n7 >> unique(forever) >> tee(), n5 >> n6[_0], n1 >> n16,
       n9 = n8 >> flat_map(FlatMap{twice, 9}) >> tee(),
       n3 >> filter_map(FilterMap<2>{outer, 5}) >> n3, n16 >> for_each(Collect{&ends.outputs[0]}),
       n3 = union_() >> unique(tick) >> tee(),
       n7 >> reduce_no_replay(forever, Merge{added}) >> n20[_0], n8 >> n10[_0],
       n12 = cross_join_no_replay(tick, forever) >> map(Map<2>{split, 9}) >> n7,
       n10 = join_multiset_no_replay(tick, tick) >> map(Map<1>{first, 2}) >> n12[_0],
       n6 = cross_join(forever, tick) >> n7, n0 = source_stream(ends.numbers[1]) >> tee(),
       n9 >> n10[_1], n1 = source_iter(made<1>(2)) >> tee(), n16 >> n16,
       n1 >> scan(tick, Zero{}, Scan{total, 5}) >> for_each(Collect{&ends.outputs[2]}),
       n16 = union_() >> unique(tick) >> filter_map(FilterMap<1>{first, 6}) >> tee(),
       n5 >> map(Map<2>{with_key, 3}) >> n20[_1], n5 = n3 >> map(Map<1>{multiply, 0}) >> tee(),
       n20 = join_multiset_no_replay(forever, tick) >> persist() >>
             for_each(Collect{&ends.outputs[1]}),
       n7 = union_() >> tee())
      .install(graph);
}
Registration const flow_76({76, R"(
source - 1 tick tick 1 list
source_iter - 2 tick tick 1 list
map with_key 6 tick tick 2 list 0.0
union - 7 tick tick 2 bag 2.0 14.0
unique - 9 tick tick 2 bag 3.0
map multiply 0 tick tick 1 bag 4.0
cross_join - 3 forever tick 2 bag 5.0 0.0
union - 7 tick tick 2 bag 6.0 13.0
unique - 3 forever tick 2 bag 7.0
flat_map twice 9 tick tick 2 bag 8.0
join_multiset_no_replay - 2 tick tick 3 bag 8.0 9.0
map first 2 tick tick 1 bag 10.0
cross_join_no_replay - 3 tick forever 3 bag 11.0 9.0
map split 9 tick tick 2 bag 12.0
filter_map outer 5 tick tick 2 bag 4.0
reduce_no_replay added 2 forever tick 2 list 7.0
union - 9 tick tick 1 bag 1.0 18.0
unique - 7 tick tick 1 bag 16.0
filter_map first 6 tick tick 1 bag 17.0
map with_key 3 tick tick 2 bag 5.0
join_multiset_no_replay - 6 forever tick 3 bag 15.0 19.0
persist - 4 tick tick 3 bag 20.0
scan total 5 tick tick 1 list 1.0
collect - 0 tick tick 1 bag 18.0
collect - 1 tick tick 3 bag 21.0
collect - 2 tick tick 1 list 22.0
)",
                            install_76});

void install_77(Ends& ends, Graph& graph) {
  flow(n1 = union_() >> n2, n2 = union_() >> unique(tick) >> tee(),
       n7 >> unique(forever) >> defer_tick() >> n1, n10 = union_() >> tee(),
       n8 = union_() >> unique(forever) >> n10,
       n11 >> map(Map<3>{spread, 4}) >> map(Map<2>{outer, 2}) >> n15[_1],
       n15 = join(forever, tick) >> map(Map<1>{first, 3}) >> tee(),
       n0 = source_stream(ends.numbers[1]) >> tee(), n11 >> map(Map<2>{with_key, 2}) >> n15[_0],
       n11 = n10 >> unique(forever) >> tee(), n2 >> n8, n15 >> n8,
       n4 = n2 >> unique(forever) >> tee(), n15 >> n10, n0 >> n1,
       n7 = n0 >> handoff() >> multiset_delta() >> handoff() >> tee(), n4 >> n5[_0],
       n10 >> for_each(Collect{&ends.outputs[1]}),
       n5 = cross_join_no_replay(forever, forever) >> map(Map<1>{last, 8}) >> n2,
       n7 >> for_each(Collect{&ends.outputs[0]}), n4 >> n5[_1])
      .install(graph);
}
Registration const flow_77({77, R"(
source - 1 tick tick 1 list
union - 9 tick tick 1 bag 0.0 18.0
union - 4 tick tick 1 bag 1.0 6.0
unique - 1 tick tick 1 bag 2.0
unique - 1 forever tick 1 bag 3.0
cross_join_no_replay - 2 forever forever 2 bag 4.0 4.0
map last 8 tick tick 1 bag 5.0
multiset_delta - 8 tick tick 1 list 0.0
union - 0 tick tick 1 bag 3.0 16.0
unique - 5 forever tick 1 bag 8.0
union - 5 tick tick 1 bag 9.0 16.0
unique - 6 forever tick 1 bag 10.0
map with_key 2 tick tick 2 bag 11.0
map spread 4 tick tick 3 bag 11.0
map outer 2 tick tick 2 bag 13.0
join - 7 forever tick 3 bag 12.0 14.0
map first 3 tick tick 1 bag 15.0
unique - 9 forever tick 1 list 7.0
defer_tick - 5 tick tick 1 list 17.0
collect - 0 tick tick 1 list 7.0
collect - 1 tick tick 1 bag 10.0
)",
                            install_77});

void install_78(Ends& ends, Graph& graph) {
  flow(n1 >> for_each(Collect{&ends.outputs[0]}), n1 = n0 >> inspect(Look{}) >> identity() >> tee(),
       n1 >> handoff() >> for_each(Collect{&ends.outputs[1]}),
       n0 = source_stream(ends.pairs) >> tee(),
       n0 >> persist() >> sort_by_key(Map<1>{add, 7}) >> for_each(Collect{&ends.outputs[2]}))
      .install(graph);
}
Registration const flow_78({78, R"(
source - 2 tick tick 2 list
inspect - 7 tick tick 2 list 0.0
identity - 5 tick tick 2 list 1.0
handoff - 3 tick tick 2 list 2.0
persist - 0 tick tick 2 list 0.0
sort_by_key - 7 tick tick 2 bag 4.0
collect - 0 tick tick 2 list 2.0
collect - 1 tick tick 2 list 3.0
collect - 2 tick tick 2 bag 5.0
)",
                            install_78});

void install_79(Ends& ends, Graph& graph) {
  flow(n3 = union_() >> identity() >> unique(forever) >> defer_tick() >> n3,
       source_stream(ends.pairs) >> enumerate(tick) >> map(As<3>{}) >> identity() >> n3)
      .install(graph);
}
Registration const flow_79({79, R"(
source - 2 tick tick 2 list
enumerate - 1 tick tick 3 list 0.0
identity - 7 tick tick 3 list 1.0
union - 0 tick tick 3 bag 2.0 6.0
identity - 3 tick tick 3 bag 3.0
unique - 2 forever tick 3 bag 4.0
defer_tick - 2 tick tick 3 bag 5.0
)",
                            install_79});

}  // namespace
}  // namespace weir::oracle
