// The life of a client's connection.
//
//   connecting ─▶ shaking ─▶ busy ─▶ idle ─▶ busy ─▶ ... ─▶ closing ─▶ ending
//                   hands, with TLS                            goodbye, with TLS
//
// It has at most one call. As the server's it notes what the ring tells and derives in settle()
// what it needs: something to send, something to receive, the end of its call, its own.
#include "weir/http/client_connection.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "weir/http/client_gate.h"
#include "weir/http/tls.h"
#include "weir/net/tls_link.h"
#include "weir/ring/ring.h"

namespace weir::http {

namespace {

// Of a request, encrypted at once.
constexpr std::size_t encrypted_bytes_max = 256 * 1024;

ClientConnection& self(Completion& completion) {
  return *static_cast<ClientConnection*>(completion.context);
}

bool is_retriable(std::int32_t result) {
  return result == -EAGAIN || result == -EINTR || result == -ECANCELED || result == -ENOMEM;
}

}  // namespace

ClientConnection::ClientConnection(ClientGate& gate, int descriptor, CallState& call)
    : gate_(gate),
      to_(call.to),
      context_(call.tls),
      descriptor_(descriptor),
      call_(&call),
      parser_(gate.parser_limits()),
      memory_(gate.limits().receive_bytes) {
  for (Completion* completion : {&connect_, &send_, &receive_, &cancel_, &close_, &timer_}) {
    completion->context = this;
    completion->callback = on_noted;
  }
  connect_.callback = on_connected;
  send_.callback = on_sent;
  receive_.callback = on_received;
  timer_.callback = [](Completion& completion, Outcome) {
    self(completion).timer_deadline_ = never;
    self(completion).timer_cancelled_ = false;
    self(completion).change();
  };
  if (context_ != nullptr)
    tls_ = Owner<TlsSession>(new TlsSession(*context_, output_to(encrypted_), to_.text()));
  call.connection = this;
  deadline_ = std::min(call.deadline, gate_.now() + gate_.limits().connect_time);
  gate_.ring().connect(connect_, descriptor_, to_);
  change();
}

ClientConnection::~ClientConnection() { WEIR_ASSERT(call_ == nullptr); }

void ClientConnection::change() { gate_.change(*this); }

void ClientConnection::on_noted(Completion& completion, Outcome) { self(completion).change(); }

void ClientConnection::on_connected(Completion& completion, Outcome outcome) {
  ClientConnection& connection = self(completion);
  connection.change();
  if (connection.phase_ != Phase::connecting) return;
  if (outcome.result < 0) {
    connection.error_ = -outcome.result;
    return;
  }
  if (connection.tls_) {
    connection.phase_ = Phase::shaking;
    connection.tls_->start();
    return;
  }
  connection.phase_ = Phase::idle;
  connection.start(*connection.call_);
}

void ClientConnection::on_sent(Completion& completion, Outcome outcome) {
  ClientConnection& connection = self(completion);
  connection.change();
  if (outcome.result > 0) connection.sent_ += static_cast<std::uint32_t>(outcome.result);
  else if (!is_retriable(outcome.result)) connection.error_ = -outcome.result;
}

void ClientConnection::on_received(Completion& completion, Outcome outcome) {
  ClientConnection& connection = self(completion);
  connection.change();
  if (outcome.result > 0) {
    connection.received(static_cast<std::uint32_t>(outcome.result));
  } else if (outcome.result == 0) {
    connection.peer_ended_ = true;
  } else if (!is_retriable(outcome.result)) {
    connection.error_ = -outcome.result;
  }
}

void ClientConnection::received(std::uint32_t size) {
  if (is_ending()) return;
  std::size_t const before = input_.size();
  if (!tls_) {
    input_ += memory_.text().substr(0, size);
  } else {
    decrypt(*tls_, {memory_.data(), size}, input_);
    if (tls_->state() == TlsSession::State::ended) peer_ended_ = true;
  }
  received_bytes_ += input_.size() - before;
}

// ---- a call -------------------------------------------------------------------------------------

void ClientConnection::start(CallState& call) {
  WEIR_ASSERT(phase_ == Phase::idle);
  phase_ = Phase::busy;
  call_ = &call;
  call.connection = this;
  deadline_ = call.deadline;
  head_read_ = source_waits_ = false;
  interim_count_ = 0;
  received_bytes_ = 0;
  parser_.reset(call.method == Method::head);
  out_ = call.head + call.body;
  change();
}

void ClientConnection::process_input() {
  while (call_ != nullptr && phase_ == Phase::busy) {  // ends: each turn takes something
    if (!head_read_) {
      if (!read_head()) return;
      continue;
    }
    Progress const progress = parser_.read_body(input_, *this);
    input_.erase(0, progress.taken);
    if (progress.parsed == Parsed::refused)
      return fail(parser_.refusal() == Refusal::body_too_large ? EMSGSIZE : EPROTO,
                  name_of(parser_.refusal()));
    if (refused_ != Refusal::none) return fail(EMSGSIZE, name_of(refused_));
    if (progress.parsed == Parsed::done) return finish();
    if (progress.taken == 0) return;
  }
}

// False: it needs more, or has failed.
bool ClientConnection::read_head() {
  Progress const progress = parser_.read_head(input_);
  input_.erase(0, progress.taken);
  if (progress.parsed == Parsed::refused) {
    fail(EPROTO, name_of(parser_.refusal()));
    return false;
  }
  if (progress.parsed == Parsed::more) return progress.taken > 0;
  MessageHead const& head = parser_.head();
  if (head.status < 200) {  // (nobody asks for another protocol here)
    bool const too_many = ++interim_count_ > gate_.limits().interim_count_max;
    if (head.status == 101 || too_many) {
      fail(EPROTO, "an answer that nobody asked for");
      return false;
    }
    parser_.reset(call_->method == Method::head);
    return true;
  }
  head_read_ = true;
  call_->answer.status = head.status;
  for (Field const& field : head.fields)
    call_->answer.fields.push_back({std::string(field.name), std::string(field.value)});
  bool const parts = call_->observer && call_->observer->takes_parts();
  parser_.limit_body(parts ? UINT64_MAX : gate_.limits().body_bytes_max);
  return true;
}

void ClientConnection::take(std::string_view part) {
  if (call_->observer->takes_parts()) return call_->observer->take(part);
  std::string& body = call_->answer.body;
  if (body.size() + part.size() > gate_.limits().body_bytes_max) refused_ = Refusal::body_too_large;
  else body += part;
}

void ClientConnection::finish() {
  bool const keeps = parser_.head().keeps_alive && !parser_.ends_here() && !peer_ended_ &&
                     input_.empty() && out_.empty() && sent_ == sending_.size() && !call_->source;
  CallState& call = *std::exchange(call_, nullptr);
  call.connection = nullptr;
  Answer answer = std::move(call.answer);
  gate_.end(call, std::move(answer));
  was_used_ = true;
  deadline_ = gate_.now() + gate_.limits().idle_time;
  if (keeps) phase_ = Phase::idle;
  else end();
}

void ClientConnection::fail(int code, std::string_view why) {
  if (call_ != nullptr) {
    CallState& call = *std::exchange(call_, nullptr);
    call.connection = nullptr;
    // It may never have reached anybody.
    bool const again = was_used_ && received_bytes_ == 0 && call.may_repeat && code != ETIMEDOUT;
    if (again) gate_.repeat(call);
    else gate_.end(call, Error{code, call.what + ": " + std::string(why)});
  }
  bool const has_alert = tls_ && tls_->state() == TlsSession::State::failed;
  if (has_alert) end();
  else terminate();
}

void ClientConnection::fail_tls() {
  CloseReason const reason = close_reason_of(tls_->failure());
  bool const is_protocol = reason == CloseReason::downgraded || reason == CloseReason::tls_broken;
  fail(is_protocol ? EPROTO : EACCES,
       std::string(weir::text(reason)) + " (" + tls_->detail() + ")");
}

void ClientConnection::settle_handshake() {
  if (tls_->state() == TlsSession::State::failed) return fail_tls();
  if (tls_->is_open()) {
    std::string const& protocol = tls_->peer().protocol;
    if (!protocol.empty() && protocol != "http/1.1")
      return fail(EPROTO, "the server speaks " + protocol + ", not http/1.1");
    phase_ = Phase::idle;
    start(*call_);
  } else if (peer_ended_) {
    fail(ECONNRESET, "the peer closed the connection while shaking hands");
  }
}

void ClientConnection::drop_call() {
  if (call_ == nullptr) return;
  call_->connection = nullptr;
  call_ = nullptr;
  terminate();
}

void ClientConnection::process_end() {
  // With TLS an end that is not said may be somebody else's, who has cut the answer off.
  bool const is_said = !tls_ || tls_->state() == TlsSession::State::ended;
  if (call_ != nullptr && head_read_ && parser_.ends_here() && is_said) return finish();
  if (phase_ == Phase::idle) return end();
  fail(ECONNRESET, "the peer closed the connection before the end of its answer");
}

bool ClientConnection::ask_source() {
  std::string part;
  More more = More::no;
  try {
    more = call_->source->next(part);
  } catch (...) {
    fail(ECANCELED, "its source threw");
    return false;
  }
  if (!part.empty()) {
    char digits[24];
    auto const [end, error] = std::to_chars(digits, digits + sizeof(digits), part.size(), 16);
    out_.append(digits, end).append("\r\n").append(part).append("\r\n");
  }
  if (more == More::no) {
    out_ += "0\r\n\r\n";
    call_->source = {};
  }
  source_waits_ = more == More::later;
  if (more == More::yes && part.empty()) change();
  return !out_.empty();
}

// ---- what it needs ------------------------------------------------------------------------------

bool ClientConnection::settle() {
  if (phase_ != Phase::ending) check_time();
  if (phase_ == Phase::shaking) settle_handshake();
  bool const is_open = phase_ == Phase::busy || phase_ == Phase::idle;
  if (is_open) process_input();
  if (phase_ == Phase::idle && !input_.empty()) end();  // nobody has asked for that
  if (!is_ending() && tls_ && tls_->state() == TlsSession::State::failed) fail_tls();
  if (!is_ending() && is_open && peer_ended_) process_end();
  if (!is_ending() && error_ != 0) fail(error_, std::strerror(error_));
  if (phase_ == Phase::closing) settle_closing();
  if (phase_ == Phase::ending) return settle_end();
  if (phase_ != Phase::connecting) {
    settle_send();
    if (phase_ == Phase::ending) return settle_end();
    if (receive_.idle() && !peer_ended_ && phase_ != Phase::closing) {
      gate_.ring().receive(receive_, descriptor_, memory_.data(), memory_.size());
    }
  }
  settle_timer();
  return false;
}

void ClientConnection::check_time() {
  if (gate_.now() < deadline_) return;
  if (phase_ == Phase::idle) return end();
  if (phase_ == Phase::closing) return terminate();
  fail(ETIMEDOUT, phase_ < Phase::busy ? "no connection in time" : "no answer in time");
}

void ClientConnection::settle_send() {
  if (!send_.idle()) return;
  if (sent_ == sending_.size()) fill_sending();
  if (sending_.empty() || phase_ == Phase::ending) return;
  part_ = {sending_.data() + sent_, sending_.size() - sent_};
  gate_.ring().send(send_, descriptor_, {&part_, 1}, 0);
}

void ClientConnection::fill_sending() {
  sending_.clear();
  sent_ = 0;
  bool const asks = phase_ == Phase::busy && out_.empty() && call_->source && !source_waits_;
  if (asks && !ask_source()) return;
  if (!tls_) return std::swap(sending_, out_);
  if (phase_ == Phase::busy && !out_.empty()) {
    std::string_view const part = std::string_view(out_).substr(out_at_, encrypted_bytes_max);
    if (!tls_->send(std::as_bytes(std::span(part)))) change();  // it has failed
    out_at_ += part.size();
    if (out_at_ == out_.size()) out_.clear();
    if (out_.empty()) out_at_ = 0;
  }
  std::swap(sending_, encrypted_);
}

void ClientConnection::settle_timer() {
  if (timer_.idle()) {
    if (deadline_ == never) return;
    timer_deadline_ = deadline_;
    gate_.ring().timeout(timer_, deadline_);
  } else if (deadline_ < timer_deadline_ && !timer_cancelled_) {
    timer_cancelled_ = true;
    gate_.ring().cancel_quietly(timer_);
  }
}

void ClientConnection::resume() {
  source_waits_ = false;
  change();
}

void ClientConnection::end() {
  if (is_ending()) return;
  if (!tls_ || error_ != 0) return terminate();
  phase_ = Phase::closing;
  deadline_ = gate_.now() + gate_.limits().connect_time;
  change();
}

// Our end, or an alert, behind what has been encrypted already.
void ClientConnection::settle_closing() {
  if (error_ != 0) return terminate();
  if (!send_.idle() || sent_ < sending_.size() || !encrypted_.empty()) return;
  if (tls_->is_open() && !tls_->has_said_end()) tls_->end();
  if (encrypted_.empty()) terminate();
}

// terminate, join, close.
void ClientConnection::terminate() {
  if (phase_ == Phase::ending) return;
  phase_ = Phase::ending;
  change();
}

bool ClientConnection::settle_end() {
  if (call_ != nullptr) {
    CallState& call = *std::exchange(call_, nullptr);
    call.connection = nullptr;
    gate_.end(call, Error{ECANCELED, call.what + ": the client has ended"});
  }
  bool const busy = !connect_.idle() || !send_.idle() || !receive_.idle() || !cancel_.idle() ||
                    !close_.idle() || !timer_.idle();
  if (busy) {
    if (cancelled_ || descriptor_ < 0) return false;
    cancelled_ = true;
    if (!timer_.idle() && !timer_cancelled_) gate_.ring().cancel_quietly(timer_);
    gate_.ring().cancel_descriptor(cancel_, descriptor_);
    return false;
  }
  if (descriptor_ < 0) return true;
  gate_.ring().close(close_, std::exchange(descriptor_, -1));
  return false;
}

}  // namespace weir::http
