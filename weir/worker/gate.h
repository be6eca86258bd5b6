// A gate is an end of a flow that the worker's loop serves as it serves net: a file that is read or
// written, a timer. What io's sources and destinations are made of; a flow that is being installed
// adds it to its worker (Worker::add_gate), which owns it.
//
//   step ─▶ callbacks note what happened
//   admit ─▶ bounded input for the next tick of its graph, unless one is under way
//   tick
//   settle ─▶ derives from its whole state what it needs now: read, write, cancel, close
//
// It ends as everything does: terminate → join → close, the last two in settle().
//
// A gate that leads to other workers (an exchange) has more to say: who is to be woken, and when a
// flow that runs on several of them has come to its end on all.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

// How near a flow that shall end is to its end, as far as this worker can see.
enum class FlowRest : std::uint8_t {
  busy,
  input_over,  // its sources are read to the end, and what they gave is worked off
  drained,     // it is stopping, and its endpoints are closed, too
};

// What one end of an exchange has counted; all of it since its beginning.
struct ExchangeCounters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t late = 0;         // among those sent: found their mailbox full
  std::uint64_t late_high = 0;    // most of them at the same time
  std::uint64_t suspensions = 0;  // times what comes before was suspended
  std::uint64_t wakes = 0;        // of workers that slept, because of items or of room
  std::uint64_t dropped = 0;      // because the exchange had ended
};

class Gate {
 public:
  Gate() = default;
  Gate(Gate const&) = delete;
  Gate& operator=(Gate const&) = delete;
  // It is closed by then.
  virtual ~Gate() = default;

  virtual void admit() {}
  virtual void settle() = 0;
  // Nothing can be done here before the kernel, a timer or a tick has done something.
  virtual bool may_sleep() const = 0;

  // No more comes in from outside; what has come is given, what was given is written.
  virtual void stop() = 0;
  // Nothing is left to give or to write, unless the graph makes more of it.
  virtual bool is_done() const = 0;
  // Ends at once, whatever is lost.
  virtual void terminate() = 0;
  // Nothing of it is in the kernel any more.
  virtual bool is_closed() const = 0;

  // ---- of those that lead to other workers
  // The worker is about to sleep: from now on it is to be woken when something comes. True if that
  // means anything here; may_sleep() is then asked once more.
  virtual bool announce_sleep() { return false; }
  // The flow ends as soon as it has nothing left to do.
  virtual void expect_end() {}
  // Its rest has changed; `busy` is said before anything is done.
  virtual void note_rest(FlowRest) {}
  // Nobody on another worker will bring a flow that rests so anything more.
  virtual bool may_end(FlowRest) const { return true; }
  // The flow is to stop here, because it stops elsewhere.
  virtual bool wants_stop() const { return false; }
  // For metrics: null where it is no end of an exchange; and the node of its flow that it is.
  virtual ExchangeCounters const* exchange_counters() const { return nullptr; }
  virtual std::string_view node_title() const { return {}; }
};

}  // namespace weir
