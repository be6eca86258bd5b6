// dest(output): appends each item to an output and ends the chain. An output is anything with a
// `value_type` and `push(item)`; it is referred to, not owned, and must outlive the flow.
#pragma once

#include <concepts>
#include <utility>

#include "weir/pipes/operator.h"

namespace weir {

template <class T>
concept is_output = requires(T& output, typename T::value_type item) {
  output.push(std::move(item));
};

template <is_output Output>
struct Dest : Operator {
  static constexpr OperatorInfo info{.name = "dest", .outputs = {0, 0}};
  struct Nothing {};
  Output* output_;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool fits = std::convertible_to<Item, typename Output::value_type>;
    static_assert(fits || !Aloud,
                  "weir: dest(output): the output does not take the Item it receives; map it "
                  "first");
    return fits;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const&) {
    output_->push(static_cast<decltype(item)&&>(item));
  }
};

template <is_output Output>
Dest<Output> dest(Output& output) {
  return {{}, &output};
}

}  // namespace weir
