#include "weir/net/frame_arena.h"

#include <cstdlib>
#include <new>

namespace weir {

FrameArena::~FrameArena() {
  if (current_ != nullptr) current_->release();
  WEIR_ASSERT(out_count_ == 0);
  for (Chunk* const chunk : spare_) std::free(chunk);
}

FrameArena::Space FrameArena::allocate(std::uint32_t size) {
  WEIR_ASSERT(size > 0);
  WEIR_ASSERT(size <= chunk_size_);
  if (current_ == nullptr || chunk_size_ - used_ < size) {
    if (current_ != nullptr) current_->release();
    current_ = take_chunk();
    used_ = 0;
  }
  std::byte* const data = current_->bytes() + used_;
  used_ += size;
  return {data, *current_};
}

FrameArena::Chunk* FrameArena::take_chunk() {
  Chunk* chunk = nullptr;
  if (!spare_.empty()) {
    chunk = spare_.back();
    spare_.pop_back();
  } else {
    void* const memory = std::malloc(sizeof(Chunk) + chunk_size_);
    if (memory == nullptr) throw std::bad_alloc();
    chunk = new (memory) Chunk;
    chunk->arena = this;
    chunk->pooled = true;
    chunk->give_back = give_back;
  }
  chunk->references = 1;
  ++out_count_;
  return chunk;
}

void FrameArena::give_back(Storage& storage) {
  Chunk& chunk = static_cast<Chunk&>(storage);
  FrameArena& arena = *chunk.arena;
  WEIR_ASSERT(arena.out_count_ > 0);
  --arena.out_count_;
  if (arena.spare_.size() < spare_max) arena.spare_.push_back(&chunk);
  else std::free(&chunk);
}

}  // namespace weir
