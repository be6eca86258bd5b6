// State of hand-written subgraphs, with a lifetime: when that ends, the value is the initial one
// again.
//
//   none       until a run of a subgraph that uses it ends (a yield is not the end of a run)
//   tick       until the end of the tick
//   a Loop     until the end of the loop's execution (at top level: forever)
//   forever    as long as the graph
//
// A subgraph names what it uses: uses(state, …) in ends.h; several may use the same. Nothing is
// done for state that no subgraph has used meanwhile. What lives longer than a tick refuses items
// that hold a View.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/bytes.h"
#include "weir/base/lifetime.h"
#include "weir/base/owner.h"
#include "weir/sched/graph.h"
#include "weir/sched/loop.h"

namespace weir {

// Whether a T can really be copied; a std::vector of what cannot be says that it could.
template <class T>
inline constexpr bool can_be_copied = [] {
  if constexpr (!std::is_copy_constructible_v<T>) return false;
  else if constexpr (requires { typename T::value_type; })
    return can_be_copied<typename T::value_type>;
  else return true;
}();

template <class Life>
inline constexpr bool lives_a_loop = std::same_as<Life, Loop>;
template <class Life>
inline constexpr bool can_be_a_life = is_lifetime<Life> || lives_a_loop<Life>;
template <class T, class Life>
inline constexpr bool outlives_views = borrows<T> && !lives_a_tick<Life> && !lives_a_run<Life>;

template <class T, class Life>
class State {
  static_assert(can_be_a_life<Life>,
                "weir: make_state(lifetime, initial): the lifetime is none, tick, forever or a "
                "Loop");
  static_assert(!outlives_views<T, Life>,
                "weir: make_state(lifetime, initial): what outlives its tick must not hold a View, "
                "which is borrowed until the tick ends; keep an owned copy: view.own()");
  struct Nothing {};
  static constexpr bool can_clear = requires(T & value, T const& constant) {
    value.clear();
    { constant.empty() } -> std::same_as<bool>;
  };

 public:
  using value_type = T;

  explicit State(T initial = T()) requires(!lives_a_loop<Life>)
      : State(nullptr, std::move(initial)) {}
  explicit State(Loop& loop, T initial = T()) requires lives_a_loop<Life>
      : State(&loop, std::move(initial)) {
    end_.run = [](void* self) { static_cast<State*>(self)->reset(); };
    end_.self = this;
  }
  State(State const&) = delete;
  State& operator=(State const&) = delete;

  T& operator*() { return value_; }
  T const& operator*() const { return value_; }
  T* operator->() { return &value_; }
  T const* operator->() const { return &value_; }

  // The initial value again; where that cannot be copied, T().
  void reset() {
    if constexpr (can_clear) {
      if (begins_empty_) return value_.clear();  // in O(items), and keeps its memory
    }
    if constexpr (can_be_copied<T>) value_ = initial_;
    else value_ = T();
  }

  // ---- for a subgraph that uses it
  void begin_run(Activation const& activation) {
    if constexpr (lives_a_loop<Life>) {
      if (!activation.first_in_tick) return;
      WEIR_ASSERT(loop_->contains(activation.subgraph->loop));
      end_.blamed = activation.subgraph->name;
      loop_->at_end(end_);
    }
  }
  void end_run() {
    if constexpr (lives_a_run<Life>) reset();
  }
  static constexpr bool ends_ticks = lives_a_tick<Life>;
  void end_tick() {
    if constexpr (ends_ticks) reset();
  }

 private:
  State(Loop* loop, T&& initial)
      : begins_empty_(is_empty(initial)),
        initial_(copy_of(initial)),
        value_(std::move(initial)),
        loop_(loop) {}

  static bool is_empty(T const& value) {
    if constexpr (can_clear) return value.empty();
    else return false;
  }
  static auto copy_of(T const& value) {
    if constexpr (can_be_copied<T>) return value;
    else return Nothing{};
  }

  bool begins_empty_;
  [[no_unique_address]] std::conditional_t<can_be_copied<T>, T, Nothing> initial_;
  T value_;
  Loop* loop_;
  LoopEnd end_;
};

template <class T, class Life>
State<T, Life>& Graph::make_state(Life, T initial) {
  if constexpr (can_be_a_life<Life> && !outlives_views<T, Life>) {
    struct Owned final : Program {
      explicit Owned(T given) : state(std::move(given)) {}
      State<T, Life> state;
    };
    auto owned = make_owner<Owned>(std::move(initial));
    State<T, Life>& state = owned->state;
    adopt(std::move(owned));
    return state;
  } else {
    static_cast<void>(sizeof(State<T, Life>));  // says what is wrong
    __builtin_unreachable();
  }
}

template <class T>
State<T, Loop>& Graph::make_state(Loop& loop, T initial) {
  if constexpr (!outlives_views<T, Loop>) {
    struct Owned final : Program {
      Owned(Loop& its_loop, T given) : state(its_loop, std::move(given)) {}
      State<T, Loop> state;
    };
    auto owned = make_owner<Owned>(loop, std::move(initial));
    State<T, Loop>& state = owned->state;
    adopt(std::move(owned));
    return state;
  } else {
    static_cast<void>(sizeof(State<T, Loop>));  // says what is wrong
    __builtin_unreachable();
  }
}

}  // namespace weir
