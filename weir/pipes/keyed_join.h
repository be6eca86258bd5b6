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

#include "weir/base/assert.h"
#include "weir/base/bytes.h"
#include "weir/base/hash.h"
#include "weir/base/join_table.h"
#include "weir/base/owner.h"
#include "weir/base/small_list.h"
#include "weir/pipes/in_register.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class T>
concept is_pair = requires(T const& pair) {
  pair.first;
  pair.second;
};

// Who is given the pairs of one item with many: what is behind a join, as two pointers to
// functions.
template <class Key, class L, class R>
struct PairReceiver {
  void const* emit;
  void (*row)(void const* emit, Key const& key, L const& left, R const* right, std::uint32_t count);
  void (*column)(void const* emit, Key const& key, L const* left, R const& right,
                 std::uint32_t count);

  template <int Port>
  [[gnu::always_inline]] void give(auto const& met) const {
    if (met.count == 0) return;
    if constexpr (Port == 0) row(emit, *met.key, *met.own, met.others, met.count);
    else column(emit, *met.key, met.others, *met.own, met.count);
  }
};

// Items of both inputs that wait to be worked off together. (It knows nothing of what is behind the
// join, so it is compiled once for all joins of such items.)
template <class A, class B>
struct CollectedItems {
  static constexpr std::uint32_t capacity = 64;

  union Item {
    Item() {}
    ~Item() {}
    A left;
    B right;
  };

  Owner<std::array<Item, capacity>> items;  // none before the first one comes
  std::array<std::uint32_t, capacity> tags;
  std::uint64_t from_right = 0;  // a bit for each, in the order they came
  std::uint32_t count = 0;

  CollectedItems() = default;
  CollectedItems(CollectedItems&& other) noexcept { WEIR_ASSERT(other.count == 0); }
  CollectedItems& operator=(CollectedItems&&) = delete;
  ~CollectedItems() { clear(); }

  template <int Port, class Given>
  [[gnu::noinline]] void add(std::uint32_t tag, Given&& item, auto& table, auto const& receiver) {
    table.prefetch_slot(tag);
    if (!items) items = make_owner<std::array<Item, capacity>>();
    if constexpr (Port == 0) new (&(*items)[count].left) A(std::move(item));
    else new (&(*items)[count].right) B(std::move(item));
    from_right |= std::uint64_t{Port} << count;
    tags[count++] = tag;
    if (count == capacity) work_off(table, receiver);
  }
  [[gnu::noinline]] void work_off(auto& table, auto const& receiver) {
    for (std::uint32_t i = 0; i < count; ++i) table.prefetch_entry(tags[i]);
    for (std::uint32_t i = 0; i < count; ++i) table.prefetch_values(tags[i]);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (is_left(i)) {
        A& item = (*items)[i].left;
        receiver.template give<0>(
            table.template insert_apart<0>(tags[i], std::move(item.first), std::move(item.second)));
      } else {
        B& item = (*items)[i].right;
        receiver.template give<1>(
            table.template insert_apart<1>(tags[i], std::move(item.first), std::move(item.second)));
      }
    }
    clear();
  }

 private:
  bool is_left(std::uint32_t i) const { return (from_right >> i & 1) == 0; }
  void clear() {
    if constexpr (!std::is_trivially_destructible_v<A> || !std::is_trivially_destructible_v<B>) {
      for (std::uint32_t i = 0; i < count; ++i) {
        if (is_left(i)) (*items)[i].left.~A();
        else (*items)[i].right.~B();
      }
    }
    from_right = 0;
    count = 0;
  }
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
    using Item = decltype(item);
    std::uint32_t const tag = state.table.tag_of(item.first);
    auto const receiver = receiver_of(state, emit);
    if (state.table.slot_count() > slots_in_cache) [[unlikely]] {
      std::remove_cvref_t<Item> own(static_cast<Item&&>(item));
      state.collected.template add<Port>(tag, std::move(own), state.table, receiver);
    } else {
      receiver.template give<Port>(state.table.template insert<Port>(
          tag, static_cast<Item&&>(item).first, static_cast<Item&&>(item).second));
    }
  }
  void finish(auto& state, auto const& emit) {
    if (state.collected.count == 0) [[likely]]
      return;
    state.collected.work_off(state.table, receiver_of(state, emit));
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
        receiver_of(state, emit)
            .row(&emit, entry.key, entry.left.begin()[state.left],
                 entry.right.begin() + state.right, static_cast<std::uint32_t>(count));
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
  template <class State, class Emit>
  [[gnu::always_inline]] static auto receiver_of(State const&, Emit const& emit) {
    using Key = typename State::Key;
    using L = typename State::L;
    using R = typename State::R;
    return PairReceiver<Key, L, R>{&emit, &give_row<Key, L, R, Emit>,
                                   &give_column<Key, L, R, Emit>};
  }
  template <class Key, class L, class R, class Emit>
  [[gnu::noinline]] static void give_row(void const* emit, Key const& key, L const& left,
                                         R const* right, std::uint32_t count) {
    Emit const& next = *static_cast<Emit const*>(emit);
    InRegister<Key> const same_key = key;
    InRegister<L> const same = left;
    for (R const* const end = right + count; right != end; ++right) {
      next(std::pair<Key, std::pair<L, R>>(same_key, std::pair<L, R>(same, *right)));
    }
  }
  template <class Key, class L, class R, class Emit>
  [[gnu::noinline]] static void give_column(void const* emit, Key const& key, L const* left,
                                            R const& right, std::uint32_t count) {
    Emit const& next = *static_cast<Emit const*>(emit);
    InRegister<Key> const same_key = key;
    InRegister<R> const same = right;
    for (L const* const end = left + count; left != end; ++left) {
      next(std::pair<Key, std::pair<L, R>>(same_key, std::pair<L, R>(*left, same)));
    }
  }
};

}  // namespace weir
