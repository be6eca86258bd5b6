// zip(), zip(lifetime), zip(first, second): pairs the items of [_0] and [_1] by position, as
// (A, B). What has no partner yet waits for one until its lifetime ends.
#pragma once

#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/queue.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class First, class Second>
struct Zip : Operator {
  static constexpr OperatorInfo info{.name = "zip",
                                     .inputs = {2, 2},
                                     .input_ports = {"0", "1"},
                                     .ends_ticks = lives_a_tick<First> || lives_a_tick<Second>,
                                     .ends_runs = lives_a_run<First> || lives_a_run<Second>};

  // At most one of them is not empty.
  template <class A, class B>
  struct State {
    Queue<A> first;
    Queue<B> second;
  };

  template <bool Aloud, class A, class B>
  static consteval bool takes() {
    constexpr bool stays =
        !(lives_forever<First> && borrows<A>)&&!(lives_forever<Second> && borrows<B>);
    static_assert(stays || !Aloud,
                  "weir: zip(forever): the items hold a View, which ends with the tick; own() its "
                  "bytes first");
    return stays;
  }
  template <class A, class B>
  static consteval auto output() {
    return Type<std::pair<A, B>>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    using Item = std::remove_cvref_t<decltype(item)>;
    if constexpr (Port == 0) {
      if (state.second.empty()) {
        state.first.push(static_cast<decltype(item)&&>(item));
      } else {
        auto other = state.second.pop();
        emit(std::pair<Item, decltype(other)>(static_cast<decltype(item)&&>(item),
                                              std::move(other)));
      }
    } else {
      if (state.first.empty()) {
        state.second.push(static_cast<decltype(item)&&>(item));
      } else {
        auto other = state.first.pop();
        emit(std::pair<decltype(other), Item>(std::move(other),
                                              static_cast<decltype(item)&&>(item)));
      }
    }
  }
  void end_tick(auto& state) {
    if constexpr (lives_a_tick<First>) state.first.clear();
    if constexpr (lives_a_tick<Second>) state.second.clear();
  }
  void end_run(auto& state) {
    if constexpr (lives_a_run<First>) state.first.clear();
    if constexpr (lives_a_run<Second>) state.second.clear();
  }
};

template <is_lifetime First = Tick, is_lifetime Second = First>
Zip<First, Second> zip(First = {}, Second = {}) {
  return {};
}

}  // namespace weir
