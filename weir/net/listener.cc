#include "weir/net/listener.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "weir/base/log.h"
#include "weir/net/connection.h"
#include "weir/net/endpoint.h"
#include "weir/net/net.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

Listener& self(Completion& completion) { return *static_cast<Listener*>(completion.context); }

// The peer was gone before it was accepted.
bool is_harmless(std::int32_t result) {
  return result == -ECONNABORTED || result == -ECANCELED || result == -EINTR || result == -EAGAIN;
}

}  // namespace

Listener::Listener(Endpoint& endpoint, int descriptor, Address const& address)
    : endpoint_(endpoint), descriptor_(descriptor), address_(address) {
  WEIR_ASSERT(descriptor >= 0);
  for (Completion* completion : {&accept_, &cancel_, &close_}) completion->context = this;
  accept_.callback = on_accepted;
  cancel_.callback = [](Completion&, Outcome) {};
  close_.callback = on_closed;
}

Listener::~Listener() { WEIR_ASSERT(stopped()); }

void Listener::on_accepted(Completion& completion, Outcome outcome) {
  self(completion).accepted(outcome);
}

void Listener::accepted(Outcome const& outcome) {
  NetCounters& counters = endpoint_.net().counters();
  if (outcome.result >= 0) {
    ++counters.accepted;
    waiting_.push_back(outcome.result);
  } else if (!is_harmless(outcome.result)) {
    ++counters.accept_failures;
    exhausted_ = true;
    tell_exhausted(outcome.result);
    Ring& ring = endpoint_.net().ring();
    retry_deadline_ = ring.clock().now() + endpoint_.net().limits().accept_retry_time;
    endpoint_.net().note_deadline(retry_deadline_);
  }
  // Over, or not ended by the cancel: it is asked again.
  cancelled_ = false;
}

void Listener::tell_exhausted(std::int32_t result) const {
  Log* const log = endpoint_.net().log();
  if (log == nullptr || !log->enabled(LogLevel::warning)) return;
  std::string const address = address_.text();
  log->warning("accepting pauses", {{"at", address}, {"error", std::strerror(-result)}});
}

bool Listener::may_accept() const {
  return !stopping_ && !exhausted_ && waiting_.empty() && may_begin();
}

bool Listener::may_begin() const {
  return !endpoint_.net().table_is_full() && !endpoint_.events().crowded();
}

void Listener::settle() {
  while (!stopping_ && !waiting_.empty() && may_begin()) {
    int const descriptor = waiting_.front();
    waiting_.pop_front();
    Connection& connection = endpoint_.net().begin(endpoint_);
    if (endpoint_.may_accept_from(connection.id(), descriptor))
      connection.start_accepted(endpoint_, descriptor);
    else connection.start_failed(endpoint_, CloseReason::too_many_from_peer, descriptor);
  }
  if (stopping_) {
    settle_stop();
  } else if (may_accept()) {
    if (accept_.idle()) endpoint_.net().ring().accept(accept_, descriptor_);
  } else if (!accept_.idle() && !cancelled_) {
    cancelled_ = true;
    ++endpoint_.net().counters().accept_pauses;
    endpoint_.net().ring().cancel_quietly(accept_);
  }
}

// terminate, join, close: what waits first, then the socket.
void Listener::settle_stop() {
  if (descriptor_ < 0 || !close_.idle() || !cancel_.idle()) return;
  Ring& ring = endpoint_.net().ring();
  if (!accept_.idle()) {
    if (!cancelled_) ring.cancel_descriptor(cancel_, descriptor_);
    cancelled_ = true;
    return;
  }
  if (waiting_.empty()) return ring.close(close_, std::exchange(descriptor_, -1));
  int const waiting = waiting_.front();
  waiting_.pop_front();
  ring.close(close_, waiting);
}

void Listener::on_closed(Completion& completion, Outcome) {
  self(completion).endpoint_.net().descriptor_freed();
}

bool Listener::may_sleep() const {
  if (stopping_) {
    bool const ends = !accept_.idle() && cancelled_;
    return stopped() || ends || !close_.idle() || !cancel_.idle();
  }
  if (!waiting_.empty() && may_begin()) return false;
  return may_accept() ? !accept_.idle() : accept_.idle() || cancelled_;
}

}  // namespace weir
