#include "weir/net/segment_queue.h"

#include <gtest/gtest.h>

#include <string>

#include "weir/base/random.h"
#include "weir/net/frame.h"

namespace weir {
namespace {

// A buffer of the pool.
Bytes pooled(std::string_view content) {
  Bytes bytes(content);
  bytes.view().storage()->pooled = true;
  return bytes;
}

void append(SegmentQueue& queue, Bytes& bytes, std::uint32_t from, std::uint32_t size) {
  queue.append(bytes.data() + from, size, *bytes.view().storage());
}

std::string content(SegmentQueue const& queue, std::uint32_t bytes_max = 1u << 30) {
  std::vector<iovec> parts(queue.segment_count());
  SegmentQueue::Gathered const gathered = queue.gather(parts, bytes_max);
  std::string text;
  for (std::uint32_t i = 0; i < gathered.parts; ++i)
    text.append(static_cast<char const*>(parts[i].iov_base), parts[i].iov_len);
  return text;
}

std::uint32_t references(Bytes const& bytes) { return bytes.view().storage()->references; }

TEST(SegmentQueue, adjacent_bytes_of_one_storage_are_one_segment_and_one_reference) {
  Bytes bytes = pooled("abcdef");
  SegmentQueue queue;
  append(queue, bytes, 0, 2);
  append(queue, bytes, 2, 4);
  EXPECT_EQ(queue.segment_count(), 1u);
  EXPECT_EQ(references(bytes), 2u);
  EXPECT_EQ(content(queue), "abcdef");
}

TEST(SegmentQueue, adjacent_bytes_of_another_storage_are_another_segment) {
  Bytes block(std::string_view("abcdef"));
  Storage first{1, true, [](Storage&) {}};
  Storage second{1, true, [](Storage&) {}};
  SegmentQueue queue;
  queue.append(block.data(), 3, first);
  queue.append(block.data() + 3, 3, second);
  EXPECT_EQ(queue.segment_count(), 2u);
  EXPECT_EQ(second.references, 2u);
  queue.clear();
  EXPECT_EQ(first.references, 1u);
  EXPECT_EQ(second.references, 1u);
}

TEST(SegmentQueue, gather_stops_at_the_parts_and_at_the_bytes) {
  Bytes a = pooled("aaaa");
  Bytes b = pooled("bbbb");
  SegmentQueue queue;
  append(queue, a, 0, 4);
  append(queue, b, 0, 4);
  iovec one[1];
  EXPECT_EQ(queue.gather(one, 100).bytes, 4u);
  iovec two[2];
  EXPECT_EQ(queue.gather(two, 6).bytes, 6u);
  EXPECT_EQ(content(queue, 6), "aaaabb");
}

TEST(SegmentQueue, consume_releases_what_was_sent) {
  Bytes a = pooled("aaaa");
  Bytes b = pooled("bbbb");
  SegmentQueue queue;
  append(queue, a, 0, 4);
  append(queue, b, 0, 4);
  queue.consume(3);
  EXPECT_EQ(references(a), 2u);
  queue.consume(3);
  EXPECT_EQ(references(a), 1u);
  EXPECT_EQ(content(queue), "bb");
  queue.consume(2);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(references(b), 1u);
}

TEST(SegmentQueue, own_lets_go_of_all_pool_memory_also_behind_an_owned_segment) {
  Bytes a = pooled("aaaa");
  Bytes large(std::string(100'000, 'L'));
  Bytes b = pooled("bbbb");
  SegmentQueue queue;
  append(queue, a, 0, 4);
  append(queue, large, 0, large.size());
  append(queue, b, 0, 4);
  EXPECT_EQ(queue.own(), 8u);
  EXPECT_EQ(references(a), 1u);
  EXPECT_EQ(references(b), 1u);
  EXPECT_EQ(references(large), 2u) << "a large segment of its own waits as it is";
  EXPECT_EQ(content(queue), "aaaa" + std::string(100'000, 'L') + "bbbb");
  EXPECT_EQ(queue.own(), 0u);
}

TEST(SegmentQueue, own_keeps_a_received_frame_but_not_a_slice_of_it) {
  FrameStorage& whole = FrameStorage::allocate(1000);
  FrameStorage& sliced = FrameStorage::allocate(200'000);
  SegmentQueue queue;
  queue.append(whole.bytes(), 1000, whole);
  queue.append(sliced.bytes(), 70'000, sliced);
  EXPECT_EQ(queue.own(), 70'000u);
  EXPECT_EQ(whole.references, 2u);
  EXPECT_EQ(sliced.references, 1u);
  whole.release();
  sliced.release();
}

TEST(SegmentQueue, copies_of_many_calls_lie_one_behind_the_other) {
  SegmentQueue queue;
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    Bytes bytes = pooled("0123456789");
    append(queue, bytes, 0, 10);
    expected += "0123456789";
    queue.own();
  }
  EXPECT_EQ(queue.segment_count(), 1u);
  EXPECT_EQ(content(queue), expected);
}

TEST(SegmentQueue, keeps_its_bytes_in_order_whatever_happens) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    SegmentQueue queue;
    std::vector<Bytes> storages;
    std::string expected;
    for (int step = 0; step < 200; ++step) {
      switch (random.below(4)) {
        case 0:
        case 1: {
          std::string text(1 + random.below(random.once_in(20) ? 70'000 : 300),
                           static_cast<char>('a' + random.below(26)));
          storages.push_back(random.once_in(2) ? pooled(text) : Bytes(text));
          auto const cut = static_cast<std::uint32_t>(random.below(text.size()));
          if (cut > 0) append(queue, storages.back(), 0, cut);
          append(queue, storages.back(), cut, static_cast<std::uint32_t>(text.size()) - cut);
          expected += text;
          break;
        }
        case 2:
          queue.own();
          break;
        default: {
          std::uint64_t const size = random.below(queue.bytes() + 1);
          queue.consume(size);
          expected.erase(0, size);
        }
      }
      ASSERT_EQ(queue.bytes(), expected.size()) << "seed " << seed;
      if (step % 20 == 0) {
        ASSERT_EQ(content(queue), expected) << "seed " << seed;
      }
    }
    queue.own();
    for (Bytes const& bytes : storages) {
      if (bytes.view().storage()->pooled) {
        ASSERT_EQ(references(bytes), 1u) << "seed " << seed;
      }
    }
    ASSERT_EQ(content(queue), expected) << "seed " << seed;
    queue.clear();
    for (Bytes const& bytes : storages) ASSERT_EQ(references(bytes), 1u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir
