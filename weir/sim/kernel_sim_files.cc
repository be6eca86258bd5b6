// The operations on files and directories, those that wait for something else than bytes, and
// chains of links, as io_uring does them.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"
#include "weir/sim/kernel_sim.h"

namespace weir {

namespace {

template <class T>
T* pointer(std::uint64_t address) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(address));
}

// Of the directory that the path starts from. (There are no symbolic links here.)
bool leads_out(std::string_view path) {
  if (path.starts_with('/')) return true;
  int depth = 0;
  while (!path.empty()) {
    std::string_view const part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part == "..") --depth;
    else if (!part.empty() && part != ".") ++depth;
    if (depth < 0) return true;
  }
  return false;
}

Error refused(std::string what, int code) {
  WEIR_ASSERT(code > 0);
  return {code, std::move(what) + ": " + std::strerror(code)};
}

}  // namespace

// ---- set-up calls -------------------------------------------------------------------------------

Result<std::vector<DirectoryEntry>> SimKernel::list_directory(std::string const& path,
                                                              std::uint32_t count_max) {
  std::vector<DirectoryEntry> entries;
  if (int const error = files().list(path, entries); error != 0)
    return refused("list " + path, -error);
  if (entries.size() > count_max) return refused("list " + path, EOVERFLOW);
  return entries;
}

Result<std::array<int, 2>> SimKernel::open_pipe() {
  if (descriptor_count_ + 2 > options().descriptor_count_max) return refused("open a pipe", EMFILE);
  std::array<SocketId, 2> const ends = files().open_pipe(this);
  int const reads = add_descriptor(ends[0]);
  return std::array{reads, add_descriptor(ends[1])};
}

Result<int> SimKernel::open_signals(std::span<int const> numbers) {
  for (int const number : numbers) {
    if (number < 1 || number > 64)
      return refused("wait for signal " + std::to_string(number), EINVAL);
  }
  if (descriptors_exhausted()) return refused("open a descriptor for signals", EMFILE);
  return add_descriptor(files().open_signals(numbers, this));
}

int SimKernel::watch_child(std::int32_t process) {
  if (descriptors_exhausted()) return -EMFILE;
  int error = 0;
  SocketId const id = files().open_process(process, this, &error);
  return id == 0 ? -error : add_descriptor(id);
}

int SimKernel::reap_child(int watched, siginfo_t* info) {
  SocketId const id = socket_of(watched);
  WEIR_ASSERT(id != 0);
  int const result = info != nullptr ? files().reap(id, *info) : 0;
  WEIR_ASSERT(result != -EAGAIN);  // it was reported to have ended
  descriptors_[static_cast<std::size_t>(watched - sim_descriptor_first)] = 0;
  --descriptor_count_;
  release(id);
  return result;
}

std::int32_t SimKernel::send_file(int socket, int file, std::uint64_t offset, std::uint32_t size) {
  SocketId const from = socket_of(file);
  SocketId const to = socket_of(socket);
  if (from == 0 || to == 0) return -EBADF;
  if (!SimFiles::is_file(from) || SimFiles::is_file(to)) return -EINVAL;
  if (chance().once_in(options().short_receive_once_in)) return -ENODATA;
  if (chance().once_in(options().short_send_once_in))
    size = static_cast<std::uint32_t>(chance().between(1, size));
  std::vector<std::byte> bytes(std::min<std::uint32_t>(size, 256 * 1024));
  int const count =
      files().read(from, bytes.data(), static_cast<std::uint32_t>(bytes.size()), offset);
  if (count <= 0) return count;
  iovec const part{bytes.data(), static_cast<std::size_t>(count)};
  return network().send(to, {&part, 1});
}

// ---- operations ---------------------------------------------------------------------------------

bool SimKernel::is_file_operation(std::uint8_t opcode) {
  switch (opcode) {
    case uapi::op_openat:
    case uapi::op_openat2:
    case uapi::op_fsync:
    case uapi::op_renameat:
    case uapi::op_unlinkat:
    case uapi::op_mkdirat:
    case uapi::op_statx:
    case uapi::op_splice:
    case uapi::op_waitid:
    case uapi::op_futex_wait:
    case uapi::op_futex_wake:
      return true;
    default:
      return false;
  }
}

// As prepare(), for these.
int SimKernel::prepare_file(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  switch (submission.opcode) {
    case uapi::op_fsync:
    case uapi::op_splice:
      operation.socket = socket_of(submission.descriptor);
      return operation.socket == 0 ? -EBADF : 0;
    case uapi::op_waitid: {
      if (!features.waitid) return -EINVAL;
      int error = 0;
      operation.socket = files().open_process(submission.descriptor, this, &error);
      return -error;
    }
    case uapi::op_futex_wait:
    case uapi::op_futex_wake:
      return features.futex ? 0 : -EINVAL;
    default:
      return 0;
  }
}

SimKernel::Attempt SimKernel::carry_out_file(Operation& operation) {
  uapi::Sqe const& submission = operation.submission;
  switch (submission.opcode) {
    case uapi::op_openat:
    case uapi::op_openat2:
      return open(operation);
    case uapi::op_waitid: {
      int const result = files().reap(operation.socket, *pointer<siginfo_t>(submission.offset));
      if (result == -EAGAIN) return std::nullopt;
      return Verdict{.result = result, .failed = result < 0};
    }
    case uapi::op_futex_wait: {
      if (operation.started) return std::nullopt;
      operation.started = true;
      std::atomic_ref const word(*pointer<std::uint32_t>(submission.address));
      if (word.load() == submission.offset) return std::nullopt;
      return Verdict{.result = -EAGAIN, .failed = true};
    }
    case uapi::op_futex_wake:
      return Verdict{.result = world_.wake_futex(submission.address, submission.offset)};
    case uapi::op_fsync:
    case uapi::op_splice:
      return move_or_sync(operation);
    default: {
      int const result = change_names(submission);
      return Verdict{.result = result, .failed = result < 0};
    }
  }
}

SimKernel::Attempt SimKernel::open(Operation const& operation) {
  uapi::Sqe const& submission = operation.submission;
  Verdict verdict{.failed = true};
  SocketId directory = 0;
  verdict.result = directory_of(submission.descriptor, &directory);
  if (verdict.result == 0 && descriptors_exhausted()) verdict.result = -EMFILE;
  char const* const path = pointer<char const>(submission.address);
  auto flags = static_cast<int>(submission.operation_flags);
  if (submission.opcode == uapi::op_openat2) {
    flags = static_cast<int>(pointer<uapi::OpenHow const>(submission.offset)->flags);
    if (verdict.result == 0 && leads_out(path)) verdict.result = -EXDEV;
  }
  if (verdict.result != 0) return verdict;
  int error = 0;
  SocketId const file = files().open(directory, path, flags, this, &error);
  verdict.result = file == 0 ? -error : add_descriptor(file);
  verdict.failed = file == 0;
  if (file != 0) verdict.opened = verdict.result;
  return verdict;
}

SimKernel::Attempt SimKernel::move_or_sync(Operation const& operation) {
  uapi::Sqe const& submission = operation.submission;
  bool const is_file = SimFiles::is_file(operation.socket);
  if (is_file && chance().once_in(options().file_error_once_in))
    return Verdict{.result = -EIO, .failed = true};
  if (submission.opcode == uapi::op_fsync) {
    int const result = is_file ? files().sync(operation.socket) : -EINVAL;
    return Verdict{.result = result, .failed = result < 0};
  }
  SocketId const from = socket_of(static_cast<int>(submission.file_index));
  int result = -EBADF;
  if (from != 0) result = -EINVAL;
  if (SimFiles::is_file(from) && is_file) {
    result = files().splice(from, submission.address, operation.socket, submission.offset,
                            submission.size);
  }
  bool const whole = result >= 0 && static_cast<std::uint32_t>(result) == submission.size;
  return Verdict{.result = result, .failed = !whole};
}

int SimKernel::directory_of(int descriptor, SocketId* directory) const {
  *directory = descriptor == AT_FDCWD ? 0 : socket_of(descriptor);
  if (descriptor == AT_FDCWD) return 0;
  if (*directory == 0) return -EBADF;
  return SimFiles::is_file(*directory) ? 0 : -ENOTDIR;
}

int SimKernel::change_names(uapi::Sqe const& submission) {
  char const* const path = pointer<char const>(submission.address);
  std::uint32_t const flags = submission.operation_flags;
  SocketId directory = 0;
  if (int const error = directory_of(submission.descriptor, &directory); error != 0) return error;
  switch (submission.opcode) {
    case uapi::op_unlinkat:
      return files().unlink(directory, path, (flags & AT_REMOVEDIR) != 0);
    case uapi::op_mkdirat:
      return files().mkdir(directory, path);
    case uapi::op_statx:
      return files().status(directory, path, (flags & AT_EMPTY_PATH) != 0,
                            *pointer<struct statx>(submission.offset));
    case uapi::op_renameat: {
      SocketId to = 0;
      int const error = directory_of(static_cast<int>(submission.size), &to);
      if (error != 0) return error;
      return files().rename(directory, path, to, pointer<char const>(submission.offset), flags);
    }
    default:
      WEIR_ASSERT(!"no operation on names");
      return -EINVAL;
  }
}

std::uint32_t SimKernel::wake_futex(std::uint64_t address, std::uint64_t count_max) {
  std::vector<std::uint64_t> woken;
  for (auto const& [number, operation] : operations_) {
    if (woken.size() == count_max) break;
    bool const waits = operation.submission.opcode == uapi::op_futex_wait && operation.started;
    if (waits && operation.submission.address == address) woken.push_back(number);
  }
  for (std::uint64_t const number : woken) finish(number, {});
  return static_cast<std::uint32_t>(woken.size());
}

// ---- links --------------------------------------------------------------------------------------

void SimKernel::start(uapi::Sqe const& submission) {
  if (!links_.takes(submission)) return begin(submission);
  links_.submit(submission, is_known(submission));
}

void SimKernel::run_links() {
  links_.run([this](uapi::Sqe const& submission) { begin(submission); },
             [this](uapi::Sqe const& submission, std::int32_t result) {
               post(submission, {.result = result, .failed = true});
             },
             [this](Links::Step const& step) {
               int const missed = cancel(step.target, -1, 0);
               post(step.submission, {.result = missed == 0 ? -ETIME : missed, .failed = true});
             });
  if (links_.empty()) return;
  Instant const next = links_.nearest();
  if (next == never || next == links_until_) return;
  links_until_ = next;
  Instant const now = clock().now();
  world_.timeline().after(std::max(next, now) - now, this, [this] {
    links_until_ = never;
    run_links();
  });
}

}  // namespace weir
