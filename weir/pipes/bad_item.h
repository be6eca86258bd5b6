// What an operator throws at an item that it cannot go on with. As any exception it ends the flow,
// and its sentence is the Failure's `what`.
//
//   refuse_item(emit, {"partition(f): f gave ", index, " for ", shown(item)});
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <string_view>
#include <type_traits>

namespace weir {

class BadItem : public std::exception {
 public:
  // What does not fit is cut off.
  explicit BadItem(std::string_view sentence) noexcept;
  char const* what() const noexcept override { return text_.data(); }

 private:
  std::array<char, 256> text_;
};

// A part of the sentence.
struct Phrase {
  enum Kind : std::uint8_t { words, quoted, number, negative_number };
  Kind kind = words;
  std::string_view text{};
  std::uint64_t magnitude = 0;

  Phrase(std::string_view some) : text(some) {}
  Phrase(char const* some) : text(some) {}
  Phrase(Kind what, std::string_view some) : kind(what), text(some) {}
  template <std::integral T>
  Phrase(T value) : kind(value < T{} ? negative_number : number) {
    auto const bits = static_cast<std::uint64_t>(value);
    magnitude = kind == number ? bits : 0 - bits;
  }
};

// An item, or what else the user gave, in such a sentence: what it is where that is cheap to say.
template <class T>
Phrase shown(T const& value) {
  if constexpr (std::same_as<T, bool>) return value ? "true" : "false";
  else if constexpr (std::same_as<T, char>) return {Phrase::quoted, {&value, 1}};
  else if constexpr (std::integral<T>) return value;
  else if constexpr (std::is_enum_v<T>) return static_cast<std::underlying_type_t<T>>(value);
  else if constexpr (std::convertible_to<T const&, std::string_view>) {
    return {Phrase::quoted, std::string_view(value)};
  } else {
    return "one that cannot be printed";
  }
}

[[noreturn]] void throw_bad_item(std::initializer_list<Phrase> sentence);

// On behalf of the node that would have given to `emit`.
template <class Emit>
[[noreturn]] void refuse_item(Emit const& emit, std::initializer_list<Phrase> sentence) {
  if constexpr (requires { emit.blame(); }) emit.blame();
  throw_bad_item(sentence);
}

}  // namespace weir
