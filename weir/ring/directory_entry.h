// One name in a directory, and what it stands for.
#pragma once

#include <cstdint>
#include <string>

namespace weir {

struct DirectoryEntry {
  enum class Kind : std::uint8_t { file, directory, other };

  std::string name;
  Kind kind = Kind::other;

  friend bool operator==(DirectoryEntry const&, DirectoryEntry const&) = default;
};

}  // namespace weir
