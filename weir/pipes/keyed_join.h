// The core of join and join_multiset: a symmetric hash join (Wilschut and Apers, 1991). An item is
// put into its own side's table and meets what the other side's holds, so each pair comes once,
// when its later half comes. Where both sides live forever, every tick begins with the whole result
// of the ticks before.
//
// A table that has outgrown the cache costs a memory access, and then another one behind it, for
// every item. So from then on items are collected, of both inputs in the order they come, while
// what they will touch is on its way into the cache; a few dozen are worked off together, and the
// last ones when the subgraph has run. As long as the table is small nothing waits.
//
// Pairs are made in two functions that no caller inlines: what is behind a join is compiled twice,
// not once for every way that leads to a pair.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/hash.h"
#include "weir/base/join_table.h"
#include "weir/base/small_list.h"
#include "weir/pipes/in_register.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class T>
concept is_pair = requires(T const& pair) {
  pair.first;
  pair.second;
};

// Items of both inputs that wait to be worked off together.
template <class A, class B>
struct CollectedItems {
  static constexpr std::uint32_t capacity = 64;

  std::vector<A> left;
  std::vector<B> right;
  std::array<std::uint32_t, capacity> tags;
  std::uint64_t from_right = 0;  // a bit for each, in the order they came
  std::uint32_t count = 0;
};

// `Values` is SmallSet (an equal value of a key counts once) or SmallList.
template <class Left, class Right, bool Replays, template <class> class Values>
struct KeyedJoin : Operator {
  static constexpr bool together = std::is_same_v<Left, Right>;
  static constexpr bool is_set = Values<int>::is_set;
  // The size of the index from which on items are collected: it is half a megabyte then, and the
  // entries are a few.
  static constexpr std::size_t slots_in_cache = 64 * 1024;

  static consteval OperatorInfo row(std::string_view name) {
    return {.name = name,
            .inputs = {2, 2},
            .input_ports = {"0", "1"},
            .replays = Replays && lives_forever<Left> && lives_forever<Right>,
            .batches = true,
            .ends_ticks = !lives_forever<Left> || !lives_forever<Right>,
            .ends_runs = lives_a_run<Left> || lives_a_run<Right>};
  }

  template <class A, class B>
  struct State {
    using Key = typename A::first_type;
    using L = typename A::second_type;
    using R = typename B::second_type;

    std::conditional_t<together, JoinTable<Key, L, R, Values>, JoinTables<Key, L, R, Values>> table;
    CollectedItems<A, B> collected;
    // Of a replay: the entry, and the values in it, to go on with.
    std::uint32_t entry = 0;
    std::uint32_t left = 0;
    std::uint32_t right = 0;
  };

  template <bool Aloud, class A, class B>
  static consteval bool takes() {
    constexpr bool pairs = is_pair<A> && is_pair<B>;
    static_assert(pairs || !Aloud,
                  "weir: join(), join_multiset(): inputs [0] and [1] must both carry pairs "
                  "(key, value), as A and B; map them into pairs first");
    if constexpr (pairs) {
      constexpr bool same = std::is_same_v<typename A::first_type, typename B::first_type>;
      static_assert(same || !Aloud,
                    "weir: join(), join_multiset(): the keys of inputs [0] and [1], pairs A and B, "
                    "must have the same type; map one of them first");
      constexpr bool stays =
          !(lives_forever<Left> && borrows<A>)&&!(lives_forever<Right> && borrows<B>);
      static_assert(stays || !same || !Aloud,
                    "weir: join(forever), join_multiset(forever): the items hold a View, which "
                    "ends with the tick; own() its bytes first");
      constexpr bool key =
          is_key<typename A::first_type> && (!is_set || (is_comparable<typename A::second_type> &&
                                                         is_comparable<typename B::second_type>));
      static_assert(key || !stays || !same || !Aloud,
                    "weir: join(), join_multiset(): keys need operator== and a hash (a hash() "
                    "member or std::hash), and values operator== for a join() of sets");
      constexpr bool copied = std::copy_constructible<typename A::first_type> &&
                              std::copy_constructible<typename A::second_type> &&
                              std::copy_constructible<typename B::second_type>;
      static_assert(copied || !key || !stays || !same || !Aloud,
                    "weir: join(), join_multiset(): a match is made of copies of the key and both "
                    "values, and one of these cannot be copied; join what names it instead");
      return same && stays && key && copied;
    }
    return false;
  }
  template <class A, class B>
  static consteval auto output() {
    using Both = std::pair<typename A::second_type, typename B::second_type>;
    return Type<std::pair<typename A::first_type, Both>>{};
  }

  template <int Port>
  [[gnu::always_inline]] void push(auto& state, auto&& item, auto const& emit) {
    std::uint32_t const tag = state.table.tag_of(item.first);
    if (state.table.slot_count() > slots_in_cache) [[unlikely]] {
      collect<Port>(state, tag, static_cast<decltype(item)&&>(item), emit);
    } else {
      take<Port>(state, tag, static_cast<decltype(item)&&>(item), emit);
    }
  }
  void finish(auto& state, auto const& emit) {
    if (state.collected.count > 0) [[unlikely]]
      work_off(state, emit);
  }

  // Key by key in the order the keys came.
  bool replay(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if (begin) state.entry = state.left = state.right = 0;
    auto const& entries = state.table.entries();
    for (; state.entry < entries.size(); ++state.entry, state.left = 0) {
      auto const& entry = entries[state.entry];
      if (entry.right.size() == 0) continue;
      for (; state.left < entry.left.size(); ++state.left, state.right = 0) {
        std::int64_t const count = std::min<std::int64_t>(budget, entry.right.size() - state.right);
        give_row(entry.key, entry.left.begin()[state.left], entry.right.begin() + state.right,
                 static_cast<std::uint32_t>(count), emit);
        budget -= count;
        state.right += static_cast<std::uint32_t>(count);
        if (state.right < entry.right.size()) return false;
      }
    }
    return true;
  }

  void end_tick(auto& state) {
    if constexpr (together) {
      state.table.clear();
    } else {
      if constexpr (!lives_forever<Left>) state.table.template clear<0>();
      if constexpr (!lives_forever<Right>) state.table.template clear<1>();
    }
  }
  void end_run(auto& state) {
    if constexpr (together) {
      state.table.clear();
    } else {
      if constexpr (lives_a_run<Left>) state.table.template clear<0>();
      if constexpr (lives_a_run<Right>) state.table.template clear<1>();
    }
  }

 private:
  template <int Port>
  [[gnu::always_inline]] static void take(auto& state, std::uint32_t tag, auto&& item,
                                          auto const& emit) {
    using Item = decltype(item);
    auto const met = state.table.template insert<Port>(tag, static_cast<Item&&>(item).first,
                                                       static_cast<Item&&>(item).second);
    if (met.count == 0) return;
    if constexpr (Port == 0) {
      give_row(*met.key, *met.own, met.others, met.count, emit);
    } else {
      give_column(*met.key, met.others, *met.own, met.count, emit);
    }
  }

  template <class Key, class L, class R>
  [[gnu::noinline]] static void give_row(Key const& key, L const& left, R const* right,
                                         std::uint32_t count, auto const& emit) {
    InRegister<Key> const same_key = key;
    InRegister<L> const same = left;
    for (R const* const end = right + count; right != end; ++right) {
      emit(std::pair<Key, std::pair<L, R>>(same_key, std::pair<L, R>(same, *right)));
    }
  }
  template <class Key, class L, class R>
  [[gnu::noinline]] static void give_column(Key const& key, L const* left, R const& right,
                                            std::uint32_t count, auto const& emit) {
    InRegister<Key> const same_key = key;
    InRegister<R> const same = right;
    for (L const* const end = left + count; left != end; ++left) {
      emit(std::pair<Key, std::pair<L, R>>(same_key, std::pair<L, R>(*left, same)));
    }
  }

  template <int Port>
  [[gnu::noinline]] static void collect(auto& state, std::uint32_t tag, auto&& item,
                                        auto const& emit) {
    auto& collected = state.collected;
    state.table.prefetch_slot(tag);
    if constexpr (Port == 0) collected.left.push_back(static_cast<decltype(item)&&>(item));
    else collected.right.push_back(static_cast<decltype(item)&&>(item));
    collected.from_right |= std::uint64_t{Port} << collected.count;
    collected.tags[collected.count++] = tag;
    if (collected.count == collected.capacity) work_off(state, emit);
  }
  [[gnu::noinline]] static void work_off(auto& state, auto const& emit) {
    auto& collected = state.collected;
    std::uint32_t const count = collected.count;
    for (std::uint32_t i = 0; i < count; ++i) state.table.prefetch_entry(collected.tags[i]);
    for (std::uint32_t i = 0; i < count; ++i) state.table.prefetch_values(collected.tags[i]);
    auto left = collected.left.begin();
    auto right = collected.right.begin();
    for (std::uint32_t i = 0; i < count; ++i) {
      if ((collected.from_right >> i & 1) == 0)
        take<0>(state, collected.tags[i], std::move(*left++), emit);
      else take<1>(state, collected.tags[i], std::move(*right++), emit);
    }
    collected.left.clear();
    collected.right.clear();
    collected.from_right = 0;
    collected.count = 0;
  }
};

}  // namespace weir
