#include "weir/net/rate_limit.h"

#include <algorithm>

#include "weir/net/connection.h"
#include "weir/net/endpoint.h"
#include "weir/net/net.h"

namespace weir {

RateLimit::RateLimit(EndpointOptions const& options)
    : own_{options.bytes_per_second_max, options.burst_time},
      peer_{options.bytes_per_second_per_peer_max, options.burst_time} {}

Instant RateLimit::begin(Connection& connection, TokenBucket* peer, Instant now) {
  connection.metered() = {{}, peer};
  return wait_if_over(connection, now);
}

Instant RateLimit::received(Connection& connection, std::uint32_t bytes, Instant now) {
  Metered& metered = connection.metered();
  if (own_.limited()) metered.own.charge(own_, bytes, now);
  if (metered.peer != nullptr) metered.peer->charge(peer_, bytes, now);
  return wait_if_over(connection, now);
}

Instant RateLimit::wait_if_over(Connection& connection, Instant now) {
  Instant const ready = connection.metered().ready_at();
  if (ready <= now || Connections<On::over_rate>::listed(connection)) return never;
  return wait(connection, ready);
}

// It is looked at in a later step than the last, within one turn of the wheel: too early if that is
// long ago.
Instant RateLimit::wait(Connection& connection, Instant until) {
  std::uint64_t const due = until / step_time + 1;
  std::uint64_t const step = std::clamp(due, looked_at_ + 1, looked_at_ + step_count - 1);
  waiting_[step % step_count].push_back(connection);
  return step * step_time;
}

// Ends: who has to wait again waits for a step that is not looked at here.
Instant RateLimit::check(Instant now) {
  std::uint64_t const last = now / step_time;
  std::uint64_t const first = std::max(looked_at_ + 1, last - std::min(last, step_count - 1));
  looked_at_ = std::max(looked_at_, last);
  for (std::uint64_t step = first; step <= last; ++step) {
    Connections<On::over_rate> due;
    due.take(waiting_[step % step_count]);
    while (Connection* const connection = due.pop_front()) {
      if (Instant const ready = connection->metered().ready_at(); ready > now)
        wait(*connection, ready);
      else connection->may_go_on();
    }
  }
  for (std::uint64_t step = looked_at_ + 1; step < looked_at_ + step_count; ++step)
    if (!waiting_[step % step_count].empty()) return step * step_time;
  return never;
}

}  // namespace weir
