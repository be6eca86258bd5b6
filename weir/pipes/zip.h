// pull::zip(a, b): pairs the first of a with the first of b, the second with the second, and so on,
// as long as both have items. pull::zip_longest(a, b) goes on with what one of them has left.
//
// Neither side can be stopped in the middle of a drain, so they take turns: one is asked for a
// block of items, which wait here, and then the other for as many.
//
//   a ──drain(64)──▶ [ waiting ]
//   b ──drain(64)──▶ pairs with them, one by one, and goes on
//
// Never do more than a block of them and the rest of one item's expansion wait. Where one side is a
// range with random access (through maps, perhaps) nothing waits at all: the other is drained, and
// a position in the range goes along.
//
// Finished means for now: what was left over in a zip of two handoffs waits for what comes later,
// until its tick is ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/base/block.h"
#include "weir/base/either_or_both.h"
#include "weir/pipes/pivot.h"
#include "weir/pipes/pull.h"

namespace weir::pull {

// Items that wait for a partner, in order.
template <class T>
class Waiting {
 public:
  bool empty() const { return next_ == items_.size(); }
  std::int64_t size() const { return static_cast<std::int64_t>(items_.size() - next_); }
  template <class U>
  void push(U&& item) {
    items_.push_back(std::forward<U>(item));
  }
  T take() {
    T item = std::move(items_[next_]);
    if (++next_ == items_.size()) clear();
    return item;
  }
  void clear() {
    items_.clear();
    next_ = 0;
  }

 private:
  std::vector<T> items_;
  std::size_t next_ = 0;
};

// What zip and zip_longest have in common: the pairs.
template <class First, class Second>
class Pairs : public Pull {
 public:
  void end_tick() {
    first_.end_tick();
    second_.end_tick();
    firsts_.clear();
    seconds_.clear();
  }

 protected:
  using A = ItemOf<First>;
  using B = ItemOf<Second>;

  enum class Ended : std::uint8_t { none, first, second };

  Pairs(First&& first, Second&& second)
      : first_(std::forward<First>(first)), second_(std::forward<Second>(second)) {}

  // Gives pairs until the budget is used up, or until a side that has no more is the one that would
  // be next: which one.
  template <class Emit>
  Ended drain_pairs(Emit const& emit, std::int64_t& budget) {
    if constexpr (is_counted<std::remove_cvref_t<First>> &&
                  std::remove_cvref_t<Second>::at_most_one) {
      return drain_along(
          first_, second_, Ended::first, Ended::second, emit, budget,
          [](auto&& along, auto&& item) __attribute__((always_inline)) {
            return std::pair<A, B>(std::forward<decltype(along)>(along),
                                   std::forward<decltype(item)>(item));
          });
    } else if constexpr (is_counted<std::remove_cvref_t<Second>> &&
                         std::remove_cvref_t<First>::at_most_one) {
      return drain_along(
          second_, first_, Ended::second, Ended::first, emit, budget,
          [](auto&& along, auto&& item) __attribute__((always_inline)) {
            return std::pair<A, B>(std::forward<decltype(item)>(item),
                                   std::forward<decltype(along)>(along));
          });
    } else {
      return drain_in_turns(emit, budget);
    }
  }

  First first_;
  Second second_;
  Waiting<A> firsts_;
  Waiting<B> seconds_;

 private:
  // `range` goes along with what `inner` gives.
  template <class Range, class Inner, class Emit, class Pair>
  static Ended drain_along(Range& range, Inner& inner, Ended range_ended, Ended inner_ended,
                           Emit const& emit, std::int64_t& budget, Pair pair) {
    while (range.left() > 0) {  // ends: each turn takes from the budget
      if (give_along(range, inner, emit, budget, pair)) return inner_ended;
      if (budget <= 0) return range.left() > 0 ? Ended::none : range_ended;
    }
    return range_ended;
  }
  template <class Range, class Inner, class Emit, class Pair>
  static bool give_along(Range& range, Inner& inner, Emit const& emit, std::int64_t& budget,
                         Pair pair) {
    struct Position {
      Range& range;
      std::remove_cvref_t<decltype(range.position())> at = range.position();
      ~Position() { range.position() = at; }
    } position{range};
    Before const pairing{
        emit, [&](auto&& item) __attribute__((always_inline)){auto const here = position.at;
    ++position.at;
          range.give_at(here, Before{emit, [&](auto&& along) __attribute__((always_inline)) {
                                       emit(pair(std::forward<decltype(along)>(along),
                                                 std::forward<decltype(item)>(item)));
  }});
}  // namespace weir::pull
}
;
return drain_part(inner, pairing, range.left(), budget);
}

template <class Emit>
Ended drain_in_turns(Emit const& emit, std::int64_t& budget) {
  while (true) {  // ends: each turn takes from the budget or finds that a side has ended
    if (!firsts_.empty()) {
      bool const ended = ask_second(emit, budget);
      if (ended && seconds_.empty()) return Ended::second;
    } else {
      bool const ended = ask_first(emit, budget);
      if (ended && firsts_.empty()) return Ended::first;
    }
    if (budget <= 0) return Ended::none;
  }
}

template <class Emit>
bool ask_first(Emit const& emit, std::int64_t& budget) {
  Before const meeting{
      emit, [&](auto&& item) {
        if (seconds_.empty()) {
          firsts_.push(std::forward<decltype(item)>(item));
        } else {
          emit(std::pair<A, B>(std::forward<decltype(item)>(item), seconds_.take()));
        }
      }};
  std::int64_t const wanted = seconds_.empty() ? std::int64_t{block_size} : seconds_.size();
  return drain_part(first_, meeting, std::remove_cvref_t<First>::at_most_one ? wanted : 1, budget);
}
template <class Emit>
bool ask_second(Emit const& emit, std::int64_t& budget) {
  Before const meeting{
      emit, [&](auto&& item) {
        if (firsts_.empty()) {
          seconds_.push(std::forward<decltype(item)>(item));
        } else {
          emit(std::pair<A, B>(firsts_.take(), std::forward<decltype(item)>(item)));
        }
      }};
  std::int64_t const wanted = firsts_.size();
  return drain_part(second_, meeting, std::remove_cvref_t<Second>::at_most_one ? wanted : 1,
                    budget);
}
}
;

template <class First, class Second>
class Zip : public Pairs<First, Second> {
  using Base = Pairs<First, Second>;

 public:
  using value_type = std::pair<typename Base::A, typename Base::B>;
  static constexpr bool at_most_one =
      std::remove_cvref_t<First>::at_most_one && std::remove_cvref_t<Second>::at_most_one;

  Zip(First&& first, Second&& second)
      : Base(std::forward<First>(first), std::forward<Second>(second)) {}

  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    return this->drain_pairs(emit, budget) != Base::Ended::none;
  }
};

template <is_pull First, is_pull Second>
Zip<First, Second> zip(First&& first, Second&& second) {
  return {std::forward<First>(first), std::forward<Second>(second)};
}

template <class First, class Second>
class ZipLongest : public Pairs<First, Second> {
  using Base = Pairs<First, Second>;
  using A = typename Base::A;
  using B = typename Base::B;
  using Ended = typename Base::Ended;

 public:
  using value_type = EitherOrBoth<A, B>;
  static constexpr bool at_most_one =
      std::remove_cvref_t<First>::at_most_one && std::remove_cvref_t<Second>::at_most_one;

  ZipLongest(First&& first, Second&& second)
      : Base(std::forward<First>(first), std::forward<Second>(second)) {}

  template <class Emit>
  bool drain(Emit const& emit, std::int64_t& budget) {
    Before const both{
        emit, [&](std::pair<A, B> && pair) __attribute__((always_inline)){
                  emit(value_type(Both<A, B>{std::move(pair.first), std::move(pair.second)}));
  }
};
Ended const ended = this->drain_pairs(both, budget);
if (ended == Ended::none) return false;
if (ended == Ended::second) return drain_rest<Left<A>>(this->firsts_, this->first_, emit, budget);
return drain_rest<Right<B>>(this->seconds_, this->second_, emit, budget);
}
void end_tick() {
  this->first_.end_tick();
  this->second_.end_tick();
}

private:
// What waits has been paid for.
template <class Alone, class T, class Inner, class Emit>
static bool drain_rest(Waiting<T>& waiting, Inner& inner, Emit const& emit, std::int64_t& budget) {
  while (!waiting.empty()) emit(value_type(Alone{waiting.take()}));
  return inner.drain(
      Before{emit,
             [&](auto&& item) { emit(value_type(Alone{T(std::forward<decltype(item)>(item))})); }},
      budget);
}
}
;

template <is_pull First, is_pull Second>
ZipLongest<First, Second> zip_longest(First&& first, Second&& second) {
  return {std::forward<First>(first), std::forward<Second>(second)};
}

}  // namespace weir::pull
