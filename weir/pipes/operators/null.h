// null(), null<T>(): takes whatever comes and gives nothing. At the beginning or in the middle of a
// chain what it does not give is of type T; without a T, of the type that comes.
#pragma once

#include <cstdint>

#include "weir/pipes/operator.h"

namespace weir {

struct Null : Operator {
  static constexpr OperatorInfo info{.name = "null", .inputs = {0, 1}, .outputs = {0, 1}};

  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&&, auto const&) {}
};

// With a type it needs no input to know what it gives: a source, to which something may flow.
template <class T>
struct TypedNull : Null {
  static constexpr OperatorInfo info{
      .name = "null", .inputs = {0, 1}, .outputs = {0, 1}, .source = true};

  template <class...>
  static consteval auto output() {
    return Type<T>{};
  }
  bool drain(auto const&, std::int64_t&) { return true; }
};

inline Null null() { return {}; }
template <class T>
TypedNull<T> null() {
  return {};
}

}  // namespace weir
