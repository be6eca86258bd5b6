// Frames on their way out of graphs: to the connections of one endpoint, by their id.
//
// Each writer, a subgraph that sends, gets a handoff of its own and behind it a subgraph of ours in
// stratum_last: it runs when all else in its tick is quiet, so one tick's frames for one peer leave
// together.
//
//   writer ─▶ handoff ─▶ run: frame, append ─▶ the connection's queue ─▶ settle: one gathered send
//
// A frame that was received still has its header before it: that is written in place, and frames
// that lay side by side become one segment again. Others are copied behind their header when they
// are small, or get a header of four bytes beside them.
//
// Pressure
//
// Counts only what a send attempt left behind (a peer that reads is never slowed down by a mark),
// and what was received from a suspended connection meanwhile. These marks bound it:
//
//   connection mark   nothing more is received from that connection; again at half of it.
//   total mark        of all connections of the net: nothing more is received that could end up
//                     here, and a tick that writes here is held in the middle: downstream is full.
//   untried mark      what one attempt can leave behind at once: a tick that has made so much
//                     waits until it has been offered.
//   hard limit        of one connection, which others can fill: it is closed (slow), or, where the
//                     policy is to wait, the same happens as over the total. Two nodes that both
//                     wait can block each other. Or whole frames are dropped and counted: the
//                     newest, or the oldest of those that have not begun to be sent.
//
// Many peers that never read must not stop those that do. Each of N could fill its connection mark,
// and N x 1 MiB exceeds the total, which would stop everybody. So the mark shrinks with the room
// below half the total (as shared-memory switches do it: Choudhury and Hahne, "Dynamic queue length
// thresholds for shared-memory packet switches", 1998), and what a tick may admit with the room
// below the whole:
//
//   room        = total/2 - pressure
//   mark        = min(connection mark, room/4)
//   admission   = min(admit_bytes, (total - pressure)/2)    for each tick
//
// A flow that gives each peer no more than it gave then adds at most half of the missing bytes each
// tick: the pressure approaches the total and never reaches it, and a peer that reads goes on. What
// a peer that does not read has sent meanwhile counts, too; if there is no room for it, that peer
// is closed (slow) rather than everybody stopped. What can reach the total is a flow that
// multiplies, or single frames larger than the room left. Then the tick is held, and after
// pressure_time_max the largest queues are closed (slow) until half the total is left. Where the
// policy is to wait nobody is closed, and everybody waits.
//
// Two nodes that send each other more than their marks, each reading nothing as long as the other
// does not, would wait for ever, though there is room. So the mark of a connection that takes
// nothing for stall_time doubles, and again, while the pressure is below a quarter of the total: if
// it was waiting for us, it goes on; if it does not read, it meets a limit. Above that quarter it
// is closed (slow) after standing_time_max. So where the policy is to close nobody waits for ever.
//
// With several endpoints the total is shared: one is full only if it holds at least its even share,
// so another one that holds little goes on. The sum is below twice the total.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "weir/base/clock.h"
#include "weir/net/connection_id.h"
#include "weir/net/frame.h"
#include "weir/net/frame_arena.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"

namespace weir {

class Connection;
class Egress;
class Endpoint;
class Lane;

// Bytes that are here because somebody does not read.
struct Pressure {
  std::uint64_t waiting = 0;  // for peers: what sends left behind
  std::uint64_t held = 0;     // copies of what was received and may not be admitted yet
  std::uint64_t untried = 0;  // for peers: not offered to the kernel yet, so no pressure so far
  std::uint64_t bytes() const { return waiting + held; }
  friend bool operator==(Pressure, Pressure) = default;
};

// One subgraph that sends.
struct EgressWriter {
  EgressWriter(Egress& its_egress, Lane& its_lane) : egress(its_egress), lane(its_lane) {}

  Egress& egress;
  Lane& lane;
  Handoff<Frame> handoff{"egress"};
  Subgraph subgraph;
  bool stopped = false;  // in the middle of its frames: holds its graph
};

class Egress {
 public:
  explicit Egress(Endpoint& endpoint) : endpoint_(endpoint) {}

  // What `writer`, a subgraph of `graph`, puts into it is sent to the connection it names, in
  // order. Frames for connections that have ended are dropped.
  Handoff<Frame>& connect(Graph& graph, Subgraph& writer);

  // ---- for net
  // One frame for `id` from outside a tick; its memory is retained or copied.
  void give(ConnectionId id, View const& payload);
  // Whether a connection with so much pressure may not be received from.
  bool over_mark(std::uint64_t waiting, std::uint64_t received, bool was_over,
                 std::uint8_t doublings) const;
  void count_pressure(Pressure before, Pressure after);
  void count_over_hard_limit(bool over);
  Pressure pressure() const { return pressure_; }
  bool full() const { return full_; }
  // One of the lanes whose graphs send here, in the middle of a tick; null if there is none.
  Lane* lane_in_tick() const;
  // What was appended is counted by its connections now.
  void settle_appended() { appended_ = 0; }
  Instant full_deadline() const { return full_deadline_; }
  void settle_full();
  // It has been full for too long: closes those with the largest queues, where that is the policy.
  void close_slow();

 private:
  struct Row;

  static Status run(void* self, Activation& activation);
  bool must_try_first() const;
  void append(ConnectionId id, View const& payload, Row& row);
  bool make_room(Connection& connection, View const& payload) const;
  void append_framed(Connection& connection, View const& payload, Row& row);
  void append_encoded(Connection& connection, View const& payload, std::uint32_t header,
                      std::uint32_t trailer);
  void append_payload(Connection& connection, View const& payload);
  void append_custom(Connection& connection, View const& payload);

  Endpoint& endpoint_;
  std::vector<std::unique_ptr<EgressWriter>> writers_;
  FrameArena arena_;
  Pressure pressure_;
  std::uint64_t appended_ = 0;  // since connections were last settled
  std::uint32_t over_hard_limit_count_ = 0;
  bool full_ = false;
  Instant full_deadline_ = never;
};

}  // namespace weir
