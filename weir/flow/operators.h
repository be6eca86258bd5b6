// All operators of the flow syntax, and source_stream.
#pragma once

#include "weir/flow/spin.h"
#include "weir/pipes/operators/anti_join.h"
#include "weir/pipes/operators/assert.h"
#include "weir/pipes/operators/assert_eq.h"
#include "weir/pipes/operators/chain.h"
#include "weir/pipes/operators/chain_first_n.h"
#include "weir/pipes/operators/cross_join.h"
#include "weir/pipes/operators/cross_join_multiset.h"
#include "weir/pipes/operators/decode.h"
#include "weir/pipes/operators/defer_tick.h"
#include "weir/pipes/operators/defer_tick_lazy.h"
#include "weir/pipes/operators/demux.h"
#include "weir/pipes/operators/dest.h"
#include "weir/pipes/operators/difference.h"
#include "weir/pipes/operators/encode.h"
#include "weir/pipes/operators/enumerate.h"
#include "weir/pipes/operators/filter.h"
#include "weir/pipes/operators/filter_map.h"
#include "weir/pipes/operators/flat_map.h"
#include "weir/pipes/operators/flatten.h"
#include "weir/pipes/operators/fold.h"
#include "weir/pipes/operators/fold_keyed.h"
#include "weir/pipes/operators/for_each.h"
#include "weir/pipes/operators/handoff.h"
#include "weir/pipes/operators/identity.h"
#include "weir/pipes/operators/initialize.h"
#include "weir/pipes/operators/inspect.h"
#include "weir/pipes/operators/join.h"
#include "weir/pipes/operators/join_multiset.h"
#include "weir/pipes/operators/map.h"
#include "weir/pipes/operators/multiset_delta.h"
#include "weir/pipes/operators/next_stratum.h"
#include "weir/pipes/operators/null.h"
#include "weir/pipes/operators/partition.h"
#include "weir/pipes/operators/persist.h"
#include "weir/pipes/operators/reduce.h"
#include "weir/pipes/operators/reduce_keyed.h"
#include "weir/pipes/operators/scan.h"
#include "weir/pipes/operators/sort.h"
#include "weir/pipes/operators/sort_by_key.h"
#include "weir/pipes/operators/source.h"
#include "weir/pipes/operators/source_iter.h"
#include "weir/pipes/operators/tee.h"
#include "weir/pipes/operators/union.h"
#include "weir/pipes/operators/unique.h"
#include "weir/pipes/operators/unzip.h"
#include "weir/pipes/operators/zip.h"
#include "weir/pipes/operators/zip_longest.h"
#include "weir/sched/input.h"

namespace weir {

// source_stream(channel), source_stream(input): gives what was sent, each tick what came before it
// began. The channel is referred to and must outlive the flow.
template <class Sent>
struct SourceStream : Source<Sent> {
  static constexpr OperatorInfo info{.name = "source_stream", .inputs = {0, 0}, .source = true};
  void attach(Graph& graph, Subgraph& reader) { this->input->attach(graph, reader); }
};

template <class T>
SourceStream<Channel<T>> source_stream(Channel<T>& channel) {
  return {{{}, &channel}};
}
template <class T>
SourceStream<Input<T>> source_stream(Input<T>& input) {
  return {{{}, &input}};
}

}  // namespace weir
