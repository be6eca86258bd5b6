// What fold_keyed and reduce_keyed share: one accumulated value for each key, and how they are
// given. Where they live forever they stay and are given in every tick that happens, or, without
// replay, those that changed; else each is given once and forgotten. All in the order their keys
// came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/hash_map.h"
#include "weir/pipes/accumulate.h"
#include "weir/pipes/give.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/parts.h"

namespace weir {

template <class Key, class Value>
struct KeyedState {
  HashMap<Key, Value> values;
  std::size_t given = 0;
};

// The numbers of the entries that changed, once each, in the order they did.
class ChangedEntries {
 public:
  void add(std::size_t entry) {
    if (entry >= listed_.size()) listed_.resize(entry + 1);
    if (std::exchange(listed_[entry], true)) return;
    list_.push_back(entry);
  }
  std::size_t size() const { return list_.size(); }
  std::size_t operator[](std::size_t i) const { return list_[i]; }
  void clear() {
    for (std::size_t const entry : list_) listed_[entry] = false;
    list_.clear();
  }

 private:
  std::vector<std::size_t> list_;
  std::vector<unsigned char> listed_;  // for each entry
};
template <class Key, class Value>
struct ChangingKeyedState : KeyedState<Key, Value> {
  ChangedEntries changed;
};

template <class Lifetime, bool Replays>
struct Keyed : Operator {
  static constexpr bool keeps = lives_forever<Lifetime>;
  static constexpr bool gives_changes = keeps && !Replays;

  template <class Key, class Value>
  static consteval auto state_of() {
    if constexpr (gives_changes) return Type<ChangingKeyedState<Key, Value>>{};
    else return Type<KeyedState<Key, Value>>{};
  }

  // The value of the item's key; where that is a new one, what make() gives.
  template <class Item, class Make>
  [[gnu::always_inline]] static auto& value_of(auto& state, Item&& item, Make&& make) {
    auto& entry = state.values.find_or_insert(part_of<0>(std::forward<Item>(item)), make);
    if constexpr (gives_changes) {
      state.changed.add(static_cast<std::size_t>(&entry - state.values.entries().data()));
    }
    return entry.second;
  }

  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool begin) {
    if constexpr (gives_changes) {
      auto const entries = state.values.entries();
      bool const finished = give_budgeted(state.given, state.changed.size(), budget, emit,
                                          [&](auto const& receiver, std::size_t i) {
                                            receiver(std::as_const(entries[state.changed[i]]));
                                          });
      if (!finished) return false;
      state.changed.clear();
      state.given = 0;
    } else if constexpr (keeps) {
      if (begin) state.given = 0;
      auto const entries = state.values.entries();
      return give_budgeted(
          state.given, entries.size(), budget, emit,
          [&](auto const& receiver, std::size_t i) { receiver(std::as_const(entries[i])); });
    } else {
      auto const entries = state.values.release();
      bool const finished = give_budgeted(
          state.given, entries.size(), budget, emit,
          [&](auto const& receiver, std::size_t i) { receiver(std::move(entries[i])); });
      if (!finished) return false;
      state.values.clear();
      state.given = 0;
    }
    return true;
  }
};

}  // namespace weir
