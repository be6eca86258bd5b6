// Everything that frames and connections of one thread share: one Net on one Ring.
//
// The loop that drives it (weir/worker/worker.cc) is
//
//   ring.step(may_sleep() ? Wait::park : Wait::poll);      callbacks note what happened
//   for each graph: net.admit(graph); graph.run_tick();    bounded input, then work
//   net.settle();                                          everything that changed gets what it
//   needs
//
// settle() is the only place where receives are armed, cancelled or sends begun. It may be called
// at any time between steps. may_sleep() is its counterpart: false as long as something can be done
// without the kernel.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "weir/base/result.h"
#include "weir/net/close_reason.h"
#include "weir/net/connection_id.h"
#include "weir/net/connection_lists.h"
#include "weir/net/endpoint.h"
#include "weir/net/limits.h"
#include "weir/ring/completion.h"

namespace weir {

class BufferPool;
class DatagramEndpoint;
class Graph;
class Lane;
class LazyDialer;
class Log;
class Ring;
struct DatagramOptions;
struct RedialOptions;

struct NetCounters {
  std::uint64_t accepted = 0;
  std::uint64_t dialled = 0;
  std::uint64_t redialled = 0;  // among them, after a failure (LazyDialer)
  std::uint64_t opened = 0;
  std::array<std::uint64_t, close_reason_count> closed{};
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t frames_dropped = 0;       // for connections that had ended
  std::uint64_t frames_dropped_slow = 0;  // for those that did not read, where that is the policy
  std::uint64_t frames_dropped_waiting = 0;  // that a LazyDialer had no room or no time for
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t copied_bytes = 0;    // out of pool memory, because they had to wait
  std::uint64_t spills = 0;          // beginnings of frames copied because the pool ran low
  std::uint64_t no_buffers = 0;      // receives that found the pool empty
  std::uint64_t blocked = 0;         // times a send left something behind
  std::uint64_t suspended = 0;       // times a connection went over its mark
  std::uint64_t over_rate = 0;       // times a connection had to wait because it had sent too much
  std::uint64_t mark_doublings = 0;  // times the mark of one that stood still rose
  std::uint64_t holds = 0;           // times a graph was held
  std::uint64_t accept_pauses = 0;
  std::uint64_t accept_failures = 0;

  std::uint64_t closed_for(CloseReason reason) const {
    return closed[static_cast<std::size_t>(reason)];
  }
};

// The vector of a send in flight.
struct SendParts {
  std::array<iovec, 64> parts;
};

class Net {
 public:
  // `number`: of the worker, below 256, unique in the process; part of every ConnectionId. `log`,
  // if there is one, outlives the net.
  static Result<std::unique_ptr<Net>> make(Ring& ring, Limits const& limits = {},
                                           std::uint32_t number = 0, Log* log = nullptr);
  // Ends what is left, as shut_down() does. The ring and all graphs must still be alive.
  ~Net();
  Net(Net const&) = delete;
  Net& operator=(Net const&) = delete;

  // The endpoints live as long as the net.
  Result<Endpoint*> listen(Address const& address, EndpointOptions const& options = {});
  Endpoint& make_dialer(EndpointOptions const& options = {});
  LazyDialer& make_lazy_dialer(EndpointOptions const& options = {});
  LazyDialer& make_lazy_dialer(EndpointOptions const& options, RedialOptions const& redial);
  std::vector<std::unique_ptr<Endpoint>> const& endpoints() const { return endpoints_; }

  // A datagram socket, UDP or UNIX; it lives as long as the net, and is served by it but for its
  // admission, which is that of whoever reads it.
  Result<DatagramEndpoint*> open_datagrams(Address const& at);
  Result<DatagramEndpoint*> open_datagrams(Address const& at, DatagramOptions const& options);
  std::vector<std::unique_ptr<DatagramEndpoint>> const& datagram_endpoints() const {
    return datagram_endpoints_;
  }

  // The bounded input of the graph's next tick; nothing while one is under way.
  void admit(Graph& graph);
  void settle();
  bool may_sleep() const;

  // Ends everything at once, stepping the ring until it has ended.
  void shut_down();

  NetCounters const& counters() const { return counters_; }
  Limits const& limits() const { return limits_; }
  // Bytes that wait for peers or because of them; owned bytes of unfinished frames.
  std::uint64_t pressure() const { return pressure_; }
  std::uint64_t unfinished_bytes() const { return unfinished_bytes_; }
  // Buffers of all receive pools that somebody holds.
  std::uint32_t buffers_out() const;
  // When the time will have come for something; `never` if for nothing.
  Instant next_deadline() const { return next_deadline_; }
  // Bytes in the queues of all connections, be they offered to the kernel already or not.
  std::uint64_t queue_bytes() const;
  // Connections that are not received from, because they do not read; the longest suspended first.
  Connections<On::suspended> const& suspended() const { return suspended_; }
  std::uint64_t suspended_count() const;
  std::vector<std::unique_ptr<Lane>> const& lanes() const { return lanes_; }
  std::uint32_t connection_count() const { return connection_count_; }

  // ---- for its parts
  Ring& ring() const { return ring_; }
  Log* log() const { return log_; }
  NetCounters& counters() { return counters_; }
  Lane& lane_of(Graph& graph);
  // Something happened to it: settle() will look.
  void change(Connection& connection);

  bool table_is_full() const { return connection_count_ >= limits_.connection_count_max; }
  Connection& begin(Endpoint& endpoint);
  Connection* find(ConnectionId id) const;
  void release(Connection& connection);
  void descriptor_freed();

  SendParts& take_parts();
  void give_parts(SendParts& parts) { spare_parts_.push_back(&parts); }
  void silent_send_began() { ++silent_sends_; }
  void silent_send_ended();
  bool anyone_starved() const;

  std::uint64_t pressure_room() const {
    std::uint64_t const total = limits_.egress_total_mark_bytes;
    return pressure_ < total ? total - pressure_ : 0;
  }
  // Egresses that have pressure.
  std::uint64_t pressed_count() const { return pressed_count_; }
  void count_pressure(std::uint64_t before, std::uint64_t after);
  void count_unfinished(std::uint64_t before, std::uint64_t after);
  // Who needs more is not kept waiting any more but closed.
  bool is_out_of_unfinished() const {
    return unfinished_bytes_ > limits_.unfinished_hard_limit_bytes;
  }
  // Its unfinished frame needs more memory; and whether it may have it.
  void set_growing(Connection& connection, bool grows);
  bool may_grow(Connection const& connection) const;
  void set_suspended(Connection& connection, bool suspended);
  void note_deadline(Instant deadline);

 private:
  Net(Ring& ring, Limits const& limits, std::uint32_t number, Log* log);
  void tell_closed(Connection const& connection);
  Result<std::unique_ptr<BufferPool>> make_pool();
  void settle_changed();
  void check_deadlines();
  void settle_timer();
  bool is_short_of_unfinished() const;
  Instant check_growing(Instant now);
  Instant check_suspended(Instant now);

  Ring& ring_;
  Limits const limits_;
  std::uint32_t const number_;
  Log* const log_;  // may be null
  NetCounters counters_;

  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::vector<std::unique_ptr<LazyDialer>> lazy_dialers_;
  std::vector<std::unique_ptr<DatagramEndpoint>> datagram_endpoints_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<BufferPool> spare_pool_;  // of the first lane to come

  std::vector<std::unique_ptr<Connection>> table_;
  std::vector<std::uint32_t> free_places_;
  std::uint32_t connection_count_ = 0;
  Connections<On::changed> changed_;

  std::vector<std::unique_ptr<SendParts>> parts_;
  std::vector<SendParts*> spare_parts_;
  std::uint32_t silent_sends_ = 0;      // in flight
  std::uint32_t old_silent_sends_ = 0;  // of them, begun before the latest step

  std::uint64_t pressure_ = 0;
  std::uint64_t pressed_count_ = 0;

  Connections<On::suspended> suspended_;
  Instant suspended_deadline_ = never;

  std::uint64_t unfinished_bytes_ = 0;
  Connections<On::growing> growing_;
  Instant growing_deadline_ = never;
  ConnectionId oldest_growing_;
  std::uint64_t oldest_received_bytes_ = 0;

  Instant next_deadline_ = never;
  bool timer_cancelled_ = false;
  Completion timer_;
};

}  // namespace weir
