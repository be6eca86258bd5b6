// demux: each alternative of a variant, each value of an enum, to its own output.
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <variant>

#include "tests/flow/flow_testing.h"
#include "weir/plan/describe.h"

namespace weir {
namespace {

struct Square {
  double side;
};
struct Rectangle {
  double width;
  double height;
};
struct Circle {
  double radius;
};
using Shape = std::variant<Square, Rectangle, Circle>;

enum class Colour : std::uint8_t { red, green, blue = 200 };
enum Plain : int { low = -5, high = 7 };

static constexpr node<"d"> d;
static constexpr node<"out"> joined;

std::string with_two_decimals(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f", value);
  return text;
}

// Upstream's union gives what the first port brought before what the second did; here each item
// goes its way at once.
TEST(Demux, A9_demux_enum) {
  Out<std::string> out;
  std::vector<Shape> const shapes{Square{9}, Rectangle{10, 8}, Circle{5}};
  Running df(flow(
      d = source_iter(shapes) >> demux(),
      d[is<Square>] >> map([](Square s) { return s.side * s.side; }) >> joined,
      d[is<Circle>] >> map([](Circle c) { return c.radius * c.radius * 3.14159265; }) >> joined,
      d[is<Rectangle>] >> map([](Rectangle r) { return r.width * r.height; }) >> joined,
      joined = union_() >> map(with_two_decimals) >> out.collect()));
  df.run_available();
  EXPECT_EQ(out.bag(), (std::vector<std::string>{"78.54", "80.00", "81.00"}));
}

TEST(Demux, A9_of_one_alternative_and_of_a_template) {
  Out<int> only;
  Out<std::vector<int>> vectors;
  Out<int> numbers_out;
  using Generic = std::variant<std::vector<int>, int>;
  std::vector<Generic> const items{std::vector{1, 2}, 3};
  static constexpr node<"e"> e;
  Running df(flow(d = source_iter(std::vector<std::variant<int>>{1, 2}) >> demux(),
                  d[is<int>] >> only.collect(),  //
                  e = source_iter(items) >> demux(), e[is<std::vector<int>>] >> vectors.collect(),
                  e[is<int>] >> numbers_out.collect()));
  df.run_tick();
  EXPECT_EQ(only.take(), (std::vector{1, 2}));
  EXPECT_EQ(vectors.take(), (std::vector<std::vector<int>>{{1, 2}}));
  EXPECT_EQ(numbers_out.take(), std::vector{3});
}

TEST(Demux, MovesTheAlternativeOutUnlessOthersHaveTheItemToo) {
  using Either = std::variant<std::unique_ptr<int>, std::string>;
  std::vector<int> seen;
  Out<std::string> words;
  Out<std::size_t> sizes;
  static constexpr node<"shared"> shared;
  std::vector<std::variant<std::string>> const long_words{
      std::string("a word that is long enough to be on the heap")};
  static constexpr node<"e"> e;
  Running df(flow(
      d = source_iter(numbers(0, 2)) >> map([](int v) -> Either {
            if (v == 0) return std::make_unique<int>(7);
            return "seven";
          }) >>
          demux(),
      d[is<std::unique_ptr<int>>] >> for_each([&](std::unique_ptr<int> v) { seen.push_back(*v); }),
      d[is<std::string>] >> words.collect(),  //
      shared = source_iter(long_words) >> tee(), shared >> e, e = demux(),
      e[is<std::string>] >> map([](std::string&& word) { return std::string(std::move(word)); }) >>
          words.collect(),
      shared >> map([](auto const& item) { return std::get<0>(item).size(); }) >> sizes.collect()));
  df.run_tick();
  EXPECT_EQ(seen, std::vector{7});
  EXPECT_EQ(words.take().size(), 2u);
  EXPECT_EQ(sizes.take(), std::vector{std::get<0>(long_words[0]).size()});
}

TEST(Demux, ByTheValueOfAnEnum) {
  In<Colour> in;
  Out<Colour> red("red");
  Out<Colour> rest("rest");
  FlowScript script([&] {
    return flow(d = source_stream(in) >> demux(), d[otherwise] >> rest.collect(),
                d[when<Colour::red>] >> red.collect());
  });
  script.tick({in.gets(Colour::red, Colour::blue, Colour::red)},
              {red.gives(Colour::red, Colour::red), rest.gives(Colour::blue)});
  EXPECT_EQ(script.differences(), "");
}

TEST(Demux, ThePayloadBehindTheValueOfAnEnum) {
  using Coloured = std::pair<Colour, std::string>;
  In<Coloured> in;
  Out<std::string> red("red");
  Out<std::string> blue("blue");
  Out<Coloured> rest("rest");
  FlowScript script([&] {
    return flow(d = source_stream(in) >> demux(), d[when<Colour::blue>] >> blue.collect(),
                d[when<Colour::red>] >> red.collect(), d[otherwise] >> rest.collect());
  });
  script.tick({in.gets({{Colour::red, "rose"}, {Colour::blue, "sky"}, {Colour::green, "leaf"}})},
              {red.gives("rose"), blue.gives("sky"), rest.gives({{Colour::green, "leaf"}})});
  EXPECT_EQ(script.differences(), "");
}

TEST(Demux, ByWhatAFunctionSaysAboutTheItem) {
  Out<int> lows;
  Out<int> highs;
  Out<int> rest;
  auto const kind = [](int v) { return v < 2 ? low : v < 4 ? high : static_cast<Plain>(v); };
  Running df(flow(d = source_iter(numbers(0, 7)) >> demux(kind), d[when<low>] >> lows.collect(),
                  d[when<high>] >> highs.collect(),
                  d[when<static_cast<Plain>(5)>] >> highs.collect(),
                  d[otherwise] >> rest.collect()));
  df.run_tick();
  EXPECT_EQ(lows.take(), (std::vector{0, 1}));
  EXPECT_EQ(highs.take(), (std::vector{2, 3, 5}));
  EXPECT_EQ(rest.take(), (std::vector{4, 6}));
}

TEST(Demux, AValueWithoutAnOutputEndsTheFlow) {
  Out<int> out;
  using Item = std::pair<Plain, int>;
  Running df(flow(d = source_iter(std::vector<Item>{{high, 1}, {low, 2}, {high, 3}}) >> demux(),
                  d[when<high>] >> out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), std::vector{1});
  EXPECT_EQ(df.failed_node(), "d");
  std::string const what = df.failure()->what;
  EXPECT_TRUE(what.starts_with("demux(): there is no output for the value -5 of ")) << what;
  EXPECT_TRUE(what.ends_with("Plain; add one, or [otherwise]")) << what;
}

TEST(Demux, OfAnEnumWithoutValues) {
  enum class Never {};
  In<Never> in;
  Out<Never> out;
  FlowScript script(
      [&] { return flow(d = source_stream(in) >> demux(), d[otherwise] >> out.collect()); });
  script.tick({in.gets(Never{})}, {out.gives(Never{})});
  EXPECT_EQ(script.differences(), "");
}

TEST(Demux, AVariantThatLostItsValueEndsTheFlow) {
  struct Throws {
    Throws() = default;
    Throws(Throws&&) noexcept {}
    Throws(Throws const&) {}
    Throws& operator=(Throws const&) { throw std::runtime_error("no copy"); }
    explicit Throws(int) { throw std::runtime_error("no value"); }
  };
  using Fragile = std::variant<int, Throws>;
  Running df(flow(d = source_iter(numbers(0, 1)) >> map([](int v) {
                        Fragile item(v);
                        try {
                          item.emplace<Throws>(v);
                        } catch (std::runtime_error const&) {}
                        return item;
                      }) >>
                      demux(),
                  d[is<int>] >> null(), d[is<Throws>] >> null()));
  df.run_tick();
  EXPECT_EQ(df.failed_node(), "d");
}

TEST(Demux, APictureNamesTypesAndValues) {
  auto const both = flow(d = source_iter(std::vector{Colour::red}) >> demux(),
                         d[when<Colour::blue>] >> null(), d[otherwise] >> null(),
                         joined = source_iter(std::vector<std::variant<int, char>>{1}) >> demux(),
                         joined[is<int>] >> null(), joined[is<char>] >> null());
  std::string const picture = to_mermaid(both.plan());
  EXPECT_NE(picture.find("Colour::blue = 200"), picture.npos) << picture;
  EXPECT_NE(picture.find("-->|\"otherwise\"|"), picture.npos) << picture;
  EXPECT_NE(picture.find("-->|\"char\"|"), picture.npos) << picture;
}

}  // namespace
}  // namespace weir
