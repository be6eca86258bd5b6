// Looks after the connections of one endpoint that say nothing, or too little: the three times of
// its EndpointOptions.
//
// Nothing is noted when bytes arrive. Instead each connection is looked at now and then: whether it
// has received anything since the last time, or finished a frame. So the path of a frame costs the
// same with time-outs and without. All have the same times, so the next one to be looked at is the
// first of a list: O(1) each, however many there are.
//
//   hello_time   one look, when it has passed: exact.
//   idle_time    a look in each eighth of the shorter of the two: who is closed has been silent for
//   frame_time   at least the time, and at most a third of the shorter one longer.
//
// Time in which nothing is received from a peer because of us (it is suspended, its graph is held,
// what it has sent waits for a tick, the pool is empty) is nobody's silence and does not count; nor
// does the time after its end, where half-open connections are kept.
#pragma once

#include <cstdint>

#include "weir/base/clock.h"
#include "weir/net/connection_lists.h"

namespace weir {

struct EndpointOptions;

// What a connection remembers of the last look.
struct Watched {
  Instant hello_deadline = never;
  Instant look_at = never;
  Instant quiet_since = never;
  Instant unfinished_since = never;
  std::uint64_t received_bytes = 0;
  std::uint64_t frames_tick = 0;  // in which it had its latest frame
  bool unfinished = false;        // it had begun a frame
};

class SilenceWatch {
 public:
  explicit SilenceWatch(EndpointOptions const& options);

  // Whether there is anything to look after.
  bool active() const { return hello_time_ != never || period_ != never; }
  // `connection` has opened. Returns when it is to be looked at.
  Instant begin(Connection& connection, Instant now);
  // Closes those that are due; returns when the next look is.
  Instant check(Instant now);

 private:
  Instant next_look(Instant now) const;

  Duration hello_time_;
  Duration period_;  // between two looks at a connection; never: not at all
  Connections<On::greeting> greeting_;
  Connections<On::watched> watched_;
};

}  // namespace weir
