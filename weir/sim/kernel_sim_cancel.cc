// Cancellation. Its result tells only about the search; what it found ends with a terminal result
// of its own, before or after. In a hostile world that may take a while, and the operation then
// ends with whatever it has come to by then: data, 0, a descriptor, -ENOBUFS, or -ECANCELED if
// nothing.
#include <cerrno>

#include "weir/base/assert.h"
#include "weir/sim/kernel_sim.h"

namespace weir {

int SimKernel::cancel(std::uint64_t user_data, int descriptor, std::uint32_t flags) {
  bool const all = flags & (uapi::cancel_all | uapi::cancel_any);
  bool const by_descriptor = flags & uapi::cancel_by_descriptor;
  bool const by_user_data = !by_descriptor && !(flags & uapi::cancel_any);
  SocketId const socket = by_descriptor ? socket_of(descriptor) : 0;
  if (by_descriptor && socket == 0) return -EBADF;

  std::vector<std::uint64_t> found;
  for (auto const& [number, operation] : operations_) {
    if (operation.sent || (by_descriptor && operation.socket != socket)) continue;
    if (by_user_data && operation.submission.user_data != user_data) continue;
    found.push_back(number);
    if (!all) break;
  }
  int result = -ENOENT;
  int count = 0;
  for (std::uint64_t const number : found) {
    result = cancel_one(number, by_user_data);
    if (result != -ENOENT) ++count;
  }
  return all ? count : result;
}

// 0, -EALREADY: it ends by itself, soon; -ENOENT: missed.
int SimKernel::cancel_one(std::uint64_t number, bool by_user_data) {
  Operation& operation = operations_.at(number);
  bool const multishot = operation.submission.opcode == uapi::op_poll_add
                             ? operation.submission.size & uapi::poll_multishot
                             : operation.submission.priority != 0;
  if (by_user_data && multishot && chance().once_in(options().missed_cancel_once_in))
    return -ENOENT;
  if (operation.ending) return -EALREADY;
  operation.ending = true;
  if (!chance().once_in(options().late_cancel_once_in)) {
    end_now(number);
    return 0;
  }
  Duration const delay = chance().between(0, options().delay_max);
  world_.timeline().after(delay, this, [this, number] { end_late(number); });
  return chance().once_in(2) ? -EALREADY : 0;
}

void SimKernel::end_late(std::uint64_t number) {
  auto const found = operations_.find(number);
  if (found == operations_.end() || found->second.sent) return;  // it ended by itself
  WEIR_ASSERT(found->second.ending);
  found->second.held = false;
  attempt(number, 0, false);
  if (operations_.contains(number)) end_now(number);
}

void SimKernel::end_now(std::uint64_t number) {
  Operation const& operation = operations_.at(number);
  WEIR_ASSERT(operation.ending);
  auto const done = static_cast<std::int32_t>(operation.done);
  if (done > 0 && is_zero_copy(operation)) return notify_later(operations_.at(number));
  finish(number, {.result = done > 0 ? done : -ECANCELED, .failed = true});
}

}  // namespace weir
