// Assertions stay on in release builds: a broken invariant ends the process where it broke.
#pragma once

namespace weir {

// Prints "weir: FILE:LINE: EXPRESSION does not hold" to standard error and aborts.
[[noreturn]] void assertion_failed(char const* expression, char const* file, int line);

}  // namespace weir

#define WEIR_ASSERT(condition)                               \
  (__builtin_expect(!!(condition), 1) ? static_cast<void>(0) \
                                      : ::weir::assertion_failed(#condition, __FILE__, __LINE__))
