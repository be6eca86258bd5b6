// Accepts connections for an endpoint, with one multishot accept on one socket.
//
// It acts on its state, like a connection: settle() accepts if it may and does not, and ends the
// accept if it does and may not. It may not when the table of connections is full, when very many
// events wait for the flow (it is held, say), or when descriptors were exhausted: then new peers
// wait in the kernel's backlog until a descriptor is freed. Those that the kernel had accepted by
// then wait here, in order.
#pragma once

#include <cstddef>
#include <deque>

#include "weir/ring/address.h"
#include "weir/ring/completion.h"

namespace weir {

class Endpoint;

class Listener {
 public:
  Listener(Endpoint& endpoint, int descriptor, Address const& address);
  ~Listener();

  Address const& address() const { return address_; }
  void descriptor_freed() { exhausted_ = false; }
  // Closes those that wait, and the socket.
  void stop() { stopping_ = true; }
  bool stopped() const { return stopping_ && descriptor_ < 0 && close_.idle(); }

  void settle();
  bool may_sleep() const;
  // After so long without a free descriptor it tries again.
  Instant retry_deadline() const { return exhausted_ ? retry_deadline_ : never; }

 private:
  static void on_accepted(Completion& completion, Outcome outcome);
  static void on_closed(Completion& completion, Outcome outcome);
  void accepted(Outcome const& outcome);
  void tell_exhausted(std::int32_t result) const;
  bool may_accept() const;
  bool may_begin() const;
  void settle_stop();

  Endpoint& endpoint_;
  int descriptor_;
  Address const address_;
  std::deque<int> waiting_;  // accepted descriptors without a place in the table
  bool exhausted_ = false;
  bool cancelled_ = false;
  bool stopping_ = false;
  Instant retry_deadline_ = never;
  Completion accept_;
  Completion cancel_;
  Completion close_;
};

}  // namespace weir
