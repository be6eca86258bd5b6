// demux(): each alternative of a std::variant goes to its own output, as itself.
//
//   requests = demux(),                                  // items: std::variant<Put, Get>
//   requests[is<Put>] >> for_each([](Put put) { … }),
//   requests[is<Get>] >> for_each([](Get get) { … }),
//
// Every alternative needs its output. Of an enum, and of a pair (enum, payload), each value may
// have one, and what has none goes to `otherwise`; without that it ends the flow. The payload goes
// out, or the enum itself; at `otherwise` the whole item.
//
//   colours = demux(),                                   // items: std::pair<Colour, int>
//   colours[when<Colour::red>] >> for_each([](int v) { … }),
//   colours[otherwise] >> for_each([](Colour colour, int v) { … }),
//
// demux(f): f(item) is the value of an enum, and the whole item goes out.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "weir/base/slice.h"
#include "weir/base/type_name.h"
#include "weir/pipes/bad_item.h"
#include "weir/pipes/call.h"
#include "weir/pipes/item_port.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/parts.h"
#include "weir/pipes/route.h"

namespace weir {

// ---- items that are variants ----

template <class Item>
inline constexpr bool is_variant = false;
template <class... Alternative>
inline constexpr bool is_variant<std::variant<Alternative...>> = true;

template <class Item>
struct Alternatives;
template <class... Alternative>
struct Alternatives<std::variant<Alternative...>> {
  static constexpr std::size_t count = sizeof...(Alternative);
  static constexpr std::array<std::string_view, count> names{type_name<Alternative>()...};

  // `count` where there is none of that name.
  static constexpr std::size_t find(std::string_view port) {
    std::size_t which = 0;
    while (which < count && names[which] != port) ++which;
    return which;
  }
  static consteval bool all_differ() {
    for (std::size_t which = 0; which < count; ++which) {
      if (find(names[which]) != which) return false;
    }
    return true;
  }
  static consteval WrongOutput find_wrong(Slice<std::string_view const> ports) {
    std::array<bool, count> connected{};
    for (std::string_view const port : ports) {
      std::size_t const which = find(port);
      if (which == count) return {WrongOutput::unknown, port};
      connected[which] = true;
    }
    for (std::size_t which = 0; which < count; ++which) {
      if (!connected[which]) return {WrongOutput::missing, names[which]};
    }
    return {};
  }
};

// ---- items with the value of an enum ----

// The values that have outputs, by the names of these, and which output is `otherwise`.
template <class Enum, class Emit>
struct ValueOutputs {
  static constexpr std::size_t count = Emit::output_count;
  static constexpr std::array<std::optional<Enum>, count> values = [] {
    std::array<std::optional<Enum>, count> all{};
    for (std::size_t k = 0; k < count; ++k) all[k] = value_of_port<Enum>(Emit::output_names[k]);
    return all;
  }();
  static constexpr std::size_t other = [] {
    std::size_t at = 0;
    while (at < count && values[at]) ++at;
    return at;
  }();
};

template <class Enum>
consteval WrongOutput find_wrong_value(Slice<std::string_view const> ports) {
  for (std::string_view const port : ports) {
    if (port != otherwise.name && !value_of_port<Enum>(port)) return {WrongOutput::unknown, port};
  }
  if (ports.empty()) return {WrongOutput::missing, otherwise.name};
  return {};
}

// ---- the operator ----

struct NoFunction {};

template <class F>
struct Demux : Operator {
  static constexpr OperatorInfo info{
      .name = "demux", .outputs = {0, any_number}, .output_ports = OutputPorts::by_item};
  [[no_unique_address]] F function;

  static constexpr bool asks = !std::is_same_v<F, NoFunction>;
  template <class Item>
  static constexpr bool by_alternative = !asks && is_variant<Item>;
  template <class Item>
  static constexpr bool by_first = !asks && has_two_parts<Item>;

  // What decides where an Item goes.
  template <class Item>
  static consteval auto key() {
    if constexpr (asks) return Type<CallResult<F, Item const&>>{};
    else if constexpr (by_first<Item>) return Type<PartOf<0, Item>>{};
    else return Type<Item>{};
  }
  template <class Item>
  using Key = typename decltype(key<Item>())::type;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    if constexpr (asks) {
      constexpr bool callable = takes_item<F, Item const&>;
      static_assert(callable || !Aloud,
                    "weir: demux(f): f cannot be called with the Item it receives; let it take the "
                    "item by value or const&, or the parts of a pair or tuple");
      if constexpr (callable) {
        constexpr bool decides = std::is_enum_v<Key<Item>>;
        static_assert(decides || !Aloud, "weir: demux(f): f must return a value of an enum");
        return decides;
      }
      return false;
    } else if constexpr (is_variant<Item>) {
      constexpr bool differ = Alternatives<Item>::all_differ();
      static_assert(differ || !Aloud,
                    "weir: demux(): two alternatives of the Item are of one type, and is<T> cannot "
                    "tell them apart; give one of them a type of its own");
      return differ;
    } else {
      constexpr bool decides = std::is_enum_v<Key<Item>>;
      static_assert(decides || !Aloud,
                    "weir: demux(): the Item it receives is no std::variant, no enum and no pair "
                    "(enum, payload); map it into one, or say with demux(f) which enum decides");
      return decides;
    }
  }

  template <class Item>
  static consteval WrongOutput find_wrong_output(Slice<std::string_view const> ports) {
    if constexpr (by_alternative<Item>) return Alternatives<Item>::find_wrong(ports);
    else return find_wrong_value<Key<Item>>(ports);
  }
  template <class AtPort, class Item>
  static consteval auto output_at() {
    if constexpr (by_alternative<Item>) {
      return Type<std::variant_alternative_t<Alternatives<Item>::find(AtPort::name), Item>>{};
    } else if constexpr (by_first<Item> && AtPort::name != otherwise.name) {
      return Type<PartOf<1, Item>>{};
    } else {
      return Type<Item>{};
    }
  }

  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    using Item = std::remove_cvref_t<decltype(item)>;
    if constexpr (by_alternative<Item>) {
      push_alternative(static_cast<decltype(item)&&>(item), emit);
    } else if constexpr (asks) {
      push_value(call(function, emit, std::as_const(item)), static_cast<decltype(item)&&>(item),
                 emit);
    } else if constexpr (by_first<Item>) {
      push_value(PartOf<0, Item>(std::get<0>(item)), static_cast<decltype(item)&&>(item), emit);
    } else {
      push_value(item, static_cast<decltype(item)&&>(item), emit);
    }
  }

 private:
  template <class Item, class Emit>
  [[gnu::always_inline]] static void push_alternative(Item&& item, Emit const& emit) {
    auto const give = [&]<std::size_t Output>() __attribute__((always_inline)) {
      constexpr std::size_t which =
          Alternatives<std::remove_cvref_t<Item>>::find(Emit::output_names[Output]);
      auto* const alternative = std::get_if<which>(&item);
      if (alternative == nullptr) return false;
      if constexpr (std::is_lvalue_reference_v<Item>) emit.template to<Output>(*alternative);
      else emit.template to<Output>(std::move(*alternative));
      return true;
    };
    if (!give_to_first<Emit::output_count>(give)) [[unlikely]] {
      refuse_item(emit, {"demux(): a variant came that holds none of its alternatives"});
    }
  }

  template <class Enum, class Item, class Emit>
  [[gnu::always_inline]] static void push_value(Enum value, Item&& item, Emit const& emit) {
    using Outputs = ValueOutputs<Enum, Emit>;
    auto const give = [&]<std::size_t Output>() __attribute__((always_inline)) {
      if constexpr (Output == Outputs::other) {
        return false;
      } else {
        if (value != *Outputs::values[Output]) return false;
        if constexpr (by_first<std::remove_cvref_t<Item>>) {
          emit.template to<Output>(part_of<1>(static_cast<Item&&>(item)));
        } else {
          emit.template to<Output>(static_cast<Item&&>(item));
        }
        return true;
      }
    };
    if (give_to_first<Emit::output_count>(give)) return;
    if constexpr (Outputs::other < Emit::output_count) {
      emit.template to<Outputs::other>(static_cast<Item&&>(item));
    } else {
      refuse_item(emit, {"demux(): there is no output for the value ", shown(value), " of ",
                         type_name<Enum>(), "; add one, or [otherwise]"});
    }
  }
};

inline Demux<NoFunction> demux() { return {}; }
template <class F>
Demux<F> demux(F function) {
  return {{}, std::move(function)};
}

}  // namespace weir
