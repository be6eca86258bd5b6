// What TLS adds to the life of a connection (connection.cc): it is connecting until its handshake
// is over, and what it receives and sends goes through a session.
//
//   connected ─▶ handshake ─▶ open ─▶ its end was said ─▶ as peer_finished
//                    │ a deadline      │ a FIN without it: truncated_stream
//                    ▼                 ▼
//                 failed: what is to be said of it (an alert) is sent, for which there is as much
//                 time
#include "weir/net/connection.h"
#include "weir/net/endpoint.h"
#include "weir/net/lane.h"
#include "weir/net/net.h"
#include "weir/net/tls_link.h"
#include "weir/ring/ring.h"

namespace weir {

TlsPeer const* Connection::tls_peer() const {
  bool const known = tls_.get() != nullptr && tls_->session().is_open();
  return known ? &tls_->session().peer() : nullptr;
}

// ---- the handshake ------------------------------------------------------------------------------

void Connection::begin_handshake() {
  WEIR_ASSERT(tls_.get() == nullptr);
  TlsEndpoint& endpoint = *endpoint_->tls();
  bool const client = endpoint.context().role() == TlsContext::Role::client;
  std::string name;  // under which its tickets are kept
  if (client && endpoint.context().options().resumes) {
    if (auto const peer = net_.ring().kernel().peer_address(descriptor_))
      name = peer.value().text();
  }
  state_ = State::connecting;
  tls_ = make_owner<TlsLink>(endpoint, name);
  if (client) tls_->start();
  postpone_handshake(net_.ring().clock().now());
  endpoint.shaking_hands().push_back(*this);
  net_.note_deadline(connect_deadline_);
  net_.change(*this);
}

void Connection::postpone_handshake(Instant now) {
  Duration const time = endpoint_->options().handshake_time;
  connect_deadline_ = time < never - now ? now + time : never;
}

// The pool was empty, or nobody has attached a graph: that is no fault of the peer.
bool Connection::check_handshake(Instant now) {
  WEIR_ASSERT(is_alive());
  if (tls_->says_only_goodbye() && finish_) {
    terminate(*finish_);
    return false;
  }
  bool const ours = lane() == nullptr || Connections<On::starved>::listed(*this);
  if (!ours) {
    terminate(CloseReason::handshake_timeout);
    return false;
  }
  postpone_handshake(now);
  return true;
}

// Whatever else holds: what a handshake brings becomes no input of a flow.
bool Connection::may_hear_handshake() const {
  return lane() != nullptr && !peer_finished_ && !tls_->has_failed();
}

// ---- what has come ------------------------------------------------------------------------------

void Connection::settle_tls() {
  if (is_shaking_hands() && !input_.empty()) {
    if (!endpoint_->tls()->takes_turn()) return net_.change(*this);
    tls_->shake_hands(input_);
  }
  if (is_shaking_hands() && tls_->session().is_open()) {
    Connections<On::dialled>::remove(*this);
    become_open();
  }
  if (state_ == State::open && tls_->session().is_open()) {
    if (drops_input_) input_.clear();
    // Nobody reads it; but the peer may say that it ends.
    while (endpoint_->discards_input() && !input_.empty()) tls_->decrypt(input_);
  }
  note_tls();
}

// Ends the connection where the session has; its peer, where that has said so.
void Connection::note_tls() {
  TlsSession const& session = tls_->session();
  if (session.state() == TlsSession::State::ended) {
    peer_finished_ = true;
    input_.clear();
  } else if (session.state() == TlsSession::State::failed) {
    CloseReason const reason = close_reason_of(session.failure());
    drops_input_ = true;
    input_.clear();
    clear_queue();  // nothing can be encrypted any more
    if (!finish_) finish_ = reason;
    if (state_ == State::terminating && reason_ == CloseReason::peer_reset) reason_ = reason;
  }
}

Buffer Connection::decrypt() {
  Buffer plaintext = tls_->decrypt(input_);
  // It has ended or failed, or has something to answer by itself: settle() sees to it.
  if (tls_->session().state() != TlsSession::State::open || !tls_->out().empty())
    net_.change(*this);
  if (tls_->session().state() != TlsSession::State::open) note_tls();
  FrameArena const& arena = endpoint_->tls()->plaintext();
  if (arena.out_count() > TlsEndpoint::plaintext_chunks_mark) lane()->spill_soon();
  return plaintext;
}

// ---- what is to be sent -------------------------------------------------------------------------

// Where the oldest frames may be dropped, no more is encrypted than is sent next: what was
// encrypted cannot be taken back.
void Connection::encrypt() {
  if (state_ == State::open && !queue_.empty()) {
    bool const drops = waiting_frames_.get() != nullptr;
    if (tls_->says_only_goodbye()) {
      clear_queue();       // what was said behind the end goes nowhere,
      net_.change(*this);  // and nothing waits for it any more
    } else if (!drops || tls_->out().empty()) {
      std::uint64_t const bytes_max = drops ? net_.limits().send_bytes_max : ~std::uint64_t{0};
      std::uint64_t const encrypted = tls_->encrypt(queue_, bytes_max);
      if (drops) waiting_frames_->consume(encrypted);
      if (tls_->has_failed()) note_tls();
    }
  }
  // What a send in the kernel looks at stays where it is.
  if (blocked_ && (send_.idle() || sends_owned_)) net_.counters().copied_bytes += tls_->out().own();
}

// ---- its end ------------------------------------------------------------------------------------

// Whether what is left to be said needs more time.
bool Connection::says_goodbye() {
  if (state_ != State::open || !tls_->say_end()) return false;
  if (tls_->has_failed()) note_tls();
  return !tls_->out().empty();
}

// Nothing but that is left to be sent, and the peer does not read it.
void Connection::limit_goodbye() {
  if (Connections<On::dialled>::listed(*this)) return;
  postpone_handshake(net_.ring().clock().now());
  endpoint_->tls()->shaking_hands().push_back(*this);
  net_.note_deadline(connect_deadline_);
}

// The network has ended it; what the peer has said before tells more.
CloseReason Connection::reason_before(CloseReason network_reason) {
  if (is_shaking_hands()) tls_->shake_hands(input_);
  if (finish_ && tls_->says_only_goodbye()) return *finish_;
  if (is_shaking_hands() && tls_->has_failed()) return close_reason_of(tls_->session().failure());
  return network_reason;
}

}  // namespace weir
