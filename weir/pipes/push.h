// Pushes: what is given items. See pivot.h for what they are good for.
//
//   push::for_each(f), push::into(output)    the end: a function; a Handoff, or a container
//   operator >> push                         through an operator first
//   push::outputs(a, b, ...)                 to each of them (a tee); behind an operator with
//                                            several outputs, each to its own
//   push::at(port, push)                     one of those, by the name of the output
//   push::of<Item>(push)                     with the state that its operators need for such items
//
//   auto sink = push::into(results);
//   auto evens = map(half) >> sink;                            // a union: sink has two callers
//   auto all = partition(parity) >> push::outputs(evens, map(triple) >> sink);
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/base/context.h"
#include "weir/pipes/by_hand.h"
#include "weir/pipes/chain.h"
#include "weir/pipes/operators/dest.h"
#include "weir/pipes/operators/for_each.h"
#include "weir/pipes/pack.h"
#include "weir/pipes/pivot.h"

namespace weir::push {

// What a mistake gives, so that the mistake is the only error.
struct Broken : Push {
  template <class Item, bool Stated>
  static consteval Type<void> wrong() {
    return {};
  }
  void give(auto&&, Context const&) {}
};

// `push` with the state for such items. One with a name keeps its own.
template <class Item, class To>
decltype(auto) of(To&& push) {
  if constexpr (std::is_lvalue_reference_v<To>) {
    return static_cast<To>(push);
  } else if constexpr (std::is_void_v<typename WrongIn<To, Item, false>::type>) {
    return std::move(push).template with_state<Item>();
  } else {
    static_cast<void>(WrongIn<To, Item, false>::type::say());
    return Broken();
  }
}

// ---- to several ----

// The output of an operator that a push stands at.
template <class AtPort, class Next>
class At : public Push {
 public:
  static constexpr std::string_view port = AtPort::name;

  template <class Item, bool Stated>
  static consteval auto wrong() {
    return Type<typename WrongIn<Next, Item, Stated>::type>{};
  }

  explicit At(Next&& next) : next_(std::forward<Next>(next)) {}
  template <class Item>
  [[gnu::always_inline]] void give(Item&& item, Context const& context) {
    next_.give(std::forward<Item>(item), context);
  }
  void finish(Context const& context, bool all) { next_.finish(context, all); }
  void end_tick() { next_.end_tick(); }
  template <class Item>
  auto with_state() && {
    using To = decltype(push::of<Item>(std::forward<Next>(next_)));
    return At<AtPort, To>(push::of<Item>(std::forward<Next>(next_)));
  }

 private:
  Next next_;
};

template <is_port AtPort, is_push Next>
At<AtPort, Next> at(AtPort, Next&& next) {
  return At<AtPort, Next>(std::forward<Next>(next));
}

// The output at which the I-th of them stands.
template <class Op, class Ports, std::size_t I>
struct PortOf : PortName {
  static constexpr bool in_order = Op::info.output_ports == OutputPorts::listed && !Ports::named;
  static constexpr std::string_view name = [] {
    if constexpr (in_order) return Op::info.output_names[I];
    else return Ports::names[I];
  }();
};

// The first of them that is something.
constexpr Type<void> first_wrong() { return {}; }
template <class First, class... More>
constexpr auto first_wrong(Type<First> first, Type<More>... more) {
  if constexpr (std::is_void_v<First>) return first_wrong(more...);
  else return first;
}

template <is_push... Next>
auto outputs(Next&&... next);

template <class... Next>
class Outputs : public Push {
  using Each = std::index_sequence_for<Next...>;

  template <class Op, class Item, std::size_t I>
  using ItemAt = typename decltype(Op::template output_at<PortOf<Op, Outputs, I>, Item>())::type;

  template <std::size_t I>
  static constexpr std::array<char, 2> digits{char('0' + I / 10), char('0' + I % 10)};
  template <std::size_t I>
  static constexpr std::string_view number{digits<I>.data() + (I < 10 ? 1 : 0), I < 10 ? 1u : 2u};

 public:
  static constexpr std::size_t count = sizeof...(Next);
  static_assert(count < 100);
  static constexpr bool named = (requires { std::remove_cvref_t<Next>::port; } || ...);
  // Their numbers, where they have no names.
  static constexpr std::array<std::string_view, count> names =
      []<std::size_t... I>(std::index_sequence<I...>) {
    auto const name = []<class To>(std::string_view otherwise) {
      if constexpr (requires { To::port; }) return To::port;
      else return otherwise;
    };
    return std::array<std::string_view, count>{
        name.template operator()<std::remove_cvref_t<Next>>(number<I>)...};
  }
  (Each{});

  template <class Item, bool Stated>
  static consteval auto wrong() {
    return first_wrong(Type<typename WrongIn<Next, Item, Stated>::type>{}...);
  }
  // Where each is given what comes out of its output of `Op`.
  template <class Op, class Item, bool Stated>
  static consteval auto wrong_of_its_own() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return first_wrong(Type<typename WrongIn<Next, ItemAt<Op, Item, I>, Stated>::type>{}...);
    }
    (Each{});
  }

  explicit Outputs(Pack<Next...> next) : next_(std::move(next)) {}

  // To the one.
  template <std::size_t I, class Item>
  [[gnu::always_inline]] void give_to(Item&& item, Context const& context) {
    get<I>(next_).give(std::forward<Item>(item), context);
  }
  // To all; all but the last get it by const reference.
  template <class Item>
  [[gnu::always_inline]] void give(Item&& item, Context const& context) {
    if constexpr (count > 0) {
      [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (give_to<I>(std::as_const(item), context), ...);
      }
      (std::make_index_sequence<count - 1>{});
      give_to<count - 1>(std::forward<Item>(item), context);
    }
  }
  void finish(Context const& context, bool all) {
    for_all([&](auto& next) { next.finish(context, all); });
  }
  void end_tick() {
    for_all([](auto& next) { next.end_tick(); });
  }

  template <class Item>
  auto with_state() && {
    return [this]<std::size_t... I>(std::index_sequence<I...>) {
      return outputs(of<Item>(std::forward<Next>(get<I>(next_)))...);
    }
    (Each{});
  }
  template <class Op, class Item>
  auto with_states_of() && {
    return [this]<std::size_t... I>(std::index_sequence<I...>) {
      return outputs(of<ItemAt<Op, Item, I>>(std::forward<Next>(get<I>(next_)))...);
    }
    (Each{});
  }

 private:
  template <class F>
  void for_all(F const& function) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (function(get<I>(next_)), ...); }
    (Each{});
  }

  Pack<Next...> next_;
};

template <is_push... Next>
auto outputs(Next&&... next) {
  return Outputs<Next...>({{std::forward<Next>(next)}...});
}

// ---- through an operator ----

template <class T>
inline constexpr bool is_outputs = false;
template <class... Next>
inline constexpr bool is_outputs<Outputs<Next...>> = true;

// Whether `Next` stands where the outputs of `Op` are.
template <bool Aloud, class Op, class Next, class Item>
consteval bool fits_outputs() {
  using To = std::remove_cvref_t<Next>;
  if constexpr (Op::info.output_ports == OutputPorts::alike) {
    return true;
  } else if constexpr (!is_outputs<To>) {
    static_assert(!Aloud,
                  "weir: operator >> push: this operator has several outputs: operator >> "
                  "push::outputs(a, b)");
    return false;
  } else {
    constexpr bool each = [] {
      if constexpr (Op::info.output_ports == OutputPorts::by_item) {
        return Op::template find_wrong_output<Item>(To::names).kind == WrongOutput::nothing;
      } else {
        return To::count >= Op::info.outputs.least && To::count <= Op::info.outputs.most;
      }
    }();
    static_assert(each || !Aloud,
                  "weir: operator >> push::outputs(...): the pushes are not those of the "
                  "operator's outputs; one for each, in their order, or push::at(port, push)");
    return each;
  }
}

template <bool Aloud, class Op, class Next, class Item>
consteval bool takes_by_hand() {
  constexpr bool flows = !Op::info.flushes;
  static_assert(flows || !Aloud,
                "weir: operator >> push: this operator gives only when everything has come, which "
                "a push never knows; put it in the pull: pull >> operator");
  if constexpr (flows && runs_by_hand<Aloud, Op, Item>()) {
    return fits_outputs<Aloud, Op, Next, Item>();
  }
  return false;
}

// What can be wrong with a step.
template <class Op, class Next, class Item>
struct Refused {
  static consteval bool say() { return takes_by_hand<true, Op, Next, Item>(); }
};
template <class Op, class Item>
struct Unstated {
  static consteval bool say() {
    static_assert(!has_state<Op, Item>,
                  "weir: operator >> push: this operator keeps a state, which depends on its "
                  "items; say what they are: push::of<Item>(operator >> push)");
    return true;
  }
};

template <class Op, class Next, class State = Stateless>
class Step : public Push {
  using To = std::remove_reference_t<Next>;
  static constexpr OperatorInfo info = Op::info;

  // The number of the push at the I-th output of the operator.
  template <std::size_t I>
  static consteval std::size_t find_output() {
    if constexpr (info.output_ports == OutputPorts::listed) {
      for (std::size_t k = 0; k < To::count; ++k) {
        if (To::names[k] == info.output_names[I]) return k;
      }
    }
    return I;
  }

  struct Emit : GiveTo<To> {
    static constexpr std::size_t output_count = [] {
      if constexpr (is_outputs<To>) return To::count;
      else return std::size_t{1};
    }();
    static constexpr std::array<std::string_view, output_count> output_names = [] {
      if constexpr (is_outputs<To>) return To::names;
      else return std::array<std::string_view, 1>{};
    }();
    template <std::size_t I, class Item>
    [[gnu::always_inline]] void to(Item&& item) const {
      this->GiveTo<To>::to->template give_to<find_output<I>()>(std::forward<Item>(item),
                                                               this->context());
    }
  };

 public:
  Step(Op op, Next&& next) : op_(std::move(op)), next_(std::forward<Next>(next)) {}
  Step(Op op, Next&& next, State state)
      : op_(std::move(op)), next_(std::forward<Next>(next)), state_(std::move(state)) {}

  template <class Item, bool Stated>
  static consteval auto wrong() {
    constexpr bool stated = !Stated || std::is_same_v<State, typename StateOf<Op, Item>::type>;
    if constexpr (!takes_by_hand<false, Op, Next, Item>()) {
      return Type<Refused<Op, Next, Item>>{};
    } else if constexpr (!stated) {
      return Type<Unstated<Op, Item>>{};
    } else if constexpr (info.outputs.most == 0) {
      return Type<void>{};
    } else if constexpr (info.output_ports != OutputPorts::alike) {
      return To::template wrong_of_its_own<Op, Item, Stated>();
    } else {
      using Given = typename decltype(Op::template output<Item>())::type;
      return Type<typename WrongIn<Next, Given, Stated>::type>{};
    }
  }

  template <class Item>
  [[gnu::always_inline]] void give(Item&& item, Context const& context) {
    op_.template push<0>(state_, std::forward<Item>(item), Emit{{&next_, &context}});
  }
  void finish(Context const& context, bool all) {
    constexpr bool stated = !std::is_same_v<State, Stateless>;
    if constexpr (info.batches && stated) op_.finish(state_, Emit{{&next_, &context}});
    if constexpr (info.ends_runs && stated) {
      if (all) op_.end_run(state_);
    }
    next_.finish(context, all);
  }
  void end_tick() {
    if constexpr (info.ends_ticks && !std::is_same_v<State, Stateless>) op_.end_tick(state_);
    next_.end_tick();
  }

  template <class Item>
  auto with_state() && {
    auto state = initial_state<Item>(op_);
    using Own = decltype(state);
    using Stated = decltype(next_of<Item>());
    return Step<Op, Stated, Own>(std::move(op_), next_of<Item>(), std::move(state));
  }

 private:
  // What comes next, with the state for what the operator gives.
  template <class Item>
  decltype(auto) next_of() {
    if constexpr (info.output_ports != OutputPorts::alike) {
      return std::move(next_).template with_states_of<Op, Item>();
    } else if constexpr (info.outputs.most == 0) {
      return To(std::move(next_));
    } else {
      return push::of<typename decltype(Op::template output<Item>())::type>(
          std::forward<Next>(next_));
    }
  }

  [[no_unique_address]] Op op_;
  Next next_;
  [[no_unique_address]] State state_;
};

template <class Op, is_push Next>
requires is_operator<std::remove_cvref_t<Op>> Step<std::remove_cvref_t<Op>, Next>
operator>>(Op&& op, Next&& next) { return {std::forward<Op>(op), std::forward<Next>(next)}; }
template <is_operator... Op, is_push Next>
auto operator>>(Chain<Op...> chain, Next&& next) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (std::move(get<I>(chain.parts)) >> ... >> std::forward<Next>(next));
  }
  (std::index_sequence_for<Op...>{});
}

// ---- the ends ----

// Calls f(item), as the operator for_each does.
template <class F>
Step<ForEach<F>, Outputs<>> for_each(F function) {
  return weir::for_each(std::move(function)) >> outputs();
}

// Appends to it; it is referred to.
template <is_output Output>
Step<Dest<Output>, Outputs<>> into(Output& output) {
  return weir::dest(output) >> outputs();
}

}  // namespace weir::push
