// Keeps those who send more than their rate from being received from until its time has come: the
// two rates of an endpoint's options.
//
// A connection is not given a timer. It goes on a list that is looked at when that time comes, one
// list for each of the next steps of time (a timing wheel: Varghese and Lauck, 1987), so each costs
// the same however many there are. While it is listed it may not receive, which settle() derives;
// the kernel's window closes, and its peer feels it. What has come already is not held back.
//
// Whoever has a rate as an address shares it among its connections. It is remembered for as long as
// it has something to pay off, so coming again does not help (peer_limit.h).
#pragma once

#include <array>
#include <cstdint>

#include "weir/base/clock.h"
#include "weir/net/connection_lists.h"
#include "weir/net/token_bucket.h"

namespace weir {

struct EndpointOptions;

// What a connection has received lately, and its address if that has a rate.
struct Metered {
  TokenBucket own;
  TokenBucket* peer = nullptr;  // of the endpoint's PeerLimit, while the connection is counted
  Instant ready_at() const {
    return peer == nullptr ? own.ready_at() : std::max(own.ready_at(), peer->ready_at());
  }
};

class RateLimit {
 public:
  explicit RateLimit(EndpointOptions const& options);

  bool active() const { return own_.limited() || peer_.limited(); }
  ByteRate const& peer_rate() const { return peer_; }
  // Both return when it is to be looked at; `never` if it need not wait. `connection` has opened;
  // `peer`: what its address has sent, or null.
  Instant begin(Connection& connection, TokenBucket* peer, Instant now);
  // It has received so much.
  Instant received(Connection& connection, std::uint32_t bytes, Instant now);
  // Lets those go on whose time has come; returns when the next look is.
  Instant check(Instant now);

 private:
  static constexpr Duration step_time = 5 * milliseconds;
  static constexpr std::uint64_t step_count = 256;

  Instant wait_if_over(Connection& connection, Instant now);
  Instant wait(Connection& connection, Instant until);

  ByteRate const own_;
  ByteRate const peer_;
  std::uint64_t looked_at_ = 0;  // the step
  // Those to be looked at in step n are on list n % step_count; who has to wait longer is looked at
  // sooner, and waits again.
  std::array<Connections<On::over_rate>, step_count> waiting_;
};

}  // namespace weir
