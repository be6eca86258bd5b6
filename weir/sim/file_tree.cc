#include "weir/sim/file_tree.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "weir/base/assert.h"

namespace weir {

namespace {

constexpr std::size_t name_bytes_max = 255;
constexpr std::size_t path_bytes_max = 4095;

// Whether `node` is `directory` or below it.
bool is_within(SimNode const& node, SimNode const& directory) {
  SimNode const* at = &node;
  while (at != &directory && at->parent != at) at = at->parent;
  return at == &directory;
}

}  // namespace

FileTree::FileTree() : root_(&make(SimNode::Kind::directory)) {
  root_->parent = root_;
  retain(*root_);
}

// ---- nodes --------------------------------------------------------------------------------------

SimNode& FileTree::make(SimNode::Kind kind) {
  SimNode& node = nodes_[++made_count_];
  node.number = made_count_;
  node.kind = kind;
  return node;
}

void FileTree::release(SimNode& node) {
  WEIR_ASSERT(node.references > 0);
  if (--node.references > 0) return;
  forget(node.names);
  forget_certain(node.certain_names);
  nodes_.erase(node.number);
}

void FileTree::forget(SimNode::Names& names) {
  for (auto const& [name, node] : std::exchange(names, {})) release(*node);
}

void FileTree::forget_certain(SimNode::Names& names) {
  for (auto const& [name, node] : names) --node->certain_count;
  forget(names);
}

void FileTree::name_certain(SimNode& directory, std::string const& name, SimNode& node) {
  FileTree::name(directory.certain_names, name, node);
  ++node.certain_count;
}

void FileTree::name(SimNode::Names& names, std::string const& name, SimNode& node) {
  bool const is_new = names.emplace(name, &node).second;
  WEIR_ASSERT(is_new);
  ++node.references;
}

void FileTree::add(SimNode& directory, std::string const& name, SimNode& node) {
  WEIR_ASSERT(directory.is_directory());
  FileTree::name(directory.names, name, node);
  if (!node.is_directory()) return;
  node.parent = &directory;
  node.removed = false;
}

void FileTree::remove(SimNode& directory, std::string const& name) {
  auto const found = directory.names.find(name);
  WEIR_ASSERT(found != directory.names.end());
  SimNode& node = *found->second;
  directory.names.erase(found);
  release(node);
}

void FileTree::remove(Place const& place) {
  WEIR_ASSERT(place.node != nullptr);
  if (place.node->is_directory()) {
    place.node->parent = root_;
    place.node->removed = true;
  }
  remove(*place.directory, place.name);
}

// ---- paths --------------------------------------------------------------------------------------

int FileTree::find(SimNode& from, std::string_view path, Place& place) const {
  if (path.empty()) return -ENOENT;
  if (path.size() > path_bytes_max) return -ENAMETOOLONG;
  SimNode* at = path.front() == '/' ? root_ : &from;
  bool const wants_directory = path.back() == '/';
  place = {};
  while (!path.empty()) {
    std::string_view const part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part.empty()) continue;
    if (part.size() > name_bytes_max) return -ENAMETOOLONG;
    // What came before was not the end of the path.
    if (!place.name.empty() && place.node == nullptr) return -ENOENT;
    if (!at->is_directory()) return -ENOTDIR;
    if (part == "." || part == "..") {
      if (part == "..") at = at->parent;
      place = {};
      continue;
    }
    auto const found = at->names.find(part);
    SimNode* const node = found == at->names.end() ? nullptr : found->second;
    place = {at, std::string(part), node, false};
    if (node != nullptr) at = node;
  }
  if (place.name.empty()) {
    if (!at->is_directory()) return -ENOTDIR;
    place = {at->parent, "", at, true};
  }
  place.wants_directory = place.wants_directory || wants_directory;
  bool const is_other = place.node != nullptr && !place.node->is_directory();
  return place.wants_directory && is_other ? -ENOTDIR : 0;
}

SimNode* FileTree::find(std::string_view path) {
  Place place;
  return find(*root_, path, place) == 0 ? place.node : nullptr;
}

SimNode& FileTree::put(std::string_view path, SimNode::Kind kind) {
  SimNode* directory = root_;
  while (true) {
    std::string const part(path.substr(0, path.find('/')));
    bool const is_last = part.size() == path.size();
    path.remove_prefix(is_last ? path.size() : part.size() + 1);
    if (part.empty() && !is_last) continue;
    WEIR_ASSERT(!part.empty());
    auto const found = directory->names.find(part);
    SimNode* node = found == directory->names.end() ? nullptr : found->second;
    if (node == nullptr) {
      node = &make(is_last ? kind : SimNode::Kind::directory);
      add(*directory, part, *node);
    }
    auto const before = directory->certain_names.extract(part);
    name_certain(*directory, part, *node);
    if (!before.empty()) {
      --before.mapped()->certain_count;
      release(*before.mapped());
    }
    if (is_last) return *node;
    WEIR_ASSERT(node->is_directory());
    directory = node;
  }
}

// ---- what programs do ---------------------------------------------------------------------------

int FileTree::rename(Place const& from, Place const& to, std::uint32_t flags) {
  if ((flags & ~std::uint32_t{RENAME_NOREPLACE}) != 0) return -EINVAL;
  if (from.name.empty() || to.name.empty()) return -EBUSY;
  if (from.node == nullptr) return -ENOENT;
  if (to.node != nullptr && (flags & RENAME_NOREPLACE) != 0) return -EEXIST;
  SimNode& node = *from.node;
  if (!node.is_directory() && (from.wants_directory || to.wants_directory)) return -ENOTDIR;
  if (node.is_directory() && is_within(*to.directory, node)) return -EINVAL;
  if (&node == to.node) return 0;
  if (to.directory->removed) return -ENOENT;
  if (to.node != nullptr) {
    if (node.is_directory() && !to.node->is_directory()) return -ENOTDIR;
    if (!node.is_directory() && to.node->is_directory()) return -EISDIR;
    if (!to.node->names.empty()) return -ENOTEMPTY;
    remove(to);
  }
  add(*to.directory, to.name, node);
  remove(*from.directory, from.name);
  return 0;
}

int FileTree::unlink(Place const& place, bool directory) {
  if (place.name.empty()) return directory ? -EBUSY : -EISDIR;
  if (place.node == nullptr) return -ENOENT;
  if (place.node->is_directory() != directory) return directory ? -ENOTDIR : -EISDIR;
  if (!place.node->names.empty()) return -ENOTEMPTY;
  remove(place);
  return 0;
}

int FileTree::mkdir(Place const& place) {
  if (place.node != nullptr) return -EEXIST;
  if (place.directory->removed) return -ENOENT;
  add(*place.directory, place.name, make(SimNode::Kind::directory));
  return 0;
}

std::vector<DirectoryEntry> FileTree::list(SimNode const& directory) {
  using Kind = DirectoryEntry::Kind;
  std::vector<DirectoryEntry> entries;
  for (auto const& [name, node] : directory.names) {
    Kind const file_or_other = node->kind == SimNode::Kind::file ? Kind::file : Kind::other;
    entries.push_back({name, node->is_directory() ? Kind::directory : file_or_other});
  }
  return entries;
}

std::uint64_t FileTree::file_bytes() const {
  std::uint64_t bytes = 0;
  for (auto const& [number, node] : nodes_)
    if (node.kind == SimNode::Kind::file && node.references > node.certain_count)
      bytes += node.content.size();
  return bytes;
}

// ---- what is certain ----------------------------------------------------------------------------

void FileTree::sync(SimNode& node) {
  if (!node.is_directory()) {
    node.certain = node.content;
    return;
  }
  SimNode::Names before = std::exchange(node.certain_names, {});
  for (auto const& [name, named] : node.names) name_certain(node, name, *named);
  forget_certain(before);
}

void FileTree::crash() {
  std::set<SimNode const*> placed;
  restore(*root_, placed);
}

// A directory that was moved, and only one of the two places is certain to know, stays where it is
// found first: it never is in two.
void FileTree::restore(SimNode& directory, std::set<SimNode const*>& placed) {
  SimNode::Names before = std::exchange(directory.names, {});
  for (auto const& [name, node] : directory.certain_names)
    if (!node->is_directory() || placed.insert(node).second) add(directory, name, *node);
  for (auto const& [name, node] : directory.names) {
    if (node->is_directory()) restore(*node, placed);
    else if (node->kind == SimNode::Kind::file) node->content = node->certain;
  }
  forget(before);
}

}  // namespace weir
