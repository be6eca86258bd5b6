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

// Plays an input: two bytes of a seed, one of choices, and the program.
template <class Play>
void play(std::uint8_t const* data, std::size_t size) {
  if (size < 4) return;
  Play played(std::uint64_t{data[0]} * 256 + data[1], data[2]);
  played.run(Script(data + 3, size - 3));
}

}  // namespace weir
