// A framing of yours: where frames begin and end in a stream of bytes, in one struct.
//
//   struct Netstring {                                     // 5:hello,
//     static constexpr std::uint32_t header_bytes_max = 11;
//     static constexpr std::uint32_t trailer_bytes_max = 1;
//     static FrameExtent measure(std::span<std::byte const> begun, std::uint32_t looked_at);
//     static std::uint32_t write_header(std::uint32_t payload_size, std::byte* to);
//     static std::uint32_t write_trailer(std::uint32_t payload_size, std::byte* to);
//   };
//   worker->listen(address, {.framing = Framing::custom, .custom = &custom_framing<Netstring>});
//
// measure() is shown the bytes that a frame begins with, as many as have come, always from its
// first one, and says where it ends, or that they are too few to tell. Then it is asked again when
// more have come; the first `looked_at` bytes it has been shown before, in vain, so a search for an
// end can go on behind them. When it has said how large the frame is before all of it was there, it
// is asked once more when it is, from the beginning. Nothing is copied for it: a whole frame is
// measured where it was received, and its payload is a view of that memory. What it says is
// checked: an extent that contradicts itself, or is of no bytes, is malformed, and ends the
// connection with that reason.
//
// write_header() and write_trailer() say what stands before and behind a payload on the wire, and
// return how many bytes that is.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weir {

// What can be said of a frame by its first bytes.
struct FrameExtent {
  enum class Kind : std::uint8_t {
    unknown,    // they are too few to tell
    known,      // how large it is, be it there already or not
    malformed,  // no frame begins like that
  };

  Kind kind = Kind::unknown;
  std::uint32_t size = 0;        // of the whole of it, in bytes
  std::uint32_t payload_at = 0;  // in it
  std::uint32_t payload_size = 0;

  static constexpr FrameExtent known(std::uint32_t size, std::uint32_t payload_at,
                                     std::uint32_t payload_size) {
    return {Kind::known, size, payload_at, payload_size};
  }
  static constexpr FrameExtent malformed() { return {Kind::malformed, 0, 0, 0}; }

  friend constexpr bool operator==(FrameExtent const&, FrameExtent const&) = default;
};

// Of a header, and of a trailer.
inline constexpr std::uint32_t custom_framing_bytes_max = 64;

template <class T>
concept is_framing = requires(std::span<std::byte const> begun, std::uint32_t size, std::byte* to) {
  requires T::header_bytes_max <= custom_framing_bytes_max;
  requires T::trailer_bytes_max <= custom_framing_bytes_max;
  { T::measure(begun, size) } -> std::same_as<FrameExtent>;
  { T::write_header(size, to) } -> std::same_as<std::uint32_t>;
  { T::write_trailer(size, to) } -> std::same_as<std::uint32_t>;
};

// The same as a value.
struct CustomFraming {
  FrameExtent (*measure)(std::span<std::byte const> begun, std::uint32_t looked_at);
  std::uint32_t (*write_header)(std::uint32_t payload_size, std::byte* to);
  std::uint32_t (*write_trailer)(std::uint32_t payload_size, std::byte* to);
};

template <is_framing T>
inline constexpr CustomFraming custom_framing{&T::measure, &T::write_header, &T::write_trailer};

}  // namespace weir
