#include "weir/net/waiting_frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "weir/base/random.h"
#include "weir/net/segment_queue.h"

namespace weir {
namespace {

TEST(WaitingFrames, the_oldest_are_dropped_first_and_whole) {
  WaitingFrames frames;
  for (std::uint64_t const bytes : {10, 20, 30, 40}) frames.add(bytes);
  WaitingFrames::Frames const dropped = frames.drop(0, 11);
  EXPECT_EQ(dropped.count, 2u);
  EXPECT_EQ(dropped.bytes, 30u);
  frames.consume(70);
  EXPECT_EQ(frames.drop(0, 1).count, 0u);
}

TEST(WaitingFrames, what_has_begun_or_was_offered_stays) {
  WaitingFrames frames;
  for (std::uint64_t const bytes : {10, 20, 30, 40}) frames.add(bytes);
  frames.consume(1);
  EXPECT_EQ(frames.kept_bytes(0), 9u);
  EXPECT_EQ(frames.kept_bytes(9), 9u);
  EXPECT_EQ(frames.kept_bytes(10), 29u);
  EXPECT_EQ(frames.drop(10, 1).bytes, 30u);
  EXPECT_EQ(frames.kept_bytes(30), 69u);
  EXPECT_EQ(frames.drop(30, 1).count, 0u);
  frames.consume(9);
  EXPECT_EQ(frames.kept_bytes(0), 0u) << "the second has not begun";
  EXPECT_EQ(frames.drop(0, 1'000).bytes, 60u);
}

std::string content(SegmentQueue const& queue) {
  std::vector<iovec> parts(queue.segment_count());
  SegmentQueue::Gathered const gathered = queue.gather(parts, 1u << 30);
  std::string text;
  for (std::uint32_t i = 0; i < gathered.parts; ++i)
    text.append(static_cast<char const*>(parts[i].iov_base), parts[i].iov_len);
  return text;
}

// Takes so many bytes off the front; whether a part of a frame is left then.
bool take(std::deque<std::string>& frames, std::uint64_t bytes) {
  bool begun = false;
  while (bytes > 0) {
    std::uint64_t const part = std::min<std::uint64_t>(bytes, frames.front().size());
    frames.front().erase(0, part);
    bytes -= part;
    begun = !frames.front().empty();
    if (!begun) frames.pop_front();
  }
  return begun;
}

// Frames of random sizes are added, sent in part, offered, and dropped; bytes lie where they may:
// in the pool, in copies, in one storage or several. A list of strings says what has to be there.
TEST(WaitingFrames, and_the_queue_of_their_bytes_agree_whatever_happens) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    SegmentQueue queue;
    WaitingFrames frames;
    std::deque<std::string> expected;  // of the first, what is left
    std::deque<Bytes> storages;
    bool begun = false;
    std::uint64_t offered = 0;
    for (int step = 0; step < 200; ++step) {
      switch (random.below(6)) {
        case 0:
        case 1: {
          std::string text(1 + random.below(random.once_in(20) ? 70'000 : 300), ' ');
          for (char& byte : text) byte = static_cast<char>(random.below(256));
          storages.emplace_back(text);
          storages.back().view().storage()->pooled = random.once_in(2);
          auto const cut = static_cast<std::uint32_t>(random.below(text.size()));
          Storage& storage = *storages.back().view().storage();
          std::byte* const data = storages.back().data();
          if (cut > 0) queue.append(data, cut, storage);
          queue.append(data + cut, static_cast<std::uint32_t>(text.size()) - cut, storage);
          frames.add(text.size());
          expected.push_back(text);
          break;
        }
        case 2:
          if (offered == 0) queue.own();
          break;
        case 3:
          if (offered == 0) offered = random.below(queue.bytes() + 1);
          break;
        case 4: {
          std::uint64_t const sent = random.below(offered + 1);
          queue.consume(sent);
          frames.consume(sent);
          offered = 0;
          if (sent > 0) begun = take(expected, sent);
          break;
        }
        case 5: {
          std::size_t first = 0;
          std::uint64_t kept = 0;
          while (first < expected.size() && (kept < offered || (begun && first == 0)))
            kept += expected[first++].size();
          ASSERT_EQ(frames.kept_bytes(offered), kept);
          std::uint64_t const wanted = random.below(1000);
          std::size_t last = first;
          std::uint64_t bytes = 0;
          while (last < expected.size() && bytes < wanted) bytes += expected[last++].size();
          WaitingFrames::Frames const dropped = frames.drop(offered, wanted);
          ASSERT_EQ(dropped.bytes, bytes);
          ASSERT_EQ(dropped.count, last - first);
          queue.drop(kept, dropped.bytes);
          expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(first),
                         expected.begin() + static_cast<std::ptrdiff_t>(last));
          break;
        }
      }
      std::string all;
      for (std::string const& frame : expected) all += frame;
      ASSERT_EQ(queue.bytes(), all.size());
      ASSERT_TRUE(content(queue) == all);
    }
    queue.clear();
    for (Bytes const& storage : storages) ASSERT_EQ(storage.view().storage()->references, 1u);
  }
}

}  // namespace
}  // namespace weir
