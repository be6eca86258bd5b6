// source_stream(worker, stream): gives the elements of an async stream (flatten_stream.h says what
// that is), each in the tick after it has landed. It asks for the next one when the one before has
// been given, so a tick that is slow, or a flow that is held, is not overrun.
//
//   flow(source_stream(*worker, subscription("news")) >> for_each(print))
//
// What the stream throws ends the flow. stop() asks for no more, and drops what is in flight; so
// does the end of the flow.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/owner.h"
#include "weir/io/flatten_stream.h"
#include "weir/io/flights.h"
#include "weir/io/landing.h"
#include "weir/pipes/operator.h"
#include "weir/sched/graph.h"
#include "weir/worker/gate.h"

namespace weir {

class Worker;

// Worker::add_gate, without what worker.h includes.
void add_gate(Worker& worker, Graph& graph, Owner<Gate> gate);

// What a worker sees of it.
template <class Stream>
class StreamGate final : public Gate {
 public:
  StreamGate(Graph& graph, Subgraph& reader, Stream&& stream)
      : graph_(graph),
        landing_(graph),
        stream_(std::move(stream)),
        flights_(make_owner<Asked>(landing_, 1u)) {
    landing_.answer_later(reader);
  }

  bool drain(auto const& emit, std::int64_t& budget) {
    if (!flights_) return true;
    if (graph_.tick() != burst_tick_) flights_->begin_burst();
    burst_tick_ = graph_.tick();
    if (stream_) flights_->take({*std::exchange(stream_, std::nullopt)});
    return flights_->give(emit, budget);
  }

  void settle() override {
    if (can_drop()) flights_ = {};
  }
  bool may_sleep() const override { return !can_drop(); }
  void stop() override {
    stopping_ = true;
    if (flights_) flights_->ask_no_more();
  }
  // What is in flight the graph awaits.
  bool is_done() const override { return !can_drop(); }
  void terminate() override { flights_ = {}; }
  bool is_closed() const override { return !flights_ || flights_->idle(); }

 private:
  using Asked = Flights<AwaitEach<Stream>, true>;

  // It gives nothing any more, so nobody needs what is in flight.
  bool can_drop() const {
    if (!flights_ || graph_.mid_tick()) return false;
    return graph_.failure() != nullptr || (stopping_ && !flights_->has_landed());
  }

  Graph& graph_;
  Landing landing_;
  std::optional<Stream> stream_;  // until it is asked
  Owner<Asked> flights_;
  std::uint64_t burst_tick_ = ~std::uint64_t{0};
  bool stopping_ = false;
};

template <is_stream Stream>
struct SourceAsync : Operator {
  static constexpr OperatorInfo info{.name = "source_stream", .inputs = {0, 0}, .source = true};
  Worker* worker;
  Stream stream;
  StreamGate<Stream>* gate_ = nullptr;

  static consteval auto output() {
    static_assert(!borrows<Stream> && !borrows<StreamElement<Stream>>,
                  "weir: source_stream(worker, stream): the stream, or its elements, hold a View, "
                  "which ends with the tick; own() its bytes first");
    return Type<StreamElement<Stream>>{};
  }
  void attach(Graph& graph, Subgraph& reader) {
    auto made = make_owner<StreamGate<Stream>>(graph, reader, std::move(stream));
    gate_ = made.get();
    add_gate(*worker, graph, std::move(made));
  }
  bool drain(auto const& emit, std::int64_t& budget) { return gate_->drain(emit, budget); }
};

template <is_stream Stream>
SourceAsync<Stream> source_stream(Worker& worker, Stream stream) {
  return {{}, &worker, std::move(stream)};
}

}  // namespace weir
