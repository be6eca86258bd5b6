// A fuzz target's input, read as a program: byte after byte, and zeros behind the last one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace weir {

class Script {
 public:
  Script(std::uint8_t const* data, std::size_t size) : bytes_(data, size) {}

  bool empty() const { return bytes_.empty(); }
  std::uint8_t next() {
    if (bytes_.empty()) return 0;
    std::uint8_t const byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }

 private:
  std::span<std::uint8_t const> bytes_;
};

}  // namespace weir
