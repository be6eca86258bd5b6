// identity: what comes goes on.
#include <memory>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"t"> t;
static constexpr node<"j"> j;

TEST(Identity, A4_large_diamond) {
  Out<int> out;
  Running df(flow(t = source_iter(std::vector{1}) >> tee(), j = union_() >> out.collect(),
                  t >> identity() >> identity() >> j, t >> identity() >> identity() >> j));
  df.run_available();
  EXPECT_EQ(out.take(), (std::vector{1, 1}));
}

TEST(Identity, WithTheTypeOfItsItems) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 3)) >> identity<int>() >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), numbers(0, 3));
}

TEST(Identity, OfWhatCanOnlyBeMoved) {
  std::vector<int> seen;
  Running df(flow(source_iter(numbers(0, 3)) >>
                  map([](int v) { return std::make_unique<int>(v); }) >> identity() >>
                  for_each([&](std::unique_ptr<int> v) { seen.push_back(*v); })));
  df.run_tick();
  EXPECT_EQ(seen, numbers(0, 3));
}

}  // namespace
}  // namespace weir
