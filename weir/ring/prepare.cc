#include "weir/ring/prepare.h"

#include <bit>

#include "weir/ring/buffer_pool.h"
#include "weir/ring/kernel.h"

namespace weir {

// POLL_ADD swaps the halves of its mask on big-endian machines; nobody has asked for one yet.
static_assert(std::endian::native == std::endian::little);

namespace {

std::uint64_t number(void const* address) { return reinterpret_cast<std::uintptr_t>(address); }

void prepare_receive(Completion const& completion, uapi::Sqe& submission) {
  submission.opcode = uapi::op_recv;
  submission.operation_flags = completion.flags;
  if (completion.pool != nullptr) {
    WEIR_ASSERT(completion.data == nullptr);
    submission.priority = uapi::receive_multishot;
    submission.flags = uapi::sqe_buffer_select;
    submission.buffer_group = completion.pool->group();
  } else {
    WEIR_ASSERT(completion.size > 0);
    submission.address = number(completion.data);
    submission.size = completion.size;
  }
}

void prepare_send(Completion& completion, uapi::Sqe& submission) {
  msghdr const& message = completion.message;
  WEIR_ASSERT(message.msg_iovlen > 0);
  if (message.msg_iovlen == 1) {
    // One part needs no vector: the kernel copies no msghdr and imports no iovec.
    submission.opcode = uapi::op_send;
    submission.address = number(message.msg_iov->iov_base);
    submission.size = completion.size;
  } else {
    submission.opcode = uapi::op_sendmsg;
    submission.address = number(&completion.message);
    submission.size = 1;
  }
  submission.operation_flags = completion.flags;
  if (completion.silent_success) submission.flags = uapi::sqe_skip_success;
}

void prepare_transfer(Completion const& completion, uapi::Sqe& submission) {
  WEIR_ASSERT(completion.size > 0);
  submission.opcode = completion.opcode == Opcode::read ? uapi::op_read : uapi::op_write;
  submission.address = number(completion.data);
  submission.size = completion.size;
  submission.offset = completion.offset;
}

void prepare_cancel(Completion const& completion, uapi::Sqe& submission) {
  submission.opcode = uapi::op_async_cancel;
  submission.operation_flags = uapi::cancel_all;  // which makes the result a count
  if (completion.target != nullptr) {
    WEIR_ASSERT(completion.descriptor < 0);
    submission.address = user_data_of(*completion.target);
  } else {
    WEIR_ASSERT(completion.descriptor >= 0);
    submission.operation_flags |= uapi::cancel_by_descriptor;
  }
}

}  // namespace

uapi::Sqe prepare(Completion& completion) {
  uapi::Sqe submission{};
  submission.descriptor = completion.descriptor;
  submission.user_data = user_data_of(completion);
  switch (completion.opcode) {
    case Opcode::accept:
      submission.opcode = uapi::op_accept;
      submission.priority = uapi::accept_multishot;
      submission.operation_flags = completion.flags;
      break;
    case Opcode::receive:
      prepare_receive(completion, submission);
      break;
    case Opcode::connect:
      submission.opcode = uapi::op_connect;
      submission.address = number(completion.address.raw());
      submission.offset = completion.address.raw_size();
      break;
    case Opcode::send:
      prepare_send(completion, submission);
      break;
    case Opcode::read:
    case Opcode::write:
      prepare_transfer(completion, submission);
      break;
    case Opcode::close:
      submission.opcode = uapi::op_close;
      break;
    case Opcode::poll:
      submission.opcode = uapi::op_poll_add;
      submission.size = uapi::poll_multishot;
      submission.operation_flags = completion.flags;
      break;
    case Opcode::cancel:
      prepare_cancel(completion, submission);
      break;
    case Opcode::timeout:
      WEIR_ASSERT(completion.opcode != Opcode::timeout);
  }
  return submission;
}

uapi::Sqe prepare_quiet_cancel(std::uint64_t user_data) {
  uapi::Sqe submission{};
  submission.opcode = uapi::op_async_cancel;
  submission.flags = uapi::sqe_skip_success;
  submission.descriptor = -1;
  submission.address = user_data;
  submission.operation_flags = uapi::cancel_all;
  submission.user_data = user_data_nobody;
  return submission;
}

uapi::Sqe prepare_cancel_of_all() {
  uapi::Sqe submission = prepare_quiet_cancel(0);
  submission.operation_flags |= uapi::cancel_any;
  return submission;
}

std::uint64_t user_data_of(Completion const& completion) {
  std::uint64_t const user_data = number(&completion);
  WEIR_ASSERT(user_data > user_data_kernel);
  return user_data;
}

Completion& completion_of(std::uint64_t user_data) {
  WEIR_ASSERT(user_data > user_data_kernel);
  WEIR_ASSERT(user_data % alignof(Completion) == 0);
  return *reinterpret_cast<Completion*>(static_cast<std::uintptr_t>(user_data));
}

}  // namespace weir
