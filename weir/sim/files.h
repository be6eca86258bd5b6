// The files and pipes of a simulated world, by path. Its calls are the system calls of the same
// names, never block, and return what Linux would: 0 or more, or -errno.
//
// A file is its bytes. A pipe is the bytes on the way: a test feeds and ends those that a program
// reads, and takes from those that it writes. Every kernel of the world sees the same files; its
// descriptors 0 and 1 are a pipe and a file of that world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "weir/ring/kernel.h"
#include "weir/sim/chance.h"
#include "weir/sim/socket.h"

namespace weir {

class SimFiles {
 public:
  explicit SimFiles(Chance& chance);

  // ---- for tests
  static constexpr std::string_view standard_input = "standard input";
  static constexpr std::string_view standard_output = "standard output";
  // A file that holds this, as if somebody had just written it.
  void put(std::string_view path, std::string_view content);
  bool exists(std::string_view path) const { return nodes_.contains(path); }
  // What a file holds, or what is in a pipe.
  std::string const& content(std::string_view path) const;
  void make_pipe(std::string_view path);
  // Bytes for whoever reads the pipe; then none will follow.
  void feed(std::string_view path, std::string_view bytes);
  void end(std::string_view path);
  // What was written to the pipe; then nobody reads it any more.
  std::string take(std::string_view path);
  void abandon(std::string_view path);

  // ---- for kernels; `id` is an open file, in the numbers of sockets but never one of theirs
  static bool is_file(SocketId id) { return (id & file_bit) != 0; }
  // With one reference. 0 with *error set if it cannot be.
  SocketId open(std::string_view path, FileUse use, SocketOwner* owner, int* error);
  void retain(SocketId id);
  void release(SocketId id);
  // -EAGAIN where it would have to wait; `touched` will tell. A pipe ignores the offset.
  int read(SocketId id, std::byte* out, std::uint32_t size, std::uint64_t offset);
  int write(SocketId id, std::byte const* data, std::uint32_t size, std::uint64_t offset);
  std::uint32_t readiness(SocketId id) const;

  std::string describe() const;

 private:
  static constexpr SocketId file_bit = SocketId{1} << 63;
  static constexpr std::size_t pipe_bytes_max = 64 * 1024;

  struct Node {
    std::string content;
    bool pipe = false;
    bool ended = false;      // of a pipe: nothing more is fed
    bool abandoned = false;  // nobody reads it
  };
  struct Open {
    Node* node = nullptr;
    FileUse use = FileUse::read;
    SocketOwner* owner = nullptr;
    std::uint64_t position = 0;
    std::uint32_t references = 1;
  };

  Node& node(std::string_view path);
  Open& get(SocketId id);
  void touch(Node const& node);
  std::uint64_t disk_bytes() const;

  Chance& chance_;
  std::map<std::string, Node, std::less<>> nodes_;
  std::map<SocketId, Open> opens_;
  SocketId opened_count_ = 0;
};

}  // namespace weir
