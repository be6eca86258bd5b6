// A file descriptor that closes itself, and whole reads and writes with it.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "weir/base/result.h"

namespace weir::tool {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// "WHAT: No such file or directory".
Error system_error(std::string const& what, int code);

// Fills `bytes`, or reads to the end of the file. `name` is for the error.
Result<std::size_t> read_some(int descriptor, std::span<std::byte> bytes, std::string const& name);
Result<void> write_all(int descriptor, std::span<std::byte const> bytes, std::string const& name);

}  // namespace weir::tool
