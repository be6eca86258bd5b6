// Random flows, written by tests/oracle/write_flows.cc. Do not edit.
#include "tests/oracle/fused.h"

namespace weir::oracle {
namespace {

void install_50(Ends& ends, Graph& graph) {
  flow(n0 >> filter(Filter{indivisible, 9}) >> n2[pos], n2 = difference(none, forever) >> tee(),
       n7[when<Colour::green>] >> for_each(Collect{&ends.outputs[1]}),
       n4 = chain_first_n(0) >> map(Map<2>{split, 2}) >> n7[_0],
       n7 = join_no_replay(forever, forever) >> map(Paint{}) >> demux(),
       n7[when<Colour::red>] >> for_each(Collect{&ends.outputs[0]}), n2 >> n4[_1],
       n2 >> map(Map<2>{outer, 2}) >> n7[_1], n0 = source_stream(ends.numbers[0]) >> tee(),
       n0 >> fold_no_replay(none, Zero{}, Into{greatest, 9}) >> n4[_0], n0 >> n2[neg])
      .install(graph);
}
Registration const flow_50({50, R"(
source - 0 tick tick 1 list
filter indivisible 9 tick tick 1 list 0.0
difference - 2 none forever 1 list 1.0 0.0
fold_no_replay greatest 9 none tick 1 list 0.0
chain_first_n - 0 tick tick 1 list 3.0 2.0
map split 2 tick tick 2 list 4.0
map outer 2 tick tick 2 list 2.0
join_no_replay - 1 forever forever 3 bag 5.0 6.0
demux - 3 tick tick 1 bag 7.0
collect - 0 tick tick 1 bag 8.0
collect - 1 tick tick 1 bag 8.1
)",
                            install_50});

void install_51(Ends& ends, Graph& graph) {
  flow(n2 = initialize() >> map(Initial{}) >> fold_no_replay(tick, Zero{}, Into{greatest, 5}) >>
            map(InTick{}) >> tee(),
       source_stream(ends.numbers[1]) >> reduce_no_replay(none, Merge{smaller}) >>
           for_each(Collect{&ends.outputs[2]}),
       n2 >> for_each(Collect{&ends.outputs[0]}),
       n2 >> unique(tick) >> for_each(Collect{&ends.outputs[1]}),
       source_stream(ends.numbers[0]) >> reduce(tick, Merge{added}) >> enumerate(none) >>
           map(As<2>{}) >> for_each(Collect{&ends.outputs[3]}))
      .install(graph);
}
Registration const flow_51({51, R"(
source - 1 tick tick 1 list
source - 0 tick tick 1 list
initialize - 0 tick tick 1 list
fold_no_replay greatest 5 tick tick 1 list 2.0
map_in_tick - 7 tick tick 1 list 3.0
reduce added 6 tick tick 1 list 1.0
unique - 3 tick tick 1 list 4.0
reduce_no_replay smaller 0 none tick 1 list 0.0
enumerate - 8 none tick 2 list 5.0
collect - 0 tick tick 1 list 4.0
collect - 1 tick tick 1 list 6.0
collect - 2 tick tick 1 list 7.0
collect - 3 tick tick 2 list 8.0
)",
                            install_51});

void install_52(Ends& ends, Graph& graph) {
  flow(n1 = source_stream(ends.pairs) >> map(Paint{}) >> demux(),
       n9 >> enumerate(tick) >> map(As<2>{}) >> sort() >> for_each(Collect{&ends.outputs[3]}),
       n1[when<Colour::green>] >> for_each(Collect{&ends.outputs[2]}),
       n9 >> for_each(Collect{&ends.outputs[1]}),
       source_stream(ends.numbers[0]) >> for_each(Collect{&ends.outputs[0]}),
       n1[when<Colour::red>] >> n9, n9 = tee())
      .install(graph);
}
Registration const flow_52({52, R"(
source - 0 tick tick 1 list
source - 2 tick tick 2 list
demux - 4 tick tick 1 list 1.0
enumerate - 4 tick tick 2 list 2.0
sort - 7 tick tick 2 list 3.0
collect - 0 tick tick 1 list 0.0
collect - 1 tick tick 1 list 2.0
collect - 2 tick tick 1 list 2.1
collect - 3 tick tick 2 list 4.0
)",
                            install_52});

void install_53(Ends& ends, Graph& graph) {
  flow(n0 >> filter(Filter{odd_end, 6}) >> fold_keyed(tick, Zero{}, Into{total, 4}) >>
           for_each(Collect{&ends.outputs[0]}),
       n0 = source_stream(ends.pairs) >> tee(),
       n0 >> fold_keyed_no_replay(tick, Zero{}, Into{total, 2}) >>
           for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_53({53, R"(
source - 2 tick tick 2 list
filter odd_end 6 tick tick 2 list 0.0
fold_keyed total 4 tick tick 2 bag 1.0
fold_keyed_no_replay total 2 tick tick 2 bag 0.0
collect - 0 tick tick 2 bag 2.0
collect - 1 tick tick 2 bag 3.0
)",
                            install_53});

void install_54(Ends& ends, Graph& graph) {
  flow(n0 >> map(InTick{}) >> reduce(forever, Merge{added}) >> identity() >> map(Map<1>{last, 8}) >>
           for_each(Collect{&ends.outputs[1]}),
       n0 >> fold_no_replay(tick, Zero{}, Into{greatest, 0}) >> defer_tick() >>
           for_each(Collect{&ends.outputs[0]}),
       n0 = source_stream(ends.numbers[1]) >> tee())
      .install(graph);
}
Registration const flow_54({54, R"(
source - 1 tick tick 1 list
map_in_tick - 5 tick tick 1 list 0.0
fold_no_replay greatest 0 tick tick 1 list 0.0
reduce added 3 forever tick 1 list 1.0
defer_tick - 1 tick tick 1 list 2.0
identity - 6 tick tick 1 list 3.0
map last 8 tick tick 1 list 5.0
collect - 0 tick tick 1 list 4.0
collect - 1 tick tick 1 list 6.0
)",
                            install_54});

void install_55(Ends& ends, Graph& graph) {
  flow(n1 = source_stream(ends.numbers[1]) >> tee(), n0 >> for_each(Collect{&ends.outputs[0]}),
       n6 = n0 >> map(Map<3>{spread, 2}) >> tee(), n1 >> n3[_1], n6 >> n7[_1],
       n0 = source_stream(ends.pairs) >> map(Map<1>{last, 0}) >> tee(),
       n1 >> map(Map<2>{split, 4}) >> n5[_0], n5 = join_no_replay(forever, forever) >> n7[_0],
       n0 >> n3[_0], n3 = cross_join(tick, tick) >> n5[_1],
       n7 = chain() >> for_each(Collect{&ends.outputs[2]}),
       n6 >> for_each(Collect{&ends.outputs[1]}))
      .install(graph);
}
Registration const flow_55({55, R"(
source - 2 tick tick 2 list
source - 1 tick tick 1 list
map last 0 tick tick 1 list 0.0
cross_join - 3 tick tick 2 bag 2.0 1.0
map split 4 tick tick 2 list 1.0
join_no_replay - 2 forever forever 3 bag 4.0 3.0
map spread 2 tick tick 3 list 2.0
chain - 0 tick tick 3 bag 5.0 6.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 3 list 6.0
collect - 2 tick tick 3 bag 7.0
)",
                            install_55});

void install_56(Ends& ends, Graph& graph) {
  flow(n13 >> for_each(Collect{&ends.outputs[3]}), n3 >> for_each(Collect{&ends.outputs[1]}),
       n3 = n1 >> reduce(tick, Merge{larger}) >> tee(), source_stream(ends.numbers[1]) >> n4,
       n4 = union_() >> filter_map(FilterMap<2>{with_key, 1}) >> n9,
       n9 = union_() >> map(Map<1>{first, 3}) >> unique(tick) >> tee(),
       n13 >> defer_tick_lazy() >> n9, n1 = source_iter(made<2>(1)) >> map(InTick{}) >> tee(),
       n5 >> inspect(Look{}) >> n5, n13 = n9 >> map(Map<2>{split, 4}) >> unique(tick) >> tee(),
       n3 >> n5, n9 >> defer_tick() >> n4, n1 >> for_each(Collect{&ends.outputs[0]}),
       n5 >> for_each(Collect{&ends.outputs[2]}), n5 = union_() >> unique(tick) >> tee())
      .install(graph);
}
Registration const flow_56({56, R"(
source - 1 tick tick 1 list
source_iter - 1 tick tick 2 list
map_in_tick - 1 tick tick 1 list 1.0
reduce larger 4 tick tick 1 list 2.0
union - 7 tick tick 1 bag 0.0 12.0
union - 5 tick tick 1 bag 3.0 7.0
unique - 1 tick tick 1 bag 5.0
inspect - 5 tick tick 1 bag 6.0
filter_map with_key 1 tick tick 2 bag 4.0
union - 3 tick tick 2 bag 8.0 15.0
map first 3 tick tick 1 bag 9.0
unique - 8 tick tick 1 bag 10.0
defer_tick - 9 tick tick 1 bag 11.0
map split 4 tick tick 2 bag 11.0
unique - 5 tick tick 2 bag 13.0
defer_tick_lazy - 6 tick tick 2 bag 14.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 1 list 3.0
collect - 2 tick tick 1 bag 6.0
collect - 3 tick tick 2 bag 14.0
)",
                            install_56});

void install_57(Ends& ends, Graph& graph) {
  flow(n1 >> n3, n3 = union_() >> for_each(Collect{&ends.outputs[1]}),
       n9 >> for_each(Collect{&ends.outputs[3]}),
       initialize() >> map(Initial{}) >> for_each(Collect{&ends.outputs[0]}), n1 >> n6,
       n9 >> defer_tick_lazy() >> n6, n1 = source_stream(ends.numbers[0]) >> tee(),
       n6 >> defer_tick() >> n3, source_stream(ends.pairs) >> map(Map<1>{last, 2}) >> n5[_1],
       n5 = zip_longest() >> map(Longest{}) >> for_each(Collect{&ends.outputs[2]}),
       n6 = union_() >> unique(tick) >> tee(), n9 = n6 >> unique(none) >> tee(), n1 >> n5[_0])
      .install(graph);
}
Registration const flow_57({57, R"(
source - 2 tick tick 2 list
source - 0 tick tick 1 list
initialize - 8 tick tick 1 list
union - 0 tick tick 1 bag 1.0 8.0
map last 2 tick tick 1 list 0.0
zip_longest - 5 tick tick 2 list 1.0 4.0
union - 6 tick tick 1 bag 1.0 10.0
unique - 6 tick tick 1 bag 6.0
defer_tick - 7 tick tick 1 bag 7.0
unique - 2 none tick 1 bag 7.0
defer_tick_lazy - 0 tick tick 1 bag 9.0
collect - 0 tick tick 1 list 2.0
collect - 1 tick tick 1 bag 3.0
collect - 2 tick tick 2 list 5.0
collect - 3 tick tick 1 bag 9.0
)",
                            install_57});

void install_58(Ends& ends, Graph& graph) {
  flow(n0 = source_stream(ends.numbers[0]) >> tee(),
       n5 = union_() >> for_each(Collect{&ends.outputs[2]}),
       initialize() >> map(Initial{}) >> for_each(Collect{&ends.outputs[1]}),
       n0 >> filter(Filter{indivisible, 4}) >> n5,
       source_stream(ends.pairs) >> for_each(Collect{&ends.outputs[0]}),
       n0 >> filter(Filter{odd_end, 5}) >> n5)
      .install(graph);
}
Registration const flow_58({58, R"(
source - 0 tick tick 1 list
source - 2 tick tick 2 list
initialize - 3 tick tick 1 list
filter indivisible 4 tick tick 1 list 0.0
filter odd_end 5 tick tick 1 list 0.0
union - 6 tick tick 1 bag 3.0 4.0
collect - 0 tick tick 2 list 1.0
collect - 1 tick tick 1 list 2.0
collect - 2 tick tick 1 bag 5.0
)",
                            install_58});

void install_59(Ends& ends, Graph& graph) {
  flow(n1 = source_stream(ends.pairs) >> scan(forever, Zero{}, Scan{count, 8}) >>
            map(Map<2>{outer, 4}) >> tee(),
       n4[_0] >> n5, n4[_1] >> n13[_1], n5 >> map(Map<2>{split, 1}) >> n10[_0], n0 >> n10[_1],
       n0 >> for_each(Collect{&ends.outputs[1]}), n1 >> map(Map<1>{multiply, 8}) >> n13[_0],
       n5 >> map(Map<3>{spread, 3}) >> defer_tick() >> for_each(Collect{&ends.outputs[3]}),
       n13 = zip_longest() >> map(Longest{}) >> for_each(Collect{&ends.outputs[2]}),
       n1 >> for_each(Collect{&ends.outputs[0]}),
       n10 = join_multiset_no_replay(tick, forever) >> map(Map<1>{add, 6}) >> n5,
       n0 = source_stream(ends.numbers[0]) >> map(Map<2>{split, 1}) >> tee(), n4 = n1 >> unzip(),
       n5 = union_() >> unique(forever) >> tee())
      .install(graph);
}
Registration const flow_59({59, R"(
source - 0 tick tick 1 list
source - 2 tick tick 2 list
scan count 8 forever tick 1 list 1.0
map outer 4 tick tick 2 list 2.0
unzip - 5 tick tick 1 list 3.0
union - 6 tick tick 1 bag 4.0 11.0
unique - 3 forever tick 1 bag 5.0
map spread 3 tick tick 3 bag 6.0
map split 1 tick tick 2 bag 6.0
map split 1 tick tick 2 list 0.0
join_multiset_no_replay - 9 tick forever 3 bag 8.0 9.0
map add 6 tick tick 1 bag 10.0
map multiply 8 tick tick 1 list 3.0
zip_longest - 4 tick tick 2 list 12.0 4.1
defer_tick - 7 tick tick 3 bag 7.0
collect - 0 tick tick 2 list 3.0
collect - 1 tick tick 2 list 9.0
collect - 2 tick tick 2 list 13.0
collect - 3 tick tick 3 bag 14.0
)",
                            install_59});

}  // namespace
}  // namespace weir::oracle
