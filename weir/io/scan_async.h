// scan_async(init, f), scan_async_blocking(init, f), scan_async_blocking(tick | forever, init, f):
// as scan, with steps that take their time. f(accumulated&, item) gives something to co_await,
// which gives an optional; what is in it goes on, and an empty one ends the operator until its
// lifetime does. Steps come one after another, in the order of the items; the next one begins when
// the one before has landed, so the accumulated is f's alone until then.
//
//   scan_async            the flow goes on; the accumulated lives forever. While items wait for
//                         their step nothing new is admitted
//   scan_async_blocking   the tick stays open until the last of its steps has landed
//
// What is passed to f by reference lives until its step has landed; resolve_futures.h says what
// else holds for all that is awaited.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/context.h"
#include "weir/base/lifetime.h"
#include "weir/base/owner.h"
#include "weir/io/awaitable.h"
#include "weir/io/flights.h"
#include "weir/io/landing.h"
#include "weir/pipes/accumulate.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/operators/filter_map.h"
#include "weir/sched/graph.h"

namespace weir {

// What the steps of one scan_async share.
template <class Accumulated, class F>
struct AsyncScan {
  F& function;
  Landing& landing;
  Accumulated accumulated;
  bool ended = false;
  Context context{};
};

template <class Accumulated, class F, class Item>
struct ScanStep {
  using Awaited = AccumulateResult<F, Accumulated, Item>;
  using Answer = std::remove_cvref_t<decltype(*std::declval<GivenByAwait<Awaited>>())>;
  static constexpr bool repeats = false;
  static constexpr bool maybe = true;

  bool begins() const { return !scan->ended; }
  decltype(auto) ask() {
    scan->context = scan->landing.context();
    return accumulate_unwatched(scan->function, scan->context, scan->accumulated, std::move(item));
  }
  void end() { scan->ended = true; }

  AsyncScan<Accumulated, F>* scan;
  Item item;
};

template <bool Blocking, class Lifetime, class Init, class F>
struct ScanAsync : Operator {
  static constexpr OperatorInfo info{.name = Blocking ? "scan_async_blocking" : "scan_async",
                                     .blocking_inputs = Blocking ? 0b1 : 0,
                                     .flushes = true,
                                     .ends_ticks = lives_a_tick<Lifetime>,
                                     .ends_runs = lives_a_run<Lifetime>};
  using Accumulated = typename decltype(accumulated_by<Init>())::type;

  [[no_unique_address]] Init init;
  [[no_unique_address]] F function;
  Owner<Landing> landing_;

  template <class Item>
  using Step = ScanStep<Accumulated, F, Item>;
  template <class Item>
  struct Steps {
    AsyncScan<Accumulated, F> scan;
    Flights<Step<Item>, true> flights;
  };
  template <class Item>
  struct State {
    Owner<Steps<Item>> steps;
  };

  // What is wrong with f, if anything is: whether it takes the item, gives something to await, and
  // that an optional.
  template <class Item>
  static consteval int find_fault() {
    if constexpr (!accumulates<F, Accumulated, Item>) return 1;
    else if constexpr (!is_awaitable<AccumulateResult<F, Accumulated, Item>>) return 2;
    else if constexpr (!is_optional_like<GivenByAwait<AccumulateResult<F, Accumulated, Item>>>) {
      return 2;
    } else {
      return 0;
    }
  }
  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool begins = !std::same_as<Accumulated, Untyped>;
    static_assert(begins || !Aloud,
                  "weir: scan_async(init, f): init must be a function that makes the value to "
                  "begin with, as in scan_async([] { return 0; }, f)");
    if constexpr (begins) {
      constexpr int fault = find_fault<Item>();
      static_assert(fault != 1 || !Aloud,
                    "weir: scan_async(init, f): f must be callable as f(accumulated&, Item), where "
                    "accumulated is what init() makes; or with the parts of a pair or tuple, or "
                    "a Context const& before all");
      static_assert(fault != 2 || !Aloud,
                    "weir: scan_async(init, f): f must return something to co_await, which gives "
                    "an optional; an empty one ends the scan");
      constexpr bool moves = std::is_nothrow_move_constructible_v<Item>;
      static_assert(moves || fault != 0 || !Aloud,
                    "weir: scan_async(init, f): the Item must be movable without an exception");
      constexpr bool lasts =
          (Blocking || !borrows<Item>)&&(!lives_forever<Lifetime> || !borrows<Accumulated>);
      static_assert(lasts || !moves || fault != 0 || !Aloud,
                    "weir: scan_async(init, f): the Item, or what is accumulated forever, holds a "
                    "View, which ends with the tick; own() its bytes first");
      return fault == 0 && moves && lasts;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<typename Step<Item>::Answer>{};
  }
  void attach(Graph& graph, Subgraph& reader) {
    landing_ = make_owner<Landing>(graph);
    if constexpr (!Blocking) landing_->answer_later(reader);
  }

  template <int Port, class Item>
  void push(auto& state, Item&& item, auto const& emit) {
    using Own = std::remove_cvref_t<Item>;
    if (!state.steps) state.steps = begin<Own>();
    auto& [scan, flights] = *state.steps;
    if (scan.ended) return;
    bool const given = flights.take({&scan, Own(std::forward<Item>(item))});
    if constexpr (!Blocking) {
      std::int64_t every = std::numeric_limits<std::int64_t>::max();
      if (given) flights.give(emit, every);
    }
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    if (!state.steps) return true;
    if constexpr (Blocking) return state.steps->flights.give_all(emit, budget);
    else return state.steps->flights.give(emit, budget);
  }
  void end_tick(auto& state) {
    if (!state.steps) return;
    state.steps->scan.accumulated = init();
    state.steps->scan.ended = false;
  }
  void end_run(auto& state) { end_tick(state); }

 private:
  template <class Item>
  Owner<Steps<Item>> begin() {
    return Owner<Steps<Item>>(new Steps<Item>{{function, *landing_, init()}, {*landing_, 1}});
  }
};

template <class Init, class F>
ScanAsync<false, Forever, Init, F> scan_async(Init init, F function) {
  return {{}, std::move(init), std::move(function), {}};
}
template <is_lifetime Lifetime, class Init, class F>
ScanAsync<true, Lifetime, Init, F> scan_async_blocking(Lifetime, Init init, F function) {
  return {{}, std::move(init), std::move(function), {}};
}
template <class Init, class F>
ScanAsync<true, Tick, Init, F> scan_async_blocking(Init init, F function) {
  return {{}, std::move(init), std::move(function), {}};
}

}  // namespace weir
