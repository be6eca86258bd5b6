// decode and encode: bytes to values and back, and how long the bytes last.
#include <cstring>
#include <string>
#include <tuple>

#include "tests/flow/flow_testing.h"
#include "weir/pipes/codec.h"

namespace weir {
namespace {

using Strings = std::vector<std::string>;
using PortNumbers = IntegersCodec<std::uint16_t, std::uint32_t>;

std::string hex(View bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::byte const b : bytes) {
    text += digits[std::to_integer<unsigned>(b) >> 4];
    text += digits[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

TEST(Decode, GivesValuesAndHandsOverWhatIsMalformed) {
  Bytes const good(std::string_view("\x01\x02\x03\x04\x05\x06", 6));
  Bytes const cut("\x01");
  Input<View> frames;
  Out<std::tuple<std::uint16_t, std::uint32_t>> out;
  Strings malformed;
  Running df(flow(source_stream(frames) >>
                  decode(PortNumbers(), [&](View bytes) { malformed.push_back(hex(bytes)); }) >>
                  out.collect()));
  for (Bytes const* bytes : {&good, &cut, &good}) frames.give(bytes->view());
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector(2, std::tuple{std::uint16_t{0x0102}, 0x03040506u})));
  EXPECT_EQ(malformed, Strings{"01"});
}

TEST(Decode, KeepsWhomAFrameIsFrom) {
  Bytes const one("one");
  Bytes const bad("");
  Input<std::pair<int, View>> frames;
  Out<std::pair<int, std::string>> out;
  std::vector<int> malformed;
  struct NotEmpty : TextCodec {
    std::optional<std::string> decode(View bytes) const {
      if (bytes.empty()) return std::nullopt;
      return std::string(bytes.text());
    }
  };
  Running df(flow(source_stream(frames) >>
                  decode(NotEmpty(), [&](int from, View) { malformed.push_back(from); }) >>
                  out.collect()));
  frames.give(std::pair{7, one.view()});
  frames.give(std::pair{8, bad.view()});
  df.run_tick();
  EXPECT_EQ(out.take(), (std::vector{std::pair{7, std::string("one")}}));
  EXPECT_EQ(malformed, std::vector{8});
}

TEST(Encode, MakesBytesWithRoomForAHeader) {
  Strings out;
  Running df(flow(source_iter(std::vector{std::tuple{std::uint16_t{1}, std::uint32_t{2}}}) >>
                  encode(PortNumbers()) >> for_each([&](View bytes) {
                    EXPECT_EQ(bytes.headroom(), encode_headroom_bytes);
                    EXPECT_NE(bytes.storage(), nullptr);
                    out.push_back(hex(bytes));
                  })));
  df.run_tick();
  EXPECT_EQ(out, Strings{"000100000002"});
}

TEST(Encode, KeepsWhomItIsForAndPassesViewsAsTheyAre) {
  Bytes const bytes("as it is");
  Input<std::pair<int, View>> views;
  Out<std::pair<int, std::string>> out;
  static constexpr node<"all"> all;
  Running df(flow(
      all = union_() >> map([](int to, View v) {
              return std::pair{to, std::string(v.text())};
            }) >>
            out.collect(),
      source_iter(std::vector{std::pair{1, std::string("text")}}) >> encode(TextCodec()) >> all,
      source_stream(views) >> inspect([&](int, View v) { EXPECT_EQ(v.data(), bytes.data()); }) >>
          encode(ViewCodec()) >> inspect([&](int, View v) { EXPECT_EQ(v.data(), bytes.data()); }) >>
          all));
  views.give(std::pair{2, bytes.view()});
  df.run_tick();
  EXPECT_EQ(out.bag(), (std::vector{std::pair{1, std::string("text")},
                                    std::pair{2, std::string("as it is")}}));
}

// The views of a tick all live until it ends, also across strata; and a send in the kernel keeps
// its block alive for longer.
TEST(Encode, BytesLastUntilTheTickEndsOrAsLongAsTheyAreRetained) {
  Channel<std::string> in;
  Strings joined;
  std::vector<View> retained;
  Running df(flow(source_stream(in) >> encode(TextCodec()) >>
                  fold([] { return std::vector<View>(); },
                       [](std::vector<View>& all, View bytes) { all.push_back(bytes); }) >>
                  for_each([&](std::vector<View> const& all) {
                    std::string text;
                    for (View const& bytes : all) text += bytes.text();
                    joined.push_back(text);
                    if (!all.empty() && retained.empty()) {
                      retained.push_back(all.front());
                      all.front().storage()->retain();
                    }
                  })));
  std::string expected;
  for (int round = 0; round < 50; ++round) {
    expected.clear();
    for (int i = 0; i < 200; ++i) {
      std::string const word(static_cast<std::size_t>(i * 7 % 900),
                             static_cast<char>('a' + i % 26));
      expected += word;
      in.send(word);
    }
    df.run_tick();
    ASSERT_EQ(joined.back(), expected);
  }
  EXPECT_EQ(retained[0].text(), "");  // the first word of the first round has no letters
  retained[0].storage()->release();
}

TEST(DecodeEncode, AreInverse) {
  Strings const words{"", "a", std::string(100'000, 'x'), std::string("\0\xff", 2)};
  Out<std::string> out;
  Running df(flow(source_iter(words) >> encode(TextCodec()) >> decode(TextCodec(), [](View) {}) >>
                  out.collect()));
  df.run_tick();
  EXPECT_EQ(out.take(), words);
}

}  // namespace
}  // namespace weir
