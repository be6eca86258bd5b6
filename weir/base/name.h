// Text as a template argument: what makes `node<"reached">` a C++ object.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir {

template <std::size_t Size>
struct Name {
  char letters[Size]{};
  consteval Name(char const (&text)[Size]) {
    for (std::size_t i = 0; i < Size; ++i) letters[i] = text[i];
  }
  constexpr std::string_view view() const { return {letters, Size - 1}; }
};

}  // namespace weir
