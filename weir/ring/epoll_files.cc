#include "weir/ring/epoll_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "weir/base/assert.h"
#include "weir/ring/completion.h"

namespace weir {

namespace {

template <class T>
T* pointer(std::uint64_t address) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(address));
}

std::int32_t result_of(long returned) {
  return returned < 0 ? -errno : static_cast<std::int32_t>(returned);
}

// Never waits for the other end of a named pipe: io_uring tries it like this, too.
std::int32_t open(uapi::Sqe const& submission) {
  char const* const path = pointer<char const>(submission.address);
  int const flags = static_cast<int>(submission.operation_flags);
  bool const adds = (flags & (O_NONBLOCK | O_PATH)) == 0;
  int const descriptor =
      ::openat(submission.descriptor, path, adds ? flags | O_NONBLOCK : flags, submission.size);
  if (descriptor < 0) return -errno;
  if (adds) ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  return descriptor;
}

std::int32_t sync(uapi::Sqe const& submission) {
  bool const data_only = (submission.operation_flags & uapi::fsync_data_only) != 0;
  return result_of(data_only ? ::fdatasync(submission.descriptor) : ::fsync(submission.descriptor));
}

std::int32_t rename(uapi::Sqe const& submission) {
  return result_of(::renameat2(submission.descriptor, pointer<char const>(submission.address),
                               static_cast<int>(submission.size),
                               pointer<char const>(submission.offset), submission.operation_flags));
}

std::int32_t splice(uapi::Sqe const& submission) {
  auto from_offset = static_cast<off64_t>(submission.address);
  auto to_offset = static_cast<off64_t>(submission.offset);
  return result_of(::splice(static_cast<int>(submission.file_index),
                            submission.address == stream_position ? nullptr : &from_offset,
                            submission.descriptor,
                            submission.offset == stream_position ? nullptr : &to_offset,
                            submission.size, submission.operation_flags));
}

std::optional<std::int32_t> attempt(uapi::Sqe const& submission) {
  char const* const path = pointer<char const>(submission.address);
  switch (submission.opcode) {
    case uapi::op_openat:
      return open(submission);
    case uapi::op_openat2:
      return result_of(::syscall(SYS_openat2, submission.descriptor, path,
                                 pointer<uapi::OpenHow>(submission.offset), submission.size));
    case uapi::op_fsync:
      return sync(submission);
    case uapi::op_renameat:
      return rename(submission);
    case uapi::op_unlinkat:
      return result_of(
          ::unlinkat(submission.descriptor, path, static_cast<int>(submission.operation_flags)));
    case uapi::op_mkdirat:
      return result_of(::mkdirat(submission.descriptor, path, submission.size));
    case uapi::op_statx:
      return result_of(::statx(submission.descriptor, path,
                               static_cast<int>(submission.operation_flags), submission.size,
                               pointer<struct statx>(submission.offset)));
    case uapi::op_splice:
      return splice(submission);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::int32_t> carry_out_file_operation(uapi::Sqe const& submission) {
  std::optional<std::int32_t> result;
  do result = attempt(submission);
  while (result == -EINTR);
  return result;
}

}  // namespace weir
