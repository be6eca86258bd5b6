// One TCP link: a descriptor, a state, one receive, one send, one queue. See connection.cc for its
// life.
//
// A connection only remembers what is true of it; what it needs next is derived by settle(), which
// net calls after anything has happened to it. Its size is fixed (below 2 KiB); the rest of its
// memory is counted in limits.h.
#pragma once

#include <cstdint>
#include <optional>

#include "weir/base/owner.h"
#include "weir/net/buffer_queue.h"
#include "weir/net/close_reason.h"
#include "weir/net/connection_id.h"
#include "weir/net/connection_lists.h"
#include "weir/net/egress.h"
#include "weir/net/frame.h"
#include "weir/net/rate_limit.h"
#include "weir/net/segment_queue.h"
#include "weir/net/silence_watch.h"
#include "weir/net/waiting_frames.h"
#include "weir/ring/completion.h"

namespace weir {

class Endpoint;
class Lane;
class Net;
class TlsLink;
struct SendParts;
struct TlsPeer;

class Connection final : public ListNode<On::endpoint>,
                         public ListNode<On::changed>,
                         public ListNode<On::ready>,
                         public ListNode<On::starved>,
                         public ListNode<On::in_pool>,
                         public ListNode<On::growing>,
                         public ListNode<On::suspended>,
                         public ListNode<On::awaiting>,
                         public ListNode<On::dialled>,
                         public ListNode<On::greeting>,
                         public ListNode<On::watched>,
                         public ListNode<On::over_rate> {
 public:
  enum class State : std::uint8_t { closed, connecting, open, terminating };

  Connection(Net& net, std::uint32_t slot);
  ~Connection();

  ConnectionId id() const { return id_; }
  State state() const { return state_; }
  bool is_alive() const { return state_ == State::connecting || state_ == State::open; }
  int descriptor() const { return descriptor_; }
  Endpoint& endpoint() const { return *endpoint_; }
  CloseReason reason() const { return reason_; }
  Instant connect_deadline() const { return connect_deadline_; }
  // Who it has proven to be; null where it does not speak TLS, or not yet.
  TlsPeer const* tls_peer() const;

  // ---- its beginning: closed -> open, connecting, or terminating
  void start_accepted(Endpoint& endpoint, int descriptor);
  void start_connecting(Endpoint& endpoint, int descriptor, Address const& address,
                        Instant deadline);
  // `descriptor`: what has been opened for it; -1 if nothing has.
  void start_failed(Endpoint& endpoint, CloseReason reason, int descriptor = -1);

  // Once closed: the next one here is somebody else. False when there can be none.
  bool next_generation() { return ++id_.generation != 0; }

  // ---- its data
  // From the egress; the connection is connecting or open.
  void append(std::byte* data, std::uint32_t size, Storage& storage) {
    queue_.append(data, size, storage);
    if (blocked_) count_appended(size);
  }
  // Where frames may be dropped: whether there is room for one of that size. Drops the oldest ones
  // for it where that is the policy.
  bool make_room(std::uint64_t size);
  // What has been appended since there were so many bytes in the queue is one frame.
  void note_frame(std::uint64_t queue_bytes_before);
  std::uint64_t queue_bytes() const { return queue_.bytes(); }
  // Gives what has been received to the ingress, within the budget.
  void admit(AdmitBudget& budget);

  // ---- its end
  enum class Rest : std::uint8_t { drop, deliver };
  // Nothing more is received; once what is queued for it has been sent, it is terminated. With
  // Rest::deliver what it has sent is answered first.
  void finish(CloseReason reason, Rest rest);
  // Sends our end behind what is queued for it; it may go on sending.
  void finish_sending();
  bool has_sent_end() const { return sent_end_; }
  // Now; for what is connecting or open.
  void terminate(CloseReason reason);

  // ---- what it needs
  void settle();
  // For the lane: the pool has room again; or it runs low.
  void receive();
  void leave_pool();
  // What counts for the marks (egress.h).
  Pressure pressure() const { return counted_; }
  // It is over its mark. If it has taken nothing since this was called before, its mark rises while
  // there is room; where there is none it is closed when it has stood for too long.
  void check_standing(Instant now, bool room);
  // For the watch. True: it need not be looked at again for that.
  bool check_hello();
  void check_silence(Instant now);
  // For the deadlines of handshakes and of goodbyes. True: it has been given more time.
  bool check_handshake(Instant now);
  Watched& watched() { return watched_; }
  // For the rate limit; its time has come.
  Metered& metered() { return metered_; }
  void may_go_on();
  // Bytes that have ever been received, to see whether it makes progress.
  std::uint64_t received_bytes() const { return received_bytes_; }
  // Most that one receive has brought lately.
  std::uint32_t receive_bytes() const { return receive_bytes_; }

 private:
  // What the ring tells.
  static void on_received(Completion& completion, Outcome outcome);
  static void on_sent(Completion& completion, Outcome outcome);
  static void on_connected(Completion& completion, Outcome outcome);
  static void on_cancelled(Completion& completion, Outcome outcome);
  static void on_shut_down(Completion& completion, Outcome outcome);
  static void on_closed(Completion& completion, Outcome outcome);
  void received(Outcome outcome);
  void sent(std::int32_t result);
  void connected(std::int32_t result);

  void start(Endpoint& endpoint);
  void become_connected();
  void become_open();

  // connection_tls.cc
  bool is_shaking_hands() const { return tls_.get() != nullptr && state_ == State::connecting; }
  void begin_handshake();
  void postpone_handshake(Instant now);
  bool may_hear_handshake() const;
  void settle_tls();
  void note_tls();
  Buffer decrypt();
  void encrypt();
  SegmentQueue& outgoing();
  std::uint64_t unsent_bytes() const;
  bool says_goodbye();
  void limit_goodbye();
  CloseReason reason_before(CloseReason network_reason);

  void settle_end();
  void settle_finished_peer();
  void settle_send();
  void settle_own_end();
  void settle_marks();
  void settle_receive();
  void settle_termination();

  bool may_receive();
  bool may_admit() const;
  bool is_listened_to() const;
  bool tick_has_ended();
  bool may_be_sent_to();
  bool nobody_waits_for_send() const;
  bool would_overflow(std::uint64_t size) const;
  void drop_oldest(std::uint64_t bytes);
  std::uint64_t offered_of_queue() const;
  void clear_queue();
  void start_send();
  void drop_input();
  void own_input();
  void note_unfinished();
  void set_over_hard_limit(bool over);
  void count_appended(std::uint32_t size);
  void count_pressure();

  bool has_input() const { return !input_.empty() || !decoder_.hungry(); }
  Lane* lane() const;

  Net& net_;
  Endpoint* endpoint_ = nullptr;
  ConnectionId id_;
  int descriptor_ = -1;
  State state_ = State::closed;
  CloseReason reason_ = CloseReason::peer_closed;  // once terminating
  std::optional<CloseReason> finish_;              // once it shall end

  bool peer_finished_ = false;       // its FIN has come
  bool told_peer_finished_ = false;  // and the flow knows
  bool finish_sending_ = false;      // our end is to be sent,
  bool sent_end_ = false;            // and has been
  bool delivers_rest_ = false;       // what has been received is still admitted, though it ends
  bool drops_input_ = false;         // nothing that it sends is looked at any more
  bool may_admit_ = false;           // as last settled
  bool may_receive_ = false;         // as last settled
  bool receive_cancelled_ = false;   // the kernel has been asked to end the receive
  bool cancelled_ = false;           // the kernel has been asked to end everything
  bool holds_input_ = false;         // copies of what was received wait to be admitted first
  bool blocked_ = false;             // a send left something behind, or could not be tried
  bool over_mark_ = false;
  bool stands_ = false;  // has taken nothing since it was last asked
  std::uint8_t mark_doublings_ = 0;
  bool over_hard_limit_ = false;  // counted at the egress, where the policy is to wait
  bool sends_owned_ = false;      // the send in flight looks at owned bytes only

  std::uint64_t last_tick_end_ = 0;  // the graph's tick at which its last frame has been dealt with
  Instant connect_deadline_ = never;
  Instant standing_since_ = never;
  std::uint64_t received_bytes_ = 0;
  std::uint32_t receive_bytes_ = 0;
  Pressure counted_;
  std::uint64_t counted_unfinished_ = 0;  // of memory of unfinished frames
  Watched watched_;
  Metered metered_;

  BufferQueue input_;
  FrameDecoder decoder_;
  SegmentQueue queue_;
  Owner<TlsLink> tls_;                   // null: it does not speak TLS, or is not connected yet
  Owner<WaitingFrames> waiting_frames_;  // of queue_; null unless the oldest may be dropped

  SendParts* parts_ = nullptr;  // of the send in flight
  std::uint32_t in_flight_ = 0;

  Completion receive_;
  Completion send_;
  Completion control_;  // connect, then shut_down, then close
  Completion cancel_;
};

}  // namespace weir
