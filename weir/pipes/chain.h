// What `>>` collects: operators, one behind the other. A chain does nothing; a flow (flow/syntax.h)
// or a push (push.h) makes something of it.
#pragma once

#include <cstddef>
#include <utility>

#include "weir/pipes/operator.h"
#include "weir/pipes/pack.h"

namespace weir {

template <class... Part>
struct Chain {
  Pack<Part...> parts;
};

template <is_operator A, is_operator B>
constexpr Chain<A, B> operator>>(A a, B b) {
  return {{{std::move(a)}, {std::move(b)}}};
}

template <is_operator... A, is_operator B>
constexpr Chain<A..., B> operator>>(Chain<A...> chain, B b) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return Chain<A..., B>{{{std::move(get<I>(chain.parts))}..., {std::move(b)}}};
  }
  (std::index_sequence_for<A...>{});
}

}  // namespace weir
