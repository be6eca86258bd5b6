// Bytes of any length to ops, piece by piece: a file op that holds them, or chunks and a file op
// that names them.
//
//   Splitter splitter(created_at);
//   while (...) splitter.add(piece, ops);      // the chunks that have become whole
//   OpId const id = splitter.finish("a/name", 0644, ops);
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weir/p2p/content.h"

namespace weir {

class Splitter {
 public:
  explicit Splitter(std::uint64_t created_at) : created_at_(created_at) {}

  // Appends to `ops`.
  void add(std::span<std::byte const> bytes, std::vector<Op>& ops);
  // Appends what is left and the file op, last, whose id it returns. Then it begins anew.
  OpId finish(std::string name, std::uint32_t mode, std::vector<Op>& ops);

 private:
  void cut(std::vector<Op>& ops);

  std::uint64_t const created_at_;
  Sha256 hasher_;
  Sha256 whole_;
  std::uint64_t size_ = 0;
  std::vector<std::byte> waiting_;  // at most chunk_bytes
  std::vector<OpId> parts_;
};

}  // namespace weir
