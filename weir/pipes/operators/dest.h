// dest(output): appends each item to an output and ends the chain. An output is anything with a
// `value_type` and `push(item)` (a Handoff) or `push_back(item)` (a std::vector); it is referred
// to, not owned, and must outlive the flow. A Handoff, or a TeeingHandoff, is connected: its reader
// is in the same graph, and runs when something came.
#pragma once

#include <concepts>
#include <cstddef>
#include <utility>

#include "weir/pipes/operator.h"

namespace weir {

template <class T>
concept is_output = requires(T& output, typename T::value_type item) {
  output.push(std::move(item));
}
|| requires(T& output, typename T::value_type item) { output.push_back(std::move(item)); };

template <class T, class Item>
concept has_append = requires(T& output, Item const* items, std::size_t count) {
  output.append(items, count);
}
|| requires(T& output, Item const* items) { output.insert(output.end(), items, items); };

template <is_output Output>
struct Dest : Operator {
  static constexpr OperatorInfo info{.name = "dest", .outputs = {0, 0}};
  struct Nothing {};
  Output* output_;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool fits = std::convertible_to<Item, typename Output::value_type>;
    static_assert(fits || !Aloud,
                  "weir: dest(output): the output does not take the Item it receives; map it "
                  "first");
    return fits;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  // What leads to another subgraph of the graph learns who writes to it. (A handoff is returned, so
  // that a picture shows where it begins.)
  template <class Graph, class Writer>
  requires requires(Graph& graph, Writer& writer, Output& output) {
    graph.connect(&writer, output, nullptr);
  }
  Output* attach(Graph& graph, Writer& writer) {
    graph.connect(&writer, *output_, nullptr);
    return output_;
  }
  template <class Graph, class Writer>
  requires requires(Graph& graph, Writer& writer, Output& output) { output.attach(graph, writer); }
  void attach(Graph& graph, Writer& writer) { output_->attach(graph, writer); }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const&) {
    if constexpr (requires { output_->push(static_cast<decltype(item)&&>(item)); }) {
      output_->push(static_cast<decltype(item)&&>(item));
    } else {
      output_->push_back(static_cast<decltype(item)&&>(item));
    }
  }
  // Many at a time, where the output takes them so.
  template <class Item>
  requires has_append<Output, Item>
  void append(Item const* items, std::size_t count) {
    if constexpr (requires { output_->append(items, count); }) output_->append(items, count);
    else output_->insert(output_->end(), items, items + count);
  }
};

template <is_output Output>
Dest<Output> dest(Output& output) {
  return {{}, &output};
}

}  // namespace weir
