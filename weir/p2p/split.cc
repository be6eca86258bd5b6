#include "weir/p2p/split.h"

#include <algorithm>

namespace weir {

void Splitter::add(std::span<std::byte const> bytes, std::vector<Op>& ops) {
  whole_.update(bytes);
  size_ += bytes.size();
  while (!bytes.empty()) {
    // What is full waits until more comes: a file of exactly one chunk needs none.
    if (waiting_.size() == chunk_bytes) cut(ops);
    std::size_t const count = std::min<std::size_t>(bytes.size(), chunk_bytes - waiting_.size());
    waiting_.insert(waiting_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
  }
}

void Splitter::cut(std::vector<Op>& ops) {
  Content chunk;
  chunk.kind = ContentKind::chunk;
  chunk.created_at = created_at_;
  chunk.data = waiting_;
  ops.push_back(make_op(chunk, hasher_));
  parts_.push_back(ops.back().id);
  waiting_.clear();
}

OpId Splitter::finish(std::string name, std::uint32_t mode, std::vector<Op>& ops) {
  Content file;
  file.kind = ContentKind::file;
  file.created_at = created_at_;
  file.name = std::move(name);
  file.mode = mode;
  file.size = size_;
  file.digest = whole_.finish();
  if (parts_.empty()) {
    file.data = waiting_;
    ops.push_back(make_op(file, hasher_));
  } else {
    cut(ops);
    file.parts = std::move(parts_);
    ops.push_back(make_op(file, hasher_));
  }
  parts_.clear();
  waiting_.clear();
  size_ = 0;
  return ops.back().id;
}

}  // namespace weir
