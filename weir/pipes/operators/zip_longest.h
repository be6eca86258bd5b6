// zip_longest(): pairs the items of [_0] and [_1] by position when all of both have come, as
// EitherOrBoth<A, B>: what is left over of the longer one goes on alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/either_or_both.h"
#include "weir/pipes/give.h"
#include "weir/pipes/operator.h"

namespace weir {

struct ZipLongest : Operator {
  static constexpr OperatorInfo info{.name = "zip_longest",
                                     .inputs = {2, 2},
                                     .input_ports = {"0", "1"},
                                     .blocking_inputs = 0b11,
                                     .flushes = true};

  template <class A, class B>
  struct State {
    using Given = EitherOrBoth<A, B>;
    std::vector<A> left;
    std::vector<B> right;
    std::size_t given = 0;

    Given take(std::size_t i) {
      if (i >= right.size()) return Left<A>{std::move(left[i])};
      if (i >= left.size()) return Right<B>{std::move(right[i])};
      return Both<A, B>{std::move(left[i]), std::move(right[i])};
    }
  };

  template <class A, class B>
  static consteval auto output() {
    return Type<EitherOrBoth<A, B>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const&) {
    if constexpr (Port == 0) state.left.push_back(static_cast<decltype(item)&&>(item));
    else state.right.push_back(static_cast<decltype(item)&&>(item));
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    std::size_t const end = std::max(state.left.size(), state.right.size());
    bool const finished =
        give_budgeted(state.given, end, budget, emit,
                      [&](auto const& receiver, std::size_t i) { receiver(state.take(i)); });
    if (!finished) return false;
    state.left.clear();
    state.right.clear();
    state.given = 0;
    return true;
  }
};

template <is_lifetime Lifetime = Tick>
ZipLongest zip_longest(Lifetime = {}) {
  static_assert(!lives_forever<Lifetime>,
                "weir: zip_longest() pairs what comes in one tick, so nothing of it can live "
                "forever; use zip(forever)");
  return {};
}

}  // namespace weir
