// The message of the Core API's streams: an address, and a batch of bytes. It is what a frame
// holds:
//
//   | length = 4 + batch, 4 bytes | address, 4 bytes | batch ...        both numbers big-endian
//
// The frame is net's (frame.h); the rest is a codec as weir/pipes/codec.h has them, so a flow may
// decode(MessageCodec{}, ...) too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/net/frame_arena.h"

namespace weir {

struct Message {
  static constexpr bool borrows = true;

  std::uint32_t address = 0;
  View batch;  // until the tick ends

  friend bool operator==(Message const&, Message const&) = default;
};

struct MessageCodec {
  using value_type = Message;
  static constexpr std::uint32_t address_bytes = 4;

  // Nothing when the bytes are too few to hold an address.
  std::optional<Message> decode(View bytes) const;
  std::uint32_t size(Message const& message) const;
  void encode(Message const& message, std::span<std::byte> to) const;
};

// Makes the payloads of frames of messages, in memory that lasts until the tick ends, and longer
// for whoever retains it. Everybody has let go of it when the encoder dies.
class MessageEncoder {
 public:
  MessageEncoder() = default;
  MessageEncoder(MessageEncoder const&) = delete;
  MessageEncoder& operator=(MessageEncoder const&) = delete;
  ~MessageEncoder() { end_tick(); }

  View encode(Message const& message);
  void end_tick();

 private:
  struct Space {
    std::byte* data;
    Storage& storage;
  };
  Space allocate(std::uint32_t size);

  FrameArena arena_;
  std::vector<Storage*> kept_;  // until the tick ends
};

}  // namespace weir
