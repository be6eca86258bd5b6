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
#pragma once

namespace weir {

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
};

}  // namespace weir
