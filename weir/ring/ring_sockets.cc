// The operations of sockets that are neither a plain receive nor a plain send.
#include <sys/socket.h>

#include "weir/ring/datagram.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

// UIO_MAXIOV: of one send.
constexpr std::size_t parts_max = 1024;

}  // namespace

void Ring::receive(Completion& completion, int descriptor, BufferOrPool memory) {
  begin(completion, Opcode::receive, descriptor);
  place_in(completion, std::move(memory));
  submit(completion);
}

void Ring::read(Completion& completion, int descriptor, BufferOrPool memory, std::uint64_t offset) {
  begin(completion, Opcode::read, descriptor);
  completion.offset = offset;
  place_in(completion, std::move(memory));
  submit(completion);
}

// The operation holds the buffer from here on, whoever lets go of what.
void Ring::place_in(Completion& completion, BufferOrPool memory) {
  completion.size = memory.size_;
  if (memory.pool_ != nullptr) {
    // Where such a read has to wait, Linux takes the room out of the buffer before it knows how
    // much of it will be filled.
    WEIR_ASSERT(!memory.pool_->incremental());
    WEIR_ASSERT(memory.size_ <= memory.pool_->size());
    completion.pool = memory.pool_;
    completion.once = true;
    completion.pool->receive_began();
    return;
  }
  WEIR_ASSERT(memory.size_ > 0);
  completion.data = memory.buffer_.data();
  completion.held = memory.buffer_.let_go();
}

void Ring::receive_datagrams(Completion& completion, int descriptor, BufferPool& pool) {
  WEIR_ASSERT(!pool.incremental());  // what is left of a buffer would cut datagrams off
  WEIR_ASSERT(pool.size() > datagram_head_bytes);
  begin(completion, Opcode::receive_datagrams, descriptor);
  completion.message = {};
  completion.pool = &pool;
  pool.receive_began();
  submit(completion);
}

void Ring::gather(Completion& completion, std::span<iovec> parts, std::uint32_t flags) {
  std::size_t size = 0;
  for (iovec const& part : parts) size += part.iov_len;
  WEIR_ASSERT(size <= INT32_MAX);  // the result is an int32
  WEIR_ASSERT(parts.size() <= parts_max);
  completion.flags = flags | MSG_NOSIGNAL;
  completion.size = static_cast<std::uint32_t>(size);
  completion.message = {};
  completion.message.msg_iov = parts.data();
  completion.message.msg_iovlen = parts.size();
}

void Ring::send(Completion& completion, int descriptor, std::span<iovec> parts,
                std::uint32_t flags) {
  begin(completion, Opcode::send, descriptor);
  gather(completion, parts, flags);
  WEIR_ASSERT(completion.size > 0);
  std::uint32_t const never_waits = MSG_DONTWAIT | MSG_WAITALL;
  WEIR_ASSERT(!completion.silent_success || (flags & never_waits) == never_waits);
  submit(completion);
}

void Ring::send_to(Completion& completion, int descriptor, std::span<iovec> parts,
                   Address const& address, std::uint32_t flags) {
  WEIR_ASSERT(!address.empty());
  begin(completion, Opcode::send, descriptor);
  gather(completion, parts, flags | MSG_DONTWAIT);
  completion.message.msg_name = const_cast<sockaddr*>(address.raw());  // which nobody writes to
  completion.message.msg_namelen = address.raw_size();
  submit(completion);
}

void Ring::send_zero_copy(Completion& completion, int descriptor, std::span<iovec> parts,
                          std::uint32_t flags) {
  begin(completion, Opcode::send_zero_copy, descriptor);
  gather(completion, parts, flags);
  WEIR_ASSERT(completion.size > 0);
  submit(completion);
}

void Ring::shut_down(Completion& completion, int descriptor, int how) {
  WEIR_ASSERT(how == SHUT_RD || how == SHUT_WR || how == SHUT_RDWR);
  begin(completion, Opcode::shut_down, descriptor);
  completion.flags = static_cast<std::uint32_t>(how);
  submit(completion);
}

}  // namespace weir
