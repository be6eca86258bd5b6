// assert_eq(range): the items must be those of the range, in its order, over all ticks; they go on,
// or end here without an output.
//
// One that differs, or is one too many, ends the flow, and the Failure says what was expected. That
// items are missing no flow can know, for more may come with the next tick. Whoever does know asks
// an Expected that outlives the flow:
//
//   Expected expected(std::vector{1, 2, 3});
//   … flow(… >> assert_eq(expected)) …
//   EXPECT_EQ(expected.missing(), 0);
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/pipes/bad_item.h"
#include "weir/pipes/operator.h"
#include "weir/pipes/range.h"

namespace weir {

// Integers as numbers, whatever their types are.
template <class A, class B>
constexpr bool are_equal(A const& a, B const& b) {
  if constexpr (std::integral<A> && std::integral<B> && !std::same_as<A, B>) {
    return static_cast<std::uint64_t>(a) == static_cast<std::uint64_t>(b) && (a < A{}) == (b < B{});
  } else {
    return static_cast<bool>(a == b);
  }
}

template <class Range>
class Expected {
 public:
  explicit Expected(Range range) : range_(std::move(range)) {}
  // A position would dangle: what has begun stays where it is.
  Expected(Expected&& other) noexcept : range_(std::move(other.range_)) {}

  // How many items have come, and how many have not.
  std::size_t seen() const { return seen_; }
  std::size_t missing() {
    begin();
    std::size_t count = 0;
    for (auto at = *next_; at != std::end(range_); ++at) ++count;
    return count;
  }

  // Takes the next item; throws if it is not the expected one.
  void take(auto const& item, auto const& emit) {
    begin();
    if (*next_ == std::end(range_)) [[unlikely]] {
      refuse_item(emit, {"assert_eq(range): one more than the expected ", seen_,
                         " items came: ", shown(item)});
    }
    ElementOf<Range> const& expected = **next_;
    if (!are_equal(expected, item)) [[unlikely]] {
      refuse_item(emit, {"assert_eq(range): item ", seen_, " should have been ", shown(expected),
                         ", but what came is ", shown(item)});
    }
    ++*next_;
    ++seen_;
  }

 private:
  void begin() {
    if (!next_) next_.emplace(std::begin(range_));
  }

  Range range_;
  std::optional<IteratorOf<Range>> next_;
  std::size_t seen_ = 0;
};

template <class T>
Expected(std::initializer_list<T>) -> Expected<std::vector<T>>;

template <class Element, class Item>
concept is_comparable_with = requires(Element const& expected, Item const& item) {
  static_cast<bool>(expected == item);
};

// `Holder` is an Expected, or refers to one.
template <class Range, class Holder>
struct AssertEq : Operator {
  static constexpr OperatorInfo info{.name = "assert_eq", .outputs = {0, 1}, .one_to_one = true};
  Holder expected;

  template <bool Aloud, class Item>
  static consteval bool takes() {
    constexpr bool comparable = is_comparable_with<ElementOf<Range>, Item>;
    static_assert(comparable || !Aloud,
                  "weir: assert_eq(range): the elements of the range cannot be compared with the "
                  "Item it receives; give them one type, or an operator==");
    return comparable;
  }
  template <class Item>
  static consteval auto output() {
    return Type<Item>{};
  }
  template <int Port>
  [[gnu::always_inline]] void push(auto&, auto&& item, auto const& emit) {
    if constexpr (std::is_pointer_v<Holder>) expected->take(item, emit);
    else expected.take(item, emit);
    emit(static_cast<decltype(item)&&>(item));
  }
};

template <is_range Range>
AssertEq<Range, Expected<Range>> assert_eq(Range range) {
  return {{}, Expected<Range>(std::move(range))};
}
template <class T>
auto assert_eq(std::initializer_list<T> items) {
  return assert_eq(std::vector<T>(items));
}
// It is referred to, and must outlive the flow.
template <class Range>
AssertEq<Range, Expected<Range>*> assert_eq(Expected<Range>& expected) {
  return {{}, &expected};
}

}  // namespace weir
