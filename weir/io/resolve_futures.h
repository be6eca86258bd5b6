// resolve_futures() and its kin: items are futures, things to co_await, and go on as what they
// give; `unit{}` if that is nothing. All of them are in flight at the same time.
//
//   resolve_futures()                    the flow goes on; what a future gives comes when it has
//                                        landed: at once, or in a later tick
//   resolve_futures_ordered()            the same, in the order of the futures
//   resolve_futures_blocking()           the tick stays open until all of its futures have landed,
//                                        and what they give goes on within it
//   resolve_futures_blocking_ordered()   the same, in the order of the futures
//
//   source_tcp(*server) >> map(ask_the_database) >> resolve_futures() >> dest_tcp(*server)
//
// At most FutureLimits::in_flight_max of one operator are in flight. What is beyond waits in order,
// not begun, and meanwhile nothing new is admitted. So where futures end only by what the flow is
// given later, and there are more of them than that, the flow waits for itself.
//
// A future may land on any thread. It is moved before it is awaited, destroyed on the thread of the
// graph, and may be destroyed at any time before it has landed: with the flow. What it throws ends
// the flow, in its turn.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/owner.h"
#include "weir/io/awaitable.h"
#include "weir/io/flights.h"
#include "weir/io/landing.h"
#include "weir/io/limits.h"
#include "weir/pipes/operator.h"
#include "weir/sched/graph.h"

namespace weir {

// What to do with one future.
template <class Future>
struct AwaitOnce {
  using Answer = AwaitResult<Future>;
  static constexpr bool repeats = false;
  static constexpr bool maybe = false;

  // An awaiter that has just said that it is not ready is not asked again.
  struct Asked {
    Future& future;
    bool is_unready;
    bool await_ready() { return !is_unready && future.await_ready(); }
    decltype(auto) await_suspend(std::coroutine_handle<> waiter) {
      return future.await_suspend(waiter);
    }
    decltype(auto) await_resume() { return future.await_resume(); }
  };

  void wait() { is_unready = false; }
  decltype(auto) ask() {
    if constexpr (is_its_own_awaiter<Future>) return Asked{future, is_unready};
    else return std::move(future);
  }

  Future future;
  bool is_unready = false;
};

template <bool Ordered, bool Blocking>
struct ResolveFutures : Operator {
  static constexpr std::array<std::string_view, 4> names{
      "resolve_futures", "resolve_futures_ordered", "resolve_futures_blocking",
      "resolve_futures_blocking_ordered"};
  static constexpr OperatorInfo info{.name = names[(Blocking ? 2 : 0) + (Ordered ? 1 : 0)],
                                     .blocking_inputs = Blocking ? 0b1 : 0,
                                     .flushes = true};
  FutureLimits limits;
  Owner<Landing> landing_;

  template <class Item>
  struct State {
    Owner<Flights<AwaitOnce<Item>, Ordered>> flights;
    bool rests = true;  // nothing is in flight, or waits
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool awaitable = is_awaitable<Item>;
    static_assert(awaitable || !Aloud,
                  "weir: resolve_futures() and its kin: the items are not awaitable; map(f) first, "
                  "where f returns something to co_await");
    constexpr bool moves = std::is_nothrow_move_constructible_v<Item>;
    static_assert(moves || !awaitable || !Aloud,
                  "weir: resolve_futures() and its kin: the Item must be movable without an "
                  "exception");
    if constexpr (awaitable && moves && !Blocking) {
      constexpr bool lasts = !borrows<Item> && !borrows<AwaitResult<Item>>;
      static_assert(lasts || !Aloud,
                    "weir: resolve_futures(), resolve_futures_ordered(): the Item, or what it "
                    "gives, holds a View, which ends with the tick; own() its bytes first, or let "
                    "the tick wait with resolve_futures_blocking()");
      return lasts;
    }
    return awaitable && moves;
  }
  template <class Item>
  static consteval auto output() {
    return Type<AwaitResult<Item>>{};
  }
  void attach(Graph& graph, Subgraph& reader) {
    landing_ = make_owner<Landing>(graph);
    if constexpr (!Blocking) landing_->answer_later(reader);
  }

  template <int Port, class Item>
  [[gnu::always_inline]] void push(auto& state, Item&& item, auto const& emit) {
    using Future = std::remove_cvref_t<Item>;
    if constexpr (Blocking) {
      flights_of(state).take({Future(std::forward<Item>(item))});
    } else if constexpr (std::is_const_v<std::remove_reference_t<Item>>) {
      push<Port>(state, Future(item), emit);
    } else if constexpr (is_its_own_awaiter<Future>) {
      bool const is_next = !Ordered || state.rests;
      if (is_next && item.await_ready()) [[likely]]
        give_awaited(item, emit);
      else begin<Future>(state, {std::move(item), is_next}, emit);
    } else {
      begin<Future>(state, {std::move(item)}, emit);
    }
  }
  bool flush(auto& state, auto const& emit, std::int64_t& budget, bool) {
    if (!state.flights) return true;
    if constexpr (Blocking) return state.flights->give_all(emit, budget);
    bool const finished = state.flights->give(emit, budget);
    state.rests = state.flights->idle();
    return finished;
  }

 private:
  template <class Future>
  [[gnu::always_inline]] static void give_awaited(Future& ready, auto const& emit) {
    if constexpr (std::is_void_v<GivenByAwait<Future>>) {
      ready.await_resume();
      emit(unit{});
    } else {
      emit(AwaitResult<Future>(ready.await_resume()));
    }
  }
  template <class Future>
  [[gnu::noinline]] void begin(State<Future>& state, AwaitOnce<Future>&& job, auto const& emit) {
    std::int64_t every = std::numeric_limits<std::int64_t>::max();
    if (flights_of(state).take(std::move(job))) state.flights->give(emit, every);
    state.rests = state.flights->idle();
  }
  template <class Future>
  Flights<AwaitOnce<Future>, Ordered>& flights_of(State<Future>& state) {
    if (!state.flights) {
      using Kept = Flights<AwaitOnce<Future>, Ordered>;
      state.flights = make_owner<Kept>(*landing_, limits.in_flight_max);
    }
    return *state.flights;
  }
};

inline ResolveFutures<false, false> resolve_futures(FutureLimits limits = {}) {
  return {{}, limits, {}};
}
inline ResolveFutures<true, false> resolve_futures_ordered(FutureLimits limits = {}) {
  return {{}, limits, {}};
}
inline ResolveFutures<false, true> resolve_futures_blocking(FutureLimits limits = {}) {
  return {{}, limits, {}};
}
inline ResolveFutures<true, true> resolve_futures_blocking_ordered(FutureLimits limits = {}) {
  return {{}, limits, {}};
}

}  // namespace weir
