// What each operation does, as io_uring does it (io_uring/net.c, io_uring/poll.c of Linux 6.1 to
// 6.18).
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "weir/base/assert.h"
#include "weir/sim/kernel_sim.h"

namespace weir {

namespace {

template <class T>
T* pointer(std::uint64_t address) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(address));
}

std::uint64_t size_of(std::vector<iovec> const& parts) {
  std::uint64_t size = 0;
  for (iovec const& part : parts) size += part.iov_len;
  return size;
}

// The first `size` bytes.
std::vector<iovec> first_of(std::vector<iovec> const& parts, std::uint64_t size) {
  std::vector<iovec> first;
  for (iovec const& part : parts) {
    if (size == 0) break;
    first.push_back({part.iov_base, std::min<std::size_t>(part.iov_len, size)});
    size -= first.back().iov_len;
  }
  WEIR_ASSERT(size == 0);
  return first;
}

void drop_first(std::vector<iovec>& parts, std::uint64_t size) {
  while (size > 0) {
    WEIR_ASSERT(!parts.empty());
    iovec& part = parts.front();
    auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(part.iov_len, size));
    part.iov_base = static_cast<std::byte*>(part.iov_base) + count;
    part.iov_len -= count;
    size -= count;
    if (part.iov_len == 0) parts.erase(parts.begin());
  }
}

}  // namespace

// Copies what the kernel copies at submission, and finds the socket. Returns 0 or -errno.
int SimKernel::prepare(Operation& operation) const {
  uapi::Sqe const& submission = operation.submission;
  switch (submission.opcode) {
    case uapi::op_nop:
    case uapi::op_close:
      return 0;
    case uapi::op_read:
    case uapi::op_write:
    case uapi::op_accept:
    case uapi::op_recv:
    case uapi::op_shutdown:
    case uapi::op_poll_add:
      break;
    case uapi::op_recvmsg:
      operation.name_size = pointer<msghdr const>(submission.address)->msg_namelen;
      break;
    case uapi::op_connect: {
      auto const* raw = pointer<sockaddr const>(submission.address);
      if (raw->sa_family != AF_INET && raw->sa_family != AF_INET6 && raw->sa_family != AF_UNIX)
        return -EAFNOSUPPORT;
      operation.address = Address::from(*raw, static_cast<socklen_t>(submission.offset));
      break;
    }
    case uapi::op_send:
    case uapi::op_send_zero_copy:
      operation.parts = {{pointer<void>(submission.address), submission.size}};
      break;
    case uapi::op_sendmsg:
    case uapi::op_sendmsg_zero_copy: {
      auto const* message = pointer<msghdr const>(submission.address);
      if (message->msg_name != nullptr) {
        operation.address =
            Address::from(*static_cast<sockaddr const*>(message->msg_name), message->msg_namelen);
      }
      operation.parts.assign(message->msg_iov, message->msg_iov + message->msg_iovlen);
      break;
    }
    default:
      return -EINVAL;
  }
  operation.socket = socket_of(submission.descriptor);
  if (operation.socket == 0) return -EBADF;
  bool const any = submission.opcode == uapi::op_read || submission.opcode == uapi::op_write ||
                   submission.opcode == uapi::op_poll_add;
  if (!any && SimFiles::is_file(operation.socket)) {
    operation.socket = 0;
    return -ENOTSOCK;
  }
  return 0;
}

SimKernel::Attempt SimKernel::carry_out(Operation& operation, std::uint32_t events) {
  if (is_file_operation(operation.submission.opcode)) return carry_out_file(operation);
  switch (operation.submission.opcode) {
    case uapi::op_nop:
      return Verdict{};
    case uapi::op_close:
      return close(operation);
    case uapi::op_accept:
      return accept(operation);
    case uapi::op_connect:
      return connect(operation);
    case uapi::op_poll_add:
      return poll(operation, events);
    case uapi::op_read:
      return read(operation);
    case uapi::op_write:
      return write(operation);
    case uapi::op_send:
    case uapi::op_sendmsg:
      return send(operation);
    case uapi::op_send_zero_copy:
    case uapi::op_sendmsg_zero_copy:
      return send_zero_copy(operation);
    case uapi::op_recvmsg:
      return receive_datagrams(operation);
    case uapi::op_shutdown:
      return shut_down(operation);
    case uapi::op_recv:
      return operation.submission.flags & uapi::sqe_buffer_select ? receive_pooled(operation)
                                                                  : receive(operation);
  }
  WEIR_ASSERT(!"prepare() lets no other opcode through");
  return Verdict{.result = -EINVAL, .failed = true};
}

SimKernel::Attempt SimKernel::accept(Operation& operation) {
  if (network().socket(operation.socket).state != SimSocket::State::listening)
    return Verdict{.result = -EINVAL, .failed = true};
  while (true) {
    // Linux takes the number first: without one, accept fails even if nobody is waiting.
    if (descriptors_exhausted()) return Verdict{.result = -EMFILE, .failed = true};
    SocketId const socket = network().accept(operation.socket, this);
    if (socket == 0) return std::nullopt;
    int const descriptor = add_descriptor(socket);
    Verdict verdict{.result = descriptor, .opened = descriptor};
    if (network().readiness(operation.socket) & POLLIN) verdict.flags |= uapi::cqe_socket_nonempty;
    if (!(operation.submission.priority & uapi::accept_multishot)) return verdict;
    if (!post_more(operation, verdict)) return verdict;
  }
}

// Once, into memory of the caller's.
SimKernel::Attempt SimKernel::receive(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  bool const wait_all = submission.operation_flags & MSG_WAITALL;
  while (true) {
    WEIR_ASSERT(operation.done < submission.size);
    std::uint32_t size = submission.size - operation.done;
    if (chance().once_in(options().short_receive_once_in))
      size = static_cast<std::uint32_t>(chance().between(1, size));
    std::byte* const out = pointer<std::byte>(submission.address) + operation.done;
    int const count = network().receive(operation.socket, out, size);
    if (count == -EAGAIN && !(submission.operation_flags & MSG_DONTWAIT)) return std::nullopt;
    if (count > 0) {
      operation.done += static_cast<std::uint32_t>(count);
      if (wait_all && operation.done < submission.size) continue;
    }
    bool const failed = count < 0 || (wait_all && operation.done < submission.size);
    auto const done = static_cast<std::int32_t>(operation.done);
    return Verdict{.result = done > 0 ? done : count, .failed = failed};
  }
}

// Into buffers that the kernel picks. A buffer is picked before the socket is asked, so an empty
// pool is noticed even when there is nothing to receive.
SimKernel::Attempt SimKernel::receive_pooled(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  Verdict const no_buffers{.result = -ENOBUFS, .failed = true};
  auto const found = buffers_.find(submission.buffer_group);
  if (found == buffers_.end()) return no_buffers;
  ProvidedBuffers& buffers = found->second;
  while (true) {
    if (buffers.empty()) return no_buffers;
    bool const readable = network().readiness(operation.socket) & POLLIN;
    if (readable && chance().once_in(options().early_enobufs_once_in)) return no_buffers;
    std::uint32_t size = buffers.size();
    if (submission.size > 0) size = std::min(size, submission.size);
    if (chance().once_in(options().short_receive_once_in))
      size = static_cast<std::uint32_t>(chance().between(1, size));
    int const count = network().receive(operation.socket, buffers.data(), size);
    if (count == -EAGAIN) return std::nullopt;
    if (count <= 0) return Verdict{.result = count, .failed = count < 0};

    std::uint32_t const room = buffers.size();
    Verdict verdict{.result = count, .flags = buffers.take(static_cast<std::uint32_t>(count))};
    bool const bundle = (submission.priority & uapi::receive_bundle) != 0;
    if (buffers.incremental() || bundle) verdict.buffer_group = submission.buffer_group;
    if (bundle && static_cast<std::uint32_t>(count) == room)
      verdict.result += fill_bundle(operation.socket, buffers);
    bool const goes_on = network().readiness(operation.socket) & POLLIN;
    if (goes_on) verdict.flags |= uapi::cqe_socket_nonempty;
    if (!(submission.priority & uapi::receive_multishot)) return verdict;
    if (!post_more(operation, verdict)) return verdict;
    // Linux asks again only if it knows of more: having taken the last buffer is no -ENOBUFS yet.
    if (!goes_on) return std::nullopt;
  }
}

SimKernel::Attempt SimKernel::connect(Operation& operation) {
  int const result = operation.started ? network().finish_connect(operation.socket)
                                       : network().connect(operation.socket, operation.address);
  operation.started = true;
  if (result == -EINPROGRESS) return std::nullopt;
  return Verdict{.result = result, .failed = result < 0};
}

// MSG_WAITALL makes io_uring go on by itself after a short send, and makes a short end a failure,
// which is what a silent success (IOSQE_CQE_SKIP_SUCCESS) turns on.
SimKernel::Attempt SimKernel::send(Operation& operation) {
  std::uint32_t const flags = operation.submission.operation_flags;
  bool const wait_all = flags & MSG_WAITALL;
  bool const may_wait = !(flags & MSG_DONTWAIT);
  if (network().socket(operation.socket).kind == SocketKind::datagram)
    return send_datagram(operation);
  std::uint64_t const left = size_of(operation.parts);
  WEIR_ASSERT(left <= std::numeric_limits<std::int32_t>::max());
  std::uint64_t size = left;
  bool const cut = left > 0 && chance().once_in(options().short_send_once_in);
  if (cut) size = chance().between(0, left - 1);

  int sent = -EAGAIN;
  if (!cut || size > 0) sent = network().send(operation.socket, first_of(operation.parts, size));
  if (sent > 0) {
    drop_first(operation.parts, static_cast<std::uint64_t>(sent));
    operation.done += static_cast<std::uint32_t>(sent);
  }
  auto const done = static_cast<std::int32_t>(operation.done);
  if (sent < 0 && sent != -EAGAIN) return Verdict{.result = done > 0 ? done : sent, .failed = true};
  if (size_of(operation.parts) == 0) return Verdict{.result = done};
  if (!may_wait)
    return Verdict{.result = done > 0 ? done : -EAGAIN, .failed = wait_all || done == 0};
  if (!wait_all && done > 0) return Verdict{.result = done};
  // Where the cut was ours there may be room now, and no event would tell.
  if (cut) hold(operation);
  return std::nullopt;
}

SimKernel::Attempt SimKernel::read(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  if (submission.flags & uapi::sqe_buffer_select) return read_pooled(operation);
  bool const from_file = SimFiles::is_file(operation.socket);
  if (from_file && chance().once_in(options().file_error_once_in))
    return Verdict{.result = -EIO, .failed = true};
  std::uint32_t size = submission.size;
  bool const may_cut = size > 0 && !(from_file && files().moves_whole(operation.socket));
  if (may_cut && chance().once_in(options().short_receive_once_in))
    size = static_cast<std::uint32_t>(chance().between(1, size));
  auto* const out = pointer<std::byte>(submission.address);
  int const count = from_file ? files().read(operation.socket, out, size, submission.offset)
                              : network().receive(operation.socket, out, size);
  if (count == -EAGAIN) return std::nullopt;
  bool const whole = count >= 0 && static_cast<std::uint32_t>(count) == submission.size;
  return Verdict{.result = count, .failed = !whole};
}

SimKernel::Attempt SimKernel::write(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  bool const to_file = SimFiles::is_file(operation.socket);
  if (to_file && chance().once_in(options().file_error_once_in))
    return Verdict{.result = -EIO, .failed = true};
  std::uint32_t size = submission.size;
  bool const may_cut = size > 0 && !(to_file && files().moves_whole(operation.socket));
  if (may_cut && chance().once_in(options().short_send_once_in))
    size = static_cast<std::uint32_t>(chance().between(1, size));
  auto* const data = pointer<std::byte>(submission.address);
  iovec const part{data, size};
  int const count = to_file ? files().write(operation.socket, data, size, submission.offset)
                            : network().send(operation.socket, {&part, 1});
  if (count == -EAGAIN) return std::nullopt;
  bool const whole = count >= 0 && static_cast<std::uint32_t>(count) == submission.size;
  return Verdict{.result = count, .failed = !whole};
}

SimKernel::Attempt SimKernel::close(Operation& operation) {
  int const descriptor = operation.submission.descriptor;
  SocketId const socket = socket_of(descriptor);
  if (socket == 0) return Verdict{.result = -EBADF, .failed = true};
  if (descriptor < sim_descriptor_first) {
    release(std::exchange(standard_[static_cast<std::size_t>(descriptor)], 0));
    return Verdict{};
  }
  descriptors_[static_cast<std::size_t>(descriptor - sim_descriptor_first)] = 0;
  WEIR_ASSERT(descriptor_count_ > 0);
  --descriptor_count_;
  // Operations that still wait on the socket keep it open: closing does not cancel them.
  release(socket);
  return Verdict{};
}

// What is true when it is submitted, then what becomes true, edge by edge.
SimKernel::Attempt SimKernel::poll(Operation& operation, std::uint32_t events) {
  std::uint32_t const wanted = operation.submission.operation_flags | POLLERR | POLLHUP;
  if (operation.started && !(events & wanted)) return std::nullopt;
  operation.started = true;
  std::uint32_t const mask = readiness(operation.socket) & wanted;
  if (mask == 0) return std::nullopt;
  Verdict const verdict{.result = static_cast<std::int32_t>(mask)};
  if (!(operation.submission.size & uapi::poll_multishot)) return verdict;
  if (!post_more(operation, verdict)) return verdict;
  return std::nullopt;
}

}  // namespace weir
