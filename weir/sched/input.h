// How data enters a graph from outside a tick.
//
//   Input<T>    from the graph's own thread: no lock, no atomic.
//   Channel<T>  from any thread: bounded, one short lock a call. It is a sink, too: through
//               dest_sink(channel) one flow feeds another, and waits while that is behind.
//
// Both collect what they are given and show it to the graph at the beginning of its next tick: data
// that comes during a tick waits for the next one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/assert.h"
#include "weir/base/atomic.h"
#include "weir/base/mutex.h"
#include "weir/sched/graph.h"
#include "weir/sched/handoff.h"
#include "weir/sched/room.h"

namespace weir {

template <class T>
class Input : public ExternalInput {
 public:
  using value_type = T;

  explicit Input(std::string_view name = "input") : handoff_(name) {}

  // The next tick of the graph, which this starts, sees the item.
  template <class U = T>
  void give(U&& item) {
    handoff_.push(std::forward<U>(item));
    notify();
  }

  std::size_t length() const { return handoff_.length(); }
  HandoffBase& handoff() { return handoff_; }

  void attach(Graph& graph, Subgraph& reader) {
    ExternalInput::attach(graph, handoff_, reader);
    if (handoff_.has_input()) notify();
  }

  template <class Push>
  [[gnu::always_inline]] bool drain(Push&& push, std::int64_t& budget) {
    return handoff_.drain_read_buffer(push, budget);
  }

 private:
  Handoff<T> handoff_;
};

template <class T>
class Channel : public ExternalInput {
 public:
  using value_type = T;

  // Holds at most `capacity` items that no tick has taken yet.
  explicit Channel(std::size_t capacity = 65'536, std::string_view name = "channel")
      : ExternalInput(&admit_locked), handoff_(name), capacity_(capacity) {
    WEIR_ASSERT(capacity > 0);
    share(handoff_);
  }

  // From any thread. False when the channel is full: nothing was taken; try again after a tick.
  template <class U = T>
  [[nodiscard]] bool try_send(U&& item) {
    bool first = false;
    {
      Lock const lock(mutex_);
      if (waiting_ == capacity_) return false;
      handoff_.push(std::forward<U>(item));
      // Listed exactly once per batch: no tick starts for data that an earlier one has taken.
      first = waiting_++ == 0 && attached();
    }
    if (first) notify_from_any_thread();
    return true;
  }

  // From any thread; the caller knows that there is room.
  template <class U = T>
  void send(U&& item) {
    bool const sent = try_send(std::forward<U>(item));
    WEIR_ASSERT(sent);
  }

  // As a sink. There is room again when a tick of the graph has taken what waits.
  template <class U = T>
  requires std::is_convertible_v<U, T>
  [[nodiscard]] bool try_push(U&& item) { return try_send(std::forward<U>(item)); }
  void when_room(Waker waker) {
    Lock const lock(mutex_);
    full_for_.add(waker);
    if (waiting_ < capacity_) full_for_.tell();
  }

  std::size_t capacity() const { return capacity_; }
  HandoffBase& handoff() { return handoff_; }

  void attach(Graph& graph, Subgraph& reader) {
    Lock const lock(mutex_);
    ExternalInput::attach(graph, handoff_, reader);
    if (waiting_ > 0) notify_from_any_thread();
  }

  template <class Push>
  [[gnu::always_inline]] bool drain(Push&& push, std::int64_t& budget) {
    return handoff_.drain_read_buffer(push, budget);
  }

 private:
  static void admit_locked(ExternalInput& input) {
    auto& channel = static_cast<Channel&>(input);
    Lock const lock(channel.mutex_);
    channel.flip_handoff();
    channel.waiting_ = 0;
    if (!channel.full_for_.empty()) [[unlikely]]
      channel.full_for_.tell();
  }

  Mutex mutex_;
  Handoff<T> handoff_;
  std::size_t waiting_ = 0;
  std::size_t const capacity_;
  RoomWaiters full_for_;
};

}  // namespace weir
