#include "tests/oracle/functions.h"

namespace weir::oracle {

// ---- map: an item and a constant to an item of 1, 2 or 3 numbers ----

Item add(Item const& item, int k) { return Item(in_domain(item.sum() + k)); }
Item multiply(Item const& item, int k) { return Item(in_domain(item.sum() * k + 1)); }
Item first(Item const& item, int) { return Item(item.leaf[0]); }
Item last(Item const& item, int) { return Item(in_domain(item.leaf[item.count - 1])); }

Item split(Item const& item, int k) {
  return {item.sum() % (2 + k % 5), in_domain(item.sum() / 2)};
}
Item with_key(Item const& item, int k) {
  return {item.leaf[0] % (1 + k % 6), in_domain(item.leaf[item.count - 1] + k)};
}
Item outer(Item const& item, int) { return {item.leaf[item.count - 1], item.leaf[0]}; }

Item spread(Item const& item, int k) {
  return {item.sum() % (2 + k % 3), in_domain(item.leaf[0] + k), in_domain(item.leaf[0] / 2)};
}

Item in_tick(Item const& item, std::uint64_t tick) {
  return Item(in_domain(item.sum() + static_cast<int>(tick)));
}

// ---- filter ----

bool indivisible(Item const& item, int k) { return item.sum() % (2 + k % 5) != 0; }
bool below(Item const& item, int k) { return item.leaf[0] < 3 + k; }
bool odd_end(Item const& item, int) { return item.leaf[item.count - 1] % 2 != 0; }

// By filter_map.
bool is_dropped(Item const& item) { return item.sum() % 3 == 0; }

// ---- flat_map: to a few items of the same kind ----

Items twice(Item const& item, int) { return {item, item}; }
Items some(Item const& item, int k) {
  return Items(static_cast<std::size_t>((item.sum() + k) % 3), item);
}
Items neighbours(Item const& item, int k) {
  Items all{item, item};
  all[1].leaf[0] = in_domain(item.leaf[0] + 1 + k);
  return all;
}

// ---- fold, scan: a number and an item to a number ----

int count(int accumulated, Item const&, int) { return accumulated + 1; }
int total(int accumulated, Item const& item, int) { return (accumulated + item.sum()) % 1009; }
int greatest(int accumulated, Item const& item, int) {
  return item.sum() > accumulated ? item.sum() : accumulated;
}
// Depends on the order of the items.
int digits(int accumulated, Item const& item, int k) {
  return (accumulated * (7 + k) + item.sum()) % 1009;
}

bool ends_scan(int accumulated) { return accumulated % 23 == 22; }

// ---- reduce: two items of one kind to one; in whatever order ----

Item larger(Item const& a, Item const& b) { return a < b ? b : a; }
Item smaller(Item const& a, Item const& b) { return a < b ? a : b; }
Item added(Item const& a, Item const& b) {
  Item sum = a;
  for (int i = 0; i < a.count; ++i) sum.leaf[i] = (a.leaf[i] + b.leaf[i]) % 1009;
  return sum;
}

// ---- what source_iter gives ----

Items made_items(int kind, int k) {
  Items items;
  int const size = k < 8 ? k : 10 * k;  // some fill more than one block of a handoff
  for (int i = 0; i < size; ++i) {
    Item const number(in_domain(i * 7 + k));
    items.push_back(kind == 1 ? number : kind == 2 ? with_key(number, i) : spread(number, i));
  }
  return items;
}

}  // namespace weir::oracle
