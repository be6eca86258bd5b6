// partition(f): f says to which of the outputs [_0], [_1], … an item goes, whole.
//
//   node = partition([](int v, int n) { return v % n; }),     // n: how many outputs there are
//   node[_0] >> …, node[_1] >> …, node[_2] >> …
//
// partition<"evens", "odds">(f): the outputs have names, and f is given the number of each:
//
//   node = partition<"evens", "odds">([](int v, int evens, int odds) {
//     return v % 2 == 0 ? evens : odds;
//   }),
//   node[port<"evens">] >> …, node[port<"odds">] >> …
//
// f takes the item, or its parts, by value or const&, then the numbers. What it returns is the
// number of an output; any other ends the flow. The numbers are of type int, so that what is
// computed of a signed item stays signed.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/name.h"
#include "weir/pipes/bad_item.h"
#include "weir/pipes/call.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/route.h"

namespace weir {

// f with the numbers behind what it is called with: call() then finds out how it takes its item.
template <class F, int... Number>
struct WithNumbers {
  F* function;

  template <class... Part>
  requires std::invocable<F&, Part..., decltype(Number)...>
  [[gnu::always_inline]] constexpr decltype(auto) operator()(Part&&... part) const {
    return (*function)(static_cast<Part&&>(part)..., Number...);
  }
};

// Gives the item to the output whose number f returns.
template <class F, class Item, class Emit>
[[gnu::always_inline]] constexpr void give_to_chosen(F function, Item&& item, Emit const& emit) {
  auto const number = +call(function, emit, std::as_const(item));
  auto const give = [&]<std::size_t Output>() __attribute__((always_inline)) {
    if (!std::cmp_equal(number, Output)) return false;
    emit.template to<Output>(static_cast<Item&&>(item));
    return true;
  };
  if (!give_to_first<Emit::output_count>(give)) [[unlikely]] {
    refuse_item(emit, {"partition(f): f returned ", number, ", but there are outputs 0 to ",
                       Emit::output_count - 1, " only; the item is ", shown(item)});
  }
}

// What both kinds of partition ask of f.
template <bool Aloud, class F, class Item>
consteval bool chooses() {
  constexpr bool callable = takes_item<F, Item const&>;
  static_assert(callable || !Aloud,
                "weir: partition(f): f cannot be called with the Item it receives and the numbers "
                "behind it; let it take (item, n), or (item, a, b, ...) where the outputs have "
                "names; the item by value, const&, or in its parts");
  if constexpr (callable) {
    constexpr bool number = std::integral<CallResult<F, Item const&>>;
    static_assert(number || !Aloud, "weir: partition(f): f must return the number of an output");
    return number;
  }
  return false;
}

template <class F>
struct Partition : Operator {
  static constexpr OperatorInfo info{
      .name = "partition", .outputs = {2, any_number}, .output_ports = OutputPorts::numbered};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    return chooses<Aloud, WithNumbers<F, 0>, Item>();
  }
  template <class AtPort, class Item>
  static consteval auto output_at() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    constexpr auto count = static_cast<int>(std::remove_cvref_t<decltype(emit)>::output_count);
    give_to_chosen(WithNumbers<F, count>{&function}, static_cast<decltype(item)&&>(item), emit);
  }
};

template <class F, class Names, Name... Text>
struct NamedPartition;
template <class F, int... Number, Name... Text>
struct NamedPartition<F, std::integer_sequence<int, Number...>, Text...> : Operator {
  static constexpr std::array<std::string_view, sizeof...(Text)> ports{Text.view()...};
  static constexpr OperatorInfo info{.name = "partition",
                                     .outputs = {sizeof...(Text), sizeof...(Text)},
                                     .output_ports = OutputPorts::listed,
                                     .output_names = ports};
  [[no_unique_address]] F function;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    return chooses<Aloud, WithNumbers<F, Number...>, Item>();
  }
  template <class AtPort, class Item>
  static consteval auto output_at() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    give_to_chosen(WithNumbers<F, Number...>{&function}, static_cast<decltype(item)&&>(item), emit);
  }
};

template <class F>
Partition<F> partition(F function) {
  return {{}, std::move(function)};
}
template <Name First, Name Second, Name... More, class F>
auto partition(F function) {
  using Numbers = std::make_integer_sequence<int, 2 + sizeof...(More)>;
  return NamedPartition<F, Numbers, First, Second, More...>{{}, std::move(function)};
}

}  // namespace weir
