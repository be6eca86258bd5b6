#include "weir/ring/prepare.h"

#include <bit>

#include "weir/ring/buffer_pool.h"
#include "weir/ring/kernel.h"

namespace weir {

// POLL_ADD swaps the halves of its mask on big-endian machines; nobody has asked for one yet.
static_assert(std::endian::native == std::endian::little);

namespace {

std::uint64_t number(void const* address) { return reinterpret_cast<std::uintptr_t>(address); }

void prepare_accept(Completion const& completion, uapi::Sqe& submission) {
  submission.opcode = uapi::op_accept;
  if (!completion.once) submission.priority = uapi::accept_multishot;
  submission.operation_flags = completion.flags;
}

void prepare_connect(Completion const& completion, uapi::Sqe& submission) {
  submission.opcode = uapi::op_connect;
  submission.address = number(completion.address.raw());
  submission.offset = completion.address.raw_size();
}

void prepare_receive(Completion const& completion, uapi::Sqe& submission) {
  submission.opcode = uapi::op_recv;
  submission.operation_flags = completion.flags;
  if (completion.pool != nullptr) {
    WEIR_ASSERT(completion.data == nullptr);
    if (!completion.once) {
      submission.priority = uapi::receive_multishot;
      if (completion.pool->bundles()) submission.priority |= uapi::receive_bundle;
    }
    submission.size = completion.size;  // 0: as much as fits
    submission.flags = uapi::sqe_buffer_select;
    submission.buffer_group = completion.pool->group();
  } else {
    WEIR_ASSERT(completion.size > 0);
    submission.address = number(completion.data);
    submission.size = completion.size;
  }
}

// Asks for room for every kind of name, and with MSG_TRUNC for the size of what does not fit.
void prepare_receive_datagrams(Completion& completion, uapi::Sqe& submission) {
  completion.message.msg_namelen = uapi::received_name_size;
  submission.opcode = uapi::op_recvmsg;
  submission.address = number(&completion.message);
  submission.size = 1;
  submission.operation_flags = MSG_TRUNC;
  submission.priority = uapi::receive_multishot;
  submission.flags = uapi::sqe_buffer_select;
  submission.buffer_group = completion.pool->group();
}

void prepare_send(Completion& completion, uapi::Sqe& submission) {
  msghdr const& message = completion.message;
  if (message.msg_iovlen == 1 && message.msg_name == nullptr) {
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

void prepare_send_zero_copy(Completion& completion, uapi::Sqe& submission) {
  WEIR_ASSERT(!completion.silent_success);  // the end of it is always told
  prepare_send(completion, submission);
  bool const one_part = submission.opcode == uapi::op_send;
  submission.opcode = one_part ? uapi::op_send_zero_copy : uapi::op_sendmsg_zero_copy;
}

void prepare_transfer(Completion const& completion, uapi::Sqe& submission) {
  WEIR_ASSERT(completion.size > 0 || completion.pool != nullptr);
  bool const reads = completion.opcode == Opcode::read;
  submission.opcode = reads ? uapi::op_read : uapi::op_write;
  if (completion.other >= 0) {
    submission.opcode = reads ? uapi::op_read_fixed : uapi::op_write_fixed;
    submission.buffer_group = static_cast<std::uint16_t>(completion.other);
  }
  if (completion.pool != nullptr) {
    submission.flags = uapi::sqe_buffer_select;
    submission.buffer_group = completion.pool->group();
  }
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
  } else if (completion.descriptor < 0) {
    submission.operation_flags |= uapi::cancel_any;
  } else {
    WEIR_ASSERT(completion.descriptor >= 0);
    submission.operation_flags |= uapi::cancel_by_descriptor;
  }
}

void prepare_message(Completion const& completion, uapi::Sqe& submission) {
  submission.opcode = uapi::op_msg_ring;
  if (completion.opcode == Opcode::wake_ring) {
    submission.offset = user_data_nobody;  // a completion there that nobody asks for
  } else {
    submission.offset = completion.offset << user_data_tag_bits | user_data_value;
    submission.size = completion.size;
  }
}

}  // namespace

uapi::Sqe prepare(Completion& completion) {
  uapi::Sqe submission{};
  submission.descriptor = completion.descriptor;
  submission.user_data = user_data_of(completion);
  switch (completion.opcode) {
    case Opcode::accept:
      prepare_accept(completion, submission);
      break;
    case Opcode::receive:
      prepare_receive(completion, submission);
      break;
    case Opcode::connect:
      prepare_connect(completion, submission);
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
    case Opcode::receive_datagrams:
      prepare_receive_datagrams(completion, submission);
      break;
    case Opcode::send_zero_copy:
      prepare_send_zero_copy(completion, submission);
      break;
    case Opcode::wake_ring:
    case Opcode::post_value:
      prepare_message(completion, submission);
      break;
    case Opcode::shut_down:
      submission.opcode = uapi::op_shutdown;
      submission.size = completion.flags;
      break;
    case Opcode::open:
    case Opcode::open_beneath:
    case Opcode::fsync:
    case Opcode::rename:
    case Opcode::unlink:
    case Opcode::mkdir:
    case Opcode::statx:
    case Opcode::splice:
    case Opcode::poll_once:
    case Opcode::wait_for_child:
    case Opcode::futex_wait:
    case Opcode::futex_wake:
    case Opcode::link_timeout:
    case Opcode::nop:
      prepare_file(completion, submission);
      break;
    case Opcode::raw:  // comes with its own
    case Opcode::timeout:
    case Opcode::receive_values:
      WEIR_ASSERT(!"an operation that is no submission of the ring's");
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

static_assert(alignof(Completion) > user_data_tags);

std::uint64_t user_data_of(Completion const& completion) {
  std::uint64_t const user_data = number(&completion);
  WEIR_ASSERT(user_data > user_data_kernel);
  return user_data;
}

Completion& completion_of(std::uint64_t user_data) {
  WEIR_ASSERT(user_data > user_data_kernel);
  WEIR_ASSERT((user_data & user_data_tags) == 0);
  return *reinterpret_cast<Completion*>(static_cast<std::uintptr_t>(user_data));
}

}  // namespace weir
