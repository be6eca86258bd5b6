// join(), join(lifetime), join(left, right): pairs (K, A) of input 0 with (K, B) of input 1 where
// the keys are equal, and gives (K, (A, B)). Sets: an equal (key, value) of one side counts once.
//
// A symmetric hash join (Wilschut and Apers, 1991): an item is put into its own side's table and
// meets what the other side's holds, so each pair comes once, when its later half comes. Where both
// sides live forever, every tick gives the whole result again; join_no_replay gives only what is
// new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/table.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class T>
concept is_pair = requires(T const& pair) {
  pair.first;
  pair.second;
};

template <class Left, class Right, bool Replays = true>
struct Join : Operator {
  static constexpr OperatorInfo info{
      .name = Replays ? "join" : "join_no_replay",
      .inputs = {2, 2},
      .input_ports = {"0", "1"},
      .replays = Replays && lives_forever<Left> && lives_forever<Right>,
      .ends_ticks = !lives_forever<Left> || !lives_forever<Right>,
      .ends_runs = lives_a_run<Left> || lives_a_run<Right>};

  template <class A, class B>
  struct State {
    HashMultimap<typename A::first_type, typename A::second_type> left;
    HashMultimap<typename B::first_type, typename B::second_type> right;
    // Of a replay: the entry of `left` to go on with, and where the tick's own input begins.
    std::size_t replayed = 0;
    std::size_t replay_end = 0;
  };

  template <bool Aloud, class A, class B>
  static consteval bool takes() {
    constexpr bool pairs = is_pair<A> && is_pair<B>;
    static_assert(pairs || !Aloud,
                  "weir: join(): inputs [0] and [1] must both carry pairs (key, value), as A and "
                  "B; map them into pairs first");
    if constexpr (pairs) {
      constexpr bool same = std::is_same_v<typename A::first_type, typename B::first_type>;
      static_assert(same || !Aloud,
                    "weir: join(): the keys of inputs [0] and [1], pairs A and B, must have the "
                    "same type; map one of them first");
      constexpr bool stays =
          !(lives_forever<Left> && borrows<A>)&&!(lives_forever<Right> && borrows<B>);
      static_assert(stays || !same || !Aloud,
                    "weir: join(forever): the items hold a View, which ends with the tick; "
                    "own() its bytes first");
      constexpr bool key = is_key<typename A::first_type> &&
                           is_comparable<typename A::second_type> &&
                           is_comparable<typename B::second_type>;
      static_assert(key || !stays || !same || !Aloud,
                    "weir: join(): keys need operator== and a hash (a hash() member or std::hash), "
                    "values operator==");
      return same && stays && key;
    }
    return false;
  }
  template <class A, class B>
  static consteval auto output() {
    using Values = std::pair<typename A::second_type, typename B::second_type>;
    return Type<std::pair<typename A::first_type, Values>>{};
  }

  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    std::uint32_t const tag = state.left.tag_of(item.first);
    if constexpr (Port == 0) {
      if (!state.left.insert_unique(tag, item.first, item.second)) return;
      auto const* const met = state.right.find(tag, item.first);
      if (met == nullptr) return;
      for (auto const& other : *met) emit(std::pair{item.first, std::pair{item.second, other}});
    } else {
      if (!state.right.insert_unique(tag, item.first, item.second)) return;
      auto const* const met = state.left.find(tag, item.first);
      if (met == nullptr) return;
      for (auto const& other : *met) emit(std::pair{item.first, std::pair{other, item.second}});
    }
  }

  // Key by key in the order the left keys came; one key's pairs are not interrupted.
  bool replay(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if (begin) {
      state.replayed = 0;
      state.replay_end = state.left.entries().size();
    }
    for (; state.replayed < state.replay_end; ++state.replayed) {
      if (budget <= 0) return false;
      auto const& entry = state.left.entries()[state.replayed];
      auto const* const met = state.right.find(entry.key);
      if (met == nullptr) continue;
      for (auto const& left : entry.values) {
        for (auto const& right : *met) emit(std::pair{entry.key, std::pair{left, right}});
      }
      auto const pairs = static_cast<std::int64_t>(entry.values.size()) * met->size();
      budget = pairs < budget ? budget - pairs : 0;
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
};

template <is_lifetime Left = Tick, is_lifetime Right = Left>
Join<Left, Right> join(Left = {}, Right = {}) {
  return {};
}

template <is_lifetime Left = Forever, is_lifetime Right = Left>
Join<Left, Right, false> join_no_replay(Left = {}, Right = {}) {
  return {};
}

}  // namespace weir
