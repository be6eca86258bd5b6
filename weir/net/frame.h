// Where one message ends and the next begins in a stream of bytes.
//
//   | 0003 | a b c | 0002 | d e | 0005 | f g          two whole frames and the beginning of a third
//
// FrameDecoder is a value without any I/O: it is fed what was received and cuts frames from it, as
// views of the memory they arrived in. Their header stays before them as headroom, so sending the
// same bytes again is a step back and no copy. Many frames of one segment are cut in one tight
// loop.
//
// What is left at the end, an unfinished frame, is kept in one of two ways:
//
//   segment_    a view of where it was received; goes on for free when the next bytes lie right
//               behind it
//   assembly_   owned memory, otherwise. It grows as bytes arrive, doubling up to what the header
//               announced: a header that claims 16 MiB costs its sender 16 MiB, not us.
//
// Invariant: assembly_ holds the bytes before segment_; without an assembly segment_ begins at a
// border.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/net/connection_id.h"
#include "weir/net/custom_framing.h"

namespace weir {

// What goes through the handoffs between net and a flow: who, and the payload. The view is borrowed
// until the tick ends and counts nothing.
using Frame = std::pair<ConnectionId, View>;
static_assert(sizeof(Frame) == 32);

// How frames lie on the wire.
enum class Framing : std::uint8_t {
  length_prefixed,  // 4 bytes, big-endian: the size of the payload that follows
  lines,            // each ends with '\n', which is no part of it, nor is a '\r' before it
  raw,              // none: whatever was received together is a frame
  custom,           // as a struct of yours says: custom_framing.h
};

inline constexpr std::uint32_t length_header_bytes = 4;

inline std::uint32_t read_length_header(std::byte const* from) {
  std::uint32_t value = 0;
  std::memcpy(&value, from, sizeof(value));
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  return value;
}
inline void write_length_header(std::byte* to, std::uint32_t value) {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  std::memcpy(to, &value, sizeof(value));
}

// How much may still be decoded: for one tick. A frame is given as long as both are positive.
struct AdmitBudget {
  std::int64_t items = 0;
  std::int64_t bytes = 0;
  bool spent() const { return items <= 0 || bytes <= 0; }
};

enum class Decoded : std::uint8_t {
  hungry,           // all whole frames have been given: feed more
  budget_spent,     // there may be more of them
  frame_too_large,  // announced, or begun and without an end
  malformed,        // no frame begins like that; a custom framing said so
};

// The memory of a frame that came in pieces. Its size is known, unlike that of other storages.
struct FrameStorage : Storage {
  std::uint32_t capacity = 0;
  std::byte* bytes() { return reinterpret_cast<std::byte*>(this + 1); }

  // With one reference.
  static FrameStorage& allocate(std::uint32_t capacity);
  // Null if `storage` is of another kind.
  static FrameStorage* from(Storage& storage);
};

class FrameDecoder {
 public:
  // `frame_bytes_max`: of a payload; of a custom frame the whole. `custom`: of Framing::custom.
  explicit FrameDecoder(Framing framing = Framing::length_prefixed,
                        std::uint32_t frame_bytes_max = 16u << 20,
                        CustomFraming const* custom = nullptr)
      : framing_(framing), frame_bytes_max_(frame_bytes_max), custom_(custom) {
    WEIR_ASSERT((framing == Framing::custom) == (custom != nullptr));
  }
  FrameDecoder(FrameDecoder&& other) noexcept;
  FrameDecoder& operator=(FrameDecoder&& other) noexcept;
  ~FrameDecoder() { clear(); }

  // Takes the bytes behind those that were fed before. Only when hungry.
  void feed(Buffer bytes);
  // Gives each whole frame to `emit(View)`. The view is valid during the call, and after it for
  // whoever retains its storage before the decoder goes on.
  template <class Emit>
  Decoded decode(AdmitBudget& budget, Emit&& emit);

  bool hungry() const { return hungry_; }
  // Bytes of a frame that has begun; counts only when hungry.
  std::uint32_t unfinished_bytes() const { return assembly_size_ + segment_.size(); }
  bool holds_pool_memory() const { return !segment_.empty() && segment_.storage()->pooled; }
  // Owned memory: of the assembly, and of bytes that were copied out of the pool.
  std::uint64_t owned_bytes() const;
  // An unfinished frame lies in owned memory, which has to grow before it is whole.
  bool must_grow() const;

  // Copies what is here out of pool memory. Returns the number of bytes copied.
  std::uint32_t own();
  void clear();

 private:
  template <class Emit>
  Decoded decode_lengths(AdmitBudget& budget, Emit& emit);
  template <class Emit>
  Decoded decode_lines(AdmitBudget& budget, Emit& emit);
  template <class Emit>
  Decoded decode_raw(AdmitBudget& budget, Emit& emit);
  // By itself, so that the others stay as small as they are.
  template <class Emit>
  [[gnu::noinline]] Decoded decode_custom(AdmitBudget& budget, Emit& emit);

  // Moves bytes from the segment to the assembly. True when a whole frame is there.
  bool fill(Decoded& decoded);
  bool fill_length_prefixed(Decoded& decoded);
  bool fill_line(Decoded& decoded);
  bool fill_custom(Decoded& decoded);
  Decoded measure(std::byte const* begun, std::uint32_t size);
  View assembled() const;
  void release_assembly();
  std::uint32_t announced() const;
  void append_to_assembly(std::uint32_t size, std::uint32_t announced);
  void copy_to_assembly(std::uint32_t size, std::uint32_t announced);
  void skip(std::uint32_t size);

  Framing framing_;
  bool hungry_ = true;
  std::uint32_t frame_bytes_max_;
  Buffer segment_;
  // Of a line without an end: bytes of the segment known to hold none. Of a custom frame: bytes of
  // it that its framing has been shown.
  std::uint32_t scanned_ = 0;
  std::uint32_t assembly_size_ = 0;
  FrameStorage* assembly_ = nullptr;
  CustomFraming const* custom_ = nullptr;
  FrameExtent extent_;  // of the custom frame that has begun
};

template <class Emit>
Decoded FrameDecoder::decode(AdmitBudget& budget, Emit&& emit) {
  if (hungry_) return Decoded::hungry;
  if (budget.spent()) return Decoded::budget_spent;
  Decoded decoded = Decoded::hungry;
  if (assembly_ != nullptr) {
    if (!fill(decoded)) {
      hungry_ = decoded == Decoded::hungry;
      return decoded;
    }
    --budget.items;
    budget.bytes -= assembly_size_;
    emit(assembled());
    release_assembly();
  }
  switch (framing_) {
    case Framing::length_prefixed:
      decoded = decode_lengths(budget, emit);
      break;
    case Framing::lines:
      decoded = decode_lines(budget, emit);
      break;
    case Framing::raw:
      decoded = decode_raw(budget, emit);
      break;
    case Framing::custom:
      decoded = decode_custom(budget, emit);
      break;
  }
  hungry_ = decoded == Decoded::hungry;
  return decoded;
}

template <class Emit>
Decoded FrameDecoder::decode_lengths(AdmitBudget& budget, Emit& emit) {
  std::byte* const begin = segment_.data();
  std::byte* const end = begin + segment_.size();
  std::byte* at = begin;
  Storage* const storage = segment_.storage();
  std::int64_t items = budget.items;
  std::int64_t const bytes = budget.bytes > 0 ? budget.bytes : 0;
  std::byte* const stop = bytes < end - begin ? begin + bytes : end;
  Decoded decoded = Decoded::hungry;
  while (end - at >= std::ptrdiff_t{length_header_bytes}) {
    std::uint32_t const size = read_length_header(at);
    if (size > frame_bytes_max_) [[unlikely]] {
      decoded = Decoded::frame_too_large;
      break;
    }
    std::byte* const payload = at + length_header_bytes;
    if (end - payload < std::ptrdiff_t{size}) break;
    if (items <= 0 || at >= stop) {
      decoded = Decoded::budget_spent;
      break;
    }
    emit(View(payload, size, storage, length_header_bytes));
    at = payload + size;
    --items;
  }
  budget.items = items;
  budget.bytes -= at - begin;
  skip(static_cast<std::uint32_t>(at - begin));
  return decoded;
}

template <class Emit>
Decoded FrameDecoder::decode_lines(AdmitBudget& budget, Emit& emit) {
  while (!segment_.empty()) {
    std::byte* const line = segment_.data();
    std::uint32_t const unscanned = segment_.size() - scanned_;
    void* const found = std::memchr(line + scanned_, '\n', unscanned);
    auto const size = found == nullptr
                          ? segment_.size()
                          : static_cast<std::uint32_t>(static_cast<std::byte*>(found) - line);
    if (size > frame_bytes_max_) return Decoded::frame_too_large;
    if (found == nullptr) {
      scanned_ = size;
      return Decoded::hungry;
    }
    if (budget.spent()) return Decoded::budget_spent;
    std::uint32_t const returned = size > 0 && line[size - 1] == std::byte{'\r'} ? 1 : 0;
    emit(View(line, size - returned, segment_.storage()));
    --budget.items;
    budget.bytes -= size + 1;
    skip(size + 1);
  }
  return Decoded::hungry;
}

template <class Emit>
Decoded FrameDecoder::decode_raw(AdmitBudget& budget, Emit& emit) {
  while (!segment_.empty()) {
    if (budget.spent()) return Decoded::budget_spent;
    std::uint32_t const size =
        segment_.size() < frame_bytes_max_ ? segment_.size() : frame_bytes_max_;
    emit(View(segment_.data(), size, segment_.storage()));
    --budget.items;
    budget.bytes -= size;
    skip(size);
  }
  return Decoded::hungry;
}

template <class Emit>
Decoded FrameDecoder::decode_custom(AdmitBudget& budget, Emit& emit) {
  while (!segment_.empty()) {  // ends: each turn takes bytes
    Decoded const measured = measure(segment_.data(), segment_.size());
    if (measured != Decoded::hungry) return measured;
    bool const whole = extent_.kind == FrameExtent::Kind::known && extent_.size <= segment_.size();
    if (!whole) return Decoded::hungry;
    if (budget.spent()) return Decoded::budget_spent;
    FrameExtent const frame = std::exchange(extent_, {});
    emit(View(segment_.data() + frame.payload_at, frame.payload_size, segment_.storage()));
    --budget.items;
    budget.bytes -= frame.size;
    skip(frame.size);
  }
  return Decoded::hungry;
}

}  // namespace weir
