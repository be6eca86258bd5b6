#include "weir/net/frame.h"

#include <gtest/gtest.h>

#include "tests/net/frame_reference.h"
#include "tests/net/netstring.h"
#include "weir/base/random.h"

namespace weir {
namespace {

std::string framed(std::string_view payload) {
  std::string bytes(length_header_bytes, '\0');
  write_length_header(reinterpret_cast<std::byte*>(bytes.data()),
                      static_cast<std::uint32_t>(payload.size()));
  return bytes.append(payload);
}

// Bytes of one storage that plays a buffer of the pool.
class Pool {
 public:
  explicit Pool(std::string_view content) : bytes_(content) {
    if (storage() != nullptr) storage()->pooled = true;
  }
  Storage* storage() const { return bytes_.view().storage(); }
  Buffer part(std::uint32_t from, std::uint32_t size) {
    storage()->retain();
    return Buffer(bytes_.data() + from, size, *storage());
  }
  Buffer all() { return part(0, bytes_.size()); }

 private:
  Bytes bytes_;
};

struct Collected {
  std::vector<std::string> frames;
  Decoded last = Decoded::hungry;
};

Collected decode(FrameDecoder& decoder, AdmitBudget budget = {1000, 1 << 30}) {
  Collected collected;
  collected.last =
      decoder.decode(budget, [&](View frame) { collected.frames.emplace_back(frame.text()); });
  return collected;
}

using Frames = std::vector<std::string>;

TEST(Frame, header_is_four_bytes_big_endian) {
  EXPECT_EQ(framed("abc"), std::string("\0\0\0\3abc", 7));
  std::byte bytes[4];
  write_length_header(bytes, 0x01020304);
  EXPECT_EQ(bytes[0], std::byte{1});
  EXPECT_EQ(bytes[3], std::byte{4});
  EXPECT_EQ(read_length_header(bytes), 0x01020304u);
}

TEST(Frame, decoder_cuts_many_frames_from_one_segment_without_copying) {
  Pool pool(framed("one") + framed("") + framed("three"));
  FrameDecoder decoder;
  decoder.feed(pool.all());
  std::vector<View> views;
  AdmitBudget budget{10, 1000};
  EXPECT_EQ(decoder.decode(budget, [&](View frame) { views.push_back(frame); }), Decoded::hungry);
  ASSERT_EQ(views.size(), 3u);
  EXPECT_EQ(views[0].text(), "one");
  EXPECT_EQ(views[1].text(), "");
  EXPECT_EQ(views[2].text(), "three");
  for (View const& view : views) {
    EXPECT_EQ(view.storage(), pool.storage());
    EXPECT_EQ(view.headroom(), 4u);
  }
  EXPECT_EQ(budget.items, 7);
  EXPECT_EQ(budget.bytes, 1000 - 20);
  EXPECT_EQ(pool.storage()->references, 1u);
}

TEST(Frame, unfinished_frame_goes_on_for_free_in_adjacent_bytes_of_the_same_storage) {
  Pool pool(framed("abcdef"));
  FrameDecoder decoder;
  decoder.feed(pool.part(0, 7));
  EXPECT_EQ(decode(decoder).frames, Frames{});
  EXPECT_TRUE(decoder.holds_pool_memory());
  decoder.feed(pool.part(7, 3));
  EXPECT_EQ(decode(decoder).frames, Frames{"abcdef"});
  EXPECT_EQ(decoder.owned_bytes(), 0u);
  EXPECT_EQ(pool.storage()->references, 1u);
}

TEST(Frame, adjacent_bytes_of_another_storage_do_not_continue_a_frame) {
  // Two storages that look at one block, as two buffers of a pool lie side by side.
  Bytes block(framed("abcdef"));
  Storage first{1, true, [](Storage&) {}};
  Storage second{1, true, [](Storage&) {}};
  FrameDecoder decoder;
  decoder.feed(Buffer(block.data(), 6, first));
  EXPECT_EQ(decode(decoder).frames, Frames{});
  decoder.feed(Buffer(block.data() + 6, 4, second));
  EXPECT_EQ(first.references, 0u) << "the beginning was copied";
  EXPECT_GT(decoder.owned_bytes(), 0u);
  EXPECT_EQ(decode(decoder).frames, Frames{"abcdef"});
  EXPECT_EQ(second.references, 0u);
}

TEST(Frame, announced_size_costs_nothing_before_the_bytes_arrive) {
  std::string header(4, '\0');
  write_length_header(reinterpret_cast<std::byte*>(header.data()), 16u << 20);
  Pool first(header);
  Pool second(std::string(3000, 'x'));
  FrameDecoder decoder;
  decoder.feed(first.all());
  EXPECT_EQ(decode(decoder).last, Decoded::hungry);
  EXPECT_EQ(decoder.own(), 4u);
  EXPECT_LE(decoder.owned_bytes(), 4096u);
  decoder.feed(second.all());
  EXPECT_EQ(decode(decoder).last, Decoded::hungry);
  EXPECT_LE(decoder.owned_bytes(), 2 * 3004u);
  EXPECT_EQ(decoder.unfinished_bytes(), 3004u);
  EXPECT_TRUE(decoder.must_grow());
}

TEST(Frame, oversized_frame_is_refused_when_it_is_announced) {
  FrameDecoder decoder(Framing::length_prefixed, 8);
  Pool pool(framed("12345678") + std::string("\0\0\0\x9", 4));
  decoder.feed(pool.all());
  Collected const collected = decode(decoder);
  EXPECT_EQ(collected.frames, Frames{"12345678"});
  EXPECT_EQ(collected.last, Decoded::frame_too_large);
}

TEST(Frame, oversized_frame_is_refused_even_if_it_is_whole) {
  FrameDecoder decoder(Framing::length_prefixed, 8);
  Pool pool(framed("123456789"));
  decoder.feed(pool.all());
  EXPECT_EQ(decode(decoder).last, Decoded::frame_too_large);
}

TEST(Frame, budget_of_one_item_gives_one_frame_at_a_time) {
  FrameDecoder decoder;
  Pool pool(framed("a") + framed("b"));
  decoder.feed(pool.all());
  Collected collected = decode(decoder, {1, 1000});
  EXPECT_EQ(collected.frames, Frames{"a"});
  EXPECT_EQ(collected.last, Decoded::budget_spent);
  EXPECT_FALSE(decoder.hungry());
  collected = decode(decoder, {1, 1000});
  EXPECT_EQ(collected.frames, Frames{"b"});
  EXPECT_EQ(collected.last, Decoded::hungry);
}

TEST(Frame, budget_of_bytes_is_exceeded_by_one_frame_at_most) {
  FrameDecoder decoder;
  Pool pool(framed("12345") + framed("b"));
  decoder.feed(pool.all());
  EXPECT_EQ(decode(decoder, {10, 1}).frames, Frames{"12345"});
  EXPECT_EQ(decode(decoder, {10, 1}).frames, Frames{"b"});
}

TEST(Frame, own_keeps_whole_frames_that_wait_for_a_budget) {
  FrameDecoder decoder;
  Pool pool(framed("a") + framed("b") + "\1");
  decoder.feed(pool.all());
  decode(decoder, {1, 1000});
  EXPECT_EQ(decoder.own(), 6u);
  EXPECT_EQ(pool.storage()->references, 1u);
  EXPECT_EQ(decode(decoder).frames, Frames{"b"});
  EXPECT_EQ(decoder.unfinished_bytes(), 1u);
}

TEST(Frame, lines_lose_their_ends) {
  FrameDecoder decoder(Framing::lines, 100);
  Pool first("one\ntwo\r\n\nfo");
  Pool second("ur\nrest");
  decoder.feed(first.all());
  EXPECT_EQ(decode(decoder).frames, (Frames{"one", "two", ""}));
  decoder.feed(second.all());
  EXPECT_EQ(decode(decoder).frames, Frames{"four"});
  EXPECT_EQ(decoder.unfinished_bytes(), 4u);
}

TEST(Frame, line_without_an_end_is_refused_at_the_limit) {
  FrameDecoder decoder(Framing::lines, 4);
  Pool pool("1234\n12345");
  decoder.feed(pool.all());
  Collected const collected = decode(decoder);
  EXPECT_EQ(collected.frames, Frames{"1234"});
  EXPECT_EQ(collected.last, Decoded::frame_too_large);
}

TEST(Frame, raw_gives_what_came_together) {
  FrameDecoder decoder(Framing::raw, 5);
  Pool pool("1234567");
  decoder.feed(pool.all());
  EXPECT_EQ(decode(decoder).frames, (Frames{"12345", "67"}));
  EXPECT_EQ(decoder.unfinished_bytes(), 0u);
}

// ---- custom framings ----------------------------------------------------------------------------

TEST(Frame, custom_frames_are_cut_where_they_lie) {
  Pool pool(netstring("one") + netstring("") + netstring("three") + "4:fo");
  FrameDecoder decoder(Framing::custom, 100, &custom_framing<Netstring>);
  decoder.feed(pool.all());
  std::vector<View> views;
  AdmitBudget budget{10, 1000};
  EXPECT_EQ(decoder.decode(budget, [&](View frame) { views.push_back(frame); }), Decoded::hungry);
  ASSERT_EQ(views.size(), 3u);
  EXPECT_EQ(views[0].text(), "one");
  EXPECT_EQ(views[1].text(), "");
  EXPECT_EQ(views[2].text(), "three");
  for (View const& view : views) EXPECT_EQ(view.storage(), pool.storage());
  EXPECT_EQ(budget.bytes, 1000 - 17);
  EXPECT_EQ(decoder.unfinished_bytes(), 4u);
  EXPECT_EQ(decoder.owned_bytes(), 0u);
}

TEST(Frame, custom_frame_in_pieces_takes_no_byte_of_the_next_one) {
  FrameDecoder decoder(Framing::custom, 1000, &custom_framing<ZeroEnded>);
  Pool first("abc");
  Pool second(std::string("def\0gh\0ij", 9));
  decoder.feed(first.all());
  EXPECT_EQ(decode(decoder).frames, Frames{});
  decoder.feed(second.all());
  EXPECT_EQ(decode(decoder).frames, (Frames{"abcdef", "gh"}));
  EXPECT_EQ(decoder.unfinished_bytes(), 2u);
}

TEST(Frame, custom_framing_sees_the_end_of_a_frame_in_pieces) {
  FrameDecoder decoder(Framing::custom, 1000, &custom_framing<Netstring>);
  Pool first("3:a");
  Pool second("bc;");
  decoder.feed(first.all());
  EXPECT_EQ(decode(decoder).last, Decoded::hungry);
  decoder.feed(second.all());
  EXPECT_EQ(decode(decoder).last, Decoded::malformed);
}

TEST(Frame, custom_frame_is_refused_as_soon_as_it_is_known_to_be_too_large) {
  FrameDecoder decoder(Framing::custom, 8, &custom_framing<Netstring>);
  Pool pool(netstring("12345") + "6:");
  decoder.feed(pool.all());
  Collected const collected = decode(decoder);
  EXPECT_EQ(collected.frames, Frames{"12345"});
  EXPECT_EQ(collected.last, Decoded::frame_too_large);

  FrameDecoder endless(Framing::custom, 4, &custom_framing<ZeroEnded>);
  Pool five("12345");
  endless.feed(five.all());
  EXPECT_EQ(decode(endless).last, Decoded::frame_too_large);
}

// A framing whose answers make no sense, one way or another.
template <int Way>
struct Nonsense {
  static constexpr std::uint32_t header_bytes_max = 0;
  static constexpr std::uint32_t trailer_bytes_max = 0;
  static FrameExtent measure(std::span<std::byte const> begun, std::uint32_t) {
    auto const size = static_cast<std::uint32_t>(begun.size());
    if (Way == 0) return FrameExtent::known(0, 0, 0);
    if (Way == 1) return FrameExtent::known(4, 3, 2);
    if (Way == 2) return FrameExtent::known(4, UINT32_MAX, 2);
    if (Way == 3) return size < 6 ? FrameExtent{} : FrameExtent::known(1, 0, 1);
    return FrameExtent::known(size + 1 + size % 2, 0, 1);  // another size each time
  }
  static std::uint32_t write_header(std::uint32_t, std::byte*) { return 0; }
  static std::uint32_t write_trailer(std::uint32_t, std::byte*) { return 0; }
};

template <int Way>
Decoded last_of_nonsense() {
  FrameDecoder decoder(Framing::custom, 100, &custom_framing<Nonsense<Way>>);
  Decoded last = Decoded::hungry;
  std::vector<Pool> pools;
  for (int i = 0; i < 20 && last == Decoded::hungry; ++i) {
    pools.emplace_back("abc");
    decoder.feed(pools.back().all());
    last = decode(decoder).last;
  }
  return last;
}

TEST(Frame, nonsense_of_a_custom_framing_is_malformed) {
  EXPECT_EQ(last_of_nonsense<0>(), Decoded::malformed);
  EXPECT_EQ(last_of_nonsense<1>(), Decoded::malformed);
  EXPECT_EQ(last_of_nonsense<2>(), Decoded::malformed);
  EXPECT_EQ(last_of_nonsense<3>(), Decoded::malformed);
  EXPECT_EQ(last_of_nonsense<4>(), Decoded::malformed);
}

TEST(Frame, custom_decoder_agrees_with_the_bytewise_one_under_any_splits) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Random random(seed);
    auto const next = [&](std::uint64_t bound) { return random.below(bound); };
    bool const zero_ended = seed % 2 == 0;
    CustomFraming const& custom =
        zero_ended ? custom_framing<ZeroEnded> : custom_framing<Netstring>;
    std::string stream;
    for (std::uint64_t left = next(20); left > 0; --left) {
      std::string payload(next(2) == 0 ? next(4) : next(200), 'a');
      for (char& byte : payload) byte = static_cast<char>('a' + next(26));
      stream += zero_ended ? payload + '\0' : netstring(payload);
    }
    if (next(3) == 0) stream.resize(stream.size() - next(stream.size() + 1));
    if (next(4) == 0 && !stream.empty()) stream[next(stream.size())] = '7';
    auto const limit = static_cast<std::uint32_t>(next(2) == 0 ? 300 : 1 + next(64));
    ReferenceFrames const expected = decode_bytewise(custom, limit, stream);
    ReferenceFrames const found = decode_in_pieces(Framing::custom, limit, stream, next, &custom);
    ASSERT_EQ(found.frames, expected.frames) << "seed " << seed;
    ASSERT_EQ(found.too_large, expected.too_large) << "seed " << seed;
    if (expected.too_large) continue;
    ASSERT_EQ(found.unfinished.size(), expected.unfinished.size()) << "seed " << seed;
  }
}

TEST(Frame, decoder_agrees_with_the_bytewise_one_under_any_splits) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Random random(seed);
    auto const next = [&](std::uint64_t bound) { return random.below(bound); };
    Framing const framing = seed % 3 == 0 ? Framing::lines : Framing::length_prefixed;
    std::string stream;
    for (std::uint64_t left = next(20); left > 0; --left) {
      std::string payload(next(2) == 0 ? next(4) : next(60), 'a');
      for (char& byte : payload) byte = static_cast<char>('a' + next(26));
      stream +=
          framing == Framing::lines ? payload + (next(2) == 0 ? "\r\n" : "\n") : framed(payload);
    }
    if (next(3) == 0) stream.resize(stream.size() - next(stream.size() + 1));
    if (next(4) == 0) stream += std::string("\0\0\1\0", 4);
    auto const limit = static_cast<std::uint32_t>(next(2) == 0 ? 64 : 1 + next(64));
    ReferenceFrames const expected = decode_bytewise(framing, limit, stream);
    ReferenceFrames const found = decode_in_pieces(framing, limit, stream, next);
    ASSERT_EQ(found.frames, expected.frames) << "seed " << seed;
    ASSERT_EQ(found.too_large, expected.too_large) << "seed " << seed;
    if (expected.too_large) continue;
    ASSERT_EQ(found.unfinished.size(), expected.unfinished.size()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir
