// What an operator is handed to give its items to: it knows at compile time where each output
// leads.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/context.h"
#include "weir/flow/blocks.h"
#include "weir/plan/plan.h"

namespace weir {

// What fits into two registers is passed in them: the compiler then knows that nobody changes it.
template <class T>
inline constexpr bool fits_registers =
    sizeof(T) <= 2 * sizeof(void*) &&
    std::is_trivially_copy_constructible_v<T>&& std::is_trivially_move_constructible_v<
        T>&& std::is_trivially_destructible_v<T>;
template <class Item>
using Passed =
    std::conditional_t<fits_registers<std::remove_cvref_t<Item>>, std::remove_cvref_t<Item>, Item>;

// The edges that leave a node.
template <class Spec, std::size_t Node>
struct Outputs {
  static constexpr auto& plan = Spec::plan;
  static constexpr auto first = static_cast<std::size_t>(plan.out_begin[Node]);
  static constexpr auto count = static_cast<std::size_t>(plan.out_begin[Node + 1]) - first;

  static constexpr std::size_t edge(std::size_t output) {
    return static_cast<std::size_t>(plan.out_edges[first + output]);
  }
  static constexpr std::array<std::string_view, count> names = [] {
    std::array<std::string_view, count> all{};
    for (std::size_t k = 0; k < count; ++k) all[k] = plan.edges[edge(k)].source_port;
    return all;
  }();

  // Gives an item to all of them; all but the last get it by const reference.
  template <class Item, class Emit>
  [[gnu::always_inline]] static void give(Item&& item, Emit const& emit) {
    if constexpr (count > 1 && fits_registers<std::remove_cvref_t<Item>>) {
      std::remove_cvref_t<Item> const own(std::forward<Item>(item));
      [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (emit.template to<I>(own), ...);
      }
      (std::make_index_sequence<count>{});
    } else if constexpr (count > 0) {
      [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (emit.template to<I>(std::as_const(item)), ...);
      }
      (std::make_index_sequence<count - 1>{});
      emit.template to<count - 1>(std::forward<Item>(item));
    }
  }
};

// The same on the way of a block: what ends at a buffer goes into its array.
template <class Engine, class Spec, std::size_t Node, class Arrays>
struct BlockEmit {
  using Out = Outputs<Spec, Node>;
  static constexpr std::size_t output_count = Out::count;
  static constexpr std::array<std::string_view, output_count> const& output_names = Out::names;

  Engine* engine;
  Arrays* arrays;
  std::size_t position;

  Context const& context() const { return engine->context(); }
  // A user function of the node has thrown.
  void blame() const { engine->blame(Node); }

  template <std::size_t Output, class Item>
  [[gnu::always_inline]] void to(Item&& item) const {
    constexpr std::size_t e = Out::edge(Output);
    if constexpr (Blocks<Spec>::template ends<e>()) {
      get<e>(*arrays).items[position] = item;
    } else if constexpr (Blocks<Spec>::passes(e)) {
      constexpr auto target = static_cast<std::size_t>(Spec::plan.edges[e].target);
      engine->template push_on<target, 0>(
          std::forward<Item>(item),
          BlockEmit<Engine, Spec, target, Arrays>{engine, arrays, position});
    } else {
      engine->template give<e>(std::forward<Item>(item));
    }
  }
  template <class Item>
  [[gnu::always_inline]] void operator()(Item&& item) const {
    Out::give(std::forward<Item>(item), *this);
  }
};

// A block of items that leave `Node`, or (`Enters`) that come into it from a handoff.
template <class Engine, class Spec, std::size_t Node, bool Enters>
struct Block {
  using Arrays = typename Blocks<Spec>::template Arrays<Node>;

  Engine* engine;
  Arrays* arrays;
  mutable std::size_t position = 0;

  template <class Item>
  [[gnu::always_inline]] void operator()(Item&& item) const {
    BlockEmit<Engine, Spec, Node, Arrays> const emit{engine, arrays, position++};
    if constexpr (Enters) {
      engine->template push_on<Node, 0>(std::forward<Item>(item), emit);
    } else {
      emit(std::forward<Item>(item));
    }
  }
  // The whole block has been given.
  [[gnu::always_inline]] void finish() const {
    constexpr auto ways = Blocks<Spec>::template ways_from<Node>;
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      (engine->template append<ways.ends[I]>(get<ways.ends[I]>(*arrays).items), ...);
    }
    (std::make_index_sequence<ways.count>{});
  }
};

template <class Engine, class Spec, std::size_t Node>
struct Emit {
  using Out = Outputs<Spec, Node>;
  static constexpr std::size_t output_count = Out::count;
  static constexpr std::array<std::string_view, output_count> const& output_names = Out::names;

  Engine* engine;

  Context const& context() const { return engine->context(); }
  // A user function of the node has thrown.
  void blame() const { engine->blame(Node); }

  template <std::size_t Output, class Item>
  [[gnu::always_inline]] void to(Item&& item) const {
    engine->template give<Out::edge(Output)>(std::forward<Item>(item));
  }
  template <class Item>
  [[gnu::always_inline]] void operator()(Item&& item) const {
    // (One output, the usual case, by itself: each function less is quicker to compile.)
    if constexpr (output_count == 1) {
      engine->template give<Out::edge(0)>(std::forward<Item>(item));
    } else {
      Out::give(std::forward<Item>(item), *this);
    }
  }

  // (Templates, so that nothing is looked at before somebody asks.)
  template <std::size_t From = Node>
  static constexpr bool takes_blocks = Blocks<Spec>::template leads_to_buffers<From>;
  template <std::size_t From = Node>
  using BlockArrays = typename Blocks<Spec>::template Arrays<From>;
  [[gnu::always_inline]] auto begin_block(auto& arrays) const {
    return Block<Engine, Spec, Node, false>{engine, &arrays};
  }
};

// What the items of the handoff on an edge are given to.
template <class Engine, class Spec, std::size_t Edge>
struct EntryEmit {
  static constexpr auto target = static_cast<std::size_t>(Spec::plan.edges[Edge].target);
  static constexpr bool goes_on =
      Blocks<Spec>::target_of(Edge).info.one_to_one && Spec::plan.nodes[target].input_count == 1;

  Engine* engine;

  template <class Item>
  [[gnu::always_inline]] void operator()(Item&& item) const {
    engine->template give<Edge, true>(std::forward<Item>(item));
  }
  template <std::size_t From = target>
  static constexpr bool takes_blocks = goes_on&& Blocks<Spec>::template leads_to_buffers<From>;
  template <std::size_t From = target>
  using BlockArrays = typename Blocks<Spec>::template Arrays<From>;
  [[gnu::always_inline]] auto begin_block(auto& arrays) const {
    return Block<Engine, Spec, target, true>{engine, &arrays};
  }
};

}  // namespace weir
