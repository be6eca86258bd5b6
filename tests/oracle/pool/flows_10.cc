// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_10(Ends& ends, Graph& graph) {
  flow(n2 >> for_each(Collect{&ends.outputs[1]}), n2 >> map(Map<1>{first, 9}) >> n8,
       n1 >> for_each(Collect{&ends.outputs[0]}),
       n4[_1] >> defer_tick() >> filter_map(FilterMap<2>{outer, 6}) >>
           for_each(Collect{&ends.outputs[4]}),
       n8 = union_() >> unique(forever) >> map(Map<2>{split, 4}) >> n12[_0], n6 >> n12[_1],
       n2 = chain_first_n(9) >> map(Map<2>{with_key, 6}) >> tee(), n12 >> n8,
       n12 = join_multiset(tick, tick) >> map(Map<1>{multiply, 4}) >> tee(),
       n6 >> for_each(Collect{&ends.outputs[2]}), n1 >> n2[_1], n4 = n2 >> unzip(),
       source_stream(ends.numbers[0]) >> n2[_0], n1 = source_stream(ends.numbers[1]) >> tee(),
       n6 = n4[_0] >> inspect(Look{}) >> map(Map<2>{with_key, 2}) >> tee(),
       n12 >> for_each(Collect{&ends.outputs[3]}))
      .install(graph);
}
Registration const flow_10({10, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
chain_first_n - 9 tick tick 1 list 0.0 1.0
map with_key 6 tick tick 2 list 2.0
unzip - 2 tick tick 1 list 3.0
defer_tick - 8 tick tick 1 list 4.1
inspect - 5 tick tick 1 list 4.0
map first 9 tick tick 1 list 3.0
union - 5 tick tick 1 bag 7.0 13.0
unique - 5 forever tick 1 bag 8.0
map split 4 tick tick 2 bag 9.0
map with_key 2 tick tick 2 list 6.0
join_multiset - 3 tick tick 3 bag 10.0 11.0
map multiply 4 tick tick 1 bag 12.0
filter_map outer 6 tick tick 2 list 5.0
collect - 0 tick tick 1 list 1.0
collect - 1 tick tick 2 list 3.0
collect - 2 tick tick 2 list 11.0
collect - 3 tick tick 1 bag 13.0
collect - 4 tick tick 2 list 14.0
)",
                            install_10});

void install_11(Ends& ends, Graph& graph) {
  flow(n0 >> map(Map<2>{with_key, 0}) >> reduce_keyed_no_replay(tick, Merge{smaller}) >>
           for_each(Collect{&ends.outputs[0]}),
       n0 >> enumerate(forever) >> map(As<2>{}) >> flat_map(FlatMap{neighbours, 8}) >>
           for_each(Collect{&ends.outputs[1]}),
       n0 = source_stream(ends.numbers[0]) >> tee())
      .install(graph);
}
Registration const flow_11({11, R"(
source - 0 tick tick 1 list
map with_key 0 tick tick 2 list 0.0
reduce_keyed_no_replay smaller 0 tick tick 2 bag 1.0
enumerate - 2 forever tick 2 list 0.0
flat_map neighbours 8 tick tick 2 list 3.0
collect - 0 tick tick 2 bag 2.0
collect - 1 tick tick 2 list 4.0
)",
                            install_11});

void install_12(Ends& ends, Graph& graph) {
  flow(n1 = source_stream(ends.numbers[0]) >> map(Map<2>{with_key, 3}) >> tee(),
       n4[when<Colour::green>] >> defer_tick_lazy() >> map(Map<2>{split, 5}) >> n12[_1],
       n6 >> n12[_0], source_stream(ends.pairs) >> n4[_0],
       n4 = join(none, none) >> map(Paint{}) >> demux(), n12 >> for_each(Collect{&ends.outputs[2]}),
       n6 >> for_each(Collect{&ends.outputs[1]}),
       n6 = zip(tick, none) >> map(Map<2>{with_key, 4}) >> tee(), n4[when<Colour::red>] >> n9,
       n1 >> n4[_1], n1 >> n6[_1], n12 = join(forever, forever) >> tee(),
       n12 >> map(Map<1>{add, 1}) >> unique(tick) >> defer_tick() >> n9,
       n9 = union_() >> for_each(Collect{&ends.outputs[0]}),
       source_iter(made<2>(6)) >> map(Map<1>{last, 8}) >> n6[_0])
      .install(graph);
}
Registration const flow_12({12, R"(
source - 2 tick tick 2 list
source - 0 tick tick 1 list
source_iter - 6 tick tick 2 list
map with_key 3 tick tick 2 list 1.0
join - 4 none none 3 bag 0.0 3.0
map last 8 tick tick 1 list 2.0
zip - 2 tick none 3 list 5.0 3.0
demux - 1 tick tick 1 bag 4.0
defer_tick_lazy - 1 tick tick 1 bag 7.1
union - 5 tick tick 1 bag 7.0 15.0
map with_key 4 tick tick 2 list 6.0
map split 5 tick tick 2 bag 8.0
join - 4 forever forever 3 bag 10.0 11.0
map add 1 tick tick 1 bag 12.0
unique - 3 tick tick 1 bag 13.0
defer_tick - 8 tick tick 1 bag 14.0
collect - 0 tick tick 1 bag 9.0
collect - 1 tick tick 2 list 10.0
collect - 2 tick tick 3 bag 12.0
)",
                            install_12});

void install_13(Ends& ends, Graph& graph) {
  flow(n6 = cross_join_multiset(tick, none) >> sort_by_key(Map<1>{add, 3}) >>
            for_each(Collect{&ends.outputs[2]}),
       n0 >> for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.numbers[1]) >> fold_no_replay(none, Zero{}, Into{count, 2}) >>
           for_each(Collect{&ends.outputs[1]}),
       n3 = n0 >> sort() >> tee(), n3 >> n6[_1], n0 = source_stream(ends.pairs) >> tee(),
       n4 = cross_join_no_replay(forever, tick) >> map(Map<1>{multiply, 7}) >> n6[_0],
       source_stream(ends.numbers[0]) >> n4[_0], n3 >> n4[_1])
      .install(graph);
}
Registration const flow_13({13, R"(
source - 2 tick tick 2 list
source - 1 tick tick 1 list
source - 0 tick tick 1 list
sort - 6 tick tick 2 list 0.0
cross_join_no_replay - 2 forever tick 3 bag 2.0 3.0
map multiply 7 tick tick 1 bag 4.0
cross_join_multiset - 8 tick none 3 bag 5.0 3.0
fold_no_replay count 2 none tick 1 list 1.0
sort_by_key - 3 tick tick 3 bag 6.0
collect - 0 tick tick 2 list 0.0
collect - 1 tick tick 1 list 7.0
collect - 2 tick tick 3 bag 8.0
)",
                            install_13});

void install_14(Ends& ends, Graph& graph) {
  flow(n0 >> n3[_1], n0 = source_stream(ends.pairs) >> tee(), n0 >> n5[_1],
       n5 = cross_join(forever, forever) >> fold(tick, Zero{}, Into{total, 2}) >>
            for_each(Collect{&ends.outputs[0]}),
       source_stream(ends.numbers[0]) >> map(Map<2>{split, 8}) >> n3[_0],
       n3 = join(tick, tick) >> map(Map<1>{add, 1}) >> n5[_0])
      .install(graph);
}
Registration const flow_14({14, R"(
source - 2 tick tick 2 list
source - 0 tick tick 1 list
map split 8 tick tick 2 list 1.0
join - 7 tick tick 3 bag 2.0 0.0
map add 1 tick tick 1 bag 3.0
cross_join - 7 forever forever 3 bag 4.0 0.0
fold total 2 tick tick 1 list 5.0
collect - 0 tick tick 1 list 6.0
)",
                            install_14});

void install_15(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.numbers[0]) >> tee(), n1 >> n8[neg],
       n2 >> map(Map<1>{add, 0}) >> n7[neg], n3 >> for_each(Collect{&ends.outputs[0]}),
       n10 = cross_join_multiset(forever, tick) >> for_each(Collect{&ends.outputs[2]}),
       n1 = source_stream(ends.numbers[1]) >> tee(),
       n8 = anti_join(tick, tick) >> map(Map<1>{first, 4}) >> n10[_0],
       n7 = anti_join(forever, tick) >> n8[pos],
       n4 = n3 >> map(InTick{}) >> map(Map<2>{split, 9}) >> tee(), n4 >> n7[pos], n0 >> n10[_1],
       n3 = n2 >> filter(Filter{below, 1}) >> tee(), n0 >> n2[_1], n1 >> n2[_0],
       n2 = cross_join_multiset_no_replay(tick, tick) >> tee(),
       n4 >> for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_15({15, R"(
source - 0 tick tick 1 list
source - 1 tick tick 1 list
cross_join_multiset_no_replay - 1 tick tick 2 bag 1.0 0.0
filter below 1 tick tick 2 bag 2.0
map_in_tick - 8 tick tick 1 bag 3.0
map split 9 tick tick 2 bag 4.0
map add 0 tick tick 1 bag 2.0
anti_join - 1 forever tick 2 bag 5.0 6.0
anti_join - 3 tick tick 2 bag 7.0 1.0
map first 4 tick tick 1 bag 8.0
cross_join_multiset - 5 forever tick 2 bag 9.0 0.0
collect - 0 tick tick 2 bag 3.0
collect - 1 tick tick 2 bag 5.0
collect - 2 tick tick 2 bag 10.0
)",
                            install_15});

void install_16(Ends& ends, Graph& graph) {
  flow(n3 = join_no_replay(tick, tick) >> tee(), n3 >> fold(tick, Zero{}, Into{total, 7}) >> n7[_1],
       n3 >> flat_map(FlatMap{neighbours, 1}) >> for_each(Collect{&ends.outputs[1]}), n7 >> n8,
       n0 >> fold(forever, Zero{}, Into{digits, 1}) >> map(Map<2>{split, 9}) >> n3[_0],
       n7 >> for_each(Collect{&ends.outputs[2]}), n0 >> n3[_1],
       n3 >> for_each(Collect{&ends.outputs[0]}), n3 >> map(Map<1>{last, 5}) >> n7[_0],
       n7 = cross_join_multiset_no_replay(forever, forever) >> tee(),
       n8 >> for_each(Collect{&ends.outputs[3]}), n8 = union_() >> unique(forever) >> tee(),
       n0 = source_stream(ends.pairs) >> tee(), n8 >> defer_tick() >> n8)
      .install(graph);
}
Registration const flow_16({16, R"(
source - 2 tick tick 2 list
fold_in_order digits 1 forever tick 1 list 0.0
map split 9 tick tick 2 list 1.0
join_no_replay - 5 tick tick 3 bag 2.0 0.0
fold total 7 tick tick 1 list 3.0
flat_map neighbours 1 tick tick 3 bag 3.0
map last 5 tick tick 1 bag 3.0
cross_join_multiset_no_replay - 7 forever forever 2 bag 6.0 4.0
union - 6 tick tick 2 bag 7.0 10.0
unique - 2 forever tick 2 bag 8.0
defer_tick - 5 tick tick 2 bag 9.0
collect - 0 tick tick 3 bag 3.0
collect - 1 tick tick 3 bag 5.0
collect - 2 tick tick 2 bag 7.0
collect - 3 tick tick 2 bag 9.0
)",
                            install_16});

void install_17(Ends& ends, Graph& graph) {
  flow(source_stream(ends.pairs) >> unique(forever) >> n9[_1], source_iter(made<2>(6)) >> n5,
       source_stream(ends.numbers[1]) >> n4, n4 = union_() >> n8[_1],
       n10 >> for_each(Collect{&ends.outputs[0]}), n8 = cross_join_multiset(tick, tick) >> n9[_0],
       n5 = union_() >> unique(tick) >> map(Map<1>{add, 2}) >> n8[_0],
       n9 >> map(Map<1>{multiply, 5}) >> unique(tick) >> defer_tick() >> n4, n10 >> n5,
       n9 = join_multiset(tick, tick) >> tee(), n10 = n9 >> map(Map<2>{with_key, 0}) >> tee())
      .install(graph);
}
Registration const flow_17({17, R"(
source - 2 tick tick 2 list
source - 1 tick tick 1 list
source_iter - 6 tick tick 2 list
unique - 9 forever tick 2 list 0.0
union - 3 tick tick 1 bag 1.0 13.0
union - 2 tick tick 2 bag 2.0 10.0
unique - 0 tick tick 2 bag 5.0
map add 2 tick tick 1 bag 6.0
cross_join_multiset - 1 tick tick 2 bag 7.0 4.0
join_multiset - 4 tick tick 3 bag 8.0 3.0
map with_key 0 tick tick 2 bag 9.0
map multiply 5 tick tick 1 bag 9.0
unique - 4 tick tick 1 bag 11.0
defer_tick - 2 tick tick 1 bag 12.0
collect - 0 tick tick 2 bag 10.0
)",
                            install_17});

void install_18(Ends& ends, Graph& graph) {
  flow(n10 = join(forever, forever) >> tee(), n11 = n4 >> map(Map<3>{spread, 9}) >> tee(),
       n1 >> for_each(Collect{&ends.outputs[0]}),
       n1 >> flat_map(FlatMap{neighbours, 9}) >> map(Map<2>{outer, 7}) >> n22[_1],
       n2 >> map(Map<1>{multiply, 0}) >> n22[_0],
       n22 = cross_join_multiset_no_replay(tick, forever) >> for_each(Collect{&ends.outputs[3]}),
       source_stream(ends.numbers[1]) >> map(Map<2>{split, 1}) >> n4,
       n6 >> map(Map<2>{outer, 4}) >> n16[_1], n6 >> n7,
       n12 = union_() >> map(Map<1>{last, 8}) >> n7, n1 = source_iter(made<2>(7)) >> tee(),
       n2 >> for_each(Collect{&ends.outputs[2]}),
       n2 = source_stream(ends.pairs) >> fold_keyed_no_replay(forever, Zero{}, Into{count, 6}) >>
            tee(),
       n11 >> n12, n4 >> n10[_1], n16 = join(forever, tick) >> map(Map<2>{split, 0}) >> n4,
       n10 >> n12, n6 = n4 >> map(Map<1>{multiply, 8}) >> tee(),
       n10 >> map(Map<2>{split, 6}) >> n16[_0], n4 = union_() >> unique(tick) >> tee(),
       n7 = union_() >> unique(tick) >> map(Map<2>{outer, 8}) >> n10[_0],
       n11 >> for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_18({18, R"(
source - 1 tick tick 1 list
source_iter - 7 tick tick 2 list
source - 2 tick tick 2 list
map split 1 tick tick 2 list 0.0
union - 5 tick tick 2 bag 3.0 17.0
unique - 6 tick tick 2 bag 4.0
map multiply 8 tick tick 1 bag 5.0
union - 0 tick tick 1 bag 6.0 13.0
unique - 5 tick tick 1 bag 7.0
map outer 8 tick tick 2 bag 8.0
join - 2 forever forever 3 bag 9.0 5.0
map spread 9 tick tick 3 bag 5.0
union - 6 tick tick 3 bag 10.0 11.0
map last 8 tick tick 1 bag 12.0
map split 6 tick tick 2 bag 10.0
map outer 4 tick tick 2 bag 6.0
join - 7 forever tick 3 bag 14.0 15.0
map split 0 tick tick 2 bag 16.0
fold_keyed_no_replay count 6 forever tick 2 bag 2.0
flat_map neighbours 9 tick tick 2 list 1.0
map outer 7 tick tick 2 list 19.0
map multiply 0 tick tick 1 bag 18.0
cross_join_multiset_no_replay - 5 tick forever 3 bag 21.0 20.0
collect - 0 tick tick 2 list 1.0
collect - 1 tick tick 3 bag 11.0
collect - 2 tick tick 2 bag 18.0
collect - 3 tick tick 3 bag 22.0
)",
                            install_18});

void install_19(Ends& ends, Graph& graph) {
  flow(n0[_1] >> filter_map(FilterMap<2>{with_key, 0}) >> for_each(Collect{&ends.outputs[3]}),
       n3 = union_() >> unique(tick) >> tee(),
       source_stream(ends.pairs) >> scan(tick, Zero{}, Scan{total, 4}) >> n3,
       n3 >> for_each(Collect{&ends.outputs[0]}), n0[_0] >> for_each(Collect{&ends.outputs[1]}),
       n0 = source_stream(ends.numbers[0]) >> partition(Choose{3}),
       n0[_2] >> for_each(Collect{&ends.outputs[2]}), n3 >> filter(Filter{indivisible, 9}) >> n3)
      .install(graph);
}
Registration const flow_19({19, R"(
source - 0 tick tick 1 list
source - 2 tick tick 2 list
scan total 4 tick tick 1 list 1.0
union - 4 tick tick 1 bag 2.0 5.0
unique - 1 tick tick 1 bag 3.0
filter indivisible 9 tick tick 1 bag 4.0
partition - 3 tick tick 1 list 0.0
filter_map with_key 0 tick tick 2 list 6.1
collect - 0 tick tick 1 bag 4.0
collect - 1 tick tick 1 list 6.0
collect - 2 tick tick 1 list 6.2
collect - 3 tick tick 2 list 7.0
)",
                            install_19});

}  // namespace
}  // namespace weir::oracle
