// The obviously right decoder: one byte after the other, everything copied. Tests and the fuzz
// target hold FrameDecoder against it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/net/frame.h"

namespace weir {

struct ReferenceFrames {
  std::vector<std::string> frames;
  std::string unfinished;
  bool too_large = false;  // or malformed
};

// The same for a custom framing, which is asked after each byte.
inline ReferenceFrames decode_bytewise(CustomFraming const& custom, std::uint32_t frame_bytes_max,
                                       std::string_view stream) {
  ReferenceFrames result;
  for (char const byte : stream) {
    std::string& begun = result.unfinished;
    begun += byte;
    FrameExtent const extent =
        custom.measure(std::as_bytes(std::span(begun.data(), begun.size())), 0);
    bool const known = extent.kind == FrameExtent::Kind::known;
    result.too_large = extent.kind == FrameExtent::Kind::malformed ||
                       (known ? extent.size : begun.size()) > frame_bytes_max;
    if (result.too_large) return result;
    if (!known || begun.size() < extent.size) continue;
    result.frames.push_back(begun.substr(extent.payload_at, extent.payload_size));
    begun.clear();
  }
  return result;
}

inline ReferenceFrames decode_bytewise(Framing framing, std::uint32_t frame_bytes_max,
                                       std::string_view stream) {
  ReferenceFrames result;
  for (char const byte : stream) {
    std::string& begun = result.unfinished;
    begun += byte;
    if (framing == Framing::lines) {
      if (byte != '\n' && begun.size() > frame_bytes_max) {
        result.too_large = true;
        return result;
      }
      if (byte != '\n') continue;
      begun.pop_back();
      if (begun.ends_with('\r')) begun.pop_back();
      result.frames.push_back(std::move(begun));
    } else {
      if (begun.size() < length_header_bytes) continue;
      std::uint64_t size = 0;
      for (std::size_t i = 0; i < length_header_bytes; ++i)
        size = size * 256 + static_cast<unsigned char>(begun[i]);
      if (size > frame_bytes_max) {
        result.too_large = true;
        return result;
      }
      if (begun.size() < length_header_bytes + size) continue;
      result.frames.push_back(begun.substr(length_header_bytes));
    }
    begun.clear();
  }
  return result;
}

// The same stream in pieces drawn from `next(bound)`, which is below its bound: pieces of one
// storage or of several, copied out now and then, decoded under small budgets.
template <class Next>
ReferenceFrames decode_in_pieces(Framing framing, std::uint32_t frame_bytes_max,
                                 std::string_view stream, Next&& next,
                                 CustomFraming const* custom = nullptr) {
  ReferenceFrames result;
  FrameDecoder decoder(framing, frame_bytes_max, custom);
  std::vector<Bytes> storages;
  std::size_t at = 0;
  std::size_t used = 0;  // of the last storage
  auto const emit = [&](View frame) {
    if (framing == Framing::length_prefixed) {
      WEIR_ASSERT(frame.headroom() == length_header_bytes);
      WEIR_ASSERT(read_length_header(frame.data() - length_header_bytes) == frame.size());
    }
    result.frames.emplace_back(frame.text());
  };
  while (!result.too_large) {
    AdmitBudget budget{static_cast<std::int64_t>(next(4)), static_cast<std::int64_t>(next(64))};
    if (next(2) == 0) budget = {1000, 1 << 30};
    Decoded const decoded = decoder.decode(budget, emit);
    result.too_large = decoded == Decoded::frame_too_large || decoded == Decoded::malformed;
    if (next(5) == 0) decoder.own();
    if (decoded != Decoded::hungry) continue;
    if (at == stream.size()) break;
    auto const size =
        static_cast<std::uint32_t>(1 + next(std::min<std::size_t>(stream.size() - at, 40)));
    if (storages.empty() || storages.back().size() - used < size || next(3) == 0) {
      storages.emplace_back(std::size_t{128});
      storages.back().view().storage()->pooled = true;
      used = 0;
    }
    Storage& storage = *storages.back().view().storage();
    std::byte* const to = storages.back().data() + used;
    std::memcpy(to, stream.data() + at, size);
    used += size;
    at += size;
    storage.retain();
    decoder.feed(Buffer(to, size, storage));
  }
  result.unfinished.assign(decoder.hungry() ? decoder.unfinished_bytes() : 0, '?');
  return result;
}

}  // namespace weir
