// source(input): gives what an input holds. An input is anything with a `value_type` and
// `drain(push, budget)`; it is referred to, not owned, and must outlive the flow. A Handoff is
// connected: its writers are in the same graph, and make the flow run.
#pragma once

#include <cstdint>
#include <string_view>

#include "weir/pipes/operator.h"

namespace weir {

template <class T>
concept is_input = requires(T& input, void (*push)(typename T::value_type&&),
                            std::int64_t& budget) {
  { input.drain(push, budget) } -> std::same_as<bool>;
};

template <is_input Input>
struct Source : Operator {
  static constexpr OperatorInfo info{.name = "source", .inputs = {0, 0}, .source = true};
  Input* input;

  static consteval auto output() { return Type<typename Input::value_type>{}; }
  template <class Graph, class Reader>
  requires requires(Graph& graph, Reader& reader, Input& from) {
    graph.connect(nullptr, from, &reader);
  }
  Input* attach(Graph& graph, Reader& reader) {
    graph.connect(nullptr, *input, &reader);
    return input;
  }
  bool drain(auto const& emit, std::int64_t& budget) { return input->drain(emit, budget); }
};

template <is_input Input>
Source<Input> source(Input& input) {
  return {{}, &input};
}

}  // namespace weir
