// The operations of Ring on files, directories and pipes, and those that wait for something else
// than bytes.
#include <cerrno>

#include "weir/ring/region.h"
#include "weir/ring/ring.h"

namespace weir {

namespace {

std::uint64_t number(void const* address) { return reinterpret_cast<std::uintptr_t>(address); }

// Arguments that the kernel reads through a pointer of the completion's, and does not write to.
std::byte* argument(void const* address) {
  return static_cast<std::byte*>(const_cast<void*>(address));
}

}  // namespace

// ---- files and directories ----------------------------------------------------------------------

void Ring::path_operation(Completion& completion, Opcode opcode, int directory, char const* path) {
  WEIR_ASSERT(path != nullptr);
  begin(completion, opcode, directory);
  completion.data = argument(path);
  completion.offset = 0;
}

void Ring::open(Completion& completion, char const* path, std::uint32_t flags, std::uint32_t mode,
                int directory) {
  path_operation(completion, Opcode::open, directory, path);
  completion.flags = flags | O_CLOEXEC;
  completion.size = mode;
  submit(completion);
}

void Ring::open_beneath(Completion& completion, char const* path, int directory) {
  path_operation(completion, Opcode::open_beneath, directory, path);
  completion.how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                    .mode = 0,
                    .resolve = uapi::resolve_beneath | uapi::resolve_no_magic_links};
  submit(completion);
}

void Ring::read(Completion& completion, int descriptor, Region const& region, std::byte* data,
                std::uint32_t size, std::uint64_t offset) {
  WEIR_ASSERT(region.contains(data, size));
  begin(completion, Opcode::read, descriptor);
  completion.other = region.index();
  transfer(completion, data, size, offset);
}

void Ring::write(Completion& completion, int descriptor, Region const& region,
                 std::byte const* data, std::uint32_t size, std::uint64_t offset) {
  WEIR_ASSERT(region.contains(data, size));
  begin(completion, Opcode::write, descriptor);
  completion.other = region.index();
  transfer(completion, argument(data), size, offset);
}

void Ring::fsync(Completion& completion, int descriptor) {
  begin(completion, Opcode::fsync, descriptor);
  submit(completion);
}

void Ring::fdatasync(Completion& completion, int descriptor) {
  begin(completion, Opcode::fsync, descriptor);
  completion.flags = uapi::fsync_data_only;
  submit(completion);
}

void Ring::rename(Completion& completion, char const* from, char const* to, std::uint32_t flags,
                  int from_directory, int to_directory) {
  WEIR_ASSERT(to != nullptr);
  path_operation(completion, Opcode::rename, from_directory, from);
  completion.flags = flags;
  completion.offset = number(to);
  completion.other = to_directory;
  submit(completion);
}

void Ring::unlink(Completion& completion, char const* path, int directory) {
  path_operation(completion, Opcode::unlink, directory, path);
  submit(completion);
}

void Ring::rmdir(Completion& completion, char const* path, int directory) {
  path_operation(completion, Opcode::unlink, directory, path);
  completion.flags = AT_REMOVEDIR;
  submit(completion);
}

void Ring::mkdir(Completion& completion, char const* path, std::uint32_t mode, int directory) {
  path_operation(completion, Opcode::mkdir, directory, path);
  completion.size = mode;
  submit(completion);
}

void Ring::statx(Completion& completion, char const* path, struct statx& status, std::uint32_t mask,
                 std::uint32_t flags, int directory) {
  path_operation(completion, Opcode::statx, directory, path);
  completion.offset = number(&status);
  completion.size = mask;
  completion.flags = flags;
  submit(completion);
}

void Ring::splice(Completion& completion, int from, int to, std::uint32_t size,
                  std::uint64_t from_offset, std::uint64_t to_offset) {
  WEIR_ASSERT(size > 0);
  WEIR_ASSERT(size <= INT32_MAX);  // the result is an int32
  begin(completion, Opcode::splice, to);
  completion.other = from;
  completion.data = reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(from_offset));
  completion.size = size;
  completion.offset = to_offset;
  submit(completion);
}

// ---- waiting ------------------------------------------------------------------------------------

void Ring::poll_once(Completion& completion, int descriptor, std::uint32_t events) {
  WEIR_ASSERT(events != 0);
  begin(completion, Opcode::poll_once, descriptor);
  completion.flags = events;
  submit(completion);
}

// Without the operation: polls a descriptor of the process, which becomes readable when it ends. If
// there is none to be had, -1 is polled in its place, which fails in its turn like anything else.
void Ring::wait_for_child(Completion& completion, std::int32_t process, siginfo_t& info) {
  WEIR_ASSERT(process > 0);
  begin(completion, Opcode::wait_for_child, process);
  completion.offset = number(&info);
  completion.flags = features().waitid ? 1 : 0;
  completion.other = -1;
  if (!features().waitid) {
    int const watched = kernel_->watch_child(process);
    completion.descriptor = watched >= 0 ? watched : -1;
    completion.other = watched;
  }
  submit(completion);
}

std::int32_t Ring::reap_child(Completion& completion, std::int32_t result) {
  WEIR_ASSERT(completion.opcode == Opcode::wait_for_child);
  if (completion.flags != 0) return result;
  if (completion.other < 0) return result == -ECANCELED ? result : completion.other;
  auto* const info = reinterpret_cast<siginfo_t*>(static_cast<std::uintptr_t>(completion.offset));
  int const reaped = kernel_->reap_child(completion.other, result < 0 ? nullptr : info);
  return result < 0 ? result : reaped;
}

void Ring::futex_wait(Completion& completion, std::uint32_t const& word, std::uint32_t expected) {
  begin(completion, Opcode::futex_wait, -1);
  completion.data = argument(&word);
  completion.offset = expected;
  completion.other = features().futex ? 1 : 0;
  submit(completion);
}

void Ring::futex_wake(Completion& completion, std::uint32_t const& word, std::uint32_t count) {
  begin(completion, Opcode::futex_wake, -1);
  completion.data = argument(&word);
  completion.offset = count;
  completion.other = features().futex ? 1 : 0;
  submit(completion);
}

void Ring::nop(Completion& completion) {
  begin(completion, Opcode::nop, -1);
  submit(completion);
}

}  // namespace weir
