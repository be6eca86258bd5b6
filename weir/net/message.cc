#include "weir/net/message.h"

#include <cstring>
#include <limits>

#include "weir/base/assert.h"
#include "weir/net/frame.h"

namespace weir {

namespace {

// A frame's length has 32 bits, and its header a place before it.
constexpr std::uint32_t batch_bytes_max =
    std::numeric_limits<std::uint32_t>::max() - MessageCodec::address_bytes - length_header_bytes;

}  // namespace

std::optional<Message> MessageCodec::decode(View bytes) const {
  if (bytes.size() < address_bytes) return std::nullopt;
  return Message{read_length_header(bytes.data()), bytes.from(address_bytes)};
}

std::uint32_t MessageCodec::size(Message const& message) const {
  WEIR_ASSERT(message.batch.size() <= batch_bytes_max);
  return address_bytes + message.batch.size();
}

void MessageCodec::encode(Message const& message, std::span<std::byte> to) const {
  WEIR_ASSERT(to.size() == size(message));
  write_length_header(to.data(), message.address);
  if (message.batch.empty()) return;
  std::memcpy(to.data() + address_bytes, message.batch.data(), message.batch.size());
}

// The frame's header goes right before, so that net writes it in place.
View MessageEncoder::encode(Message const& message) {
  MessageCodec const codec;
  std::uint32_t const size = codec.size(message);
  Space const space = allocate(length_header_bytes + size);
  std::byte* const payload = space.data + length_header_bytes;
  codec.encode(message, std::span(payload, size));
  return View(payload, size, &space.storage, length_header_bytes);
}

MessageEncoder::Space MessageEncoder::allocate(std::uint32_t size) {
  if (size > FrameArena::chunk_bytes) {
    Storage& storage = allocate_storage(size);
    kept_.push_back(&storage);
    return {bytes_of(storage), storage};
  }
  FrameArena::Space const space = arena_.allocate(size);
  if (kept_.empty() || kept_.back() != &space.storage) {
    space.storage.retain();
    kept_.push_back(&space.storage);
  }
  return {space.data, space.storage};
}

void MessageEncoder::end_tick() {
  for (Storage* const storage : kept_) storage->release();
  kept_.clear();
}

}  // namespace weir
