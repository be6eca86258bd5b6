// Datagrams in a flow: source_udp(worker, endpoint) gives those that come, dest_udp(endpoint) sends
// some. UDP, and UNIX datagram sockets, by the address that the endpoint was opened at.
//
//   DatagramEndpoint& udp = *worker->net().open_datagrams(Address::loopback(7000)).value();
//   worker->add(flow(source_udp(*worker, udp) >> map(...) >> dest_udp(udp)));
//
// A datagram is a pair (Address, View): whom it is from or for, and its bytes, which are borrowed
// until the tick ends. What is lost, on the way or for want of room, is lost; what was dropped here
// is counted (DatagramEndpoint::counters).
#pragma once

#include <concepts>
#include <cstdint>

#include "weir/net/datagram_endpoint.h"
#include "weir/pipes/operator.h"
#include "weir/sched/graph.h"
#include "weir/worker/gate.h"

namespace weir {

class Worker;

// Has the worker's loop admit datagrams to a graph of its, and end them with it. For graphs written
// by hand: attach() does not.
class DatagramGate final : public Gate {
 public:
  static void add(Worker& worker, Graph& graph, DatagramEndpoint& endpoint);

  void admit() override;
  void settle() override { endpoint_.settle(); }
  bool may_sleep() const override { return endpoint_.may_sleep(); }
  void stop() override { endpoint_.stop(); }
  bool is_done() const override { return endpoint_.is_done(); }
  void terminate() override { endpoint_.terminate(); }
  bool is_closed() const override { return endpoint_.is_closed(); }

 private:
  DatagramGate(Worker& worker, DatagramEndpoint& endpoint) : worker_(worker), endpoint_(endpoint) {}

  Worker& worker_;
  DatagramEndpoint& endpoint_;
};

struct SourceUdp : Operator {
  static constexpr OperatorInfo info{.name = "source_udp", .inputs = {0, 0}, .source = true};
  Worker* worker;
  DatagramEndpoint* endpoint;

  static consteval auto output() { return Type<Datagram>{}; }
  void attach(Graph& graph, Subgraph& reader) {
    endpoint->attach(graph, reader);
    DatagramGate::add(*worker, graph, *endpoint);
  }
  bool drain(auto const& emit, std::int64_t& budget) {
    return endpoint->drain(
        [&emit](Datagram && datagram) __attribute__((always_inline)) { emit(std::move(datagram)); },
        budget);
  }
};

inline SourceUdp source_udp(Worker& worker, DatagramEndpoint& endpoint) {
  return {{}, &worker, &endpoint};
}

// Sends pairs (Address, View).
struct DestUdp : Operator {
  static constexpr OperatorInfo info{.name = "dest_udp", .outputs = {0, 0}};
  struct Nothing {};
  DatagramEndpoint* endpoint;
  Handoff<Datagram>* datagrams = nullptr;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool datagram = std::convertible_to<Item, Datagram>;
    static_assert(
        datagram || !Aloud,
        "weir: dest_udp(endpoint): takes pairs (Address, View); encode(codec) makes them");
    return datagram;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  void attach(Graph& graph, Subgraph& writer) { datagrams = &endpoint->connect(graph, writer); }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const&) {
    datagrams->push(static_cast<decltype(item)&&>(item));
  }
};

inline DestUdp dest_udp(DatagramEndpoint& endpoint) { return {{}, &endpoint}; }

}  // namespace weir
