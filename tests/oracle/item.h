// An item as the oracle sees it: its numbers, one after another. 7 is {7}, (1, 2) is {1, 2}, and
// (1, (2, 3)) is {1, 2, 3}; what the oracle need not know is how they nest.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::oracle {

struct Item {
  static constexpr int leaves_max = 4;

  int count = 0;
  int leaf[leaves_max]{};

  Item() = default;
  explicit Item(int a) : count(1), leaf{a} {}
  Item(int a, int b) : count(2), leaf{a, b} {}
  Item(int a, int b, int c) : count(3), leaf{a, b, c} {}

  int sum() const {
    int total = 0;
    for (int i = 0; i < count; ++i) total += leaf[i];
    return total;
  }
  friend auto operator<=>(Item const&, Item const&) = default;
};

using Items = std::vector<Item>;

// ---- to and from the items of flows: an item of `kind` leaves is an int, a Pair, a Triple ----

using Pair = std::pair<int, int>;
using Triple = std::pair<int, Pair>;

template <int Kind>
struct KindOf;
template <>
struct KindOf<1> {
  using type = int;
  static int from(Item const& item) { return item.leaf[0]; }
};
template <>
struct KindOf<2> {
  using type = Pair;
  static Pair from(Item const& item) { return {item.leaf[0], item.leaf[1]}; }
};
template <>
struct KindOf<3> {
  using type = Triple;
  static Triple from(Item const& item) { return {item.leaf[0], {item.leaf[1], item.leaf[2]}}; }
};
template <int Kind>
using ItemOfKind = typename KindOf<Kind>::type;

template <class T>
inline constexpr int kind_of = 0;
template <>
inline constexpr int kind_of<int> = 1;
template <>
inline constexpr int kind_of<Pair> = 2;
template <>
inline constexpr int kind_of<Triple> = 3;

inline void append_leaves(Item& item, std::integral auto number) {
  item.leaf[item.count++] = static_cast<int>(number);
}
template <class A, class B>
void append_leaves(Item& item, std::pair<A, B> const& pair) {
  append_leaves(item, pair.first);
  append_leaves(item, pair.second);
}
template <class T>
Item item_of(T const& value) {
  Item item;
  append_leaves(item, value);
  return item;
}

}  // namespace weir::oracle
