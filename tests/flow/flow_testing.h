// What the tests of flows share: the test kit under short names, and sequences.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/testing.h"

namespace weir {

template <class T>
using In = TestInput<T>;
template <class T>
using Out = TestOutput<T>;

// A flow in a graph of its own.
struct Running : FlowTest {
  using FlowTest::FlowTest;
  Graph& graph = FlowTest::graph();
};

template <class T>
void send(Channel<T>& channel, std::initializer_list<std::type_identity_t<T>> items) {
  for (T const& item : items) channel.send(item);
}
template <class T>
void send(Channel<T>& channel, std::vector<T> const& items) {
  for (T const& item : items) channel.send(item);
}

// The numbers [begin, end).
inline std::vector<int> numbers(int begin, int end) {
  std::vector<int> all;
  for (int i = begin; i < end; ++i) all.push_back(i);
  return all;
}

inline constexpr auto sum = [](int& total, int item) { total += item; };
inline constexpr auto zero = [] { return 0; };
inline constexpr auto same = [](auto item) { return item; };

}  // namespace weir
