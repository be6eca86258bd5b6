// Names and ports as template arguments: what makes `node<"reached">` a C++ object.
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

// The name of one input or output of an operator.
template <Name Text>
struct Port {
  static constexpr std::string_view name = Text.view();
};

inline constexpr Port<"0"> _0{};
inline constexpr Port<"1"> _1{};
inline constexpr Port<"pos"> pos{};
inline constexpr Port<"neg"> neg{};

}  // namespace weir
