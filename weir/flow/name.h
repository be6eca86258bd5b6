// The ports of nodes: `my_join[_0]`, `only_new[pos]`, `numbers[port<"evens">]`.
#pragma once

#include <string_view>

#include "weir/base/name.h"
#include "weir/pipes/operator.h"

namespace weir {

// The name of one input or output of an operator.
template <Name Text>
struct Port : PortName {
  static constexpr std::string_view name = Text.view();
};

template <Name Text>
inline constexpr Port<Text> port{};

inline constexpr Port<"0"> _0{};
inline constexpr Port<"1"> _1{};
inline constexpr Port<"2"> _2{};
inline constexpr Port<"3"> _3{};
inline constexpr Port<"4"> _4{};
inline constexpr Port<"5"> _5{};
inline constexpr Port<"6"> _6{};
inline constexpr Port<"7"> _7{};
inline constexpr Port<"8"> _8{};
inline constexpr Port<"9"> _9{};
inline constexpr Port<"pos"> pos{};
inline constexpr Port<"neg"> neg{};

}  // namespace weir
