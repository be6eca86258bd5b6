// dest_sink(sink) and dest_sink(f): give each item to something that is not always ready.
//
// A sink with a buffer has two functions:
//
//   bool try_push(Item&& item)    takes it; false: it is full, and the item is untouched
//   void when_room(Waker waker)   calls `waker` once, on any thread, when there is room again, or
//                                 at once if there is. A later call with the same context replaces
//                                 the waker, or without a function takes it back: once it has
//                                 returned, the one before is not called any more. A waker calls
//                                 nothing of the sink.
//
// BoundedSink and Channel are sinks that several flows may give to. One that keeps only the last
// waker will do for one dest_sink of one flow.
//
// f(item) returns something to co_await (eager.h has the smallest such thing): the next item is
// given when that of the one before has come to its end.
//
// Meanwhile the tick is unfinished: nothing is admitted, what feeds the graph is suspended, and
// nobody spins. So a sink that never has room again stops its flow.
#pragma once

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/base/bytes.h"
#include "weir/base/mutex.h"
#include "weir/base/owner.h"
#include "weir/io/awaitable.h"
#include "weir/pipes/operator.h"
#include "weir/sched/graph.h"
#include "weir/sched/room.h"

namespace weir {

template <class T>
concept has_room = requires(T& sink, Waker waker) {
  sink.when_room(waker);
};
template <class T, class Item>
concept takes_when_ready = requires(T& sink, Item&& item) {
  { sink.try_push(std::move(item)) } -> std::same_as<bool>;
};

// The items of a tick that wait for their turn.
template <class Item>
struct SinkItems {
  std::vector<Item> items;
  std::size_t next = 0;

  bool empty() const { return next == items.size(); }
  void clear() {
    items.clear();
    next = 0;
  }
};

// ---- dest_sink(sink) ----

// Waits for the room of one sink, as long as a flow lives.
template <has_room Sink>
class RoomWait {
 public:
  RoomWait(Sink& sink, Graph& graph) : sink_(sink), hold_(graph) {}
  RoomWait(RoomWait const&) = delete;
  RoomWait& operator=(RoomWait const&) = delete;
  ~RoomWait() {
    if (asked_) sink_.when_room({nullptr, &hold_});
  }

  void begin() {
    asked_ = true;
    hold_.set();  // first: there may be room at once
    sink_.when_room(
        {[](void* hold) { static_cast<Hold*>(hold)->release_from_any_thread(); }, &hold_});
  }

 private:
  Sink& sink_;
  Hold hold_;
  bool asked_ = false;
};

template <has_room Sink>
struct DestSink : Operator {
  static constexpr OperatorInfo info{
      .name = "dest_sink", .outputs = {0, 0}, .blocking_inputs = 0b1, .flushes = true};
  struct Nothing {};
  Sink* sink;
  Owner<RoomWait<Sink>> wait_;

  template <class Item>
  struct State : SinkItems<Item> {};

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool pushes = takes_when_ready<Sink, Item>;
    static_assert(
        pushes || !Aloud,
        "weir: dest_sink(sink): sink.try_push(item) must take the Item and say with a bool "
        "whether it did");
    constexpr bool keeps = [] {
      if constexpr (requires { typename Sink::value_type; })
        return borrows<typename Sink::value_type>;
      else return false;
    }();
    static_assert(!keeps || !Aloud,
                  "weir: dest_sink(sink): the sink would keep a View, which ends with the tick; "
                  "own() its bytes first");
    return pushes && !keeps;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  void attach(Graph& graph, Subgraph&) { wait_ = make_owner<RoomWait<Sink>>(*sink, graph); }
  template <int Port>
  void push(auto& state, auto&& item, auto const&) {
    state.items.push_back(static_cast<decltype(item)&&>(item));
  }
  bool flush(auto& state, auto const&, std::int64_t& budget, bool) {
    for (; !state.empty(); ++state.next, --budget) {
      if (budget <= 0) return false;
      if (sink->try_push(std::move(state.items[state.next]))) continue;
      wait_->begin();
      return false;
    }
    state.clear();
    return true;
  }
};

// The sink is referred to and must outlive the flow.
template <has_room Sink>
DestSink<Sink> dest_sink(Sink& sink) {
  return {{}, &sink, {}};
}

// ---- dest_sink(f) ----

// The one coroutine that awaits what f returns, item after item. It is idle between two.
template <class F, class Item>
class SinkCoroutine {
 public:
  SinkCoroutine(F& function, Graph& graph)
      : function_(function), hold_(graph), handle_(run(*this).handle) {}
  SinkCoroutine(SinkCoroutine const&) = delete;
  SinkCoroutine& operator=(SinkCoroutine const&) = delete;
  ~SinkCoroutine() { handle_.destroy(); }

  void give(Item&& item) {
    item_.emplace(std::move(item));
    idle_.store(false);
    handle_.resume();
  }
  // Whether the last item is done with; what its function threw comes out here. If it is not, the
  // graph is held until then.
  bool is_idle() {
    if (!idle_.load()) {
      hold_.set();
      if (!idle_.load()) return false;
      hold_.release();  // it was done in between
    }
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    return true;
  }

 private:
  struct Running {
    struct promise_type {
      Running get_return_object() {
        return {std::coroutine_handle<promise_type>::from_promise(*this)};
      }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_always final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { std::terminate(); }  // run() catches everything
    };
    std::coroutine_handle<> handle;
  };
  // From here on the next item may come, on another thread than this one.
  struct NextItem {
    SinkCoroutine* sink;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<>) {
      SinkCoroutine* const idle = sink;
      idle->idle_.store(true);
      idle->hold_.release_from_any_thread();
    }
    void await_resume() const {}
  };

  static Running run(SinkCoroutine& sink) {
    for (;;) {  // until it is destroyed
      co_await NextItem{&sink};
      try {
        co_await sink.function_(std::move(*sink.item_));
      } catch (...) {
        sink.thrown_ = std::current_exception();
      }
      sink.item_.reset();
    }
  }

  F& function_;
  Hold hold_;
  std::atomic<bool> idle_{false};
  std::optional<Item> item_;
  std::exception_ptr thrown_;
  std::coroutine_handle<> handle_;
};

template <class F>
struct DestAwaited : Operator {
  static constexpr OperatorInfo info{
      .name = "dest_sink", .outputs = {0, 0}, .blocking_inputs = 0b1, .flushes = true};
  struct Nothing {};
  F function;
  Graph* graph_ = nullptr;

  template <class Item>
  struct State : SinkItems<Item> {
    Owner<SinkCoroutine<F, Item>> coroutine;
  };

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool callable = std::invocable<F&, Item&&>;
    static_assert(
        callable || !Aloud,
        "weir: dest_sink(f): f cannot be called with the Item it receives; and what is no "
        "function must have when_room(waker) and try_push(item)");
    if constexpr (callable) {
      constexpr bool awaits = is_awaitable<std::invoke_result_t<F&, Item&&>>;
      static_assert(awaits || !Aloud,
                    "weir: dest_sink(f): f(item) must return something to co_await (Eager is the "
                    "smallest); for_each(f) takes a function that is done when it returns");
      return awaits;
    }
    return false;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Nothing>{};
  }
  void attach(Graph& graph, Subgraph&) { graph_ = &graph; }
  template <int Port>
  void push(auto& state, auto&& item, auto const&) {
    state.items.push_back(static_cast<decltype(item)&&>(item));
  }
  template <class Item>
  bool flush(State<Item>& state, auto const&, std::int64_t& budget, bool) {
    if (state.empty() && !state.coroutine) return true;
    if (!state.coroutine) state.coroutine = make_owner<SinkCoroutine<F, Item>>(function, *graph_);
    for (;;) {  // as many times as there are items
      if (!state.coroutine->is_idle()) return false;
      if (state.empty()) break;
      if (budget <= 0) return false;
      --budget;
      state.coroutine->give(std::move(state.items[state.next++]));
    }
    state.clear();
    return true;
  }
};

// Items are given in order, each when the one before is done with; a View is valid until then. What
// f throws, at once or later, ends the flow. If the flow ends first what f returned is destroyed as
// it is.
template <class F>
requires(!has_room<F>) DestAwaited<F> dest_sink(F function) { return {{}, std::move(function)}; }

// ---- a sink ----

// A bounded queue between a flow and whoever takes from it, on any thread.
template <class T>
class BoundedSink {
 public:
  using value_type = T;

  explicit BoundedSink(std::size_t capacity) : capacity_(capacity) { items_.reserve(capacity); }
  BoundedSink(BoundedSink const&) = delete;
  BoundedSink& operator=(BoundedSink const&) = delete;

  template <class U = T>
  requires std::convertible_to<U, T>
  bool try_push(U&& item) {
    Lock const lock(mutex_);
    if (items_.size() == capacity_) return false;
    items_.push_back(std::forward<U>(item));
    return true;
  }
  // Everything that is there, in order.
  std::vector<T> take_all() {
    std::vector<T> taken;
    taken.reserve(capacity_);
    Lock const lock(mutex_);
    std::swap(taken, items_);
    full_for_.tell();
    return taken;
  }
  void when_room(Waker waker) {
    Lock const lock(mutex_);
    full_for_.add(waker);
    if (items_.size() < capacity_) full_for_.tell();
  }

 private:
  Mutex mutex_;
  std::size_t const capacity_;
  std::vector<T> items_;
  RoomWaiters full_for_;
};

}  // namespace weir
