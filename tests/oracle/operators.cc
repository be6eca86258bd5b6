#include "tests/oracle/operators.h"

#include <algorithm>
#include <set>

#include "tests/oracle/functions.h"
#include "weir/base/assert.h"

namespace weir::oracle {

namespace {

// ---- functions by name ----

template <class Function>
struct Named {
  std::string_view name;
  Function function;
};

// Of 1, 2 and 3 numbers.
constexpr Named<Mapping> to_one[] = {
    {"add", add}, {"multiply", multiply}, {"first", first}, {"last", last}};
constexpr Named<Mapping> to_two[] = {{"split", split}, {"with_key", with_key}, {"outer", outer}};
constexpr Named<Mapping> to_three[] = {{"spread", spread}};
constexpr Named<Predicate> predicates[] = {
    {"indivisible", indivisible}, {"below", below}, {"odd_end", odd_end}};
constexpr Named<Expansion> expansions[] = {
    {"twice", twice}, {"some", some}, {"neighbours", neighbours}};
constexpr Named<Accumulation> accumulations[] = {
    {"count", count}, {"total", total}, {"greatest", greatest}, {"digits", digits}};
constexpr Named<Combination> combinations[] = {
    {"larger", larger}, {"smaller", smaller}, {"added", added}};

template <class Function, std::size_t Count>
Function find(Named<Function> const (&table)[Count], std::string_view name) {
  for (Named<Function> const& named : table) {
    if (named.name == name) return named.function;
  }
  WEIR_ASSERT(false);  // a shape that names no function of this table
  return table[0].function;
}
template <class Function, std::size_t Count>
std::vector<std::string_view> names_in(Named<Function> const (&table)[Count]) {
  std::vector<std::string_view> names;
  for (Named<Function> const& named : table) names.push_back(named.name);
  return names;
}

std::vector<std::string_view> mappings(int kind) {
  return kind == 1 ? names_in(to_one) : kind == 2 ? names_in(to_two) : names_in(to_three);
}
Item mapped(Node const& node, Item const& item) {
  Mapping const function = node.kind == 1   ? find(to_one, node.function)
                           : node.kind == 2 ? find(to_two, node.function)
                                            : find(to_three, node.function);
  return function(item, node.k);
}
std::vector<std::string_view> commutative_accumulations(int) {
  return {"count", "total", "greatest"};
}

// ---- text ----

// "map(Map<1>{add, 7})" of "map", "Map<1>".
std::string with_function(std::string_view op, std::string_view functor, Node const& node) {
  return std::string(op) + "(" + std::string(functor) + "{" + node.function + ", " +
         std::to_string(node.k) + "})";
}
// "map(Map<2>{split, 7})": its functor knows the kind it gives.
std::string with_kind(std::string_view op, std::string_view functor, Node const& node) {
  return with_function(op, std::string(functor) + "<" + std::to_string(node.kind) + ">", node);
}
std::string life(Node const& node, int which = 0) { return std::string(name_of(node.life[which])); }
std::string both_lives(Node const& node) { return life(node, 0) + ", " + life(node, 1); }
// What comes out of an operator as some other type is made one of the three.
std::string as_kind(Node const& node) { return " >> map(As<" + std::to_string(node.kind) + ">{})"; }

// ---- meanings ----

std::vector<Items> one_output(Items items) { return std::vector<Items>(1, std::move(items)); }

bool has(Items const& items, Item const& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}
Items distinct(Items const& items) {
  std::set<Item> seen;
  Items firsts;
  for (Item const& item : items) {
    if (seen.insert(item).second) firsts.push_back(item);
  }
  return firsts;
}
Items followed_by(Items items, Items const& more) {
  items.insert(items.end(), more.begin(), more.end());
  return items;
}
// `items` without its first `count`.
Items after(Items const& items, std::size_t count) {
  return Items(items.begin() + static_cast<std::ptrdiff_t>(std::min(count, items.size())),
               items.end());
}
Item joined(Item const& a, Item const& b) {
  Item item = a;
  for (int i = 0; i < b.count; ++i) item.leaf[item.count++] = b.leaf[i];
  return item;
}
// All pairs with equal keys, as (key, (a, b)).
Items pairs_with_equal_keys(Items const& left, Items const& right) {
  Items pairs;
  for (Item const& a : left) {
    for (Item const& b : right) {
      if (a.leaf[0] == b.leaf[0]) pairs.push_back(Item(a.leaf[0], a.leaf[1], b.leaf[1]));
    }
  }
  return pairs;
}
Items pairs(Items const& left, Items const& right) {
  Items all;
  for (Item const& a : left) {
    for (Item const& b : right) all.push_back(joined(a, b));
  }
  return all;
}
int folded(Node const& node, Items const& items) {
  Accumulation const function = find(accumulations, node.function);
  int accumulated = 0;
  for (Item const& item : items) accumulated = function(accumulated, item, node.k);
  return accumulated;
}
Items expanded(Node const& node, Items const& items) {
  Items out;
  for (Item const& item : items) {
    out = followed_by(std::move(out), find(expansions, node.function)(item, node.k));
  }
  return out;
}
template <class Keep>
Items only(Items const& items, Keep keep) {
  Items kept;
  for (Item const& item : items) {
    if (keep(item)) kept.push_back(item);
  }
  return kept;
}
// The items with key `key`.
Items of_key(Items const& items, int key) {
  return only(items, [&](Item const& item) { return item.leaf[0] == key; });
}
Items keys(Items const& items) {
  Items all;
  for (Item const& item : items) all.push_back(Item(item.leaf[0]));
  return distinct(all);
}

// What `items` has more of than `others`: of equal ones those beyond the number there.
Items beyond(Items const& items, Items others) {
  return only(items, [&](Item const& item) {
    auto const at = std::find(others.begin(), others.end(), item);
    if (at == others.end()) return true;
    others.erase(at);
    return false;
  });
}
Items sorted(Items items) {
  std::sort(items.begin(), items.end());
  return items;
}
Items first_items(Items items, std::size_t count) {
  items.resize(std::min(count, items.size()));
  return items;
}
Items zipped(Items const& first, Items const& second) {
  Items all;
  for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
    all.push_back(joined(first[i], second[i]));
  }
  return all;
}
Items zipped_longest(Items const& first, Items const& second) {
  Items all;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    Item const a = i < first.size() ? first[i] : Item(absent);
    Item const b = i < second.size() ? second[i] : Item(absent);
    all.push_back(joined(a, b));
  }
  return all;
}
Item reduced(Node const& node, Items const& items) {
  Item accumulated = items[0];
  for (Item const& item : after(items, 1)) {
    accumulated = find(combinations, node.function)(accumulated, item);
  }
  return accumulated;
}
// What a scan gives until it ends.
Items scanned(Node const& node, Items const& items) {
  Items out;
  int accumulated = 0;
  for (Item const& item : items) {
    accumulated = find(accumulations, node.function)(accumulated, item, node.k);
    if (ends_scan(accumulated)) break;
    out.push_back(Item(accumulated));
  }
  return out;
}
Items values(Items const& pairs) {
  Items all;
  for (Item const& pair : pairs) all.push_back(Item(pair.leaf[1]));
  return all;
}
// (key, combine(its values)) for each of `chosen`.
template <class Combine>
Items by_key(Items const& pairs, Items const& chosen, Combine combine) {
  Items out;
  for (Item const& key : chosen) {
    out.push_back(joined(key, combine(values(of_key(pairs, key.leaf[0])))));
  }
  return out;
}
Items folded_by_key(Asked const& asked, Items const& chosen) {
  return by_key(asked.all(0), chosen,
                [&](Items const& items) { return Item(folded(asked.node, items)); });
}
Items reduced_by_key(Asked const& asked, Items const& chosen) {
  return by_key(asked.all(0), chosen,
                [&](Items const& items) { return reduced(asked.node, items); });
}
// Each item to the output that `choose` says.
template <class Choose>
std::vector<Items> distributed(Items const& items, std::size_t outputs, Choose choose) {
  std::vector<Items> all(outputs);
  for (Item const& item : items) all[static_cast<std::size_t>(choose(item))].push_back(item);
  return all;
}

// ---- the same for several rows ----

std::vector<std::string_view> all_accumulations(int) { return names_in(accumulations); }
std::vector<std::string_view> all_combinations(int) { return names_in(combinations); }

template <std::size_t Size>
struct Text {
  char letters[Size]{};
  consteval Text(char const (&text)[Size]) { std::copy_n(text, Size, letters); }
};
// name(), name(lifetime), name(lifetime, lifetime), and whatever comes behind.
template <Text Whole>
std::string plain(Node const&) {
  return Whole.letters;
}
template <Text Op>
std::string with_life(Node const& node) {
  return std::string(Op.letters) + "(" + life(node) + ")";
}
template <Text Op>
std::string with_lives(Node const& node) {
  return std::string(Op.letters) + "(" + both_lives(node) + ")";
}
template <Text Op>
std::string with_init(Node const& node) {
  return with_function(Op.letters, life(node) + ", Zero{}, Into", node);
}
template <Text Op>
std::string with_merge(Node const& node) {
  return std::string(Op.letters) + "(" + life(node) + ", Merge{" + node.function + "})";
}
std::vector<Items> the_same(Asked const& asked) { return one_output(asked.now[0]); }
std::vector<Items> last_tick(Asked const& asked) { return one_output(asked.before[0]); }
Items this_tick(Asked const& asked, std::size_t input) { return asked.now[input]; }
Items everything(Asked const& asked, std::size_t input) { return asked.all(input); }

// ---- the rows ----

Row const table[] = {
    // One to one, or fewer, or more.
    {.name = "map",
     .weight = 3,
     .gives = Gives::any,
     .monotone = true,
     .functions = mappings,
     .text = [](Node const& n) { return with_kind("map", "Map", n); },
     .means =
         [](Asked const& a) {
           Items out;
           for (Item const& item : a.now[0]) out.push_back(mapped(a.node, item));
           return one_output(out);
         }},
    {.name = "filter",
     .weight = 3,
     .monotone = true,
     .functions = [](int) { return names_in(predicates); },
     .text = [](Node const& n) { return with_function("filter", "Filter", n); },
     .means =
         [](Asked const& a) {
           Predicate const keep = find(predicates, a.node.function);
           return one_output(
               only(a.now[0], [&](Item const& item) { return keep(item, a.node.k); }));
         }},
    {.name = "filter_map",
     .weight = 2,
     .gives = Gives::any,
     .monotone = true,
     .functions = mappings,
     .text = [](Node const& n) { return with_kind("filter_map", "FilterMap", n); },
     .means =
         [](Asked const& a) {
           Items out;
           for (Item const& item : a.now[0]) {
             if (!is_dropped(item)) out.push_back(mapped(a.node, item));
           }
           return one_output(out);
         }},
    {.name = "flat_map",
     .weight = 2,
     .monotone = true,
     .functions = [](int) { return names_in(expansions); },
     .text = [](Node const& n) { return with_function("flat_map", "FlatMap", n); },
     .means = [](Asked const& a) { return one_output(expanded(a.node, a.now[0])); }},
    {.name = "flatten",
     .weight = 2,
     .monotone = true,
     .functions = [](int) { return names_in(expansions); },
     .text = [](Node const& n) { return with_function("map", "FlatMap", n) + " >> flatten()"; },
     .means = [](Asked const& a) { return one_output(expanded(a.node, a.now[0])); }},
    {.name = "inspect",
     .weight = 2,
     .monotone = true,
     .text = plain<"inspect(Look{})">,
     .means = the_same},
    {.name = "identity",
     .weight = 2,
     .monotone = true,
     .text = plain<"identity()">,
     .means = the_same},
    // Knows the tick it runs in.
    {.name = "map_in_tick",
     .weight = 2,
     .gives = Gives::one,
     .text = plain<"map(InTick{})">,
     .means =
         [](Asked const& a) {
           Items out;
           for (Item const& item : a.now[0]) out.push_back(in_tick(item, a.tick));
           return one_output(out);
         }},
    {.name = "enumerate",
     .weight = 2,
     .takes_at_most = 2,
     .gives = Gives::one_more,
     .needs_order = true,
     .lives = 1,
     .text = [](Node const& n) { return "enumerate(" + life(n) + ")" + as_kind(n); },
     .means =
         [](Asked const& a) {
           Items out;
           for (Item const& item : a.now[0]) {
             out.push_back(joined(Item(static_cast<int>(a.before[0].size() + out.size())), item));
           }
           return one_output(out);
         }},
    {.name = "unique",
     .weight = 3,
     .monotone = true,
     .lives = 1,
     .text = with_life<"unique">,
     .means =
         [](Asked const& a) {
           return one_output(after(distinct(a.all(0)), distinct(a.before[0]).size()));
         }},
    {.name = "scan",
     .weight = 2,
     .gives = Gives::one,
     .needs_order = true,
     .lives = 1,
     .functions = all_accumulations,
     .text = [](Node const& n) { return with_function("scan", life(n) + ", Zero{}, Scan", n); },
     .means =
         [](Asked const& a) {
           std::size_t const given = scanned(a.node, a.before[0]).size();
           return one_output(after(scanned(a.node, a.all(0)), given));
         }},
    {.name = "persist",
     .weight = 2,
     .monotone = true,
     .remembers = everything,
     .text = plain<"persist()">,
     .means = [](Asked const& a) { return one_output(a.all(0)); }},
    // Between two handoffs it runs when something comes, and only then: what it compares with is
    // the last tick in which something came.
    {.name = "multiset_delta",
     .weight = 2,
     .runs_again = true,
     .remembers = [](Asked const& a,
                     std::size_t) { return a.now[0].empty() ? a.before[0] : a.now[0]; },
     .text = plain<"handoff() >> multiset_delta() >> handoff()">,
     .means = [](Asked const& a) { return one_output(beyond(a.now[0], a.before[0])); }},

    // When something is.
    {.name = "defer_tick",
     .weight = 2,
     .delays = true,
     .starts_ticks = true,
     .remembers = this_tick,
     .text = plain<"defer_tick()">,
     .means = last_tick},
    {.name = "defer_tick_lazy",
     .weight = 2,
     .delays = true,
     .remembers = this_tick,
     .text = plain<"defer_tick_lazy()">,
     .means = last_tick},
    {.name = "next_stratum", .weight = 2, .text = plain<"next_stratum()">, .means = the_same},
    {.name = "handoff",
     .weight = 2,
     .monotone = true,
     .runs_again = true,
     .text = plain<"handoff()">,
     .means = the_same},

    // All of a tick into one, or into an order.
    {.name = "fold",
     .weight = 2,
     .gives = Gives::one,
     .order = Order::makes,
     .lives = 1,
     .functions = commutative_accumulations,
     .text = with_init<"fold">,
     .means = [](Asked const& a) { return one_output({Item(folded(a.node, a.all(0)))}); }},
    {.name = "fold_in_order",
     .weight = 2,
     .gives = Gives::one,
     .order = Order::makes,
     .needs_order = true,
     .lives = 1,
     .functions = [](int) { return std::vector<std::string_view>{"digits"}; },
     .text = with_init<"fold">,
     .means = [](Asked const& a) { return one_output({Item(folded(a.node, a.all(0)))}); }},
    {.name = "fold_no_replay",
     .weight = 2,
     .gives = Gives::one,
     .order = Order::makes,
     .lives = 1,
     .functions = commutative_accumulations,
     .text = with_init<"fold_no_replay">,
     .means =
         [](Asked const& a) {
           bool const gives = a.tick == 0 || !a.now[0].empty();
           return one_output(gives ? Items{Item(folded(a.node, a.all(0)))} : Items());
         }},
    {.name = "reduce",
     .weight = 2,
     .order = Order::makes,
     .lives = 1,
     .functions = all_combinations,
     .text = with_merge<"reduce">,
     .means =
         [](Asked const& a) {
           Items const all = a.all(0);
           return one_output(all.empty() ? Items() : Items{reduced(a.node, all)});
         }},
    {.name = "reduce_no_replay",
     .weight = 2,
     .order = Order::makes,
     .lives = 1,
     .functions = all_combinations,
     .text = with_merge<"reduce_no_replay">,
     .means =
         [](Asked const& a) {
           return one_output(a.now[0].empty() ? Items() : Items{reduced(a.node, a.all(0))});
         }},
    {.name = "fold_keyed",
     .weight = 2,
     .takes = {2},
     .order = Order::loses,
     .lives = 1,
     .functions = commutative_accumulations,
     .text = with_init<"fold_keyed">,
     .means = [](Asked const& a) { return one_output(folded_by_key(a, keys(a.all(0)))); }},
    {.name = "fold_keyed_no_replay",
     .weight = 2,
     .takes = {2},
     .order = Order::loses,
     .lives = 1,
     .functions = commutative_accumulations,
     .text = with_init<"fold_keyed_no_replay">,
     .means = [](Asked const& a) { return one_output(folded_by_key(a, keys(a.now[0]))); }},
    {.name = "reduce_keyed",
     .weight = 2,
     .takes = {2},
     .order = Order::loses,
     .lives = 1,
     .functions = all_combinations,
     .text = with_merge<"reduce_keyed">,
     .means = [](Asked const& a) { return one_output(reduced_by_key(a, keys(a.all(0)))); }},
    {.name = "reduce_keyed_no_replay",
     .weight = 2,
     .takes = {2},
     .order = Order::loses,
     .lives = 1,
     .functions = all_combinations,
     .text = with_merge<"reduce_keyed_no_replay">,
     .means = [](Asked const& a) { return one_output(reduced_by_key(a, keys(a.now[0]))); }},
    {.name = "sort",
     .weight = 3,
     .order = Order::makes,
     .text = plain<"sort()">,
     .means = [](Asked const& a) { return one_output(sorted(a.now[0])); }},
    // Of equal keys in no particular order.
    {.name = "sort_by_key",
     .weight = 2,
     .order = Order::loses,
     .text = [](Node const& n) { return "sort_by_key(Map<1>{add, " + std::to_string(n.k) + "})"; },
     .means = the_same},

    // Two into one.
    {.name = "union",
     .weight = 3,
     .takes = {0, -1},
     .order = Order::loses,
     .monotone = true,
     .text = plain<"union_()">,
     .means = [](Asked const& a) { return one_output(followed_by(a.now[0], a.now[1])); }},
    {.name = "chain",
     .weight = 2,
     .takes = {0, -1},
     .input_ports = {"_0", "_1"},
     .text = plain<"chain()">,
     .means = [](Asked const& a) { return one_output(followed_by(a.now[0], a.now[1])); }},
    {.name = "chain_first_n",
     .weight = 2,
     .takes = {0, -1},
     .input_ports = {"_0", "_1"},
     .needs_order = true,
     .text = [](Node const& n) { return "chain_first_n(" + std::to_string(n.k) + ")"; },
     .means =
         [](Asked const& a) {
           return one_output(
               first_items(followed_by(a.now[0], a.now[1]), static_cast<std::size_t>(a.node.k)));
         }},
    {.name = "zip",
     .weight = 2,
     .takes = {1, 0},
     .takes_at_most = 2,
     .gives = Gives::sum,
     .input_ports = {"_0", "_1"},
     .needs_order = true,
     .lives = 2,
     // What has no partner yet.
     .remembers =
         [](Asked const& a, std::size_t input) {
           std::size_t const paired = std::min(a.all(0).size(), a.all(1).size());
           return a.node.life[input] == Life::forever ? after(a.all(input), paired) : Items();
         },
     .text = with_lives<"zip">,
     .means = [](Asked const& a) { return one_output(zipped(a.all(0), a.all(1))); }},
    {.name = "zip_longest",
     .weight = 2,
     .takes = {1, 1},
     .gives = Gives::two,
     .input_ports = {"_0", "_1"},
     .needs_order = true,
     .text = plain<"zip_longest() >> map(Longest{})">,
     .means = [](Asked const& a) { return one_output(zipped_longest(a.now[0], a.now[1])); }},
    {.name = "join",
     .weight = 4,
     .takes = {2, 2},
     .gives = Gives::three,
     .input_ports = {"_0", "_1"},
     .order = Order::loses,
     .monotone = true,
     .lives = 2,
     .text = with_lives<"join">,
     .means =
         [](Asked const& a) {
           return one_output(pairs_with_equal_keys(distinct(a.all(0)), distinct(a.all(1))));
         }},
    {.name = "join_no_replay",
     .weight = 2,
     .takes = {2, 2},
     .gives = Gives::three,
     .input_ports = {"_0", "_1"},
     .order = Order::loses,
     .monotone = true,
     .lives = 2,
     .text = with_lives<"join_no_replay">,
     .means =
         [](Asked const& a) {
           return one_output(
               beyond(pairs_with_equal_keys(distinct(a.all(0)), distinct(a.all(1))),
                      pairs_with_equal_keys(distinct(a.before[0]), distinct(a.before[1]))));
         }},
    {.name = "join_multiset",
     .weight = 2,
     .takes = {2, 2},
     .gives = Gives::three,
     .input_ports = {"_0", "_1"},
     .order = Order::loses,
     .monotone = true,
     .lives = 2,
     .text = with_lives<"join_multiset">,
     .means = [](Asked const& a) { return one_output(pairs_with_equal_keys(a.all(0), a.all(1))); }},
    {.name = "join_multiset_no_replay",
     .weight = 2,
     .takes = {2, 2},
     .gives = Gives::three,
     .input_ports = {"_0", "_1"},
     .order = Order::loses,
     .monotone = true,
     .lives = 2,
     .text = with_lives<"join_multiset_no_replay">,
     .means =
         [](Asked const& a) {
           return one_output(beyond(pairs_with_equal_keys(a.all(0), a.all(1)),
                                    pairs_with_equal_keys(a.before[0], a.before[1])));
         }},
    {.name = "cross_join",
     .weight = 2,
     .takes = {1, 0},
     .takes_at_most = 2,
     .gives = Gives::sum,
     .input_ports = {"_0", "_1"},
     .order = Order::loses,
     .monotone = true,
     .lives = 2,
     .text = with_lives<"cross_join">,
     .means =
         [](Asked const& a) { return one_output(pairs(distinct(a.all(0)), distinct(a.all(1)))); }},
    {.name = "cross_join_no_replay",
     .weight = 2,
     .takes = {1, 0},
     .takes_at_most = 2,
     .gives = Gives::sum,
     .input_ports = {"_0", "_1"},
     .order = Order::loses,
     .monotone = true,
     .lives = 2,
     .text = with_lives<"cross_join_no_replay">,
     .means =
         [](Asked const& a) {
           return one_output(beyond(pairs(distinct(a.all(0)), distinct(a.all(1))),
                                    pairs(distinct(a.before[0]), distinct(a.before[1]))));
         }},
    {.name = "cross_join_multiset",
     .weight = 2,
     .takes = {1, 0},
     .takes_at_most = 2,
     .gives = Gives::sum,
     .input_ports = {"_0", "_1"},
     .order = Order::loses,
     .monotone = true,
     .lives = 2,
     .text = with_lives<"cross_join_multiset">,
     .means = [](Asked const& a) { return one_output(pairs(a.all(0), a.all(1))); }},
    {.name = "cross_join_multiset_no_replay",
     .weight = 2,
     .takes = {1, 0},
     .takes_at_most = 2,
     .gives = Gives::sum,
     .input_ports = {"_0", "_1"},
     .order = Order::loses,
     .monotone = true,
     .lives = 2,
     .text = with_lives<"cross_join_multiset_no_replay">,
     .means =
         [](Asked const& a) {
           return one_output(beyond(pairs(a.all(0), a.all(1)), pairs(a.before[0], a.before[1])));
         }},
    {.name = "difference",
     .weight = 3,
     .takes = {0, -1},
     .input_ports = {"pos", "neg"},
     .order = Order::keeps_first,
     .lives = 2,
     .text = with_lives<"difference">,
     .means =
         [](Asked const& a) {
           Items const excluded = a.all(1);
           return one_output(only(a.all(0), [&](Item const& i) { return !has(excluded, i); }));
         }},
    {.name = "anti_join",
     .weight = 2,
     .takes = {2, 1},
     .input_ports = {"pos", "neg"},
     .order = Order::keeps_first,
     .lives = 2,
     .text = with_lives<"anti_join">,
     .means =
         [](Asked const& a) {
           Items const excluded = a.all(1);
           return one_output(
               only(a.all(0), [&](Item const& i) { return !has(excluded, Item(i.leaf[0])); }));
         }},

    // One into several.
    {.name = "partition",
     .weight = 2,
     .outputs = 3,
     .output_ports = {"_0", "_1", "_2"},
     .text = [](Node const& n) { return "partition(Choose{" + std::to_string(n.k) + "})"; },
     .means =
         [](Asked const& a) {
           return distributed(a.now[0], 3, [&](Item const& i) { return (i.sum() + a.node.k) % 3; });
         }},
    {.name = "demux",
     .weight = 2,
     .gives = Gives::one,
     .outputs = 2,
     .output_ports = {"when<Colour::red>", "when<Colour::green>"},
     .text = plain<"map(Paint{}) >> demux()">,
     .means =
         [](Asked const& a) {
           Items sums;
           for (Item const& item : a.now[0]) sums.push_back(Item(item.sum()));
           return distributed(sums, 2, [](Item const& i) { return i.sum() % 2; });
         }},
    {.name = "unzip",
     .weight = 2,
     .takes = {2},
     .gives = Gives::one,
     .outputs = 2,
     .output_ports = {"_0", "_1"},
     .text = plain<"unzip()">,
     .means =
         [](Asked const& a) {
           std::vector<Items> out(2);
           for (Item const& item : a.now[0]) {
             for (std::size_t i = 0; i < 2; ++i) out[i].push_back(Item(item.leaf[i]));
           }
           return out;
         }},

    // Where items come in and go out: not chosen, but placed.
    {.name = "source",
     .takes = {},
     .gives = Gives::any,
     .text =
         [](Node const& n) {
           bool const numbers = n.k < number_source_count;
           return "source_stream(ends." +
                  (numbers ? "numbers[" + std::to_string(n.k) + "]" : std::string("pairs")) + ")";
         }},
    {.name = "source_iter",
     .takes = {},
     .gives = Gives::any,
     .text =
         [](Node const& n) {
           return "source_iter(made<" + std::to_string(n.kind) + ">(" + std::to_string(n.k) + "))";
         },
     .means =
         [](Asked const& a) {
           return one_output(a.tick == 0 ? made_items(a.node.kind, a.node.k) : Items());
         }},
    {.name = "initialize",
     .takes = {},
     .gives = Gives::one,
     .text = plain<"initialize() >> map(Initial{})">,
     .means = [](Asked const& a) { return one_output(a.tick == 0 ? Items{Item(1)} : Items()); }},
    {.name = "collect",
     .outputs = 0,
     .text =
         [](Node const& n) {
           return "for_each(Collect{&ends.outputs[" + std::to_string(n.k) + "]})";
         },
     .means = [](Asked const&) { return std::vector<Items>(); }},
};

}  // namespace

std::span<Row const> rows() { return table; }

Row const& row_of(Node const& node) {
  for (Row const& row : table) {
    if (row.name == node.op) return row;
  }
  WEIR_ASSERT(false);  // a shape with an operator that is none
  return table[0];
}

}  // namespace weir::oracle
