// The comparison that all joins share: what a tick gives is what can be made of the items that are
// there, or what of it is new.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>

#include "tests/flow/oracle.h"

namespace weir {

// `make(left, right)` is the operator; `Items` a set or a multiset, as it is; `some(random)` makes
// an item, and `combine(lefts, rights)` everything that the operator makes of such items, sorted.
template <class Items, class Make, class Left, class Right, class Some, class Combine>
void compare_join(std::string const& name, Make make, std::uint64_t seed, Left left, Right right,
                  bool replays, Some some, Combine combine) {
  SCOPED_TRACE(name + "(" + lifetimes(left, right) + "), seed " + std::to_string(seed));
  using Item = typename Items::value_type;
  using Made = typename decltype(combine(Items(), Items()))::value_type;
  constexpr int ticks = 25;
  Random random(seed);
  Channel<Item> left_in;
  Channel<Item> right_in;
  Out<Made> out;
  static constexpr node<"j"> j;
  Running df(flow(source_stream(left_in) >> j[_0], source_stream(right_in) >> j[_1],
                  j = make(left, right) >> out.collect()),
             random_budget(random));
  Items lefts;
  Items rights;
  std::vector<Made> before;
  auto const next = [&] { return some(random); };
  for (int i = 0; i < ticks; ++i) {
    auto const new_lefts = batch<Item>(random, next);
    auto const new_rights = batch<Item>(random, next);
    send(left_in, new_lefts);
    send(right_in, new_rights);
    lefts.insert(new_lefts.begin(), new_lefts.end());
    rights.insert(new_rights.begin(), new_rights.end());
    std::vector<Made> const all = combine(lefts, rights);
    std::vector<Made> expected;
    if (replays) expected = all;
    else
      std::set_difference(all.begin(), all.end(), before.begin(), before.end(),
                          std::back_inserter(expected));
    df.run_tick();
    ASSERT_EQ(out.bag(), expected) << "tick " << i;
    forget(lefts, left);
    forget(rights, right);
    before = combine(lefts, rights);
  }
}

}  // namespace weir
