// Ports that are named by what goes through them: a type, a value of an enum, or what is left.
//
//   node[is<Put>]    node[when<Colour::red>]    node[otherwise]
//
// Their names are for people and for the plan alike: "net::Put", "net::Colour::red = 0".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "weir/base/type_name.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class T>
struct Is : PortName {
  static constexpr std::string_view name = type_name<T>();
};
template <class T>
inline constexpr Is<T> is{};

struct Otherwise : PortName {
  static constexpr std::string_view name = "otherwise";
};
inline constexpr Otherwise otherwise{};

inline constexpr std::string_view before_value = " = ";

// "net::Colour::red = 0", or "net::Colour = 7" where no enumerator has that value.
template <auto Value>
requires std::is_enum_v<decltype(Value)>
struct When : PortName {
 private:
  struct Text {
    std::array<char, 512> letters{};
    std::size_t size = 0;

    constexpr void add(std::string_view more) {
      for (char const letter : more) letters[size++] = letter;
    }
    constexpr void add(std::uint64_t number) {
      if (number >= 10) add(number / 10);
      letters[size++] = static_cast<char>('0' + number % 10);
    }
  };
  static constexpr Text text = [] {
    using Enum = decltype(Value);
    constexpr std::string_view label = label_of<Value>();
    constexpr auto number = static_cast<std::underlying_type_t<Enum>>(Value);
    constexpr bool negative = number < decltype(number){};
    Text written;
    written.add(type_name<Enum>());
    if (!label.empty()) written.add("::");
    written.add(label);
    written.add(before_value);
    if (negative) written.add("-");
    auto const bits = static_cast<std::uint64_t>(number);
    written.add(negative ? 0 - bits : bits);
    return written;
  }();

 public:
  static constexpr std::string_view name{text.letters.data(), text.size};
};
template <auto Value>
inline constexpr When<Value> when{};

// The value of an Enum that a port is named by, if it is.
template <class Enum>
constexpr std::optional<Enum> value_of_port(std::string_view port) {
  std::string_view const type = type_name<Enum>();
  std::size_t const at = port.rfind(before_value);
  if (!port.starts_with(type) || at == port.npos) return {};
  if (at != type.size() && port.substr(type.size(), 2) != "::") return {};
  std::string_view digits = port.substr(at + before_value.size());
  bool const negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  std::uint64_t number = 0;
  for (char const digit : digits) number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  return static_cast<Enum>(negative ? 0 - number : number);
}

}  // namespace weir
