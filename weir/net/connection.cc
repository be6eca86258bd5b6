// The life of a connection.
//
//            accepted ───────────────────────┐
//                                            ▼
//   closed ── dialled ──▶ connecting ──────▶ open
//     ▲                        │ refused,      │ FIN, and answered; finished, and sent;
//     │                        │ too late      │ an error; a limit
//     │                        ▼               ▼
//     └─ closed: event ◀── terminating ◀───────┘
//
//   terminate   the reason is fixed, the kernel is asked to end everything on the descriptor
//   join        each operation is kept until its terminal result has come
//   close       the descriptor, then, when the flow has seen the last frame, the place in the table
//
// Handlers (on_received, on_sent, ...) only note what happened. Nothing is armed, cancelled, sent,
// copied or closed there, because the same event means different things in different states: a
// cancelled receive can end after its connection was resumed, or end with data, with -ENOBUFS or
// with 0. settle() looks at the state alone and may be called any number of times:
//
//   send      is nothing in flight and something queued?    offer it
//             is the peer blocked?                          copy what must not wait
//   receive   may receive, and no receive is pending?       arm, unless the pool is empty
//             may not, and one is pending?                  cancel it
//             may not be admitted?                          copy what it has received
//   end       is there a reason to, and nothing to do?      terminate
//
// A send is offered to the kernel once without waiting, straight from pool memory. What it does not
// take is left behind: from then on, until the queue is empty, the connection is blocked, its queue
// is owned bytes, its sends wait, and its bytes count as pressure. So a suspended connection always
// has a send in the kernel, whose end settles it again: nobody is forgotten.
#include "weir/net/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "weir/net/endpoint.h"
#include "weir/net/lane.h"
#include "weir/net/net.h"
#include "weir/net/tls_link.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

// Of what the peer is known to be slow in taking: small enough to see its progress.
constexpr std::uint32_t blocked_send_fraction = 4;
constexpr std::uint8_t mark_doublings_max = 20;

Connection& self(Completion& completion) { return *static_cast<Connection*>(completion.context); }

Buffer end_of_line() {
  Storage& storage = allocate_storage(1);
  *bytes_of(storage) = std::byte{'\n'};
  return Buffer(bytes_of(storage), 1, storage);
}

bool is_retriable(std::int32_t result) {
  return result == -EAGAIN || result == -EINTR || result == -ECANCELED || result == -ENOMEM;
}

}  // namespace

Connection::Connection(Net& net, std::uint32_t slot) : net_(net), id_{slot, 1} {
  for (Completion* completion : {&receive_, &send_, &control_, &cancel_})
    completion->context = this;
  receive_.callback = on_received;
  send_.callback = on_sent;
  cancel_.callback = on_cancelled;
}

Connection::~Connection() { WEIR_ASSERT(state_ == State::closed); }

Lane* Connection::lane() const { return endpoint_->lane(); }

// ---- its beginning ------------------------------------------------------------------------------

void Connection::start(Endpoint& endpoint) {
  WEIR_ASSERT(state_ == State::closed);
  WEIR_ASSERT(descriptor_ < 0);
  WEIR_ASSERT(queue_.empty());
  endpoint_ = &endpoint;
  EndpointOptions const& options = endpoint.options();
  decoder_ = FrameDecoder(options.framing, net_.limits().frame_bytes_max, options.custom);
  finish_.reset();
  peer_finished_ = told_peer_finished_ = delivers_rest_ = drops_input_ = false;
  finish_sending_ = sent_end_ = false;
  may_admit_ = may_receive_ = receive_cancelled_ = cancelled_ = holds_input_ = false;
  blocked_ = stands_ = false;
  mark_doublings_ = 0;
  last_tick_end_ = 0;
  received_bytes_ = receive_bytes_ = 0;
  metered_ = {};
  waiting_frames_ = {};
  if (options.slow_policy == SlowPolicy::drop_oldest) waiting_frames_ = make_owner<WaitingFrames>();
  endpoint.connections().push_back(*this);
  net_.change(*this);
}

void Connection::start_accepted(Endpoint& endpoint, int descriptor) {
  WEIR_ASSERT(descriptor >= 0);
  start(endpoint);
  descriptor_ = descriptor;
  become_connected();
}

void Connection::start_connecting(Endpoint& endpoint, int descriptor, Address const& address,
                                  Instant deadline) {
  WEIR_ASSERT(descriptor >= 0);
  start(endpoint);
  descriptor_ = descriptor;
  state_ = State::connecting;
  connect_deadline_ = deadline;
  control_.callback = on_connected;
  net_.ring().connect(control_, descriptor, address);
}

void Connection::start_failed(Endpoint& endpoint, CloseReason reason, int descriptor) {
  start(endpoint);
  descriptor_ = descriptor;
  state_ = State::connecting;
  terminate(reason);
}

void Connection::become_connected() {
  if (endpoint_->tls() == nullptr) become_open();
  else begin_handshake();
}

void Connection::become_open() {
  state_ = State::open;
  ++net_.counters().opened;
  endpoint_->connection_opened(*this);
}

void Connection::on_connected(Completion& completion, Outcome outcome) {
  self(completion).connected(outcome.result);
}

void Connection::connected(std::int32_t result) {
  net_.change(*this);
  if (state_ != State::connecting) return;  // it was given up
  Connections<On::dialled>::remove(*this);
  if (result == 0) become_connected();
  else terminate(connect_reason_of(result));
}

// ---- receive ------------------------------------------------------------------------------------

void Connection::on_received(Completion& completion, Outcome outcome) {
  self(completion).received(std::move(outcome));
}

void Connection::received(Outcome outcome) {
  bool const ends = state_ == State::terminating && !delivers_rest_;
  if (outcome.result > 0) {
    auto const size = static_cast<std::uint32_t>(outcome.result);
    received_bytes_ += size;
    receive_bytes_ = std::max(size, receive_bytes_ - receive_bytes_ / 4);
    net_.counters().bytes_in += size;
    bool dropped = ends || drops_input_ || endpoint_->discards_input();
    if (tls_.get() != nullptr) {
      dropped = ends || (drops_input_ && !is_shaking_hands());
      if (!may_admit_) net_.change(*this);
    }
    if (!dropped) input_.push(std::move(outcome.buffer));
    if (state_ == State::open && endpoint_->is_over_rate(*this, size)) net_.change(*this);
  } else if (outcome.result == 0) {
    peer_finished_ = true;
  } else if (outcome.result == -ENOBUFS) {
    ++net_.counters().no_buffers;
    if (may_receive_) lane()->starve(*this);
  } else if (!is_retriable(outcome.result) && state_ != State::terminating) {
    terminate(close_reason_of(outcome.result));
  }
  // The terminal result; or the cancel has missed it, and is repeated.
  if (!outcome.more || !may_receive_) receive_cancelled_ = false;
  if (!outcome.more || !may_receive_ || holds_input_) net_.change(*this);
  if (may_admit_ && has_input()) endpoint_->ingress().make_ready(*this);
}

void Connection::receive() {
  WEIR_ASSERT(may_receive_);
  WEIR_ASSERT(receive_.idle());
  net_.ring().receive(receive_, descriptor_, lane()->pool());
}

void Connection::settle_receive() {
  may_admit_ = may_admit();
  // What it sent meanwhile must be kept, although it does not read: as long as there is room.
  bool const closes_slow = endpoint_->options().slow_policy != SlowPolicy::wait;
  if (over_mark_ && closes_slow && input_.pooled_bytes() > net_.pressure_room())
    return terminate(CloseReason::slow);
  if (!may_admit_) own_input();
  if (!has_input()) holds_input_ = false;
  may_receive_ = may_receive();
  if (may_receive_) {
    if (receive_.idle() && !Connections<On::starved>::listed(*this)) receive();
  } else {
    Connections<On::starved>::remove(*this);
    if (!receive_.idle() && !receive_cancelled_) {
      receive_cancelled_ = true;
      net_.ring().cancel_quietly(receive_);
    }
  }
  if (may_admit_ && has_input()) endpoint_->ingress().make_ready(*this);
  else Connections<On::ready>::remove(*this);
}

// When memory for unfinished frames is short, only the oldest of those that need more may go on:
// the oldest that is not kept from it by something else.
bool Connection::may_receive() {
  if (is_shaking_hands()) return may_hear_handshake();
  bool const may = state_ == State::open && lane() != nullptr && !peer_finished_ && !finish_ &&
                   !over_mark_ && !holds_input_ && !endpoint_->ingress().suspended() &&
                   !Connections<On::over_rate>::listed(*this);
  bool const grows = may && decoder_.must_grow();
  net_.set_growing(*this, grows);
  return may && (!grows || net_.may_grow(*this));
}

// Whether what it has received may become frames now. (What it must not answer it may not ask.)
bool Connection::may_admit() const {
  bool const lives = state_ == State::open || (state_ == State::terminating && delivers_rest_);
  return lives && lane() != nullptr && !over_mark_ && !endpoint_->ingress().suspended() &&
         (tls_.get() == nullptr || !endpoint_->discards_input());
}

void Connection::own_input() {
  std::uint64_t const copied = input_.own() + decoder_.own();
  if (has_input()) holds_input_ = true;
  if (copied == 0) return;
  net_.counters().copied_bytes += copied;
  note_unfinished();
}

void Connection::drop_input() {
  input_.clear();
  decoder_.clear();
  holds_input_ = false;
  Connections<On::ready>::remove(*this);
  note_unfinished();
}

void Connection::leave_pool() {
  WEIR_ASSERT(decoder_.hungry());
  ++net_.counters().spills;
  net_.counters().copied_bytes += decoder_.own();
  note_unfinished();
}

// Keeps the two lists of those that have begun a frame, and the memory of the second.
void Connection::note_unfinished() {
  if (decoder_.holds_pool_memory() && decoder_.hungry()) lane()->note_in_pool(*this);
  else Connections<On::in_pool>::remove(*this);
  std::uint64_t const owned = decoder_.owned_bytes();
  bool const grew = owned > counted_unfinished_;
  if (!decoder_.must_grow()) net_.set_growing(*this, false);
  net_.count_unfinished(counted_unfinished_, owned);
  counted_unfinished_ = owned;
  // Those that wait for memory have some already, and who comes next brings more.
  bool const too_much = grew && net_.is_out_of_unfinished() && !net_.may_grow(*this);
  if (too_much && is_alive()) terminate(CloseReason::slow);
}

// ---- admit --------------------------------------------------------------------------------------

void Connection::admit(AdmitBudget& budget) {
  WEIR_ASSERT(may_admit_);
  Lane& lane = *endpoint_->lane();
  Ingress& ingress = endpoint_->ingress();
  std::int64_t const items = budget.items;
  Decoded decoded = Decoded::hungry;
  while (true) {  // ends: each turn takes one received buffer
    decoded = decoder_.decode(budget, [&](View payload) {
      lane.retain(*payload.storage());
      ingress.give({id_, payload});
    });
    if (decoded != Decoded::hungry || input_.empty()) break;
    decoder_.feed(tls_.get() == nullptr ? input_.pop() : decrypt());
  }
  if (budget.items != items) {
    net_.counters().frames_in += static_cast<std::uint64_t>(items - budget.items);
    last_tick_end_ = lane.next_tick_end();
  }
  note_unfinished();
  bool const refused = decoded == Decoded::frame_too_large || decoded == Decoded::malformed;
  if (refused && state_ == State::open) {
    bool const too_large = decoded == Decoded::frame_too_large;
    terminate(too_large ? CloseReason::frame_too_large : CloseReason::malformed);
  } else if (refused) {
    drop_input();
  }
  if (!may_receive_ || decoder_.must_grow()) net_.change(*this);
  if (may_admit_ && has_input()) ingress.make_ready(*this);  // behind the others
}

// ---- silence ------------------------------------------------------------------------------------

// It is up to the peer whether something is received.
bool Connection::is_listened_to() const {
  return may_receive_ && !Connections<On::starved>::listed(*this) && !has_input();
}

bool Connection::check_hello() {
  if (state_ != State::open || received_bytes_ > 0 || peer_finished_ || finish_) return true;
  if (!is_listened_to()) return false;
  terminate(CloseReason::hello_timeout);
  return true;
}

void Connection::may_go_on() { net_.change(*this); }

void Connection::check_silence(Instant now) {
  if (state_ != State::open) return;
  Watched const before = watched_;
  watched_.received_bytes = received_bytes_;
  watched_.frames_tick = last_tick_end_;
  watched_.unfinished = decoder_.unfinished_bytes() > 0;
  bool const listened = is_listened_to();
  bool const quiet = listened && before.received_bytes == received_bytes_;
  bool const same_frame =
      listened && before.unfinished && watched_.unfinished && before.frames_tick == last_tick_end_;
  if (!quiet) watched_.quiet_since = now;
  if (!same_frame) watched_.unfinished_since = now;
  EndpointOptions const& options = endpoint_->options();
  if (same_frame && now - watched_.unfinished_since >= options.frame_time)
    terminate(CloseReason::slow);
  else if (quiet && now - watched_.quiet_since >= options.idle_time)
    terminate(CloseReason::idle_timeout);
}

// ---- send ---------------------------------------------------------------------------------------

inline SegmentQueue& Connection::outgoing() { return tls_.get() == nullptr ? queue_ : tls_->out(); }

inline std::uint64_t Connection::unsent_bytes() const {
  return queue_.bytes() + (tls_.get() == nullptr ? 0 : tls_->out().bytes());
}

bool Connection::would_overflow(std::uint64_t size) const {
  return blocked_ && unsent_bytes() + size > endpoint_->queue_bytes_max();
}

bool Connection::make_room(std::uint64_t size) {
  if (!would_overflow(size)) return true;
  if (waiting_frames_.get() == nullptr) return false;
  std::uint64_t const encrypted = unsent_bytes() - queue_.bytes();
  std::uint64_t const kept = waiting_frames_->kept_bytes(offered_of_queue()) + encrypted;
  if (kept + size > endpoint_->queue_bytes_max()) return false;  // then for nothing
  drop_oldest(unsent_bytes() + size - endpoint_->queue_bytes_max());
  return true;
}

void Connection::note_frame(std::uint64_t queue_bytes_before) {
  if (waiting_frames_.get() != nullptr && queue_.bytes() > queue_bytes_before)
    waiting_frames_->add(queue_.bytes() - queue_bytes_before);
}

// So many bytes or as many as there are, whole frames.
void Connection::drop_oldest(std::uint64_t bytes) {
  std::uint64_t const kept = waiting_frames_->kept_bytes(offered_of_queue());
  WaitingFrames::Frames const dropped = waiting_frames_->drop(offered_of_queue(), bytes);
  queue_.drop(kept, dropped.bytes);
  net_.counters().frames_out -= dropped.count;
  net_.counters().frames_dropped_slow += dropped.count;
  count_pressure();
}

// Of the queue, what the kernel has been offered.
std::uint64_t Connection::offered_of_queue() const {
  return tls_.get() == nullptr ? in_flight_ : 0;
}

void Connection::clear_queue() {
  queue_.clear();
  if (waiting_frames_.get() != nullptr) waiting_frames_->clear();
}

void Connection::settle_send() {
  if (state_ == State::connecting && !queue_.empty()) blocked_ = true;
  if (waiting_frames_.get() != nullptr && would_overflow(0))  // a send has left that much behind
    drop_oldest(unsent_bytes() - endpoint_->queue_bytes_max());
  if (tls_.get() != nullptr) encrypt();
  if (blocked_) net_.counters().copied_bytes += queue_.own();
  bool const connected = state_ == State::open || is_shaking_hands();
  if (connected && send_.idle() && !outgoing().empty()) start_send();
}

void Connection::start_send() {
  WEIR_ASSERT(parts_ == nullptr);
  WEIR_ASSERT(in_flight_ == 0);
  Limits const& limits = net_.limits();
  std::uint32_t bytes_max = limits.send_bytes_max;
  if (blocked_) bytes_max = std::max(1u, bytes_max / blocked_send_fraction);
  parts_ = &net_.take_parts();
  SegmentQueue const& queue = outgoing();
  SegmentQueue::Gathered const gathered =
      queue.gather(std::span(parts_->parts).first(limits.send_parts_max), bytes_max);
  WEIR_ASSERT(gathered.bytes > 0);
  in_flight_ = gathered.bytes;
  sends_owned_ = blocked_;
  bool const all = gathered.bytes == unsent_bytes();
  send_.silent_success = !blocked_ && all && nobody_waits_for_send();
  if (send_.silent_success) net_.silent_send_began();
  std::uint32_t const flags = MSG_WAITALL | (blocked_ ? 0u : std::uint32_t{MSG_DONTWAIT});
  net_.ring().send(send_, descriptor_, std::span(parts_->parts).first(gathered.parts), flags);
}

// A park does not end because of a silent success: so nothing may depend on it, here or in the
// pool.
bool Connection::nobody_waits_for_send() const {
  return !over_mark_ && !peer_finished_ && !finish_ && !finish_sending_ &&
         !endpoint_->egress().full() && !net_.anyone_starved();
}

void Connection::on_sent(Completion& completion, Outcome outcome) {
  self(completion).sent(outcome.result);
}

void Connection::sent(std::int32_t result) {
  WEIR_ASSERT(parts_ != nullptr);
  if (send_.silent_success) net_.silent_send_ended();
  net_.give_parts(*parts_);
  parts_ = nullptr;
  std::uint32_t const offered = std::exchange(in_flight_, 0);
  std::uint32_t const taken = result > 0 ? static_cast<std::uint32_t>(result) : 0;
  WEIR_ASSERT(taken <= offered);
  outgoing().consume(taken);
  if (waiting_frames_.get() != nullptr && tls_.get() == nullptr) waiting_frames_->consume(taken);
  net_.counters().bytes_out += taken;
  if (taken > 0) stands_ = false;
  bool const was_blocked = blocked_;
  bool const sent_all = unsent_bytes() == 0;
  blocked_ = taken < offered || (blocked_ && !sent_all);
  if (blocked_ && !was_blocked) ++net_.counters().blocked;
  bool const waited =
      was_blocked || over_mark_ || peer_finished_ || finish_sending_ || finish_.has_value();
  if (waited || blocked_ || !sent_all || state_ != State::open) net_.change(*this);
  else count_pressure();  // nothing else has to follow, but what was untried has gone
  bool const failed = result < 0 && !is_retriable(result);
  if (failed && is_alive()) terminate(close_reason_of(result));
}

// Half of an end: once all has gone that was sent to it, in a tick that is under way included.
void Connection::settle_own_end() {
  if (!finish_sending_ || sent_end_ || state_ != State::open) return;
  if (unsent_bytes() > 0 || !send_.idle() || !control_.idle() || may_be_sent_to()) return;
  if (tls_.get() != nullptr && says_goodbye()) return settle_send();
  sent_end_ = true;
  control_.callback = on_shut_down;
  net_.ring().shut_down(control_, descriptor_, SHUT_WR);
}

void Connection::settle_marks() {
  Egress& egress = endpoint_->egress();
  std::uint64_t const waiting = blocked_ ? unsent_bytes() : 0;
  if (!blocked_) mark_doublings_ = 0;
  bool const over = egress.over_mark(waiting, input_.bytes(), over_mark_, mark_doublings_);
  if (over && !over_mark_) stands_ = false;
  over_mark_ = over;
  net_.set_suspended(*this, over);
  if (endpoint_->options().slow_policy != SlowPolicy::wait) return;
  std::uint64_t const hard_limit = endpoint_->queue_bytes_max();
  set_over_hard_limit(waiting > (over_hard_limit_ ? hard_limit / 2 : hard_limit));
}

void Connection::check_standing(Instant now, bool room) {
  if (!stands_) {
    stands_ = true;
    standing_since_ = now;
  } else if (room) {
    if (mark_doublings_ == mark_doublings_max) return;
    ++mark_doublings_;
    ++net_.counters().mark_doublings;
    net_.change(*this);
  } else if (endpoint_->options().slow_policy != SlowPolicy::wait) {
    if (now - standing_since_ >= net_.limits().standing_time_max) terminate(CloseReason::slow);
  }
}

void Connection::set_over_hard_limit(bool over) {
  if (over == over_hard_limit_) return;
  over_hard_limit_ = over;
  endpoint_->egress().count_over_hard_limit(over);
}

void Connection::count_appended(std::uint32_t size) {
  Pressure const before = counted_;
  counted_.waiting += size;
  endpoint_->egress().count_pressure(before, counted_);
}

void Connection::count_pressure() {
  bool const waits = blocked_ || !is_alive();  // what is not going to be tried
  std::uint64_t const unsent = unsent_bytes();
  Pressure const now{
      .waiting = waits ? unsent : 0, .held = input_.owned_bytes(), .untried = waits ? 0 : unsent};
  if (now == counted_) return;
  endpoint_->egress().count_pressure(counted_, now);
  counted_ = now;
}

// ---- its end ------------------------------------------------------------------------------------

void Connection::finish(CloseReason reason, Rest rest) {
  if (!is_alive()) return;
  if (!finish_) finish_ = reason;
  if (rest == Rest::drop) {
    drops_input_ = true;
    if (!is_shaking_hands()) drop_input();
  }
  net_.change(*this);
}

void Connection::finish_sending() {
  if (!is_alive()) return;
  finish_sending_ = true;
  net_.change(*this);
}

void Connection::terminate(CloseReason reason) {
  WEIR_ASSERT(is_alive());
  bool const network_ended_it =
      reason == CloseReason::peer_reset || reason == CloseReason::network_error;
  if (network_ended_it && tls_.get() != nullptr) reason = reason_before(reason);
  delivers_rest_ = state_ == State::open && network_ended_it && !endpoint_->discards_input();
  state_ = State::terminating;
  reason_ = reason;
  over_mark_ = false;
  net_.set_suspended(*this, false);
  may_receive_ = false;
  set_over_hard_limit(false);
  Connections<On::dialled>::remove(*this);
  Connections<On::greeting>::remove(*this);
  Connections<On::watched>::remove(*this);
  Connections<On::over_rate>::remove(*this);
  Connections<On::starved>::remove(*this);
  net_.set_growing(*this, false);
  if (!delivers_rest_) {
    may_admit_ = false;
    drop_input();
  }
  net_.change(*this);
}

void Connection::settle_end() {
  WEIR_ASSERT(is_alive());
  bool const closes_slow = endpoint_->options().slow_policy == SlowPolicy::close;
  if (blocked_ && closes_slow && unsent_bytes() > endpoint_->queue_bytes_max())
    return terminate(CloseReason::slow);
  if (peer_finished_ && !has_input()) settle_finished_peer();
  if (!finish_) return;
  if (blocked_ && tls_.get() != nullptr && tls_->says_only_goodbye()) limit_goodbye();
  if (has_input() || unsent_bytes() > 0 || !send_.idle()) return;
  if (!tick_has_ended() || may_be_sent_to()) return;    // answers are still to come
  if (tls_.get() != nullptr && says_goodbye()) return;  // settle_send() sends it
  terminate(*finish_);
}

// The peer has sent its end, and all that came before has been admitted.
void Connection::settle_finished_peer() {
  bool const said = tls_.get() == nullptr || tls_->session().state() == TlsSession::State::ended;
  if (is_shaking_hands()) {
    if (!finish_) {
      finish_ = received_bytes_ == 0 ? CloseReason::peer_closed : CloseReason::tls_broken;
    }
    clear_queue();
  } else if (!said) {
    if (!finish_) finish_ = CloseReason::truncated_stream;
    drop_input();
  } else if (decoder_.unfinished_bytes() > 0 && endpoint_->options().framing == Framing::lines) {
    decoder_.feed(end_of_line());  // the last line needs no end
    note_unfinished();
  } else if (decoder_.unfinished_bytes() > 0) {
    if (!finish_) finish_ = CloseReason::truncated_frame;
    drop_input();
  } else if (!endpoint_->options().keep_half_open || sent_end_) {
    if (!finish_) finish_ = CloseReason::peer_closed;
  } else if (!told_peer_finished_) {
    told_peer_finished_ = true;
    endpoint_->events().add({id_, ConnectionEvent::Kind::peer_finished, CloseReason::peer_closed});
  }
}

// The tick that saw its last frame; false: the connection is settled again when it has.
bool Connection::tick_has_ended() {
  if (last_tick_end_ == 0 || lane()->has_ended(last_tick_end_)) return true;
  lane()->await_tick(*this);
  return false;
}

// Whether a tick that has begun may still send to it; if so, it is settled again.
bool Connection::may_be_sent_to() {
  Lane* const busy = endpoint_->egress().lane_in_tick();
  if (busy != nullptr) busy->await_tick(*this);
  return busy != nullptr;
}

void Connection::settle_termination() {
  // join, then close
  if (descriptor_ >= 0) {
    bool const idle = receive_.idle() && send_.idle() && control_.idle();
    if (!idle && !cancelled_) {
      cancelled_ = true;
      net_.ring().cancel_descriptor(cancel_, descriptor_);
    }
    if (!idle || !cancel_.idle()) return;
    clear_queue();
    blocked_ = false;
    control_.callback = on_closed;
    net_.ring().close(control_, std::exchange(descriptor_, -1));
    return;
  }
  if (!control_.idle()) return;
  // and what is left to be seen
  if (delivers_rest_ && has_input() && !lane()->is_over()) {
    may_admit_ = may_admit();
    if (may_admit_) endpoint_->ingress().make_ready(*this);
    else own_input();
    return;
  }
  drop_input();
  if (!tick_has_ended()) return;
  clear_queue();
  tls_ = {};
  blocked_ = false;
  count_pressure();
  state_ = State::closed;
  net_.release(*this);
}

void Connection::on_cancelled(Completion& completion, Outcome) {
  Connection& connection = self(completion);
  connection.net_.change(connection);
}

// Where it fails the connection is broken, which its receive tells.
void Connection::on_shut_down(Completion& completion, Outcome) {
  Connection& connection = self(completion);
  connection.net_.change(connection);
}

void Connection::on_closed(Completion& completion, Outcome) {
  Connection& connection = self(completion);
  connection.net_.change(connection);
  connection.net_.descriptor_freed();
}

void Connection::settle() {
  if (tls_.get() != nullptr && is_alive()) settle_tls();
  if (is_alive()) settle_end();
  if (is_alive()) {
    settle_send();
    settle_own_end();
    settle_marks();
    settle_receive();
  } else if (state_ == State::terminating) {
    settle_termination();
  }
  if (state_ != State::closed) count_pressure();
}

}  // namespace weir
