// What zip_longest gives: an item of each of its inputs, or of the one that has more of them.
//
//   std::visit, std::get<Both<A, B>>, std::holds_alternative<Left<A>>: it is a std::variant.
#pragma once

#include <variant>

#include "weir/base/bytes.h"

namespace weir {

template <class A, class B>
struct Both {
  static constexpr bool borrows = weir::borrows<A> || weir::borrows<B>;
  A left;
  B right;
  friend bool operator==(Both const&, Both const&) = default;
};
template <class A>
struct Left {
  static constexpr bool borrows = weir::borrows<A>;
  A value;
  friend bool operator==(Left const&, Left const&) = default;
};
template <class B>
struct Right {
  static constexpr bool borrows = weir::borrows<B>;
  B value;
  friend bool operator==(Right const&, Right const&) = default;
};

template <class A, class B>
using EitherOrBoth = std::variant<Both<A, B>, Left<A>, Right<B>>;

}  // namespace weir
