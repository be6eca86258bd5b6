#include "weir/http/acceptor.h"

#include <cerrno>

#include "weir/http/server_gate.h"
#include "weir/ring/ring.h"

namespace weir::http {

namespace {

// The peer was gone before it was accepted.
bool is_harmless(std::int32_t result) {
  return result == -ECONNABORTED || result == -ECANCELED || result == -EINTR || result == -EAGAIN;
}

}  // namespace

Acceptor::Acceptor(ServerGate& gate, int descriptor, TlsContext* tls)
    : gate_(gate), descriptor_(descriptor), tls_(tls) {
  WEIR_ASSERT(descriptor >= 0);
  for (Completion* completion : {&accept_, &cancel_, &close_}) completion->context = this;
  accept_.callback = on_accepted;
  cancel_.callback = close_.callback = on_noted;
}

Acceptor::~Acceptor() { WEIR_ASSERT(is_closed()); }

void Acceptor::on_accepted(Completion& completion, Outcome outcome) {
  Acceptor& acceptor = *static_cast<Acceptor*>(completion.context);
  ServerGate& gate = acceptor.gate_;
  if (outcome.result >= 0) {
    acceptor.waiting_.push_back(outcome.result);
  } else if (!is_harmless(outcome.result)) {
    ++gate.counters().accept_failures;
    acceptor.exhausted_until_ = gate.now() + gate.limits().accept_retry_time;
    gate.wake_after(gate.limits().accept_retry_time);
  }
  acceptor.cancelled_ = false;
}

void Acceptor::settle() {
  while (!stopping_ && !waiting_.empty() && gate_.may_accept()) {
    int const descriptor = waiting_.back();
    waiting_.pop_back();
    gate_.accepted(descriptor, tls_);
  }
  if (stopping_) return settle_stop();
  bool const may = gate_.may_accept() && waiting_.empty();
  if (may && accept_.idle() && gate_.now() >= exhausted_until_) {
    gate_.ring().accept(accept_, descriptor_);
  } else if (!may && !accept_.idle() && !cancelled_) {
    cancelled_ = true;
    gate_.ring().cancel_quietly(accept_);
  }
}

// terminate, join, close: what waits first, then the socket.
void Acceptor::settle_stop() {
  if (descriptor_ < 0 || !close_.idle() || !cancel_.idle()) return;
  if (!accept_.idle()) {
    if (!cancelled_) gate_.ring().cancel_descriptor(cancel_, descriptor_);
    cancelled_ = true;
  } else if (waiting_.empty()) {
    gate_.ring().close(close_, std::exchange(descriptor_, -1));
  } else {
    gate_.ring().close(close_, waiting_.back());
    waiting_.pop_back();
  }
}

bool Acceptor::is_closed() const {
  return descriptor_ < 0 && waiting_.empty() && accept_.idle() && close_.idle() && cancel_.idle();
}

bool Acceptor::may_sleep() const {
  if (stopping_) return is_closed() || !accept_.idle() || !close_.idle() || !cancel_.idle();
  if (!gate_.may_accept()) return accept_.idle() || cancelled_;
  return waiting_.empty() && (!accept_.idle() || gate_.now() < exhausted_until_);
}

}  // namespace weir::http
