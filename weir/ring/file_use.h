// What a file is opened for. One that is written to is made if there is none.
#pragma once

#include <cstdint>

namespace weir {

enum class FileUse : std::uint8_t {
  read,
  write,   // from its beginning; what it held before is gone
  append,  // at its end, wherever that is when it comes to writing
};

}  // namespace weir
