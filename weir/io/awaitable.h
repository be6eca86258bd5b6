// What co_await takes, and what it gives.
//
// An *awaiter* has the three functions that co_await calls; an *awaitable* is one, or makes one by
// an operator co_await. A task, an Eager, an operation of the ring: all are awaitables. Where such
// a thing is an item of a flow it is called a future.
#pragma once

#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>

#include "weir/base/hash.h"
#include "weir/pipes/operator.h"

namespace weir {

template <class T>
concept is_awaiter = requires(T& awaited, std::coroutine_handle<> waiter) {
  { awaited.await_ready() } -> std::convertible_to<bool>;
  awaited.await_suspend(waiter);
  awaited.await_resume();
};
template <class T>
concept has_member_co_await = requires(T&& awaited) {
  std::forward<T>(awaited).operator co_await();
};
template <class T>
concept has_free_co_await = requires(T&& awaited) {
  operator co_await(std::forward<T>(awaited));
};
// co_await calls its functions directly.
template <class T>
concept is_its_own_awaiter = is_awaiter<T> && !has_member_co_await<T> && !has_free_co_await<T>;
template <class T>
concept is_awaitable = is_awaiter<T> || has_member_co_await<T> || has_free_co_await<T>;

// What co_await gives of an rvalue, as a Type; perhaps void.
template <is_awaitable T>
consteval auto given_by_await() {
  if constexpr (has_member_co_await<T>) {
    return Type<decltype(std::declval<T>().operator co_await().await_resume())>{};
  } else if constexpr (has_free_co_await<T>) {
    return Type<decltype(operator co_await(std::declval<T>()).await_resume())>{};
  } else {
    return Type<decltype(std::declval<T&>().await_resume())>{};
  }
}
template <is_awaitable T>
using GivenByAwait = typename decltype(given_by_await<T>())::type;

// The same as a value that can be kept: `unit` where co_await gives nothing.
template <is_awaitable T>
using AwaitResult =
    std::conditional_t<std::is_void_v<GivenByAwait<T>>, unit, std::remove_cvref_t<GivenByAwait<T>>>;

}  // namespace weir
