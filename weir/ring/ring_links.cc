// Chains of linked operations, and submissions that the caller has written.
//
// The kernel ends a chain where a submission ends, so all of it must be handed over in one enter:
// it is collected here until it is complete, and then finds room as a whole or waits as a whole.
#include <cerrno>
#include <utility>

#include "weir/ring/prepare.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

constexpr std::uint8_t link_flags = uapi::sqe_link | uapi::sqe_hard_link;

}  // namespace

void Ring::link_timeout(Completion& completion, Instant deadline) {
  WEIR_ASSERT(ending_ || !chain_.empty());  // or there is nothing that it limits
  WEIR_ASSERT(chain_.empty() || chain_.back().opcode != uapi::op_link_timeout);
  begin(completion, Opcode::link_timeout, -1);
  completion.timespec = {static_cast<std::int64_t>(deadline / seconds),
                         static_cast<std::int64_t>(deadline % seconds)};
  submit(completion);
}

void Ring::raw(Completion& completion, uapi::Sqe const& submission) {
  WEIR_ASSERT((submission.flags & (uapi::sqe_skip_success | uapi::sqe_buffer_select)) == 0);
  begin(completion, Opcode::raw, submission.descriptor);
  if ((submission.flags & uapi::sqe_link) != 0) completion.link = Link::soft;
  if ((submission.flags & uapi::sqe_hard_link) != 0) completion.link = Link::hard;
  uapi::Sqe own = submission;
  own.flags &= static_cast<std::uint8_t>(~link_flags);
  own.user_data = user_data_of(completion);
  if (ending_) {
    completion.link = Link::alone;
    return queue(completion, -ECANCELED);
  }
  if (completion.link != Link::alone || !chain_.empty()) return link(completion, own);
  push(own);
}

void Ring::submit_linked(Completion& completion) {
  if (ending_) {
    // Nothing is going to follow it.
    completion.link = Link::alone;
    if (completion.opcode != Opcode::close) return queue(completion, -ECANCELED);
    return push(prepare(completion));
  }
  link(completion, prepare(completion));
}

void Ring::link(Completion& completion, uapi::Sqe submission) {
  WEIR_ASSERT(!completion.silent_success);
  WEIR_ASSERT((submission.flags & link_flags) == 0);
  Link const link = std::exchange(completion.link, Link::alone);
  if (link == Link::soft) submission.flags |= uapi::sqe_link;
  if (link == Link::hard) submission.flags |= uapi::sqe_hard_link;
  chain_.push_back(submission);
  WEIR_ASSERT(chain_.size() <= chain_size_max);
  if (link == Link::alone) end_chain();
}

void Ring::end_chain() {
  WEIR_ASSERT(!chain_.empty());
  WEIR_ASSERT(chain_.size() <= kernel_->submissions.mask + 1);  // Setup::submission_count
  // What comes behind it in the queue is none of its business.
  chain_.back().flags &= static_cast<std::uint8_t>(~link_flags);
  counters_.submissions += chain_.size();
  if (backlog_.empty() && room() < chain_.size()) {
    ++counters_.queue_full;
    enter(false, never);
  }
  if (backlog_.empty() && room() >= chain_.size()) {
    for (uapi::Sqe const& submission : chain_) place(submission);
  } else {
    backlog_.insert(backlog_.end(), chain_.begin(), chain_.end());
  }
  chain_.clear();
}

}  // namespace weir
