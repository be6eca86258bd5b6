// The disk of a simulated world: nodes, and directories that give them names.
//
//     root ── "data" ──▶ file          a node lives as long as it has a name, is open, or a crash
//        └─── "log" ───▶ directory     would bring it back
//                           └── "1" ──▶ file
//
// It has what is there and what is on the disk for certain: sync() of a file makes its bytes
// certain, sync() of a directory the names in it. crash() goes back to what is certain, which is
// the worst that a disk may do to those who have not asked for more.
//
// Calls are the system calls of the same names and return what Linux would: 0, or -errno.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weir/ring/directory_entry.h"

namespace weir {

// What a name stands for, or a descriptor without one.
struct SimNode {
  enum class Kind : std::uint8_t { file, directory, pipe, signals, process };
  using Names = std::map<std::string, SimNode*, std::less<>>;

  std::uint64_t number = 0;
  Kind kind = Kind::file;
  std::uint32_t references = 0;     // names, certain names, and open files
  std::uint32_t certain_count = 0;  // the certain names among them

  std::string content;  // of a file; on the way through a pipe
  std::string certain;  // of a file

  Names names;
  Names certain_names;
  SimNode* parent = nullptr;  // of a directory; the root's is the root
  bool removed = false;       // of a directory: nothing can be made in it any more

  // Of a pipe. One that has no name counts its ends.
  bool ended = false;      // nothing more is fed
  bool abandoned = false;  // nobody reads it
  bool anonymous = false;
  std::uint32_t writers = 0;
  std::uint32_t readers = 0;

  std::uint64_t signals = 0;  // those it tells of, a bit each
  std::uint64_t pending = 0;  // those that have come

  std::int32_t process = 0;

  bool is_directory() const { return kind == Kind::directory; }
};

class FileTree {
 public:
  FileTree();
  FileTree(FileTree const&) = delete;
  FileTree& operator=(FileTree const&) = delete;

  SimNode& root() { return *root_; }
  // Without a name yet, and without a reference.
  SimNode& make(SimNode::Kind kind);
  void retain(SimNode& node) { ++node.references; }
  void release(SimNode& node);

  // Where a path leads.
  struct Place {
    SimNode* directory = nullptr;  // that has the name, or would
    std::string name;              // empty: the path ends in a directory that it does not name
    SimNode* node = nullptr;       // null if there is none
    bool wants_directory = false;  // it ends with a slash
  };
  int find(SimNode& from, std::string_view path, Place& place) const;
  // Null if there is none.
  SimNode* find(std::string_view path);

  // The directories on the way to it are made, and all of it is certain: as if it had always been.
  SimNode& put(std::string_view path, SimNode::Kind kind);
  void add(SimNode& directory, std::string const& name, SimNode& node);

  int rename(Place const& from, Place const& to, std::uint32_t flags);
  int unlink(Place const& place, bool directory);
  int mkdir(Place const& place);
  void sync(SimNode& node);
  static std::vector<DirectoryEntry> list(SimNode const& directory);

  // Nothing may be open.
  void crash();
  // Of all files that have a name or are open.
  std::uint64_t file_bytes() const;

 private:
  static void name(SimNode::Names& names, std::string const& name, SimNode& node);
  static void name_certain(SimNode& directory, std::string const& name, SimNode& node);
  void remove(SimNode& directory, std::string const& name);
  // For good: a directory is none any more.
  void remove(Place const& place);
  void forget(SimNode::Names& names);
  void forget_certain(SimNode::Names& names);
  void restore(SimNode& directory, std::set<SimNode const*>& placed);

  std::map<std::uint64_t, SimNode> nodes_;  // by number
  std::uint64_t made_count_ = 0;
  SimNode* root_;
};

}  // namespace weir
