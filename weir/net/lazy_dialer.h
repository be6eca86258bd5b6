// Sends to addresses: a connection is made when there is something to send, and made again when it
// has ended and there is something to send once more.
//
//   LazyDialer& peers = worker->net().make_lazy_dialer();
//   flow(source_stream(orders) >> map(...) >> dest_tcp(peers));       pairs (Address, View)
//   flow(source_tcp(peers) >> ...);                                   what comes back, the same
//
//          something to send                opened: what waits is sent, in order
//   unknown ─────────────▶ connecting ─────────────────────────────▶ open
//      ▲                      │  ▲                                     │
//      │                      ▼  │ the wait is over, something waits   │
//      └──────────────── waiting to try again ◀────────────────────────┘
//        long over, and nothing waits                       ended, for whatever reason
//
// The wait is drawn evenly from 0 to a bound that doubles with each failure in a row, up to
// wait_max ("full jitter": Brooker, "Exponential backoff and jitter", AWS architecture blog, 2015),
// so that those who lost the same server do not come back together. A connection that lived longer
// than the bound ends the row; so does having nothing to send for twice the bound.
//
// What becomes of an item: while its address has no open connection it is kept, copied, in order,
// as long as the two bounds of waiting bytes allow it; beyond them the newest is dropped and
// counted (NetCounters::frames_dropped_waiting), and so is all that waits after attempts_max
// failures in a row, and at the end of the flow. What has been given to an open connection is lost
// with it: each item is sent at most once.
//
// Its connections are those of a dialer (endpoint.h): limits, marks, time-outs and events are the
// same. Each attempt that fails is an event, closed, with its reason.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/clock.h"
#include "weir/base/owner.h"
#include "weir/base/queue.h"
#include "weir/base/random.h"
#include "weir/net/close_reason.h"
#include "weir/net/connection_id.h"
#include "weir/net/frame.h"
#include "weir/ring/address.h"
#include "weir/sched/handoff.h"
#include "weir/sched/subgraph.h"

namespace weir {

class Connection;
class Endpoint;
class Graph;
struct Activation;

// Who it is from or for by address, and the payload, which is borrowed until the tick ends.
using AddressedFrame = std::pair<Address, View>;

struct RedialOptions {
  Duration wait_first = 100 * milliseconds;  // the bound after one failure
  Duration wait_max = 30 * seconds;          // and after many
  // So many in a row, and what waits is dropped. 0: it is kept until one succeeds.
  std::uint32_t attempts_max = 0;
  // What waits for one address, and for all. Each item counts its payload and
  // waiting_item_bytes.
  std::uint64_t waiting_bytes_max = 1u << 20;
  std::uint64_t waiting_total_bytes_max = 16u << 20;
  // Known at the same time: connected, or waited for. What is for more is dropped.
  std::uint32_t address_count_max = 4096;
  // Of the waits; 0: of the clock.
  std::uint64_t seed = 0;
};
inline constexpr std::uint64_t waiting_item_bytes = 64;

class LazyDialer {
 public:
  // See Net::make_lazy_dialer.
  LazyDialer(Endpoint& endpoint, RedialOptions const& options);
  ~LazyDialer();
  LazyDialer(LazyDialer const&) = delete;
  LazyDialer& operator=(LazyDialer const&) = delete;

  // Where frames and events come from, by connection.
  Endpoint& endpoint() const { return endpoint_; }
  // What `writer`, a subgraph of `graph`, puts into it is sent to the address it names.
  Handoff<AddressedFrame>& connect(Graph& graph, Subgraph& writer);
  // Whose connection that is, or was: those of the last address_count_max that have ended are known
  // still, for whoever is about to see their last event.
  std::optional<Address> address_of(ConnectionId id) const;

  std::uint64_t waiting_bytes() const { return waiting_bytes_; }
  std::size_t address_count() const;

  // ---- for the endpoint
  void opened(Connection& connection);
  void ended(Connection& connection);
  // Drops what waits; nothing is dialled any more.
  void stop();
  // Tries again where it is time; returns when it will be the next time.
  Instant check_deadlines(Instant now);

 private:
  struct Target;
  struct Known;
  struct Book;
  struct Writer;

  static Status run(void* self, Activation& activation);
  void send(Address const& address, View const& payload, Handoff<Frame>& frames);
  Target* target_of(Address const& address);
  void keep(Target& target, View const& payload);
  void dial(Target& target);
  void schedule(Target& target);
  Duration bound_after(std::uint32_t failures) const;
  void drop_waiting(Target& target);

  Endpoint& endpoint_;
  RedialOptions const options_;
  Random random_;
  std::vector<std::unique_ptr<Writer>> writers_;
  Owner<Book> book_;
  std::uint64_t waiting_bytes_ = 0;
  bool stopped_ = false;
  Target* latest_ = nullptr;  // whom the last item was for: the next one often is for the same
};

}  // namespace weir
