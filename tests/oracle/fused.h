// What the C++ text of a random flow is made of: its ends, and its user functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tests/oracle/functions.h"
#include "tests/oracle/item.h"
#include "tests/oracle/shape.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir::oracle {

struct Ends {
  std::array<Input<int>, number_source_count> numbers;
  Input<Pair> pairs;
  std::array<Items, output_count> outputs;
};

// A flow of the pool: its shape as text, and the fused engine of it.
struct FusedFlow {
  std::uint64_t seed;
  char const* shape;
  void (*install)(Ends& ends, Graph& graph);
};
// All that are linked into this program.
std::vector<FusedFlow>& fused_flows();

struct Registration {
  explicit Registration(FusedFlow flow) { fused_flows().push_back(flow); }
};

// ---- user functions ----

template <int Kind>
struct Map {
  Mapping function;
  int k;
  template <class T>
  ItemOfKind<Kind> operator()(T const& item) const {
    return KindOf<Kind>::from(function(item_of(item), k));
  }
};

template <int Kind>
struct As {
  template <class T>
  ItemOfKind<Kind> operator()(T const& item) const {
    return KindOf<Kind>::from(item_of(item));
  }
};

struct InTick {
  template <class T>
  int operator()(Context const& context, T const& item) const {
    return KindOf<1>::from(in_tick(item_of(item), context.current_tick));
  }
};

struct Filter {
  Predicate function;
  int k;
  template <class T>
  bool operator()(T const& item) const {
    return function(item_of(item), k);
  }
};

template <int Kind>
struct FilterMap {
  Mapping function;
  int k;
  template <class T>
  std::optional<ItemOfKind<Kind>> operator()(T const& item) const {
    Item const known = item_of(item);
    if (is_dropped(known)) return std::nullopt;
    return KindOf<Kind>::from(function(known, k));
  }
};

struct FlatMap {
  Expansion function;
  int k;
  template <class T>
  std::vector<T> operator()(T const& item) const {
    std::vector<T> all;
    for (Item const& each : function(item_of(item), k)) {
      all.push_back(KindOf<kind_of<T>>::from(each));
    }
    return all;
  }
};

struct Look {
  template <class T>
  void operator()(T const&) const {}
};

struct Zero {
  int operator()() const { return 0; }
};
struct Into {
  Accumulation function;
  int k;
  template <class T>
  void operator()(int& accumulated, T const& item) const {
    accumulated = function(accumulated, item_of(item), k);
  }
};

struct Scan {
  Accumulation function;
  int k;
  template <class T>
  std::optional<int> operator()(int& accumulated, T const& item) const {
    accumulated = function(accumulated, item_of(item), k);
    if (ends_scan(accumulated)) return std::nullopt;
    return accumulated;
  }
};
struct Merge {
  Combination function;
  template <class T>
  void operator()(T& accumulated, T const& item) const {
    accumulated = KindOf<kind_of<T>>::from(function(item_of(accumulated), item_of(item)));
  }
};

struct Longest {
  Pair operator()(EitherOrBoth<int, int> const& item) const {
    if (auto const* both = std::get_if<Both<int, int>>(&item)) return {both->left, both->right};
    if (auto const* left = std::get_if<Left<int>>(&item)) return {left->value, absent};
    return {absent, std::get<Right<int>>(item).value};
  }
};

struct Choose {
  int k;
  template <class T>
  int operator()(T const& item, int outputs) const {
    return (item_of(item).sum() + k) % outputs;
  }
};

enum class Colour : std::uint8_t { red, green };
struct Paint {
  template <class T>
  std::pair<Colour, int> operator()(T const& item) const {
    int const sum = item_of(item).sum();
    return {sum % 2 == 0 ? Colour::red : Colour::green, sum};
  }
};

struct Initial {
  int operator()(unit) const { return 1; }
};

struct Collect {
  Items* items;
  template <class T>
  void operator()(T const& item) const {
    items->push_back(item_of(item));
  }
};

template <int Kind>
std::vector<ItemOfKind<Kind>> made(int k) {
  std::vector<ItemOfKind<Kind>> items;
  for (Item const& item : made_items(Kind, k)) items.push_back(KindOf<Kind>::from(item));
  return items;
}

// ---- names ----

inline constexpr node<"n0"> n0;
inline constexpr node<"n1"> n1;
inline constexpr node<"n2"> n2;
inline constexpr node<"n3"> n3;
inline constexpr node<"n4"> n4;
inline constexpr node<"n5"> n5;
inline constexpr node<"n6"> n6;
inline constexpr node<"n7"> n7;
inline constexpr node<"n8"> n8;
inline constexpr node<"n9"> n9;
inline constexpr node<"n10"> n10;
inline constexpr node<"n11"> n11;
inline constexpr node<"n12"> n12;
inline constexpr node<"n13"> n13;
inline constexpr node<"n14"> n14;
inline constexpr node<"n15"> n15;
inline constexpr node<"n16"> n16;
inline constexpr node<"n17"> n17;
inline constexpr node<"n18"> n18;
inline constexpr node<"n19"> n19;
inline constexpr node<"n20"> n20;
inline constexpr node<"n21"> n21;
inline constexpr node<"n22"> n22;
inline constexpr node<"n23"> n23;
inline constexpr node<"n24"> n24;
inline constexpr node<"n25"> n25;
inline constexpr node<"n26"> n26;
inline constexpr node<"n27"> n27;
inline constexpr node<"n28"> n28;
inline constexpr node<"n29"> n29;
inline constexpr node<"n30"> n30;
inline constexpr node<"n31"> n31;
inline constexpr node<"n32"> n32;
inline constexpr node<"n33"> n33;
inline constexpr node<"n34"> n34;
inline constexpr node<"n35"> n35;
inline constexpr node<"n36"> n36;
inline constexpr node<"n37"> n37;
inline constexpr node<"n38"> n38;
inline constexpr node<"n39"> n39;
inline constexpr node<"n40"> n40;
inline constexpr node<"n41"> n41;
inline constexpr node<"n42"> n42;
inline constexpr node<"n43"> n43;
inline constexpr node<"n44"> n44;
inline constexpr node<"n45"> n45;
inline constexpr node<"n46"> n46;
inline constexpr node<"n47"> n47;
inline constexpr node<"n48"> n48;
inline constexpr node<"n49"> n49;
inline constexpr node<"n50"> n50;
inline constexpr node<"n51"> n51;
inline constexpr node<"n52"> n52;
inline constexpr node<"n53"> n53;
inline constexpr node<"n54"> n54;
inline constexpr node<"n55"> n55;
inline constexpr node<"n56"> n56;
inline constexpr node<"n57"> n57;
inline constexpr node<"n58"> n58;
inline constexpr node<"n59"> n59;
inline constexpr node<"n60"> n60;
inline constexpr node<"n61"> n61;
inline constexpr node<"n62"> n62;
inline constexpr node<"n63"> n63;

}  // namespace weir::oracle
