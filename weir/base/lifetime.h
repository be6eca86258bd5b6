// How long state lives: the leading argument of an operator, and of make_state in the Core API.
#pragma once

#include <concepts>

// Before the names below: g++ takes an enumerator for a shadow of them (Delay::none, Delay::tick).
#include "weir/base/operator_info.h"

namespace weir {

struct None {};     // until the run of the subgraph ends
struct Tick {};     // until the tick ends
struct Forever {};  // as long as the flow
inline constexpr None none{};
inline constexpr Tick tick{};
inline constexpr Forever forever{};

template <class Lifetime>
inline constexpr bool lives_forever = std::same_as<Lifetime, Forever>;
template <class Lifetime>
inline constexpr bool lives_a_tick = std::same_as<Lifetime, Tick>;
template <class Lifetime>
inline constexpr bool lives_a_run = std::same_as<Lifetime, None>;

template <class T>
inline constexpr bool is_none_tick_or_forever =
    lives_forever<T> || lives_a_tick<T> || lives_a_run<T>;
template <class T>
concept is_lifetime = is_none_tick_or_forever<T>;

}  // namespace weir
