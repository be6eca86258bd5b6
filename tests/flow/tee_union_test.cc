// tee and union_: items to several, items from several.
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

using Strings = std::vector<std::string>;

TEST(Union, A1_basic_union) {
  Out<int> out;
  static constexpr node<"m"> m;
  // Upstream numbers the inputs; here they need no numbers, and their order is the order they are
  // written in, which nobody promises.
  Running df(flow(m = union_() >> out.collect(), source_iter(std::vector{1}) >> m,
                  source_iter(std::vector{2}) >> m));
  df.run_available();
  EXPECT_EQ(out.bag(), (std::vector{1, 2}));
}

TEST(Tee, A2_basic_tee) {
  Out<std::string> out;
  static constexpr node<"t"> t;
  Running df(flow(t = source_iter(std::vector{1}) >> tee(),
                  t >> map([](int v) { return "A " + std::to_string(v); }) >> out.collect(),
                  t >> map([](int v) { return "B " + std::to_string(v); }) >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.bag(), (Strings{"A 1", "B 1"}));
}

TEST(TeeUnion, A4_large_diamond) {
  Out<int> out;
  static constexpr node<"t"> t;
  static constexpr node<"j"> j;
  Running df(flow(t = source_iter(std::vector{1}) >> tee(), j = union_() >> out.collect(),
                  t >> map(same) >> map(same) >> j, t >> map(same) >> map(same) >> j));
  df.run_available();
  EXPECT_EQ(out.take(), (std::vector{1, 1}));
}

TEST(TeeUnion, L3_diamond) {
  Out<int> out;
  static constexpr node<"my_tee"> my_tee;
  static constexpr node<"my_union"> my_union;
  Running df(flow(my_tee = source_iter(numbers(1, 4)) >> tee(),
                  my_tee >> map([](int v) { return v * 10; }) >> my_union,
                  my_tee >> map([](int v) { return v * 100; }) >> my_union,
                  my_union = union_() >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector{10, 20, 30, 100, 200, 300}));
}

TEST(TeeUnion, L4_intertwined) {
  Out<int> sums;
  Out<int> products;
  static constexpr node<"src"> src;
  static constexpr node<"twice"> twice;
  static constexpr node<"thrice"> thrice;
  static constexpr node<"summed"> summed;
  static constexpr node<"multiplied"> multiplied;
  Running df(flow(
      src = source_iter(numbers(1, 4)) >> tee(), src >> map([](int v) { return v * 2; }) >> twice,
      src >> map([](int v) { return v * 3; }) >> thrice,  //
      twice = tee(), thrice = tee(),                      //
      twice >> summed, thrice >> summed,                  //
      twice >> multiplied, thrice >> multiplied,
      summed = union_() >> fold(zero, sum) >> sums.collect(),
      multiplied = union_() >> fold([] { return 1; }, [](int& all, int v) { all *= v; }) >>
                   products.collect()));
  df.run_tick();
  EXPECT_EQ(sums.take(), std::vector{30});
  EXPECT_EQ(products.take(), std::vector{7776});
}

TEST(TeeUnion, L7_w_mesh) {
  Out<int> xs;
  Out<int> ys;
  static constexpr node<"a"> a;
  static constexpr node<"b"> b;
  static constexpr node<"x"> x;
  static constexpr node<"y"> y;
  Running df(flow(a = source_iter(std::vector{1, 2}) >> tee(),
                  b = source_iter(std::vector{10, 20}) >> tee(),  //
                  a >> x, b >> x, a >> y, b >> y,                 //
                  x = union_() >> xs.collect(), y = union_() >> ys.collect()));
  df.run_tick();
  EXPECT_EQ(xs.bag(), (std::vector{1, 2, 10, 20}));
  EXPECT_EQ(ys.bag(), (std::vector{1, 2, 10, 20}));
}

// M9: upstream warns, and drops the operator. Here both are simply functions that call one other.
TEST(TeeUnion, M9_of_one) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 3)) >> union_() >> tee() >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), numbers(0, 3));
}

TEST(Tee, AllButTheLastGetCopies) {
  struct Counted {
    int* copies;
    explicit Counted(int& counter) : copies(&counter) {}
    Counted(Counted const& other) : copies(other.copies) { ++*copies; }
    Counted(Counted&& other) noexcept = default;
  };
  Channel<Counted> in;
  std::vector<int> copies;
  static constexpr node<"t"> t;
  auto const keep = [&](Counted item) { copies.push_back(*item.copies); };
  Running df(flow(t = source_stream(in) >> tee(), t >> for_each(keep), t >> for_each(keep),
                  t >> for_each(keep)));
  int counter = 0;
  in.send(Counted(counter));
  df.run_tick();
  EXPECT_EQ(copies, (std::vector{1, 2, 2}));  // the third got the item itself
}

TEST(Tee, WithoutOutputsIsASink) {
  std::vector<int> seen;
  Running df(
      flow(source_iter(numbers(0, 3)) >> inspect([&](int v) { seen.push_back(v); }) >> tee()));
  df.run_tick();
  EXPECT_EQ(seen, numbers(0, 3));
}

TEST(Union, KeepsTheOrderWithinEachOfItsInputs) {
  Out<int> out;
  static constexpr node<"m"> m;
  Running df(flow(m = union_() >> out.collect(), source_iter(numbers(0, 50)) >> m,
                  source_iter(numbers(100, 150)) >> m),
             {.items = 7});
  df.run_tick();
  std::vector<int> low;
  std::vector<int> high;
  for (int const v : out.take()) (v < 100 ? low : high).push_back(v);
  EXPECT_EQ(low, numbers(0, 50));
  EXPECT_EQ(high, numbers(100, 150));
}

}  // namespace
}  // namespace weir
