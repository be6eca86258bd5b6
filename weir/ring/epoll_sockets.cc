// What sockets do beside a plain accept, receive or send.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"
#include "weir/ring/epoll_operations.h"
#include "weir/ring/files.h"

namespace weir {

namespace {

int option_of(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

// Receives into a provided buffer as io_uring lays it out. Returns -errno, or how many bytes of the
// buffer that took; *payload_size is then the datagram's.
std::int32_t receive_datagram(int descriptor, uapi::Sqe const& submission,
                              uapi::BufferEntry const& entry, std::uint32_t* payload_size) {
  auto const& asked =
      *reinterpret_cast<msghdr const*>(static_cast<std::uintptr_t>(submission.address));
  auto* const memory = reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(entry.address));
  std::size_t const head_size = sizeof(uapi::ReceivedMessage) + asked.msg_namelen;
  if (entry.size < head_size) return -EFAULT;
  iovec room{memory + head_size, entry.size - head_size};
  msghdr message{};
  message.msg_name = memory + sizeof(uapi::ReceivedMessage);
  message.msg_namelen = asked.msg_namelen;
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  int const flags = static_cast<int>(submission.operation_flags) | MSG_DONTWAIT;
  ssize_t const size = ::recvmsg(descriptor, &message, flags);
  if (size < 0) return -errno;
  *payload_size = static_cast<std::uint32_t>(size);
  uapi::ReceivedMessage const head{message.msg_namelen, 0, *payload_size,
                                   static_cast<std::uint32_t>(message.msg_flags)};
  std::memcpy(memory, &head, sizeof(head));
  std::size_t const copied = std::min<std::size_t>(*payload_size, room.iov_len);
  return static_cast<std::int32_t>(head_size + copied);
}

}  // namespace

EpollOperations::Progress EpollOperations::attempt_datagrams(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  std::uint16_t const group = submission.buffer_group;
  for (std::uint32_t i = 0; i < results_per_turn_max && !queues_.overflowed(); ++i) {
    std::optional<uapi::BufferEntry> const entry = buffers_.next(group);
    std::uint32_t payload_size = 0;
    std::int32_t const result =
        entry ? receive_datagram(operation.descriptor, submission, *entry, &payload_size)
              : -ENOBUFS;
    if (result == -EAGAIN) return Progress::waiting;
    if (result == -EINTR) continue;
    if (result < 0) {
      finish(submission, result);
      return Progress::finished;
    }
    buffers_.consume(group);
    std::uint32_t const flags =
        uapi::cqe_buffer | (std::uint32_t{entry->id} << uapi::cqe_buffer_shift);
    if (payload_size == 0) {  // as io_uring does it, to which 0 is an end
      queues_.post({submission.user_data, result, flags});
      ended(submission, false);
      return Progress::finished;
    }
    post_more(submission, result, flags);
  }
  return Progress::runnable;
}

bool EpollOperations::is_zero_copy(uapi::Sqe const& submission) {
  return submission.opcode == uapi::op_send_zero_copy ||
         submission.opcode == uapi::op_sendmsg_zero_copy;
}

EpollOperations::Progress EpollOperations::attempt_zero_copy(Operation& operation) {
  std::optional<std::int32_t> const result = operation.transfer.attempt(operation.descriptor);
  if (!result) return Progress::waiting;
  finish_zero_copy(operation.submission, *result);
  return Progress::finished;
}

// The bytes are copied, so they are free as soon as they are sent.
void EpollOperations::finish_zero_copy(uapi::Sqe const& submission, std::int32_t result) {
  if (result < 0) return finish(submission, result);
  post_more(submission, result);
  queues_.post({submission.user_data, 0, uapi::cqe_notification});
  ended(submission, false);
}

// A read into a buffer that is picked when there is something to read.
EpollOperations::Progress EpollOperations::attempt_pooled_read(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  std::optional<uapi::BufferEntry> const entry = buffers_.next(submission.buffer_group);
  if (!entry) {
    finish(submission, -ENOBUFS);
    return Progress::finished;
  }
  uapi::Sqe into_buffer = submission;
  into_buffer.address = entry->address;
  into_buffer.size = submission.size == 0 ? entry->size : std::min(entry->size, submission.size);
  std::optional<std::int32_t> const result =
      attempt_file_transfer(into_buffer, operation.descriptor);
  if (!result) return Progress::waiting;
  if (*result <= 0) {
    finish(submission, *result);
    return Progress::finished;
  }
  buffers_.consume(submission.buffer_group);
  std::uint32_t const id = std::uint32_t{entry->id} << uapi::cqe_buffer_shift;
  queues_.post({submission.user_data, *result, uapi::cqe_buffer | id});
  return Progress::finished;
}

bool EpollOperations::start_on_socket(uapi::Sqe const& submission) {
  int const descriptor = submission.descriptor;
  switch (submission.opcode) {
    case uapi::op_shutdown: {
      int const done = ::shutdown(descriptor, static_cast<int>(submission.size));
      finish(submission, done == 0 ? 0 : -errno);
      return true;
    }
    case uapi::op_send_zero_copy:
    case uapi::op_sendmsg_zero_copy:
      if (option_of(descriptor, SO_DOMAIN) != AF_UNIX) return false;
      finish(submission, -EOPNOTSUPP);
      return true;
    default:
      return false;
  }
}

}  // namespace weir
