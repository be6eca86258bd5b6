// Fragments: functions that return chains or statements, and many copies of one.
#include <string>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

// ---- functions that return a chain ----

auto plus(int n) {
  return map([n](int v) { return v + n; }) >> filter([](int v) { return v < 100; });
}

TEST(Fragments, AreFunctionsThatReturnChains) {
  Out<int> out;
  Running df(flow(source_iter(std::vector{1, 90, 98}) >> plus(1) >> plus(9) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{11});
}

// ---- copies ----

TEST(Copies, OfOneOperator) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 3)) >>
                  copies<20>([] { return map([](int v) { return v + 1; }); }) >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), numbers(20, 23));
}

TEST(Copies, KnowTheirNumbers) {
  Out<std::string> out;
  Running df(flow(source_iter(std::vector<std::string>{""}) >> copies<5>([](auto number) {
                    return map([](std::string text) {
                      return text + std::to_string(decltype(number)::value);
                    });
                  }) >>
                  out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector<std::string>{"01234"});
}

TEST(Copies, OfAChainOneOfThem) {
  Out<int> out;
  Running df(flow(source_iter(numbers(0, 3)) >> copies<1>([] { return plus(1) >> plus(2); }) >>
                  copies<3>([](std::size_t number) { return plus(static_cast<int>(number)); }) >>
                  out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), numbers(6, 9));
}

// ---- functions that return statements ----

// Counts what flows into `From`, and gives it on at `To`.
template <Name From, Name To>
auto counted(int& count) {
  static constexpr node<From> in;
  static constexpr node<To> through;
  return statements(in = tee(), in >> for_each([&count](int) { ++count; }), in >> through,
                    through = identity<int>());
}

TEST(Statements, OfAFragmentStandAmongOthers) {
  static constexpr node<"before"> before;
  static constexpr node<"between"> between;
  static constexpr node<"after"> after;
  Out<int> out;
  int all = 0;
  int even = 0;
  Running df(flow(source_iter(numbers(0, 10)) >> before, counted<"before", "between">(all),
                  between >> filter([](int v) { return v % 2 == 0; }) >> after,
                  counted<"after", "end">(even), node<"end">() >> out.collect()));
  df.run_tick();
  EXPECT_EQ(all, 10);
  EXPECT_EQ(even, 5);
  EXPECT_EQ(out.take(), (std::vector{0, 2, 4, 6, 8}));
}

TEST(Statements, MayBeOfStatements) {
  Out<int> out;
  auto const source = [](int v) {
    static constexpr node<"joined"> joined;
    return statements(source_iter(std::vector{v}) >> joined);
  };
  static constexpr node<"joined"> joined;
  Running df(flow(statements(statements(source(1), source(2)), source(3), statements()),
                  joined = union_() >> out.collect(), source(4)));
  df.run_tick();
  EXPECT_EQ(out.bag(), numbers(1, 5));
}

TEST(Statements, MoveTheirOperators) {
  std::vector<int> seen;
  struct Owned {
    std::vector<int>* to;
    std::vector<int> own{1, 2, 3};
    Owned(std::vector<int>* given) : to(given) {}
    Owned(Owned&&) noexcept = default;
    void operator()(int v) const { to->push_back(v + static_cast<int>(own.size())); }
  };
  Running df(flow(statements(source_iter(numbers(0, 2)) >> for_each(Owned(&seen)))));
  df.run_tick();
  EXPECT_EQ(seen, (std::vector{3, 4}));
}

}  // namespace
}  // namespace weir
