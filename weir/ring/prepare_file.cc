// Submissions of the operations on files and directories, and of those that wait for something else
// than bytes.
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include "weir/ring/prepare.h"

namespace weir {

namespace {

std::uint64_t number(void const* address) { return reinterpret_cast<std::uintptr_t>(address); }

// An opcode that no kernel has: the result is -EINVAL.
constexpr std::uint8_t op_of_no_kernel = 255;

void prepare_path(Completion const& completion, std::uint8_t opcode, uapi::Sqe& submission) {
  submission.opcode = opcode;
  submission.address = number(completion.data);
  submission.size = completion.size;
  submission.offset = completion.offset;
  submission.operation_flags = completion.flags;
}

void prepare_splice(Completion const& completion, uapi::Sqe& submission) {
  submission.opcode = uapi::op_splice;
  submission.file_index = static_cast<std::uint32_t>(completion.other);
  submission.address = number(completion.data);
  submission.offset = completion.offset;
  submission.size = completion.size;
  submission.operation_flags = SPLICE_F_NONBLOCK;
}

void prepare_poll(uapi::Sqe& submission, std::uint32_t events) {
  submission.opcode = uapi::op_poll_add;
  submission.operation_flags = events;
}

void prepare_wait_for_child(Completion const& completion, uapi::Sqe& submission) {
  if (completion.flags == 0) return prepare_poll(submission, POLLIN);
  submission.opcode = uapi::op_waitid;
  submission.size = P_PID;
  submission.offset = completion.offset;
  submission.file_index = WEXITED;
}

void prepare_futex(Completion const& completion, uapi::Sqe& submission) {
  bool const waits = completion.opcode == Opcode::futex_wait;
  submission.opcode = waits ? uapi::op_futex_wait : uapi::op_futex_wake;
  if (completion.other == 0) submission.opcode = op_of_no_kernel;
  submission.descriptor = uapi::futex_private_word;
  submission.address = number(completion.data);
  submission.offset = completion.offset;
  submission.address3 = uapi::futex_match_any;
}

}  // namespace

void prepare_file(Completion const& completion, uapi::Sqe& submission) {
  switch (completion.opcode) {
    case Opcode::open:
      return prepare_path(completion, uapi::op_openat, submission);
    case Opcode::open_beneath:
      submission.opcode = uapi::op_openat2;
      submission.address = number(completion.data);
      submission.offset = number(&completion.how);
      submission.size = sizeof(completion.how);
      break;
    case Opcode::statx:
      return prepare_path(completion, uapi::op_statx, submission);
    case Opcode::unlink:
      return prepare_path(completion, uapi::op_unlinkat, submission);
    case Opcode::mkdir:
      return prepare_path(completion, uapi::op_mkdirat, submission);
    case Opcode::rename:
      prepare_path(completion, uapi::op_renameat, submission);
      submission.size = static_cast<std::uint32_t>(completion.other);
      break;
    case Opcode::fsync:
      submission.opcode = uapi::op_fsync;
      submission.operation_flags = completion.flags;
      break;
    case Opcode::splice:
      return prepare_splice(completion, submission);
    case Opcode::poll_once:
      return prepare_poll(submission, completion.flags);
    case Opcode::wait_for_child:
      return prepare_wait_for_child(completion, submission);
    case Opcode::futex_wait:
    case Opcode::futex_wake:
      return prepare_futex(completion, submission);
    case Opcode::link_timeout:
      submission.opcode = uapi::op_link_timeout;
      submission.address = number(&completion.timespec);
      submission.size = 1;
      submission.operation_flags = uapi::timeout_absolute;
      break;
    case Opcode::nop:
      submission.opcode = uapi::op_nop;
      break;
    default:
      WEIR_ASSERT(!"an opcode of another family");
  }
}

}  // namespace weir
