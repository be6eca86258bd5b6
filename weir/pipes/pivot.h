// By hand: pulls, pushes, and the loop between them, for whoever writes a subgraph without a flow.
//
//   auto words = pull::from(lines) >> flat_map(split) >> filter(is_word);
//   auto counts = map(length) >> push::for_each(add);
//   while (!pivot(words, counts, budget)) ...        // again, with a new budget
//
// A pull is what must be asked for items, a push is what is given some. Operators stand in both:
// whatever a flow can do with one item (weir/pipes/operators) a pull does on the way out, and a
// push on the way in. All of it fuses into one loop.
//
// What has a name is referred to and must live; what has none is moved in. So one push may have
// several callers, which is a union, and a pull may be asked through several others.
//
// A function that throws leaves everything as it was before the next item: the item it was called
// with is gone, and the next pivot() goes on behind it.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "weir/base/context.h"
#include "weir/pipes/operator.h"

namespace weir {

// The base of every pull. Beside what is here it has
//
//   using value_type = ...;
//   static constexpr bool at_most_one = ...;     never more items than are taken off the budget
//   bool drain(auto const& emit, std::int64_t& budget);
//
// drain() calls emit(item) for the items that a budget buys, takes them off it, and returns whether
// there are no more for now; false only if the budget ended first.
struct Pull {
  // Ends the tick for those operators whose state lives so long.
  void end_tick() {}
};
template <class T>
concept is_pull = std::derived_from<std::remove_cvref_t<T>, Pull>;

template <class T>
using ItemOf = typename std::remove_cvref_t<T>::value_type;

// The base of every push. Beside what is here it has
//
//   void give(auto&& item, Context const& context);
//
// which takes the item as an rvalue, or as a `T const&` that others get, too; and
//
//   template <class Item, bool Stated> static consteval auto wrong();
//
// is a Type: of void if it can work with such items; else of something whose say() is the compile
// error. Stated: with the state it has, rather than with one that it will get (push::of).
struct Push {
  // A pivot has ended; `all`: because its pull had no more.
  void finish(Context const&, bool /*all*/) {}
  void end_tick() {}
};
template <class T>
concept is_push = std::derived_from<std::remove_cvref_t<T>, Push>;

// What is wrong with a push that is given such items.
template <class To, class Item, bool Stated>
struct WrongIn {
  using type = typename decltype(std::remove_cvref_t<To>::template wrong<Item, Stated>())::type;
};
template <class To, bool Stated>
struct WrongIn<To, Untyped, Stated> {
  using type = void;  // they come from a mistake that has been reported
};

// A push, as pulls and operators see it.
template <class To>
struct GiveTo {
  To* to;
  Context const* moment;

  Context const& context() const { return *moment; }
  template <class Item>
  [[gnu::always_inline]] void operator()(Item&& item) const {
    to->give(std::forward<Item>(item), *moment);
  }
};

// Somebody else's emit, with something to do before it. `context` comes along.
template <class Emit, class F>
struct Before {
  Emit const& emit;
  F function;

  decltype(auto) context() const { return emit.context(); }
  template <class Item>
  [[gnu::always_inline]] void operator()(Item&& item) const {
    function(std::forward<Item>(item));
  }
};
template <class Emit, class F>
Before(Emit const&, F) -> Before<Emit, F>;

// Drains a pull with a part of the budget: at most `most` of it.
template <class From, class Emit>
bool drain_part(From& from, Emit const& emit, std::int64_t most, std::int64_t& budget) {
  struct Rest {
    std::int64_t& budget;
    std::int64_t rest;
    ~Rest() { budget += rest; }
  } const rest{budget, budget > most ? budget - most : 0};
  budget -= rest.rest;
  return from.drain(emit, budget);
}

// Gives what the pull has to the push: as much as `budget` items buy, which it takes off. True when
// there are no more for now. `context` is what functions see that take a Context first.
template <is_pull From, is_push To>
bool pivot(From&& from, To&& to, std::int64_t& budget, Context const& context) {
  using Wrong = typename WrongIn<To, ItemOf<From>, true>::type;
  if constexpr (std::is_void_v<Wrong>) {
    GiveTo<std::remove_reference_t<To>> const emit{&to, &context};
    bool const finished = from.drain(emit, budget);
    to.finish(context, finished);
    return finished;
  } else {
    return Wrong::say();
  }
}

// The same where nobody asks for the tick: it is 0.
template <is_pull From, is_push To>
bool pivot(From&& from, To&& to, std::int64_t& budget) {
  TickTime const now;
  Context const context{.current_tick = 0, .time = &now};
  return pivot(from, to, budget, context);
}

// All there is.
template <is_pull From, is_push To>
void pivot(From&& from, To&& to) {
  std::int64_t budget = std::numeric_limits<std::int64_t>::max();
  while (!pivot(from, to, budget)) budget = std::numeric_limits<std::int64_t>::max();
}

}  // namespace weir
