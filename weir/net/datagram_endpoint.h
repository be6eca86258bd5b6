// A socket for datagrams, UDP or UNIX: whole messages, each with the address it is from or for.
//
//   DatagramEndpoint& udp = *net.open_datagrams(Address::loopback(7000)).value();
//   udp.attach(graph, reader);                                   // datagrams in, as a source
//   Handoff<Datagram>& out = udp.connect(graph, writer);         // datagrams out
//
// There is no connection: nobody comes or goes, and anything may be lost on the way.
//
//   in    Each lies in a buffer of this endpoint's own pool until the tick that sees it has ended.
//         Admission is bounded as everywhere. While all buffers are out the kernel keeps what
//         comes, and when its memory for this socket is full it drops it.
//   out   Each is offered to the kernel once, without waiting. What it does not take (its memory
//         is full, or that of a UNIX receiver) is dropped and counted, so nobody who does not read
//         stands in the way of those who do. Nothing is dropped here: a tick that has sent
//         untried_mark_bytes waits until they have been offered.
//
// Datagrams longer than datagram_bytes_max are dropped and counted: a part of one is of no use.
// Memory: buffer_count x (datagram_bytes_max + 128), and what the mark allows.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/clock.h"
#include "weir/base/queue.h"
#include "weir/base/result.h"
#include "weir/net/frame.h"
#include "weir/ring/address.h"
#include "weir/ring/completion.h"
#include "weir/sched/graph.h"
#include "weir/sched/input.h"

namespace weir {

class BufferPool;
class Ring;

// Who it is from or for, and its bytes, which are borrowed until the tick ends. A UNIX sender that
// has no address of its own is the empty one, and cannot be answered.
using Datagram = std::pair<Address, View>;

struct DatagramOptions {
  std::uint32_t datagram_bytes_max = 65'507;  // as large as UDP can
  std::uint32_t buffer_count = 128;           // a power of two
  std::uint64_t untried_mark_bytes = 1u << 20;
  Sharing sharing = Sharing::alone;
};

struct DatagramCounters {
  std::uint64_t datagrams_in = 0;
  std::uint64_t datagrams_out = 0;  // that the kernel has taken
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t no_buffers = 0;      // receives that found all buffers out
  std::uint64_t receive_errors = 0;  // anything else that ended a receive
  // Dropped, by reason.
  std::uint64_t too_large_in = 0;  // longer than datagram_bytes_max
  std::uint64_t full = 0;          // the kernel has no room, for us or for that receiver
  std::uint64_t unreachable = 0;   // nobody is there, or there is no way
  std::uint64_t refused = 0;       // too large to be sent, an address of another kind, ...
  std::uint64_t closed = 0;        // the endpoint had ended
};

class DatagramEndpoint {
 public:
  // See Net::open_datagrams. Owns `descriptor`.
  static Result<std::unique_ptr<DatagramEndpoint>> make(Ring& ring, Address const& at,
                                                        DatagramOptions const& options);
  // It is closed.
  ~DatagramEndpoint();
  DatagramEndpoint(DatagramEndpoint const&) = delete;
  DatagramEndpoint& operator=(DatagramEndpoint const&) = delete;

  // Its port number filled in.
  Address const& address() const { return address_; }
  DatagramCounters const& counters() const { return counters_; }

  // ---- in, as weir/sched/input.h has it
  void attach(Graph& graph, Subgraph& reader);
  template <class Push>
  [[gnu::always_inline]] bool drain(Push&& push, std::int64_t& budget) {
    return input_.drain(push, budget);
  }

  // ---- out
  // What `writer`, a subgraph of `graph`, puts into it is sent, in order.
  Handoff<Datagram>& connect(Graph& graph, Subgraph& writer);

  // ---- for the loop
  // The bounded input of the graph's next tick, unless one is under way or has yet to begin.
  void admit(AdmitBudget budget);
  void settle();
  bool may_sleep() const;

  // Receives no more; what has come is given, what was given is sent.
  void stop() { stopping_ = true; }
  bool is_done() const;
  // Ends at once.
  void terminate();
  bool is_closed() const { return closing_ && descriptor_ < 0 && is_idle(); }

 private:
  struct Slot;
  struct Writer;
  struct Waiting {
    Address address;
    std::byte* data;
    std::uint32_t size;
    Storage* storage;  // null: nobody's, as it has no bytes
  };

  DatagramEndpoint(Ring& ring, int descriptor, Address const& address,
                   DatagramOptions const& options, std::unique_ptr<BufferPool> pool);

  static void on_received(Completion& completion, Outcome outcome);
  static void on_sent(Completion& completion, Outcome outcome);
  static Status run(void* self, Activation& activation);

  bool may_admit() const;
  bool may_receive() const;
  bool is_idle() const;
  void send(Datagram const& datagram);
  void start_sends();
  bool may_be_silent(Waiting const& waiting) const;
  void sent(Slot& slot, std::int32_t result);
  void count_failure(std::int32_t result);
  void release(Waiting const& waiting);
  void settle_receive();
  void settle_end();

  Ring& ring_;
  int descriptor_;
  Address const address_;
  DatagramOptions const options_;
  DatagramCounters counters_;

  std::unique_ptr<BufferPool> pool_;  // outlives its buffers
  Queue<Buffer> ready_;               // received, and not given yet
  std::vector<Buffer> given_;         // to a tick that has not ended
  Input<Datagram> input_{"datagrams"};
  Graph* graph_ = nullptr;
  std::uint64_t given_tick_end_ = 0;  // Graph::tick() once that tick has ended
  Address latest_sender_;             // whose next datagram needs no new memory for its name

  std::vector<std::unique_ptr<Writer>> writers_;
  Queue<Waiting> waiting_;  // to be offered to the kernel
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> spare_slots_;
  std::uint32_t silent_sends_ = 0;  // in flight
  std::uint64_t untried_bytes_ = 0;

  bool stopping_ = false;
  bool closing_ = false;
  bool cancelled_ = false;
  bool pausing_ = false;  // after an error, for a while
  Completion receive_;
  Completion pause_;
  Completion cancel_;
  Completion close_;
};

}  // namespace weir
