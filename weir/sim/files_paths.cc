// What a simulated disk does with names.
#include <sys/stat.h>

#include <cerrno>

#include "weir/base/assert.h"
#include "weir/sim/files.h"

namespace weir {

namespace {

std::uint16_t mode_of(SimNode::Kind kind) {
  switch (kind) {
    case SimNode::Kind::file:
      return S_IFREG | 0644;
    case SimNode::Kind::directory:
      return S_IFDIR | 0755;
    case SimNode::Kind::pipe:
      return S_IFIFO | 0600;
    case SimNode::Kind::signals:
    case SimNode::Kind::process:
      break;
  }
  return 0600;
}

}  // namespace

int SimFiles::find(SocketId directory, std::string_view path, FileTree::Place& place) {
  SimNode& from = directory == 0 ? tree_.root() : *get(directory).node;
  bool const is_absolute = !path.empty() && path.front() == '/';
  if (!path.empty() && !is_absolute && !from.is_directory()) return -ENOTDIR;
  return tree_.find(from, path, place);
}

int SimFiles::rename(SocketId from_directory, std::string_view from, SocketId to_directory,
                     std::string_view to, std::uint32_t flags) {
  FileTree::Place source;
  FileTree::Place target;
  if (int const error = find(from_directory, from, source); error != 0) return error;
  if (int const error = find(to_directory, to, target); error != 0) return error;
  return tree_.rename(source, target, flags);
}

int SimFiles::unlink(SocketId directory, std::string_view path, bool is_directory) {
  FileTree::Place place;
  if (int const error = find(directory, path, place); error != 0) return error;
  return tree_.unlink(place, is_directory);
}

bool SimFiles::disk_is_full() const { return tree_.file_bytes() >= chance_.options.disk_bytes_max; }

int SimFiles::mkdir(SocketId directory, std::string_view path) {
  FileTree::Place place;
  if (int const error = find(directory, path, place); error != 0) return error;
  if (place.node == nullptr && disk_is_full()) return -ENOSPC;
  return tree_.mkdir(place);
}

int SimFiles::status(SocketId directory, std::string_view path, bool of_descriptor,
                     struct statx& status) {
  FileTree::Place place;
  if (path.empty() && of_descriptor) {
    place.node = directory == 0 ? &tree_.root() : get(directory).node;
  } else if (int const error = find(directory, path, place); error != 0) {
    return error;
  }
  if (place.node == nullptr) return -ENOENT;
  SimNode const& node = *place.node;
  bool const is_file = node.kind == Kind::file;
  status = {};
  status.stx_mask = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_INO | STATX_SIZE | STATX_BLOCKS;
  status.stx_blksize = 4096;
  status.stx_nlink = 1;
  status.stx_mode = mode_of(node.kind);
  status.stx_ino = node.number;
  status.stx_size = is_file ? node.content.size() : 0;
  status.stx_blocks = (status.stx_size + 511) / 512;
  return 0;
}

int SimFiles::list(std::string_view path, std::vector<DirectoryEntry>& entries) {
  FileTree::Place place;
  if (int const error = find(0, path, place); error != 0) return error;
  if (place.node == nullptr) return -ENOENT;
  if (!place.node->is_directory()) return -ENOTDIR;
  entries = FileTree::list(*place.node);
  return 0;
}

}  // namespace weir
