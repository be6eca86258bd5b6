// The user functions of random flows. Each is written once, over the numbers of an item, and used
// by both engines: it is the operators that are compared. All numbers stay small, so that items
// meet in joins and cycles come to an end.
#pragma once

#include <cstdint>

#include "tests/oracle/item.h"

namespace weir::oracle {

inline constexpr int domain = 20;

constexpr int in_domain(int v) { return ((v % domain) + domain) % domain; }

// ---- map: an item and a constant to an item of 1, 2 or 3 numbers ----

using Mapping = Item (*)(Item const&, int k);

Item add(Item const& item, int k);
Item multiply(Item const& item, int k);
Item first(Item const& item, int);
Item last(Item const& item, int);

Item split(Item const& item, int k);
Item with_key(Item const& item, int k);
Item outer(Item const& item, int);

Item spread(Item const& item, int k);

Item in_tick(Item const& item, std::uint64_t tick);

// ---- filter ----

using Predicate = bool (*)(Item const&, int k);

bool indivisible(Item const& item, int k);
bool below(Item const& item, int k);
bool odd_end(Item const& item, int);

// By filter_map.
bool is_dropped(Item const& item);

// ---- flat_map: to a few items of the same kind ----

using Expansion = Items (*)(Item const&, int k);

Items twice(Item const& item, int);
Items some(Item const& item, int k);
Items neighbours(Item const& item, int k);

// ---- fold, scan: a number and an item to a number ----

using Accumulation = int (*)(int accumulated, Item const&, int k);

int count(int accumulated, Item const&, int);
int total(int accumulated, Item const& item, int);
int greatest(int accumulated, Item const& item, int);
// Depends on the order of the items.
int digits(int accumulated, Item const& item, int k);

bool ends_scan(int accumulated);

// ---- reduce: two items of one kind to one; in whatever order ----

using Combination = Item (*)(Item const&, Item const&);

Item larger(Item const& a, Item const& b);
Item smaller(Item const& a, Item const& b);
Item added(Item const& a, Item const& b);

// What zip_longest has in the place of an item that is not there.
inline constexpr int absent = 77;

// ---- what source_iter gives ----

Items made_items(int kind, int k);

}  // namespace weir::oracle
