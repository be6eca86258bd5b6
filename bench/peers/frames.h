// Frames on a byte stream: a 4-byte big-endian length, then that many bytes. An echo server may not
// answer before a frame is whole, so all it needs to know of a stream is where its last whole frame
// ends:
//
//   | 0003 abc | 0002 de | 0005 fg        whole_frames() = 13: the last 6 bytes have to wait
#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace weir::bench {

inline constexpr std::size_t header_bytes = 4;
// A longer frame is taken for garbage.
inline constexpr std::uint32_t payload_bytes_max = 64u << 20;

inline std::uint32_t payload_bytes(char const* header) {
  std::uint32_t big_endian = 0;
  std::memcpy(&big_endian, header, header_bytes);
  return ntohl(big_endian);
}

inline void write_header(char* to, std::size_t payload_size) {
  std::uint32_t const big_endian = htonl(static_cast<std::uint32_t>(payload_size));
  std::memcpy(to, &big_endian, header_bytes);
}

// How many bytes at the front are whole frames. Adds their number to `frames`.
inline std::size_t whole_frames(char const* data, std::size_t size, std::uint64_t& frames) {
  std::size_t whole = 0;
  while (size - whole >= header_bytes) {
    std::size_t const frame = header_bytes + payload_bytes(data + whole);
    if (frame > size - whole) break;
    whole += frame;
    ++frames;
  }
  return whole;
}

// The same for a stream that arrives in pieces, none of which is kept here.
class FrameScanner {
 public:
  void scan(char const* data, std::size_t size) {
    char const* const end = data + size;
    received_ += size;
    while (data != end && !garbage_) {
      if (header_size_ < header_bytes) {
        data = scan_header(data, end);
        if (header_size_ < header_bytes) return;
      }
      std::size_t const step = std::min<std::size_t>(left_, static_cast<std::size_t>(end - data));
      data += step;
      left_ -= static_cast<std::uint32_t>(step);
      if (left_ > 0) return;
      whole_ = received_ - static_cast<std::uint64_t>(end - data);
      ++frames_;
      header_size_ = 0;
    }
  }

  // Offsets in the stream.
  std::uint64_t received() const { return received_; }
  std::uint64_t whole() const { return whole_; }

  std::uint64_t frames() const { return frames_; }
  bool garbage() const { return garbage_; }

 private:
  char const* scan_header(char const* data, char const* end) {
    if (header_size_ == 0 && end - data >= static_cast<std::ptrdiff_t>(header_bytes)) {
      left_ = payload_bytes(data);
      header_size_ = header_bytes;
      data += header_bytes;
    } else {
      while (data != end && header_size_ < header_bytes) header_[header_size_++] = *data++;
      left_ = payload_bytes(header_.data());
    }
    garbage_ = header_size_ == header_bytes && left_ > payload_bytes_max;
    return data;
  }

  std::uint64_t received_ = 0;
  std::uint64_t whole_ = 0;
  std::uint64_t frames_ = 0;
  std::array<char, header_bytes> header_{};
  std::size_t header_size_ = 0;
  std::uint32_t left_ = 0;  // bytes of the current frame that have not arrived
  bool garbage_ = false;
};

}  // namespace weir::bench
