// Chains of linked submissions, for kernels that carry them out themselves (kernel_epoll, sim).
//
//     A ─link─▶ B ─link─▶ C          each starts when the one before it has ended
//     A ─link─▶ time-out ─link─▶ B   the time-out belongs to A; B follows A
//
//   submit ──▶ (a chain is complete) ──▶ steps: start A ──ended──▶ start B ──ended──▶ …
//                                                  │ failed, and the link was a soft one
//                                                  └─▶ steps: the rest ends with -ECANCELED
//
// This says what to do next, and the kernel does it and reports what has ended, so nothing here
// knows how an operation is carried out. As in Linux, a chain one of whose members cannot be
// understood is not started at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "weir/base/clock.h"
#include "weir/ring/uapi.h"

namespace weir {

// Whether a kernel of ours can carry it out as far as it says itself: an operation and flags that
// weir/ring/uapi.h has names for.
bool is_known(uapi::Sqe const& submission);
// Of flags alone; others (an order of all submissions, registered files) change what it means.
inline bool has_known_flags(uapi::Sqe const& submission) {
  constexpr unsigned known = uapi::sqe_link | uapi::sqe_hard_link | uapi::sqe_async |
                             uapi::sqe_buffer_select | uapi::sqe_skip_success;
  return (submission.flags & ~known) == 0;
}

class Links {
 public:
  // What the kernel has to do.
  struct Step {
    enum class Kind : std::uint8_t {
      start,    // `submission`; report its end
      end,      // `submission` has ended with `result`
      expired,  // the time-out `submission` has come: cancel `target`, and complete it
    };
    Kind kind = Kind::start;
    uapi::Sqe submission{};
    std::int32_t result = 0;
    std::uint64_t target = 0;  // user_data
  };

  // The clock must outlive this.
  explicit Links(Clock const& clock) : clock_(clock) {}

  // Whether a submission is part of a chain, which then goes to submit() instead of being started.
  bool takes(uapi::Sqe const& submission) const {
    return !building_.empty() || uapi::is_linked(submission) ||
           submission.opcode == uapi::op_link_timeout;
  }
  // In the order of submission; `is_known` says whether this kernel knows the operation.
  void submit(uapi::Sqe const& submission, bool is_known);
  // Nothing more is submitted for now, which ends a chain that is being made.
  void end_submission();

  // Whether no chain waits for the end of an operation.
  bool empty() const { return chains_.empty(); }
  // An operation has ended, perhaps one of a chain; its completion is posted.
  void ended(std::uint64_t user_data, bool failed);

  // The nearest deadline of a time-out that is running; never if none is.
  Instant nearest() const;
  bool has_steps() const { return !steps_.empty(); }
  // Does all that is to be done now: start(submission), end(submission, result) or expired(step).
  // What that ends may make more of it.
  template <class Start, class End, class Expired>
  void run(Start const& start, End const& end, Expired const& expired) {
    if (!empty()) expire();
    while (has_steps()) {  // ends: each member of a chain is a step or two
      Step const step = next();
      switch (step.kind) {
        case Step::Kind::start:
          start(step.submission);
          break;
        case Step::Kind::end:
          end(step.submission, step.result);
          break;
        case Step::Kind::expired:
          expired(step);
      }
    }
  }

 private:
  struct Member {
    uapi::Sqe submission;
    bool is_known = true;
    std::uint64_t time = 0;  // of a time-out: a duration, or an instant if it says so
    bool is_timeout() const { return submission.opcode == uapi::op_link_timeout; }
  };
  struct Chain {
    std::vector<Member> members;
    std::size_t at = 0;        // the member that was started
    Instant deadline = never;  // of its time-out, the member behind it, while that is running
    bool is_timed = false;     // whether it is running
  };

  // Time-outs whose deadline has come become steps.
  void expire();
  Step next();
  void start(Chain& chain);
  void end(Member const& member, std::int32_t result);

  Clock const& clock_;
  std::vector<Member> building_;
  std::unordered_map<std::uint64_t, Chain> chains_;  // by user_data of the member that was started
  std::deque<Step> steps_;
};

}  // namespace weir
