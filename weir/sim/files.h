// The files, directories and pipes of a simulated world, and what else has a descriptor there:
// signals and child processes. Its calls are the system calls of the same names, never block, and
// return what Linux would: 0 or more, or -errno.
//
// A file is its bytes. A pipe is the bytes on the way: a test feeds and ends those that a program
// reads, and takes from those that it writes. Every kernel of the world sees the same files; its
// descriptors 0 and 1 are a pipe and a file of that world. Relative paths start at the root.
#pragma once

#include <fcntl.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/ring/kernel.h"
#include "weir/sim/chance.h"
#include "weir/sim/file_tree.h"
#include "weir/sim/socket.h"

struct statx;

namespace weir {

class SimFiles {
 public:
  explicit SimFiles(Chance& chance);

  // ---- for tests
  static constexpr std::string_view standard_input = "standard input";
  static constexpr std::string_view standard_output = "standard output";
  // A file that holds this, as if somebody had written it, with the directories that lead to it,
  // long ago.
  void put(std::string_view path, std::string_view content);
  bool exists(std::string_view path) { return tree_.find(path) != nullptr; }
  // What a file holds, or what is in a pipe.
  std::string const& content(std::string_view path);
  void make_pipe(std::string_view path);
  // Bytes for whoever reads the pipe; then none will follow.
  void feed(std::string_view path, std::string_view bytes);
  void end(std::string_view path);
  // What was written to the pipe; then nobody reads it any more.
  std::string take(std::string_view path);
  void abandon(std::string_view path);
  // The machine stops and starts again: what no fsync() has made certain is lost, names included.
  // The kernels must have ended.
  void crash();

  // A signal for the process that all kernels are part of.
  void raise(int signal);
  // A child of that process, and its end, in the words of waitid(2): CLD_EXITED and the exit code,
  // or CLD_KILLED and the signal.
  std::int32_t start_process();
  void end_process(std::int32_t process, int code, int status);

  // ---- for kernels; `id` is an open file, in the numbers of sockets but never one of theirs
  static bool is_file(SocketId id) { return (id & file_bit) != 0; }
  // With one reference. 0 with *error set if it cannot be. `flags` are O_*; relative paths start
  // from the open `directory`, or from the root if that is 0.
  SocketId open(SocketId directory, std::string_view path, int flags, SocketOwner* owner,
                int* error);
  SocketId open(std::string_view path, FileUse use, SocketOwner* owner, int* error);
  std::array<SocketId, 2> open_pipe(SocketOwner* owner);
  SocketId open_signals(std::span<int const> numbers, SocketOwner* owner);
  // Of a child that nobody has reaped.
  SocketId open_process(std::int32_t process, SocketOwner* owner, int* error);
  void retain(SocketId id);
  void release(SocketId id);
  // -EAGAIN where it would have to wait; `touched` will tell. A pipe ignores the offset.
  int read(SocketId id, std::byte* out, std::uint32_t size, std::uint64_t offset);
  int write(SocketId id, std::byte const* data, std::uint32_t size, std::uint64_t offset);
  // Opened with O_DIRECT, or of signals: moves whole blocks or records.
  bool moves_whole(SocketId id) {
    return (get(id).flags & O_DIRECT) != 0 || get(id).node->kind == Kind::signals;
  }
  std::uint32_t readiness(SocketId id) const;
  int splice(SocketId from, std::uint64_t from_offset, SocketId to, std::uint64_t to_offset,
             std::uint32_t size);
  int sync(SocketId id);
  // Fills `info` and forgets the child; -EAGAIN while it lives.
  int reap(SocketId id, siginfo_t& info);

  int rename(SocketId from_directory, std::string_view from, SocketId to_directory,
             std::string_view to, std::uint32_t flags);
  int unlink(SocketId directory, std::string_view path, bool is_directory);
  int mkdir(SocketId directory, std::string_view path);
  int status(SocketId directory, std::string_view path, bool of_descriptor, struct statx& status);
  int list(std::string_view path, std::vector<DirectoryEntry>& entries);

  std::string describe() const;

 private:
  static constexpr SocketId file_bit = SocketId{1} << 63;
  static constexpr std::size_t pipe_bytes_max = 64 * 1024;

  using Kind = SimNode::Kind;
  struct Open {
    SimNode* node = nullptr;
    int flags = 0;  // O_*
    SocketOwner* owner = nullptr;
    std::uint64_t position = 0;
    std::uint32_t references = 1;
  };
  struct Process {
    SimNode* node = nullptr;
    bool ended = false;
    int code = 0;
    int status = 0;
  };

  SimNode& named(std::string_view path);
  SimNode& pipe(std::string_view path);
  Open& get(SocketId id);
  SocketId add(SimNode& node, int flags, SocketOwner* owner);
  int find(SocketId directory, std::string_view path, FileTree::Place& place);
  int check_open(FileTree::Place const& place, int flags) const;
  void touch(SimNode const& node);

  static int read_signal(SimNode& node, std::byte* out, std::uint32_t size);
  int read_file(Open& open, std::byte* out, std::uint32_t size, std::uint64_t offset);
  int write_file(Open& open, std::byte const* data, std::uint32_t size, std::uint64_t offset);
  int read_pipe(SimNode& pipe, std::byte* out, std::uint32_t size);
  int write_pipe(SimNode& pipe, std::byte const* data, std::uint32_t size);
  bool disk_is_full() const;

  Chance& chance_;
  FileTree tree_;
  std::map<SocketId, Open> opens_;
  SocketId opened_count_ = 0;
  std::map<std::int32_t, Process> processes_;
  std::int32_t process_count_ = 0;
};

}  // namespace weir
