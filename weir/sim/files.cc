#include "weir/sim/files.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "weir/base/assert.h"
#include "weir/ring/completion.h"

namespace weir {

SimFiles::SimFiles(Chance& chance) : chance_(chance) {
  make_pipe(standard_input);
  put(standard_output, "");
}

// ---- for tests ----------------------------------------------------------------------------------

SimFiles::Node& SimFiles::node(std::string_view path) {
  auto const found = nodes_.find(path);
  WEIR_ASSERT(found != nodes_.end());
  return found->second;
}

void SimFiles::put(std::string_view path, std::string_view content) {
  Node& file = nodes_[std::string(path)];
  file.content = content;
  file.pipe = false;
}

std::string const& SimFiles::content(std::string_view path) const {
  auto const found = nodes_.find(path);
  WEIR_ASSERT(found != nodes_.end());
  return found->second.content;
}

void SimFiles::make_pipe(std::string_view path) { nodes_[std::string(path)].pipe = true; }

void SimFiles::feed(std::string_view path, std::string_view bytes) {
  Node& pipe = node(path);
  WEIR_ASSERT(pipe.pipe);
  WEIR_ASSERT(!pipe.ended);
  pipe.content += bytes;
  touch(pipe);
}

void SimFiles::end(std::string_view path) {
  Node& pipe = node(path);
  WEIR_ASSERT(pipe.pipe);
  pipe.ended = true;
  touch(pipe);
}

std::string SimFiles::take(std::string_view path) {
  Node& pipe = node(path);
  WEIR_ASSERT(pipe.pipe);
  std::string taken;
  std::swap(taken, pipe.content);
  touch(pipe);
  return taken;
}

void SimFiles::abandon(std::string_view path) {
  Node& pipe = node(path);
  WEIR_ASSERT(pipe.pipe);
  pipe.abandoned = true;
  touch(pipe);
}

void SimFiles::touch(Node const& node) {
  for (auto const& [id, open] : opens_)
    if (open.node == &node && open.owner != nullptr) open.owner->touched(id, POLLIN | POLLOUT);
}

// ---- for kernels --------------------------------------------------------------------------------

SocketId SimFiles::open(std::string_view path, FileUse use, SocketOwner* owner, int* error) {
  auto found = nodes_.find(path);
  if (found == nodes_.end()) {
    *error = ENOENT;
    if (use == FileUse::read || path.empty()) return 0;
    found = nodes_.try_emplace(std::string(path)).first;
  }
  Node& file = found->second;
  if (use == FileUse::write && !file.pipe) file.content.clear();
  SocketId const id = file_bit | ++opened_count_;
  opens_[id] = {&file, use, owner, 0, 1};
  return id;
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
  if (--open.references == 0) opens_.erase(id);
}

int SimFiles::read(SocketId id, std::byte* out, std::uint32_t size, std::uint64_t offset) {
  Open& open = get(id);
  Node& file = *open.node;
  if (open.use != FileUse::read) return -EBADF;
  if (file.pipe) {
    if (file.content.empty()) return file.ended ? 0 : -EAGAIN;
    size = static_cast<std::uint32_t>(std::min<std::size_t>(size, file.content.size()));
    std::memcpy(out, file.content.data(), size);
    file.content.erase(0, size);
    return static_cast<int>(size);
  }
  std::uint64_t const from = offset == stream_position ? open.position : offset;
  if (from >= file.content.size()) return 0;
  size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, file.content.size() - from));
  std::memcpy(out, file.content.data() + from, size);
  if (offset == stream_position) open.position += size;
  return static_cast<int>(size);
}

int SimFiles::write(SocketId id, std::byte const* data, std::uint32_t size, std::uint64_t offset) {
  Open& open = get(id);
  Node& file = *open.node;
  auto const* const bytes = reinterpret_cast<char const*>(data);
  if (open.use == FileUse::read) return -EBADF;
  if (file.pipe) {
    if (file.abandoned) return -EPIPE;
    std::size_t const room = pipe_bytes_max - std::min(pipe_bytes_max, file.content.size());
    if (room == 0) return -EAGAIN;
    size = static_cast<std::uint32_t>(std::min<std::size_t>(size, room));
    file.content.append(bytes, size);
    return static_cast<int>(size);
  }
  bool const moves = offset == stream_position && open.use != FileUse::append;
  std::uint64_t from = moves ? open.position : offset;
  if (open.use == FileUse::append) from = file.content.size();
  // What it overwrites takes no room.
  std::uint64_t const size_before = file.content.size();
  std::uint64_t const disk = chance_.options.disk_bytes_max;
  std::uint64_t const room =
      disk - std::min(disk, disk_bytes()) + (size_before - std::min(size_before, from));
  if (room == 0) return -ENOSPC;
  size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, room));
  if (from + size > size_before) file.content.resize(from + size);
  std::memcpy(file.content.data() + from, bytes, size);
  if (moves) open.position += size;
  return static_cast<int>(size);
}

std::uint64_t SimFiles::disk_bytes() const {
  std::uint64_t bytes = 0;
  for (auto const& [path, file] : nodes_)
    if (!file.pipe) bytes += file.content.size();
  return bytes;
}

std::uint32_t SimFiles::readiness(SocketId id) const {
  auto const found = opens_.find(id);
  WEIR_ASSERT(found != opens_.end());
  Node const& file = *found->second.node;
  if (!file.pipe) return POLLIN | POLLOUT;
  std::uint32_t events = 0;
  if (!file.content.empty()) events |= POLLIN;
  if (file.ended) events |= POLLHUP;
  if (file.content.size() < pipe_bytes_max) events |= POLLOUT;
  if (file.abandoned) events |= POLLERR;
  return events;
}

std::string SimFiles::describe() const {
  std::string text;
  for (auto const& [id, open] : opens_) {
    text += "  open file " + std::to_string(id & ~file_bit) + ": at " +
            std::to_string(open.position) + " of " + std::to_string(open.node->content.size()) +
            " bytes" + (open.node->pipe ? " in a pipe" : "") + "\n";
  }
  return text;
}

}  // namespace weir
