#include "weir/base/function.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace weir {
namespace {

int twice(int value) { return 2 * value; }

TEST(Function, IsCalledWithWhatItHasCaptured) {
  int count = 0;
  Function<void()> const counts = [&count] { ++count; };
  counts();
  counts();
  EXPECT_EQ(count, 2);
  Function<int(int)> function = &twice;
  EXPECT_EQ(function(4), 8);
  function = [added = 3](int value) { return value + added; };
  EXPECT_EQ(function(4), 7);
}

TEST(Function, OfNothingIsFalse) {
  Function<void()> function;
  EXPECT_FALSE(function);
  function = [] {};
  EXPECT_TRUE(function);
  Function<void()> const moved = std::move(function);
  EXPECT_TRUE(moved);
  Function<void()> const empty;
  Function<void()> const copy = empty;
  EXPECT_FALSE(copy);
}

TEST(Function, CopiesWhatItHasCaptured) {
  Function<int()> counts = [count = 0]() mutable { return ++count; };
  EXPECT_EQ(counts(), 1);
  Function<int()> copy = counts;
  EXPECT_EQ(copy(), 2);
  EXPECT_EQ(copy(), 3);
  EXPECT_EQ(counts(), 2);
}

TEST(Function, PassesReferencesAndWhatCanOnlyBeMoved) {
  Function<std::string&(std::string&)> const same = [](std::string& text) -> std::string& {
    return text;
  };
  std::string text = "x";
  EXPECT_EQ(&same(text), &text);
  Function<std::unique_ptr<int>(std::unique_ptr<int>)> const through =
      [](std::unique_ptr<int> value) { return value; };
  EXPECT_EQ(*through(std::make_unique<int>(5)), 5);
}

// Counts those of it that are alive.
struct Counted {
  explicit Counted(int& its_alive) : alive(&its_alive) { ++*alive; }
  Counted(Counted const& other) : alive(other.alive) { ++*alive; }
  Counted& operator=(Counted const&) = delete;
  ~Counted() { --*alive; }
  int* alive;
};

TEST(Function, DestroysWhatItHasCapturedOnce) {
  int alive = 0;
  {
    Function<int()> function = [counted = Counted(alive)] { return *counted.alive; };
    EXPECT_EQ(function(), 1);
    Function<int()> copy = function;
    EXPECT_EQ(copy(), 2);
    function = copy;
    EXPECT_EQ(alive, 2);
    copy = {};
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace weir
