// unzip: pairs taken apart.
#include <memory>
#include <tuple>

#include "tests/flow/flow_testing.h"

namespace weir {
namespace {

static constexpr node<"parts"> parts;
static constexpr node<"shared"> shared;

TEST(Unzip, GivesTheFirstAndTheSecondPart) {
  In<std::pair<int, std::string>> in;
  Out<int> first("first");
  Out<std::string> second("second");
  FlowScript script([&] {
    return flow(parts = source_stream(in) >> unzip(), parts[_1] >> second.collect(),
                parts[_0] >> first.collect());
  });
  script.tick({in.gets({{1, "one"}, {2, "two"}})}, {first.gives(1, 2), second.gives("one", "two")});
  EXPECT_EQ(script.differences(), "");
}

TEST(Unzip, TakesATupleOfTwo) {
  Out<int> first;
  Out<char> second;
  Running df(flow(parts = source_iter(std::vector{std::tuple{1, 'a'}}) >> unzip(),
                  parts[_0] >> first.collect(), parts[_1] >> second.collect()));
  df.run_tick();
  EXPECT_EQ(first.take(), std::vector{1});
  EXPECT_EQ(second.take(), std::vector{'a'});
}

TEST(Unzip, MovesThePartsOut) {
  std::vector<int> seen;
  auto const keep = [&](std::unique_ptr<int> v) { seen.push_back(*v); };
  Running df(flow(parts = source_iter(std::vector{3}) >> map([](int v) {
                            return std::pair{std::make_unique<int>(v), std::make_unique<int>(-v)};
                          }) >>
                          unzip(),
                  parts[_0] >> for_each(keep), parts[_1] >> for_each(keep)));
  df.run_tick();
  EXPECT_EQ(seen, (std::vector{3, -3}));
}

TEST(Unzip, CopiesThemFromAPairThatOthersHaveToo) {
  std::string const word = "a word that is long enough to be on the heap";
  Out<std::string> out;
  Out<std::string> whole;
  Running df(
      flow(shared = source_iter(std::vector{std::pair{word, word}}) >> tee(), shared >> parts,
           parts = unzip(), parts[_0] >> out.collect(), parts[_1] >> out.collect(),
           shared >> map([](std::string a, std::string const&) { return a; }) >> whole.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{word, word}));
  EXPECT_EQ(whole.take(), std::vector{word});
}

}  // namespace
}  // namespace weir
