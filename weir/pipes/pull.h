// Pulls: what is asked for items. See pivot.h for what they are good for.
//
//   pull::from(range), pull::from(handoff)   the elements of any range; what an input holds
//   pull::once(v), pull::repeat_n(v, n), pull::empty<T>()
//   pull >> operator                         through any operator with one input and one output
//   pull::chain(a, b, ...)                   all of a, then all of b
//   pull::first_n(pull, n)                   no more than n
//   pull::zip(a, b), pull::zip_longest(a, b) see zip.h
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "weir/base/assert.h"
#include "weir/pipes/by_hand.h"
#include "weir/pipes/chain.h"
#include "weir/pipes/operators/source.h"
#include "weir/pipes/pivot.h"
#include "weir/pipes/range.h"

namespace weir::pull {

// The elements of a range: of a named one by const reference, moved out of one that was moved in. A
// range that has to be read to know whether it goes on is not read before it must be: it is
// finished one drain after its last element.
template <class Range>  // a reference, or the range itself
class From : public Pull {
 public:
  using value_type = ElementOf<Range>;
  static constexpr bool at_most_one = true;
  static constexpr bool counted = is_random_access<std::remove_reference_t<Range>>;

  explicit From(Range&& range) : range_(std::forward<Range>(range)) {}
  From(From&& other) : range_(std::forward<Range>(other.range_)), given_(other.given_) {
    // A position in a range would dangle when the range moves.
    WEIR_ASSERT(std::is_reference_v<Range> || !other.position_);
    if constexpr (std::is_reference_v<Range>) position_ = std::move(other.position_);
  }

  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    if constexpr (counted) return drain_counted(emit, budget);
    else return drain_step_by_step(emit, budget);
  }

  // ---- counted: for zip, which goes along step by step
  std::int64_t left() { return static_cast<std::int64_t>(std::end(range_) - position()); }
  // Of the next element.
  auto& position() {
    if (!position_) position_.emplace(std::begin(range_));
    return *position_;
  }
  template <class Position, class Emit>
  [[gnu::always_inline]] void give_at(Position const& at, Emit const& emit) {
    emit_element<Range>(*at, emit);
  }

 private:
  template <class Emit>
  bool drain_counted(Emit const& emit, std::int64_t& budget) {
    auto at = position();
    std::int64_t const all = left();
    std::int64_t const given = all < budget ? all : budget;
    auto stop = at;
    stop += static_cast<decltype(stop - at)>(given);
    budget -= given;
    try {
      while (at != stop) {
        auto const element = at;
        ++at;
        give_at(element, emit);
      }
    } catch (...) {  // what threw is gone; what lies behind it is still there
      budget += static_cast<std::int64_t>(stop - at);
      *position_ = at;
      throw;
    }
    *position_ = stop;
    return given == all;
  }

  template <class Emit>
  bool drain_step_by_step(Emit const& emit, std::int64_t& budget) {
    if (budget <= 0) return position_ && !given_ && *position_ == std::end(range_);
    auto& next = position();
    if (std::exchange(given_, false)) ++next;
    auto const end = std::end(range_);
    while (next != end) {
      --budget;
      try {
        give_at(next, emit);
      } catch (...) {
        given_ = true;
        throw;
      }
      if (budget == 0) {
        given_ = true;
        return false;
      }
      ++next;
    }
    return true;
  }

  Range range_;
  std::optional<IteratorOf<Range>> position_;
  bool given_ = false;  // the element at the position
};

// What an input holds: a Handoff, an Input, a Channel.
template <is_input Input>
class FromInput : public Pull {
 public:
  using value_type = typename Input::value_type;
  static constexpr bool at_most_one = true;

  explicit FromInput(Input& input) : input_(&input) {}

  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    return input_->drain(emit, budget);
  }

 private:
  Input* input_;
};

template <class Range>
requires(is_range<std::remove_reference_t<Range>> &&
         !is_pull<Range>) From<Range> from(Range&& range) {
  return From<Range>(std::forward<Range>(range));
}
template <is_input Input>
requires(!is_pull<Input> && !is_range<Input>) FromInput<Input> from(Input& input) {
  return FromInput<Input>(input);
}

template <class T>
From<std::array<T, 1>> once(T item) {
  return From<std::array<T, 1>>({std::move(item)});
}
template <class T>
From<std::array<T, 0>> empty() {
  return From<std::array<T, 0>>({});
}

template <class T>
class RepeatN : public Pull {
 public:
  using value_type = T;
  static constexpr bool at_most_one = true;

  RepeatN(T item, std::int64_t count) : item_(std::move(item)), left_(count) {}

  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    while (left_ > 0 && budget > 0) {
      --left_;
      --budget;
      emit(std::as_const(item_));
    }
    return left_ == 0;
  }

 private:
  T item_;
  std::int64_t left_;
};

// The same item `count` times; 0 if that is negative.
template <class T>
RepeatN<T> repeat_n(T item, std::int64_t count) {
  return {std::move(item), count < 0 ? 0 : count};
}

// How many items it has left is known, and each can be asked for by its position.
template <class T>
inline constexpr bool is_counted = false;
template <class T>
requires requires { T::counted; }
inline constexpr bool is_counted<T> = T::counted;

// What a pull gives, through an operator. One that waits for everything (a sort) gives when the
// pull has no more, and again when there came more.
template <class Inner, class Op>
class Through : public Pull {
  using Item = ItemOf<Inner>;
  using State = typename StateOf<Op, Item>::type;
  static constexpr OperatorInfo info = Op::info;

  template <class Emit>
  struct Step {
    Through* self;
    Emit const& emit;

    decltype(auto) context() const { return emit.context(); }
    template <class Given>
    [[gnu::always_inline]] void operator()(Given&& item) const {
      if constexpr (info.flushes) self->fresh_ = true;
      self->op_.template push<0>(self->state_, std::forward<Given>(item), emit);
    }
  };

 public:
  using value_type = typename decltype(Op::template output<Item>())::type;
  static constexpr bool at_most_one =
      std::remove_cvref_t<Inner>::at_most_one && gives_at_most_one(info);
  static constexpr bool counted =
      is_counted<std::remove_cvref_t<Inner>> && info.one_to_one && !info.batches && !info.ends_runs;

  Through(Inner&& inner, Op op)
      : inner_(std::forward<Inner>(inner)), op_(std::move(op)), state_(initial_state<Item>(op_)) {}

  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    if (giving_) return flush(emit, budget);
    bool const finished = inner_.drain(Step<Emit>{this, emit}, budget);
    if constexpr (info.batches) op_.finish(state_, emit);
    if (!finished) return false;
    if constexpr (info.flushes) {
      if (!fresh_) return true;  // nothing has come since it last gave
      return flush(emit, budget);
    }
    end_run();
    return true;
  }

  std::int64_t left() { return inner_.left(); }
  auto& position() { return inner_.position(); }
  template <class Position, class Emit>
  [[gnu::always_inline]] void give_at(Position const& at, Emit const& emit) {
    inner_.give_at(at, Step<Emit>{this, emit});
  }

  void end_tick() {
    inner_.end_tick();
    if constexpr (info.ends_ticks) op_.end_tick(state_);
    fresh_ = true;
    giving_ = false;
  }

 private:
  template <class Emit>
  bool flush(Emit const& emit, std::int64_t& budget) {
    if constexpr (info.flushes) {
      giving_ = true;
      if (budget <= 0) return false;
      bool const begin = std::exchange(fresh_, false);
      giving_ = !op_.flush(state_, emit, budget, begin);
      if constexpr (info.batches) op_.finish(state_, emit);
      if (!giving_) end_run();
    }
    return !giving_;
  }
  void end_run() {
    if constexpr (info.ends_runs) op_.end_run(state_);
  }

  Inner inner_;
  [[no_unique_address]] Op op_;
  [[no_unique_address]] State state_;
  bool fresh_ = true;    // of one that waits: it has not given since something came
  bool giving_ = false;  // and is in the middle of that
};

// What a mistake gives, so that the mistake is the only error.
struct Broken : Pull {
  using value_type = Untyped;
  static constexpr bool at_most_one = true;
  bool drain(auto const&, std::int64_t&) { return true; }
};

template <bool Aloud, class Op, class Item>
consteval bool goes_through() {
  constexpr bool one = Op::info.output_ports == OutputPorts::alike && Op::info.outputs.most > 0;
  static_assert(one || !Aloud,
                "weir: pull >> operator: this operator ends a chain or gives to several; it stands "
                "in the push: pivot(pull, push::for_each(f)), operator >> push::outputs(a, b)");
  if constexpr (one) return runs_by_hand<Aloud, Op, Item>();
  return false;
}

template <is_pull Inner, class Op>
requires is_operator<std::remove_cvref_t<Op>>
auto operator>>(Inner&& inner, Op&& op) {
  using Operator = std::remove_cvref_t<Op>;
  if constexpr (std::is_same_v<std::remove_cvref_t<Inner>, Broken>) {
    return Broken{};
  } else if constexpr (goes_through<false, Operator, ItemOf<Inner>>()) {
    return Through<Inner, Operator>(std::forward<Inner>(inner), std::forward<Op>(op));
  } else {
    static_cast<void>(goes_through<true, Operator, ItemOf<Inner>>());
    return Broken{};
  }
}
template <is_pull Inner, is_operator... Op>
auto operator>>(Inner&& inner, Chain<Op...> chain) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (std::forward<Inner>(inner) >> ... >> std::move(get<I>(chain.parts)));
  }
  (std::index_sequence_for<Op...>{});
}

template <class First, class Second>
class Chained : public Pull {
 public:
  using value_type = ItemOf<First>;
  static_assert(std::is_same_v<value_type, ItemOf<Second>>,
                "weir: pull::chain(a, b): they give items of different types; map one of them");
  static constexpr bool at_most_one =
      std::remove_cvref_t<First>::at_most_one && std::remove_cvref_t<Second>::at_most_one;

  Chained(First&& first, Second&& second)
      : first_(std::forward<First>(first)), second_(std::forward<Second>(second)) {}

  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    return first_.drain(emit, budget) && second_.drain(emit, budget);
  }
  void end_tick() {
    first_.end_tick();
    second_.end_tick();
  }

 private:
  First first_;
  Second second_;
};

// All of the first, then all of the second, and so on.
template <is_pull First, is_pull Second>
Chained<First, Second> chain(First&& first, Second&& second) {
  return {std::forward<First>(first), std::forward<Second>(second)};
}
template <is_pull First, is_pull Second, is_pull... More>
auto chain(First&& first, Second&& second, More&&... more) {
  return chain(std::forward<First>(first),
               chain(std::forward<Second>(second), std::forward<More>(more)...));
}

// At most `count` items. It asks for no more than it gives, except what else comes with the last.
template <class Inner>
class FirstN : public Pull {
 public:
  using value_type = ItemOf<Inner>;
  static constexpr bool at_most_one = std::remove_cvref_t<Inner>::at_most_one;

  FirstN(Inner&& inner, std::int64_t count) : inner_(std::forward<Inner>(inner)), left_(count) {}

  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    Before const counting{
        emit, [ this, &emit ](auto&& item) __attribute__((always_inline)){if (left_ <= 0) return;
    --left_;
    emit(std::forward<decltype(item)>(item));
  }
};
while (left_ > 0) {  // ends: each turn takes from the budget
  if (drain_part(inner_, counting, at_most_one ? left_ : 1, budget)) return true;
  if (budget <= 0) break;
}
return left_ <= 0;
}
void end_tick() { inner_.end_tick(); }

private:
Inner inner_;
std::int64_t left_;
}
;

template <is_pull Inner>
FirstN<Inner> first_n(Inner&& inner, std::int64_t count) {
  return {std::forward<Inner>(inner), count};
}

}  // namespace weir::pull
