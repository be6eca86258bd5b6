// All operators of the flow syntax, and source_stream.
#pragma once

#include "weir/pipes/operators/decode.h"
#include "weir/pipes/operators/defer_tick.h"
#include "weir/pipes/operators/dest.h"
#include "weir/pipes/operators/difference.h"
#include "weir/pipes/operators/encode.h"
#include "weir/pipes/operators/filter.h"
#include "weir/pipes/operators/filter_map.h"
#include "weir/pipes/operators/flat_map.h"
#include "weir/pipes/operators/fold.h"
#include "weir/pipes/operators/for_each.h"
#include "weir/pipes/operators/inspect.h"
#include "weir/pipes/operators/join.h"
#include "weir/pipes/operators/map.h"
#include "weir/pipes/operators/source.h"
#include "weir/pipes/operators/source_iter.h"
#include "weir/pipes/operators/tee.h"
#include "weir/pipes/operators/union.h"
#include "weir/pipes/operators/unique.h"
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
