// The core of cross_join and cross_join_multiset: an item is kept on its own side and meets all
// that the other side has, so each pair comes once, when its later half comes. Where both sides
// live forever, every tick begins with the whole result of the ticks before.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/table.h"
#include "weir/pipes/in_register.h"
#include "weir/pipes/operator.h"

namespace weir {

// What HashSet is for sets: items in the order they came, each as often as it came.
template <class T>
class ItemBag {
 public:
  template <class U>
  bool insert(U&& item) {
    items_.push_back(std::forward<U>(item));
    return true;
  }
  std::size_t size() const { return items_.size(); }
  T const* data() const { return items_.data(); }
  void clear() { items_.clear(); }

 private:
  std::vector<T> items_;
};

// `Items` is HashSet (equal items of one side count once) or ItemBag.
template <class Left, class Right, bool Replays, template <class> class Items>
struct AllPairs : Operator {
  static consteval OperatorInfo row(std::string_view name) {
    return {.name = name,
            .inputs = {2, 2},
            .input_ports = {"0", "1"},
            .replays = Replays && lives_forever<Left> && lives_forever<Right>,
            .ends_ticks = !lives_forever<Left> || !lives_forever<Right>,
            .ends_runs = lives_a_run<Left> || lives_a_run<Right>};
  }

  template <class A, class B>
  struct State {
    Items<A> left;
    Items<B> right;
    // Of a replay: the pair to go on with.
    std::size_t left_at = 0;
    std::size_t right_at = 0;
  };

  template <bool Aloud, class A, class B>
  static consteval bool takes() {
    constexpr bool stays =
        !(lives_forever<Left> && borrows<A>)&&!(lives_forever<Right> && borrows<B>);
    static_assert(stays || !Aloud,
                  "weir: cross_join(forever), cross_join_multiset(forever): the items, A and B, "
                  "hold a View, which ends with the tick; own() its bytes first");
    constexpr bool copied = std::copy_constructible<A> && std::copy_constructible<B>;
    static_assert(copied || !stays || !Aloud,
                  "weir: cross_join(), cross_join_multiset(): a pair is made of copies of an A and "
                  "a B, and one of these cannot be copied; pair what names it instead");
    return stays && copied;
  }
  template <class A, class B>
  static consteval auto output() {
    return Type<std::pair<A, B>>{};
  }

  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    auto& left = state.left;
    auto& right = state.right;
    if constexpr (Port == 0) {
      if (!left.insert(static_cast<decltype(item)&&>(item)) || right.size() == 0) return;
      give_row(left.data()[left.size() - 1], right.data(), right.size(), emit);
    } else {
      if (!right.insert(static_cast<decltype(item)&&>(item)) || left.size() == 0) return;
      give_column(left.data(), left.size(), right.data()[right.size() - 1], emit);
    }
  }

  // All pairs of the first item of input 0, then all of its second, and so on.
  bool replay(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if (begin) state.left_at = state.right_at = 0;
    if (state.right.size() == 0) return true;
    for (; state.left_at < state.left.size(); ++state.left_at, state.right_at = 0) {
      std::size_t const count =
          std::min(static_cast<std::size_t>(budget), state.right.size() - state.right_at);
      give_row(state.left.data()[state.left_at], state.right.data() + state.right_at, count, emit);
      budget -= static_cast<std::int64_t>(count);
      state.right_at += count;
      if (state.right_at < state.right.size()) return false;
    }
    return true;
  }

  void end_tick(auto& state) {
    if constexpr (!lives_forever<Left>) state.left.clear();
    if constexpr (!lives_forever<Right>) state.right.clear();
  }
  void end_run(auto& state) {
    if constexpr (lives_a_run<Left>) state.left.clear();
    if constexpr (lives_a_run<Right>) state.right.clear();
  }

 private:
  template <class A, class B>
  static void give_row(A const& left, B const* right, std::size_t count, auto const& emit) {
    InRegister<A> const same = left;
    for (B const* const end = right + count; right != end; ++right) {
      emit(std::pair<A, B>(same, *right));
    }
  }
  template <class A, class B>
  static void give_column(A const* left, std::size_t count, B const& right, auto const& emit) {
    InRegister<B> const same = right;
    for (A const* const end = left + count; left != end; ++left) {
      emit(std::pair<A, B>(*left, same));
    }
  }
};

}  // namespace weir
