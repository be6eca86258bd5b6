#include "weir/ring/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "weir/base/assert.h"
#include "weir/ring/completion.h"
#include "weir/ring/sockets.h"

namespace weir {

namespace {

// What a call on a descriptor that is ready may write without waiting. A pipe is ready when a page
// of it is free.
std::size_t write_size_max(int descriptor) {
  struct stat status {};
  bool const is_file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? SIZE_MAX : PIPE_BUF;
}

ssize_t transfer(uapi::Sqe const& submission, int descriptor, bool at_offset) {
  void* const data = reinterpret_cast<void*>(static_cast<std::uintptr_t>(submission.address));
  auto const offset = static_cast<off_t>(submission.offset);
  if (submission.opcode == uapi::op_read) {
    return at_offset ? ::pread(descriptor, data, submission.size, offset)
                     : ::read(descriptor, data, submission.size);
  }
  WEIR_ASSERT(submission.opcode == uapi::op_write);
  std::size_t const size = std::min<std::size_t>(submission.size, write_size_max(descriptor));
  return at_offset ? ::pwrite(descriptor, data, size, offset) : ::write(descriptor, data, size);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

DirectoryEntry::Kind kind_of(dirent const& entry, int directory) {
  using Kind = DirectoryEntry::Kind;
  if (entry.d_type == DT_REG) return Kind::file;
  if (entry.d_type == DT_DIR) return Kind::directory;
  if (entry.d_type != DT_UNKNOWN) return Kind::other;
  // Some file systems do not say.
  struct stat status {};
  if (::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return Kind::other;
  if (S_ISREG(status.st_mode)) return Kind::file;
  return S_ISDIR(status.st_mode) ? Kind::directory : Kind::other;
}

}  // namespace

int open_flags(FileUse use) {
  switch (use) {
    case FileUse::read:
      return O_RDONLY;
    case FileUse::write:
      return O_WRONLY | O_CREAT | O_TRUNC;
    case FileUse::append:
      return O_WRONLY | O_CREAT | O_APPEND;
  }
  WEIR_ASSERT(!"a use that no file is opened for");
  return O_RDONLY;
}

Result<int> open_file_at(std::string const& path, FileUse use) {
  constexpr mode_t everybody_as_umask_allows = 0666;
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), open_flags(use) | O_CLOEXEC, everybody_as_umask_allows);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return system_error("open " + path, errno);
  return descriptor;
}

Result<std::vector<DirectoryEntry>> list_directory_at(std::string const& path,
                                                      std::uint32_t count_max) {
  std::unique_ptr<DIR, CloseDirectory> const directory(::opendir(path.c_str()));
  if (directory == nullptr) return system_error("list " + path, errno);
  std::vector<DirectoryEntry> entries;
  for (;;) {
    errno = 0;
    dirent const* const entry = ::readdir(directory.get());
    if (entry == nullptr && errno != 0) return system_error("list " + path, errno);
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (entries.size() == count_max) return system_error("list " + path, EOVERFLOW);
    entries.push_back({std::move(name), kind_of(*entry, ::dirfd(directory.get()))});
  }
  std::sort(entries.begin(), entries.end(),
            [](auto const& a, auto const& b) { return a.name < b.name; });
  return entries;
}

Result<std::array<int, 2>> open_pipe_pair() {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("open a pipe", errno);
  return ends;
}

// Whether a descriptor waits is a property of what it refers to, which a terminal or a pipe shares
// with other processes: it is not for us to change. So it is asked whether it is ready first.
std::optional<std::int32_t> attempt_file_transfer(uapi::Sqe const& submission, int descriptor) {
  bool const reads = submission.opcode == uapi::op_read;
  bool at_offset = submission.offset != stream_position;
  for (;;) {
    pollfd ready{descriptor, static_cast<short>(reads ? POLLIN : POLLOUT), 0};
    int const count = ::poll(&ready, 1, 0);  // a file is always ready
    if (count == 0) return std::nullopt;
    ssize_t const moved = count < 0 ? -1 : transfer(submission, descriptor, at_offset);
    if (moved >= 0) return static_cast<std::int32_t>(moved);
    if (errno == ESPIPE && at_offset) at_offset = false;  // a pipe knows none: io_uring ignores it
    else if (errno != EINTR) return -errno;
  }
}

}  // namespace weir
