// unzip(): takes pairs apart: the first part goes to [_0], the second to [_1].
#pragma once

#include <array>
#include <string_view>

#include "weir/pipes/operator.h"
#include "weir/pipes/parts.h"

namespace weir {

struct Unzip : Operator {
  static constexpr std::array<std::string_view, 2> ports{"0", "1"};
  static constexpr OperatorInfo info{.name = "unzip",
                                     .outputs = {2, 2},
                                     .output_ports = OutputPorts::listed,
                                     .output_names = ports};

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool two = has_two_parts<Item>;
    static_assert(two || !Aloud,
                  "weir: unzip(): the Item it receives is no pair; map it into one first");
    return two;
  }
  template <class AtPort, class Item>
  static consteval auto output_at() {
    return Type<PartOf<AtPort::name == ports[0] ? 0 : 1, Item>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    emit.template to<0>(part_of<0>(static_cast<decltype(item)&&>(item)));
    emit.template to<1>(part_of<1>(static_cast<decltype(item)&&>(item)));
  }
};

inline Unzip unzip() { return {}; }

}  // namespace weir
