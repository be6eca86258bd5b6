#include "weir/ring/links.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

namespace {

std::uint64_t time_of(uapi::Sqe const& timeout) {
  auto const& time =
      *reinterpret_cast<uapi::Timespec const*>(static_cast<std::uintptr_t>(timeout.address));
  return static_cast<Duration>(time.seconds) * seconds + static_cast<Duration>(time.nanoseconds);
}

// No default: with one that is missing this does not compile.
bool has_meaning_here(uapi::Op opcode) {
  switch (opcode) {
    case uapi::op_nop:
    case uapi::op_fsync:
    case uapi::op_read_fixed:
    case uapi::op_write_fixed:
    case uapi::op_poll_add:
    case uapi::op_sendmsg:
    case uapi::op_recvmsg:
    case uapi::op_accept:
    case uapi::op_async_cancel:
    case uapi::op_link_timeout:
    case uapi::op_connect:
    case uapi::op_openat:
    case uapi::op_openat2:
    case uapi::op_close:
    case uapi::op_statx:
    case uapi::op_read:
    case uapi::op_write:
    case uapi::op_send:
    case uapi::op_recv:
    case uapi::op_splice:
    case uapi::op_shutdown:
    case uapi::op_renameat:
    case uapi::op_unlinkat:
    case uapi::op_mkdirat:
    case uapi::op_send_zero_copy:
    case uapi::op_sendmsg_zero_copy:
    case uapi::op_waitid:
    case uapi::op_futex_wait:
    case uapi::op_futex_wake:
      return true;
    case uapi::op_msg_ring:  // between rings of io_uring's
      return false;
  }
  return false;  // of a submission that the caller has written
}

}  // namespace

bool is_known(uapi::Sqe const& submission) {
  return has_known_flags(submission) && has_meaning_here(static_cast<uapi::Op>(submission.opcode));
}

void Links::submit(uapi::Sqe const& submission, bool is_known) {
  WEIR_ASSERT(takes(submission));
  Member member{submission, is_known, 0};
  if (member.is_timeout()) {
    bool const limits_something = !building_.empty() && !building_.back().is_timeout();
    member.is_known = is_known && limits_something && submission.size == 1;
    if (member.is_known) member.time = time_of(submission);
  }
  building_.push_back(member);
  if (!uapi::is_linked(submission)) end_submission();
}

void Links::end_submission() {
  if (building_.empty()) return;
  bool const refused = std::any_of(building_.begin(), building_.end(),
                                   [](auto& member) { return !member.is_known; });
  if (refused) {
    for (Member const& member : building_) end(member, member.is_known ? -ECANCELED : -EINVAL);
  } else {
    std::uint64_t const first = building_.front().submission.user_data;
    auto const [place, is_new] = chains_.try_emplace(first);
    WEIR_ASSERT(is_new);  // one completion is one operation
    place->second.members = std::move(building_);
    start(place->second);
  }
  building_.clear();
}

void Links::start(Chain& chain) {
  WEIR_ASSERT(chain.at < chain.members.size());
  WEIR_ASSERT(!chain.is_timed);
  steps_.push_back({Step::Kind::start, chain.members[chain.at].submission, 0, 0});
  if (chain.at + 1 == chain.members.size()) return;
  Member const& next = chain.members[chain.at + 1];
  if (!next.is_timeout()) return;
  bool const absolute = (next.submission.operation_flags & uapi::timeout_absolute) != 0;
  chain.is_timed = true;
  chain.deadline = absolute ? next.time : clock_.now() + next.time;
}

void Links::ended(std::uint64_t user_data, bool failed) {
  auto node = chains_.extract(user_data);
  if (node.empty()) return;
  Chain& chain = node.mapped();
  bool const hard = (chain.members[chain.at].submission.flags & uapi::sqe_hard_link) != 0;
  ++chain.at;
  if (chain.at < chain.members.size() && chain.members[chain.at].is_timeout()) {
    if (chain.is_timed) end(chain.members[chain.at], -ECANCELED);
    chain.is_timed = false;
    ++chain.at;
  }
  if (chain.at == chain.members.size()) return;
  if (failed && !hard) {
    for (; chain.at < chain.members.size(); ++chain.at) end(chain.members[chain.at], -ECANCELED);
    return;
  }
  node.key() = chain.members[chain.at].submission.user_data;
  start(chain);
  auto const placed = chains_.insert(std::move(node));
  WEIR_ASSERT(placed.inserted);
}

void Links::end(Member const& member, std::int32_t result) {
  steps_.push_back({Step::Kind::end, member.submission, result, 0});
}

Instant Links::nearest() const {
  Instant nearest = never;
  for (auto const& [user_data, chain] : chains_)
    if (chain.is_timed) nearest = std::min(nearest, chain.deadline);
  return nearest;
}

void Links::expire() {
  Instant const now = clock_.now();
  for (auto& [user_data, chain] : chains_) {
    if (!chain.is_timed || chain.deadline > now) continue;
    chain.is_timed = false;
    uapi::Sqe const& timeout = chain.members[chain.at + 1].submission;
    steps_.push_back({Step::Kind::expired, timeout, 0, user_data});
  }
}

Links::Step Links::next() {
  WEIR_ASSERT(has_steps());
  Step const step = steps_.front();
  steps_.pop_front();
  return step;
}

}  // namespace weir
