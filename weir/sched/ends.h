// A subgraph by hand, with ends that know their types:
//
//   graph.make_subgraph("sum", 0, from(numbers), to(sums), uses(total),
//                       [](auto& numbers, auto& sums, int& total) {
//                         bool const all = numbers.drain([&](int v) { total += v; });
//                         if (all) sums.push(total);
//                       });
//
// An input is a Handoff, or what attaches itself (an Input, a Channel, the frames of an endpoint);
// an output a Handoff or a TeeingHandoff. The run function is given a ReadEnd of each input, each
// output and the value of each state, in this order; before them the Activation&, if it takes one.
// It returns nothing, or a Status.
//
// Draining stops where the tick's budget ends. A run function that returns nothing has then
// yielded, and runs again, first in its stratum: what must wait for all of an input stands behind
// `if (input.drain(…))`.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "weir/base/owner.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"
#include "weir/sched/state.h"
#include "weir/sched/subgraph.h"

namespace weir {

template <class... In>
struct From {
  std::tuple<In&...> ends;
};
template <class... Out>
struct To {
  std::tuple<Out&...> ends;
};
template <class... Kept>
struct Uses {
  std::tuple<Kept&...> states;
};

// What they name outlives the graph, or is the graph's.
template <class... In>
From<In...> from(In&... inputs) {
  return {{inputs...}};
}
template <class... Out>
To<Out...> to(Out&... outputs) {
  return {{outputs...}};
}
template <class... Kept>
Uses<Kept...> uses(Kept&... states) {
  return {{states...}};
}

// An input, during an activation.
template <class In>
class ReadEnd {
 public:
  using value_type = typename In::value_type;

  explicit ReadEnd(In& input) : input_(input) {}

  // Gives `push` what is there, as far as the budget goes. True when nothing is left.
  template <class Push>
  bool drain(Push&& push) {
    bool const finished = input_.drain(push, activation_->budget);
    unfinished_ = !finished;
    return finished;
  }

  // ---- for the subgraph
  void begin_run(Activation& activation) {
    activation_ = &activation;
    unfinished_ = false;
  }
  bool unfinished() const { return unfinished_; }

 private:
  In& input_;
  Activation* activation_ = nullptr;
  bool unfinished_ = false;
};

template <class Run, class Inputs, class Outputs, class States>
struct RunFunction;
template <class Run, class... In, class... Out, class... Kept>
struct RunFunction<Run, From<In...>, To<Out...>, Uses<Kept...>> {
  static constexpr bool takes_activation =
      std::is_invocable_v<Run&, Activation&, ReadEnd<In>&..., Out&...,
                          typename Kept::value_type&...>;
  static constexpr bool fits =
      takes_activation ||
      std::is_invocable_v<Run&, ReadEnd<In>&..., Out&..., typename Kept::value_type&...>;
};

template <class Run, class Inputs, class Outputs, class States>
class HandWritten;

template <class Run, class... In, class... Out, class... Kept>
class HandWritten<Run, From<In...>, To<Out...>, Uses<Kept...>> final : public Program {
 public:
  HandWritten(std::string name, From<In...> inputs, To<Out...> outputs, Uses<Kept...> uses, Run run)
      : name_(std::move(name)),
        inputs_(inputs.ends),
        outputs_(outputs.ends),
        states_(uses.states),
        run_(std::move(run)) {}

  Subgraph& register_with(Graph& graph, Where where, From<In...> inputs) {
    subgraph_.run = [](void* self, Activation& activation) {
      return static_cast<HandWritten*>(self)->run(activation);
    };
    if constexpr ((Kept::ends_ticks || ...)) {
      subgraph_.end_tick = [](void* self) { static_cast<HandWritten*>(self)->end_tick(); };
    }
    subgraph_.self = this;
    subgraph_.name = name_;
    subgraph_.stratum = where.stratum;
    subgraph_.loop = where.loop;
    subgraph_.replays = where.replays;
    graph.add(subgraph_);
    std::apply([&](In&... input) { (attach_input(graph, input), ...); }, inputs.ends);
    std::apply([&](Out&... output) { (attach_output(graph, output), ...); }, outputs_);
    return subgraph_;
  }

 private:
  using Function = RunFunction<Run, From<In...>, To<Out...>, Uses<Kept...>>;
  using Arguments = std::tuple<ReadEnd<In>&..., Out&..., typename Kept::value_type&...>;

  template <class Input>
  void attach_input(Graph& graph, Input& input) {
    if constexpr (requires { input.attach(graph, subgraph_); }) input.attach(graph, subgraph_);
    else graph.connect(nullptr, input, &subgraph_);
  }
  template <class Output>
  void attach_output(Graph& graph, Output& output) {
    if constexpr (requires { output.attach(graph, subgraph_); }) output.attach(graph, subgraph_);
    else graph.connect(&subgraph_, output, nullptr);
  }

  Status run(Activation& activation) {
    std::apply([&](auto&... input) { (input.begin_run(activation), ...); }, inputs_);
    std::apply([&](auto&... state) { (state.begin_run(activation), ...); }, states_);
    Status const status = call(activation);
    if (status == Status::done) {
      std::apply([](auto&... state) { (state.end_run(), ...); }, states_);
    }
    return status;
  }

  Status call([[maybe_unused]] Activation& activation) {
    auto const references = [](auto&... end) { return std::tie(end...); };
    auto const values = [](auto&... state) { return std::tie(*state...); };
    Arguments const arguments =
        std::tuple_cat(std::apply(references, inputs_), outputs_, std::apply(values, states_));
    auto const called = [&](auto&... argument) {
      if constexpr (Function::takes_activation) return run_(activation, argument...);
      else return run_(argument...);
    };
    if constexpr (std::is_void_v<decltype(std::apply(called, arguments))>) {
      std::apply(called, arguments);
      bool const unfinished =
          std::apply([](auto&... input) { return (input.unfinished() || ...); }, inputs_);
      return unfinished ? Status::yielded : Status::done;
    } else {
      return std::apply(called, arguments);
    }
  }

  void end_tick() {
    std::apply([](auto&... state) { (state.end_tick(), ...); }, states_);
  }

  std::string name_;
  std::tuple<ReadEnd<In>...> inputs_;
  std::tuple<Out&...> outputs_;
  std::tuple<Kept&...> states_;
  Run run_;
  Subgraph subgraph_;
};

template <class... In, class... Out, class Run>
Subgraph& Graph::make_subgraph(std::string name, Where where, From<In...> inputs,
                               To<Out...> outputs, Run run) {
  return make_subgraph(std::move(name), where, inputs, outputs, uses(), std::move(run));
}

template <class... In, class... Out, class... Kept, class Run>
Subgraph& Graph::make_subgraph(std::string name, Where where, From<In...> inputs,
                               To<Out...> outputs, Uses<Kept...> states, Run run) {
  constexpr bool fits = RunFunction<Run, From<In...>, To<Out...>, Uses<Kept...>>::fits;
  static_assert(fits,
                "weir: make_subgraph(name, where, from(inputs), to(outputs), uses(states), run): "
                "run takes each input, each output and the value of each state by reference, in "
                "this order, perhaps after an Activation&");
  if constexpr (fits) {
    auto owned = make_owner<HandWritten<Run, From<In...>, To<Out...>, Uses<Kept...>>>(
        std::move(name), inputs, outputs, states, std::move(run));
    Subgraph& subgraph = owned->register_with(*this, where, inputs);
    adopt(std::move(owned));
    return subgraph;
  } else {
    __builtin_unreachable();  // that was the one error
  }
}

}  // namespace weir
