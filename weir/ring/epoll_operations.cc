#include "weir/ring/epoll_operations.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "weir/base/assert.h"
#include "weir/ring/files.h"

namespace weir {

namespace {

constexpr std::uint32_t always_reported = EPOLLHUP | EPOLLERR;

// A call that may block on a descriptor of somebody else would stop the whole ring.
void make_non_blocking(int descriptor) {
  int const flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK) != 0) return;  // a bad one fails in the call that follows
  ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

bool is_transfer(uapi::Sqe const& submission) {
  bool const from_pool = (submission.flags & uapi::sqe_buffer_select) != 0;
  switch (submission.opcode) {
    case uapi::op_send:
    case uapi::op_sendmsg:
    case uapi::op_send_zero_copy:
    case uapi::op_sendmsg_zero_copy:
      return true;
    default:
      return submission.opcode == uapi::op_recv && !from_pool;
  }
}

}  // namespace

EpollOperations::~EpollOperations() {
  for (std::size_t i = 0; i < watched_.size(); ++i) {
    if (watched_[i].duplicate) ::close(static_cast<int>(i));
  }
}

void EpollOperations::begin(uapi::Sqe const& submission) {
  WEIR_ASSERT(epoll_descriptor_ >= 0);
  if (!has_known_flags(submission)) return finish(submission, -EINVAL);
  switch (submission.opcode) {
    case uapi::op_nop:
      return finish(submission, 0);
    case uapi::op_close:
      return close(submission);
    case uapi::op_async_cancel:
      return cancel(submission);
    default:
      break;
  }
  if (start_on_socket(submission) || start_on_file(submission)) return;
  Operation operation;
  operation.submission = submission;
  if (int const refused = resolve_region(operation.submission); refused != 0)
    return finish(submission, refused);
  operation.descriptor = submission.descriptor;
  if (is_transfer(submission)) operation.transfer = Transfer(submission);
  Progress const progress = attempt(operation);
  if (progress != Progress::finished) keep(operation, progress);
}

EpollOperations::Progress EpollOperations::attempt(Operation& operation) {
  switch (operation.submission.opcode) {
    case uapi::op_send:
    case uapi::op_sendmsg:
      return attempt_transfer(operation);
    case uapi::op_recv:
      return is_transfer(operation.submission) ? attempt_transfer(operation)
                                               : attempt_receives(operation);
    case uapi::op_recvmsg:
      return attempt_datagrams(operation);
    case uapi::op_send_zero_copy:
    case uapi::op_sendmsg_zero_copy:
      return attempt_zero_copy(operation);
    case uapi::op_accept:
      return attempt_accepts(operation);
    case uapi::op_connect:
      return attempt_connect(operation);
    case uapi::op_read:
    case uapi::op_write:
      return attempt_file(operation);
    case uapi::op_poll_add:
      // Watching it will report what it is ready for now.
      if (::fcntl(operation.descriptor, F_GETFD) >= 0) return Progress::waiting;
      finish(operation.submission, -EBADF);
      return Progress::finished;
    default:
      finish(operation.submission, -EINVAL);
      return Progress::finished;
  }
}

EpollOperations::Progress EpollOperations::attempt_transfer(Operation& operation) {
  std::optional<std::int32_t> const result = operation.transfer.attempt(operation.descriptor);
  if (!result) return Progress::waiting;
  finish(operation.submission, *result, operation.transfer.failed(*result));
  return Progress::finished;
}

EpollOperations::Progress EpollOperations::attempt_file(Operation& operation) {
  if ((operation.submission.flags & uapi::sqe_buffer_select) != 0)
    return attempt_pooled_read(operation);
  std::optional<std::int32_t> const result =
      attempt_file_transfer(operation.submission, operation.descriptor);
  if (!result) return Progress::waiting;
  bool const is_short = static_cast<std::uint32_t>(*result) < operation.submission.size;
  finish(operation.submission, *result, *result < 0 || is_short);
  return Progress::finished;
}

EpollOperations::Progress EpollOperations::attempt_receives(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  std::uint16_t const group = submission.buffer_group;
  int const flags = static_cast<int>(submission.operation_flags) | MSG_DONTWAIT;
  for (std::uint32_t i = 0; i < results_per_turn_max && !queues_.overflowed(); ++i) {
    std::optional<uapi::BufferEntry> const entry = buffers_.next(group);
    if (!entry) {
      finish(submission, -ENOBUFS);
      return Progress::finished;
    }
    void* const data = reinterpret_cast<void*>(static_cast<std::uintptr_t>(entry->address));
    std::uint32_t const room =
        submission.size == 0 ? entry->size : std::min(entry->size, submission.size);
    ssize_t const size = ::recv(operation.descriptor, data, room, flags);
    if (size < 0 && would_block(errno)) return Progress::waiting;
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      finish(submission, size < 0 ? -errno : 0);
      return Progress::finished;
    }
    buffers_.consume(group);
    std::uint32_t const id = std::uint32_t{entry->id} << uapi::cqe_buffer_shift;
    if ((submission.priority & uapi::receive_multishot) == 0) {
      queues_.post({submission.user_data, static_cast<std::int32_t>(size), uapi::cqe_buffer | id});
      ended(submission, false);
      return Progress::finished;
    }
    post_more(submission, static_cast<std::int32_t>(size), uapi::cqe_buffer | id);
  }
  return Progress::runnable;
}

EpollOperations::Progress EpollOperations::attempt_accepts(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  int const flags = static_cast<int>(submission.operation_flags);
  if (!operation.begun) make_non_blocking(operation.descriptor);
  operation.begun = true;
  for (std::uint32_t i = 0; i < results_per_turn_max && !queues_.overflowed(); ++i) {
    int const accepted = ::accept4(operation.descriptor, nullptr, nullptr, flags);
    if (accepted < 0 && would_block(errno)) return Progress::waiting;
    if (accepted < 0 && errno == EINTR) continue;
    if (accepted < 0) {
      finish(submission, -errno);
      return Progress::finished;
    }
    if ((submission.priority & uapi::accept_multishot) == 0) {
      finish(submission, accepted);
      return Progress::finished;
    }
    post_more(submission, accepted);
  }
  return Progress::runnable;
}

EpollOperations::Progress EpollOperations::attempt_connect(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  int result = 0;
  if (!operation.begun) {
    make_non_blocking(operation.descriptor);
    auto const* const address =
        reinterpret_cast<sockaddr const*>(static_cast<std::uintptr_t>(submission.address));
    result = ::connect(operation.descriptor, address, static_cast<socklen_t>(submission.offset));
    operation.begun = true;
    if (result != 0 && (errno == EINPROGRESS || errno == EINTR)) return Progress::waiting;
    result = result != 0 ? -errno : 0;
  } else {
    // An edge from before the connect says nothing: ask.
    pollfd writable{operation.descriptor, POLLOUT, 0};
    if (::poll(&writable, 1, 0) == 0) return Progress::waiting;
    int error = 0;
    socklen_t size = sizeof(error);
    int const asked = ::getsockopt(operation.descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    result = asked != 0 ? -errno : -error;
  }
  finish(submission, result);
  return Progress::finished;
}

// ---- close and cancel ---------------------------------------------------------------------------

void EpollOperations::close(uapi::Sqe const& submission) {
  int const descriptor = submission.descriptor;
  Watched const* const place = find(descriptor);
  if (place != nullptr && !place->operations.empty()) keep_open(descriptor);
  unwatch(descriptor);
  int const closed = ::close(descriptor);
  finish(submission, closed == 0 ? 0 : -errno);
}

void EpollOperations::keep_open(int descriptor) {
  std::vector<Operation*> operations = std::move(watched(descriptor).operations);
  watched(descriptor).operations.clear();
  int const duplicate = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (duplicate >= 0) {
    Watched& target = watched(duplicate);
    WEIR_ASSERT(target.operations.empty());
    target.duplicate = true;
    target.operations = operations;
    target.events = 0;
    for (Operation* const operation : operations) operation->descriptor = duplicate;
    if (watch(duplicate) == 0) return;
  }
  // No descriptor is left to keep the file with, or the file was closed behind our back.
  for (Operation* const operation : operations) end_cancelled(*operation);
}

void EpollOperations::cancel(uapi::Sqe const& submission) {
  bool const by_descriptor = (submission.operation_flags & uapi::cancel_by_descriptor) != 0;
  if (by_descriptor && ::fcntl(submission.descriptor, F_GETFD) < 0)
    return finish(submission, -EBADF);
  std::vector<Operation*> const found = matching(submission);
  std::int32_t result = static_cast<std::int32_t>(found.size());
  if ((submission.operation_flags & uapi::cancel_all) == 0) result = found.empty() ? -ENOENT : 0;
  finish(submission, result);
  for (Operation* const operation : found) end_cancelled(*operation);
}

std::vector<EpollOperations::Operation*> EpollOperations::matching(uapi::Sqe const& submission) {
  std::uint32_t const flags = submission.operation_flags;
  std::vector<Operation*> found;
  if ((flags & uapi::cancel_any) != 0) {
    for (auto& [user_data, operation] : kept_) found.push_back(&operation);
  } else if ((flags & uapi::cancel_by_descriptor) != 0) {
    if (Watched const* const place = find(submission.descriptor)) found = place->operations;
  } else if (auto const kept = kept_.find(submission.address); kept != kept_.end()) {
    found.push_back(&kept->second);
  }
  if ((flags & uapi::cancel_all) == 0 && found.size() > 1) found.resize(1);
  return found;
}

void EpollOperations::end_cancelled(Operation& operation) {
  if (is_zero_copy(operation.submission)) {
    finish_zero_copy(operation.submission, operation.transfer.ended_by(-ECANCELED));
    return forget(operation);
  }
  bool const may_have_moved = is_transfer(operation.submission);
  finish(operation.submission,
         may_have_moved ? operation.transfer.ended_by(-ECANCELED) : -ECANCELED, true);
  forget(operation);
}

// ---- waiting ------------------------------------------------------------------------------------

void EpollOperations::keep(Operation const& started, Progress progress) {
  WEIR_ASSERT(progress != Progress::finished);
  auto const [place, is_new] = kept_.try_emplace(started.submission.user_data, started);
  WEIR_ASSERT(is_new);  // one completion is one operation
  Operation& operation = place->second;
  watched(operation.descriptor).operations.push_back(&operation);
  int const failed = watch(operation.descriptor);
  if (failed != 0) {
    finish(operation.submission, failed);
    return forget(operation);
  }
  settle(operation, progress);
}

void EpollOperations::settle(Operation& operation, Progress progress) {
  if (progress == Progress::finished) return forget(operation);
  if (progress == Progress::runnable) make_runnable(operation);
}

void EpollOperations::make_runnable(Operation& operation) {
  if (operation.runnable) return;
  operation.runnable = true;
  runnable_.push_back(&operation);
}

void EpollOperations::forget(Operation& operation) {
  Watched& place = watched(operation.descriptor);
  std::erase(place.operations, &operation);
  if (operation.runnable) std::erase(runnable_, &operation);
  if (place.duplicate && place.operations.empty()) {
    unwatch(operation.descriptor);
    place.duplicate = false;
    ::close(operation.descriptor);
  }
  std::size_t const erased = kept_.erase(operation.submission.user_data);
  WEIR_ASSERT(erased == 1);
}

void EpollOperations::on_event(int descriptor, std::uint32_t events) {
  Watched const* const place = find(descriptor);
  WEIR_ASSERT(place != nullptr);  // or epoll was never told of it
  turn_ = place->operations;
  bool anybody = false;
  for (Operation* const operation : turn_) {
    std::uint32_t const reported = events & (events_of(*operation) | always_reported);
    if (reported == 0) continue;
    anybody = true;
    uapi::Sqe const& submission = operation->submission;
    if (submission.opcode != uapi::op_poll_add) {
      settle(*operation, attempt(*operation));
    } else if ((submission.size & uapi::poll_multishot) != 0) {
      post_more(submission, static_cast<std::int32_t>(reported));
    } else {
      finish(submission, static_cast<std::int32_t>(reported));
      forget(*operation);
    }
  }
  if (!anybody) narrow(descriptor);
}

void EpollOperations::run_runnable() {
  std::swap(turn_, runnable_);
  runnable_.clear();
  for (Operation* const operation : turn_) operation->runnable = false;
  for (Operation* const operation : turn_) settle(*operation, attempt(*operation));
}

std::uint32_t EpollOperations::events_of(Operation const& operation) {
  switch (operation.submission.opcode) {
    case uapi::op_recv:
    case uapi::op_recvmsg:
    case uapi::op_accept:
    case uapi::op_read:
      return EPOLLIN | EPOLLRDHUP;
    case uapi::op_poll_add:
      return operation.submission.operation_flags & 0xffff;
    default:
      return EPOLLOUT;
  }
}

std::uint32_t EpollOperations::wanted_events(Watched const& watched) const {
  std::uint32_t events = 0;
  for (Operation const* const operation : watched.operations) events |= events_of(*operation);
  return events;
}

// Also when epoll knows all that already: somebody may have closed and reopened the descriptor
// without telling us, and telling epoll again is what reports the present state as an edge.
int EpollOperations::watch(int descriptor) {
  Watched& place = watched(descriptor);
  std::uint32_t const wanted = wanted_events(place);
  WEIR_ASSERT(wanted != 0);
  epoll_event event{};
  event.events = wanted | EPOLLET;
  event.data.u64 = static_cast<std::uint64_t>(descriptor);
  int failed = ENOENT;
  if (place.events != 0)
    failed = ::epoll_ctl(epoll_descriptor_, EPOLL_CTL_MOD, descriptor, &event) == 0 ? 0 : errno;
  if (failed == ENOENT)
    failed = ::epoll_ctl(epoll_descriptor_, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
  place.events = failed == 0 ? wanted : 0;
  return -failed;
}

void EpollOperations::narrow(int descriptor) {
  Watched& place = watched(descriptor);
  std::uint32_t const wanted = wanted_events(place);
  if (wanted == 0) return unwatch(descriptor);
  if (wanted != place.events) watch(descriptor);
}

void EpollOperations::unwatch(int descriptor) {
  Watched* const place = find(descriptor);
  if (place == nullptr || place->events == 0) return;
  place->events = 0;
  // Fails if the descriptor was closed behind our back, and then there is nothing to undo.
  ::epoll_ctl(epoll_descriptor_, EPOLL_CTL_DEL, descriptor, nullptr);
}

EpollOperations::Watched& EpollOperations::watched(int descriptor) {
  WEIR_ASSERT(descriptor >= 0);
  std::size_t const index = static_cast<std::size_t>(descriptor);
  if (index >= watched_.size()) watched_.resize(std::max(index + 1, 2 * watched_.size()));
  return watched_[index];
}

EpollOperations::Watched* EpollOperations::find(int descriptor) {
  std::size_t const index = static_cast<std::size_t>(descriptor);
  return descriptor >= 0 && index < watched_.size() ? &watched_[index] : nullptr;
}

// ---- completions --------------------------------------------------------------------------------

void EpollOperations::finish(uapi::Sqe const& submission, std::int32_t result, bool failed) {
  bool const silent = (submission.flags & uapi::sqe_skip_success) != 0;
  if (!silent || failed) queues_.post({submission.user_data, result, 0});
  ended(submission, failed);
}

void EpollOperations::post_more(uapi::Sqe const& submission, std::int32_t result,
                                std::uint32_t flags) {
  WEIR_ASSERT(result >= 0);
  queues_.post({submission.user_data, result, flags | uapi::cqe_more});
}

}  // namespace weir
