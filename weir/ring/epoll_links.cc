// Chains of links on epoll, and the operations that are over when they have been called.
#include <cerrno>

#include "weir/base/assert.h"
#include "weir/ring/epoll_files.h"
#include "weir/ring/epoll_operations.h"

namespace weir {

void EpollOperations::start(uapi::Sqe const& submission) {
  if (!links_.takes(submission)) return begin(submission);
  // Those of Linux 6.7 are not in the set that epoll has.
  links_.submit(submission, is_known(submission) && submission.opcode < uapi::op_waitid);
}

void EpollOperations::run_links() {
  links_.run([this](uapi::Sqe const& submission) { begin(submission); },
             [this](uapi::Sqe const& submission, std::int32_t result) {
               queues_.post({submission.user_data, result, 0});
             },
             [this](Links::Step const& step) { expire(step); });
}

void EpollOperations::expire(Links::Step const& step) {
  auto const target = kept_.find(step.target);
  queues_.post({step.submission.user_data, target != kept_.end() ? -ETIME : -ENOENT, 0});
  if (target != kept_.end()) end_cancelled(target->second);
}

bool EpollOperations::start_on_file(uapi::Sqe const& submission) {
  std::optional<std::int32_t> const result = carry_out_file_operation(submission);
  if (!result) return false;
  bool const moves = submission.opcode == uapi::op_splice;
  bool const is_short = moves && static_cast<std::uint32_t>(*result) < submission.size;
  finish(submission, *result, *result < 0 || is_short);
  return true;
}

int EpollOperations::resolve_region(uapi::Sqe& submission) const {
  bool const in_region =
      submission.opcode == uapi::op_read_fixed || submission.opcode == uapi::op_write_fixed;
  return in_region ? regions_.resolve(submission) : 0;
}

}  // namespace weir
