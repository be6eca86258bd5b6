// What sockets do beside a plain accept, receive or send (io_uring/net.c).
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"
#include "weir/sim/kernel_sim.h"

namespace weir {

namespace {

// Lays a datagram out in a provided buffer of that size, of which the head takes `head_size`.
// Returns how much of the buffer that took.
std::uint32_t lay_out(SimDatagram const& datagram, std::uint32_t head_size, std::byte* memory,
                      std::uint32_t size) {
  std::uint32_t const name_size = datagram.sender.raw_size();
  auto const payload_size = static_cast<std::uint32_t>(datagram.bytes.size());
  std::uint32_t const copied = std::min(payload_size, size - head_size);
  std::uint32_t const flags = copied < payload_size ? std::uint32_t{MSG_TRUNC} : 0;
  uapi::ReceivedMessage const head{name_size, 0, payload_size, flags};
  std::memcpy(memory, &head, sizeof(head));
  std::uint32_t const room = head_size - static_cast<std::uint32_t>(sizeof(head));
  std::memcpy(memory + sizeof(head), datagram.sender.raw(), std::min(name_size, room));
  if (copied > 0) std::memcpy(memory + head_size, datagram.bytes.data(), copied);
  return head_size + copied;
}

}  // namespace

// An empty datagram ends it: to Linux 0 is the end of every receive.
SimKernel::Attempt SimKernel::receive_datagrams(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  WEIR_ASSERT(submission.operation_flags & MSG_TRUNC);
  Verdict const no_buffers{.result = -ENOBUFS, .failed = true};
  auto const found = buffers_.find(submission.buffer_group);
  if (found == buffers_.end()) return no_buffers;
  ProvidedBuffers& buffers = found->second;
  std::uint32_t const head_size =
      static_cast<std::uint32_t>(sizeof(uapi::ReceivedMessage)) + operation.name_size;
  while (true) {
    if (buffers.empty()) return no_buffers;
    bool const readable = network().readiness(operation.socket) & POLLIN;
    if (readable && chance().once_in(options().early_enobufs_once_in)) return no_buffers;
    if (buffers.size() < head_size) return Verdict{.result = -EFAULT, .failed = true};
    SimDatagram datagram;
    int const error = network().receive_datagram(operation.socket, datagram);
    if (error == -EAGAIN) return std::nullopt;
    if (error != 0) return Verdict{.result = error, .failed = true};
    std::uint32_t const used = lay_out(datagram, head_size, buffers.data(), buffers.size());
    Verdict verdict{.result = static_cast<std::int32_t>(used), .flags = buffers.take(used)};
    if (datagram.bytes.empty()) return verdict;
    bool const goes_on = network().readiness(operation.socket) & POLLIN;
    if (goes_on) verdict.flags |= uapi::cqe_socket_nonempty;
    if (!post_more(operation, verdict)) return verdict;
    if (!goes_on) return std::nullopt;
  }
}

// All of it or nothing.
SimKernel::Attempt SimKernel::send_datagram(Operation& operation) {
  int const sent = network().send_datagram(operation.socket, operation.parts, operation.address);
  bool const may_wait = !(operation.submission.operation_flags & MSG_DONTWAIT);
  if (sent == -EAGAIN && may_wait) return std::nullopt;
  return Verdict{.result = sent, .failed = sent < 0};
}

bool SimKernel::is_zero_copy(Operation const& operation) {
  std::uint8_t const opcode = operation.submission.opcode;
  return opcode == uapi::op_send_zero_copy || opcode == uapi::op_sendmsg_zero_copy;
}

SimKernel::Attempt SimKernel::send_zero_copy(Operation& operation) {
  if (network().socket(operation.socket).family == Family::local)
    return Verdict{.result = -EOPNOTSUPP, .failed = true};
  Attempt const sent = send(operation);
  if (!sent || sent->result < 0) return sent;
  operation.done = static_cast<std::uint32_t>(sent->result);
  notify_later(operation);
  return std::nullopt;
}

// What was sent is told now, and that its bytes are free after a while. That holds no socket.
void SimKernel::notify_later(Operation& operation) {
  WEIR_ASSERT(!operation.sent);
  operation.sent = true;
  operation.ending = false;
  post(operation.submission,
       {.result = static_cast<std::int32_t>(operation.done), .flags = uapi::cqe_more});
  let_go_of_socket(operation);
  Duration const delay = chance().between(0, options().delay_max);
  world_.timeline().after(delay, this, [this, number = operation.number] {
    finish(number, {.result = 0, .flags = uapi::cqe_notification});
  });
}

SimKernel::Attempt SimKernel::shut_down(Operation& operation) {
  int const error =
      network().shut_down(operation.socket, static_cast<int>(operation.submission.size));
  return Verdict{.result = error, .failed = error < 0};
}

// The buffers behind one that is full, as long as there is something to put into them. Returns how
// many bytes that were.
std::int32_t SimKernel::fill_bundle(SocketId socket, ProvidedBuffers& buffers) {
  std::int32_t filled = 0;
  // (An end or an error is for the next attempt to find.)
  while (!buffers.empty() && network().socket(socket).inbound.arrived() > 0) {
    std::uint32_t const room = buffers.size();
    int const count = network().receive(socket, buffers.data(), room);
    WEIR_ASSERT(count > 0);
    buffers.take(static_cast<std::uint32_t>(count));
    filled += count;
    if (static_cast<std::uint32_t>(count) < room) break;
  }
  return filled;
}

// Once, into a buffer that the kernel picks; one that gets nothing stays where it is.
SimKernel::Attempt SimKernel::read_pooled(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  auto const found = buffers_.find(submission.buffer_group);
  if (found == buffers_.end() || found->second.empty())
    return Verdict{.result = -ENOBUFS, .failed = true};
  ProvidedBuffers& buffers = found->second;
  bool const from_file = SimFiles::is_file(operation.socket);
  if (from_file && chance().once_in(options().file_error_once_in))
    return Verdict{.result = -EIO, .failed = true};
  std::uint32_t size = buffers.size();
  if (submission.size > 0) size = std::min(size, submission.size);
  if (chance().once_in(options().short_receive_once_in))
    size = static_cast<std::uint32_t>(chance().between(1, size));
  int const count = from_file
                        ? files().read(operation.socket, buffers.data(), size, submission.offset)
                        : network().receive(operation.socket, buffers.data(), size);
  if (count == -EAGAIN) return std::nullopt;
  if (count <= 0) return Verdict{.result = count, .failed = count < 0};
  return Verdict{.result = count, .flags = buffers.take(static_cast<std::uint32_t>(count))};
}

}  // namespace weir
