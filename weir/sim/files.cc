#include "weir/sim/files.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "weir/base/assert.h"
#include "weir/ring/completion.h"
#include "weir/ring/files.h"

namespace weir {

namespace {

// What O_DIRECT wants every offset, size and address to be a multiple of.
constexpr std::uint64_t direct_block_size = 512;

bool reads(int flags) { return (flags & O_ACCMODE) != O_WRONLY; }
bool writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY; }

bool is_aligned(std::byte const* data, std::uint32_t size, std::uint64_t offset) {
  std::uint64_t const address = reinterpret_cast<std::uintptr_t>(data);
  return (address | size | offset) % direct_block_size == 0;
}

}  // namespace

SimFiles::SimFiles(Chance& chance) : chance_(chance) {
  make_pipe(standard_input);
  put(standard_output, "");
}

// ---- for tests ----------------------------------------------------------------------------------

SimNode& SimFiles::named(std::string_view path) {
  SimNode* const node = tree_.find(path);
  WEIR_ASSERT(node != nullptr);
  return *node;
}

SimNode& SimFiles::pipe(std::string_view path) {
  SimNode& node = named(path);
  WEIR_ASSERT(node.kind == Kind::pipe);
  return node;
}

void SimFiles::put(std::string_view path, std::string_view content) {
  SimNode& file = tree_.put(path, Kind::file);
  WEIR_ASSERT(!file.is_directory());
  file.kind = Kind::file;  // a standard input that was a pipe, say
  file.content = content;
  file.certain = content;
}

std::string const& SimFiles::content(std::string_view path) { return named(path).content; }

void SimFiles::make_pipe(std::string_view path) { tree_.put(path, Kind::pipe).kind = Kind::pipe; }

void SimFiles::feed(std::string_view path, std::string_view bytes) {
  SimNode& fed = pipe(path);
  WEIR_ASSERT(!fed.ended);
  fed.content += bytes;
  touch(fed);
}

void SimFiles::end(std::string_view path) {
  SimNode& ended = pipe(path);
  ended.ended = true;
  touch(ended);
}

std::string SimFiles::take(std::string_view path) {
  SimNode& from = pipe(path);
  std::string taken = std::exchange(from.content, {});
  touch(from);
  return taken;
}

void SimFiles::abandon(std::string_view path) {
  SimNode& abandoned = pipe(path);
  abandoned.abandoned = true;
  touch(abandoned);
}

void SimFiles::crash() {
  WEIR_ASSERT(opens_.empty());
  tree_.crash();
}

void SimFiles::touch(SimNode const& node) {
  for (auto const& [id, open] : opens_) {
    if (open.node == &node && open.owner != nullptr)
      open.owner->touched(id, POLLIN | POLLOUT | POLLHUP | POLLERR);
  }
}

// ---- open files ---------------------------------------------------------------------------------

SocketId SimFiles::add(SimNode& node, int flags, SocketOwner* owner) {
  SocketId const id = file_bit | ++opened_count_;
  opens_[id] = {&node, flags, owner, 0, 1};
  tree_.retain(node);
  return id;
}

int SimFiles::check_open(FileTree::Place const& place, int flags) const {
  if ((flags & O_TMPFILE) == O_TMPFILE) return -EOPNOTSUPP;
  bool const makes = (flags & O_CREAT) != 0;
  if (place.node == nullptr) {
    if (!makes || place.directory->removed) return -ENOENT;
    return place.wants_directory ? -EISDIR : 0;
  }
  if (makes && (flags & O_EXCL) != 0) return -EEXIST;
  bool const is_directory = place.node->is_directory();
  if (is_directory && (makes || writes(flags))) return -EISDIR;
  return !is_directory && (flags & O_DIRECTORY) != 0 ? -ENOTDIR : 0;
}

SocketId SimFiles::open(SocketId directory, std::string_view path, int flags, SocketOwner* owner,
                        int* error) {
  FileTree::Place place;
  *error = -find(directory, path, place);
  if (*error == 0) *error = -check_open(place, flags);
  if (*error != 0) return 0;
  if (place.node == nullptr) {
    place.node = &tree_.make(Kind::file);
    tree_.add(*place.directory, place.name, *place.node);
  }
  SimNode& node = *place.node;
  if (node.kind == Kind::file && (flags & O_TRUNC) != 0) node.content.clear();
  return add(node, flags, owner);
}

SocketId SimFiles::open(std::string_view path, FileUse use, SocketOwner* owner, int* error) {
  return open(0, path, open_flags(use), owner, error);
}

std::array<SocketId, 2> SimFiles::open_pipe(SocketOwner* owner) {
  SimNode& node = tree_.make(Kind::pipe);
  node.anonymous = true;
  node.readers = node.writers = 1;
  return {add(node, O_RDONLY, owner), add(node, O_WRONLY, owner)};
}

SimFiles::Open& SimFiles::get(SocketId id) {
  auto const found = opens_.find(id);
  WEIR_ASSERT(found != opens_.end());
  return found->second;
}

void SimFiles::retain(SocketId id) { ++get(id).references; }

void SimFiles::release(SocketId id) {
  Open& open = get(id);
  WEIR_ASSERT(open.references > 0);
  if (--open.references > 0) return;
  SimNode& node = *open.node;
  if (node.anonymous && reads(open.flags) && --node.readers == 0) node.abandoned = true;
  if (node.anonymous && writes(open.flags) && --node.writers == 0) node.ended = true;
  opens_.erase(id);
  if (node.anonymous) touch(node);
  tree_.release(node);
}

// ---- reading and writing ------------------------------------------------------------------------

int SimFiles::read(SocketId id, std::byte* out, std::uint32_t size, std::uint64_t offset) {
  Open& open = get(id);
  if (!reads(open.flags)) return -EBADF;
  switch (open.node->kind) {
    case Kind::file:
      return read_file(open, out, size, offset);
    case Kind::directory:
      return -EISDIR;
    case Kind::pipe:
      return read_pipe(*open.node, out, size);
    case Kind::signals:
      return read_signal(*open.node, out, size);
    case Kind::process:
      break;
  }
  return -EINVAL;
}

int SimFiles::write(SocketId id, std::byte const* data, std::uint32_t size, std::uint64_t offset) {
  Open& open = get(id);
  if (!writes(open.flags)) return -EBADF;
  if (open.node->kind == Kind::pipe) return write_pipe(*open.node, data, size);
  if (open.node->kind == Kind::file) return write_file(open, data, size, offset);
  return -EINVAL;
}

int SimFiles::read_pipe(SimNode& pipe, std::byte* out, std::uint32_t size) {
  if (pipe.content.empty()) return pipe.ended ? 0 : -EAGAIN;
  size = static_cast<std::uint32_t>(std::min<std::size_t>(size, pipe.content.size()));
  std::memcpy(out, pipe.content.data(), size);
  pipe.content.erase(0, size);
  touch(pipe);
  return static_cast<int>(size);
}

int SimFiles::write_pipe(SimNode& pipe, std::byte const* data, std::uint32_t size) {
  if (pipe.abandoned) return -EPIPE;
  std::size_t const room = pipe_bytes_max - std::min(pipe_bytes_max, pipe.content.size());
  if (room == 0) return -EAGAIN;
  size = static_cast<std::uint32_t>(std::min<std::size_t>(size, room));
  pipe.content.append(reinterpret_cast<char const*>(data), size);
  touch(pipe);
  return static_cast<int>(size);
}

int SimFiles::read_file(Open& open, std::byte* out, std::uint32_t size, std::uint64_t offset) {
  std::string const& content = open.node->content;
  std::uint64_t const from = offset == stream_position ? open.position : offset;
  if ((open.flags & O_DIRECT) != 0 && !is_aligned(out, size, from)) return -EINVAL;
  if (from >= content.size()) return 0;
  size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, content.size() - from));
  std::memcpy(out, content.data() + from, size);
  if (offset == stream_position) open.position += size;
  return static_cast<int>(size);
}

int SimFiles::write_file(Open& open, std::byte const* data, std::uint32_t size,
                         std::uint64_t offset) {
  std::string& content = open.node->content;
  bool const appends = (open.flags & O_APPEND) != 0;
  std::uint64_t from = offset == stream_position ? open.position : offset;
  if (appends) from = content.size();
  if ((open.flags & O_DIRECT) != 0 && !is_aligned(data, size, from)) return -EINVAL;
  // What it overwrites takes no room.
  std::uint64_t const size_before = content.size();
  std::uint64_t const disk = chance_.options.disk_bytes_max;
  std::uint64_t const room =
      disk - std::min(disk, tree_.file_bytes()) + (size_before - std::min(size_before, from));
  if (room == 0) return -ENOSPC;
  size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, room));
  if (from + size > size_before) content.resize(from + size);
  std::memcpy(content.data() + from, data, size);
  if (offset == stream_position) open.position = from + size;
  return static_cast<int>(size);
}

// As much as can be moved without waiting for either side.
int SimFiles::splice(SocketId from, std::uint64_t from_offset, SocketId to, std::uint64_t to_offset,
                     std::uint32_t size) {
  Open const& source = get(from);
  Open const& target = get(to);
  if (!reads(source.flags) || !writes(target.flags)) return -EBADF;
  bool const from_pipe = source.node->kind == Kind::pipe;
  bool const to_pipe = target.node->kind == Kind::pipe;
  if (!from_pipe && !to_pipe) return -EINVAL;
  if (source.node == target.node) return -EINVAL;
  if (from_pipe && from_offset != stream_position) return -ESPIPE;
  if (to_pipe && to_offset != stream_position) return -ESPIPE;
  if (from_pipe) {
    SimNode& pipe = *source.node;
    if (pipe.content.empty()) return pipe.ended ? 0 : -EAGAIN;
    size = static_cast<std::uint32_t>(std::min<std::size_t>(size, pipe.content.size()));
    int const moved =
        write(to, reinterpret_cast<std::byte const*>(pipe.content.data()), size, to_offset);
    if (moved > 0) pipe.content.erase(0, static_cast<std::size_t>(moved));
    if (moved > 0) touch(pipe);
    return moved;
  }
  SimNode const& pipe = *target.node;
  if (pipe.abandoned) return -EPIPE;
  std::size_t const room = pipe_bytes_max - std::min(pipe_bytes_max, pipe.content.size());
  if (room == 0) return -EAGAIN;
  std::vector<std::byte> bytes(std::min<std::size_t>(size, room));
  int const count = read(from, bytes.data(), static_cast<std::uint32_t>(bytes.size()), from_offset);
  if (count <= 0) return count;
  int const moved = write(to, bytes.data(), static_cast<std::uint32_t>(count), stream_position);
  WEIR_ASSERT(moved == count);
  return moved;
}

int SimFiles::sync(SocketId id) {
  SimNode& node = *get(id).node;
  if (node.kind != Kind::file && node.kind != Kind::directory) return -EINVAL;
  tree_.sync(node);
  return 0;
}

std::uint32_t SimFiles::readiness(SocketId id) const {
  auto const found = opens_.find(id);
  WEIR_ASSERT(found != opens_.end());
  SimNode const& node = *found->second.node;
  int const flags = found->second.flags;
  switch (node.kind) {
    case Kind::file:
    case Kind::directory:
      return POLLIN | POLLOUT;
    case Kind::signals:
      return node.pending != 0 ? POLLIN : 0;
    case Kind::process: {
      auto const process = processes_.find(node.process);
      return process == processes_.end() || process->second.ended ? POLLIN : 0;
    }
    case Kind::pipe:
      break;
  }
  std::uint32_t events = 0;
  if (reads(flags) && !node.content.empty()) events |= POLLIN;
  if (reads(flags) && node.ended) events |= POLLHUP;
  if (writes(flags) && node.content.size() < pipe_bytes_max) events |= POLLOUT;
  if (writes(flags) && node.abandoned) events |= POLLERR;
  return events;
}

std::string SimFiles::describe() const {
  std::string text;
  for (auto const& [id, open] : opens_) {
    text += "  open file " + std::to_string(id & ~file_bit) + ": at " +
            std::to_string(open.position) + " of " + std::to_string(open.node->content.size()) +
            " bytes" + (open.node->kind == Kind::pipe ? " in a pipe" : "") + "\n";
  }
  return text;
}

}  // namespace weir
