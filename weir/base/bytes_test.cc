#include "weir/base/bytes.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

namespace weir {
namespace {

// A storage that counts how often it was given back.
struct Counting {
  Storage storage;
  std::array<std::byte, 16> memory{};
  static inline int given_back = 0;
  Counting() {
    storage.references = 1;
    storage.pooled = true;
    storage.give_back = [](Storage&) { ++given_back; };
    given_back = 0;
  }
};

TEST(Bytes, OwnWhatTheyCopy) {
  Bytes copy;
  {
    Bytes bytes("some text");
    copy = bytes;
    bytes.data()[0] = std::byte{'S'};
    EXPECT_EQ(bytes.text(), "Some text");
  }
  EXPECT_EQ(copy.text(), "some text");
  Bytes const moved = std::move(copy);
  EXPECT_EQ(moved.text(), "some text");
  EXPECT_TRUE(copy.empty());  // NOLINT(bugprone-use-after-move): what is left is empty bytes
  copy = Bytes("again");
  EXPECT_EQ(copy.text(), "again");
}

TEST(Bytes, OfNoLengthNeedNoMemory) {
  Bytes const none;
  EXPECT_EQ(none.data(), nullptr);
  EXPECT_EQ(none.text(), "");
  EXPECT_EQ(Bytes(""), none);
  EXPECT_EQ(Bytes(std::size_t{0}), none);
  Bytes const copy = none;
  EXPECT_TRUE(copy.empty());
  EXPECT_TRUE(none.view().empty());
  EXPECT_EQ(none.view(), View());
  EXPECT_EQ(View().own(), none);
}

TEST(Bytes, LiveAsLongAsSomebodyWhoRetainedTheirStorage) {
  View view;
  {
    Bytes const bytes("kept by its reader");
    view = bytes.view();
    EXPECT_EQ(view.storage()->references, 1u);  // a view counts for nothing
    view.storage()->retain();
  }
  EXPECT_EQ(view.text(), "kept by its reader");
  EXPECT_EQ(view.storage()->references, 1u);
  view.storage()->release();  // under AddressSanitizer this is the proof that nothing leaks
}

TEST(Bytes, AViewBorrowsAndOwnCopies) {
  Bytes owned;
  {
    Bytes const bytes("gone with the tick");
    View const view = bytes.view();
    EXPECT_EQ(view.data(), bytes.data());
    owned = view.own();
  }
  EXPECT_EQ(owned.text(), "gone with the tick");
}

TEST(Bytes, APartHasNoHeadroomTheWholeHas) {
  std::array<std::byte, 12> memory{};
  std::memcpy(memory.data(), "HHHHpayload", 11);
  View const whole(memory.data() + 4, 7, nullptr, 4);
  EXPECT_EQ(whole.headroom(), 4u);
  EXPECT_EQ(whole.part(0, 7).headroom(), 4u);
  EXPECT_EQ(whole.from(0).headroom(), 4u);
  EXPECT_EQ(whole.from(3).text(), "load");
  EXPECT_EQ(whole.from(3).headroom(), 0u);  // before it lies payload, not a header
  EXPECT_EQ(whole.part(0, 3).text(), "pay");
  EXPECT_EQ(whole.part(0, 3).headroom(), 0u);  // its header would tell the length of the whole
  EXPECT_EQ(whole.part(1, 2).part(1, 1).text(), "y");
  EXPECT_TRUE(whole.part(7, 0).empty());
  EXPECT_EQ(whole[6], std::byte{'d'});
  EXPECT_EQ(std::string_view(reinterpret_cast<char const*>(whole.span().data()), 7), "payload");
}

TEST(BytesDeathTest, APartMustLieInside) {
  Bytes const bytes("seven..");
  View const view = bytes.view();
  EXPECT_DEATH(static_cast<void>(view.part(8, 0)), "from <= size_ does not hold");
  EXPECT_DEATH(static_cast<void>(view.part(3, 5)), "size <= size_ - from does not hold");
  EXPECT_DEATH(static_cast<void>(view.part(3, ~0u)), "size <= size_ - from does not hold");
  EXPECT_DEATH(static_cast<void>(view.from(8)), "offset <= size_ does not hold");
  EXPECT_DEATH(static_cast<void>(view[7]), "index < size_ does not hold");
}

TEST(Bytes, ABufferGivesItselfBackOnce) {
  Counting counting;
  {
    Buffer buffer(counting.memory.data(), 16, counting.storage);
    EXPECT_EQ(buffer.view().storage(), &counting.storage);
    Buffer moved(std::move(buffer));
    EXPECT_EQ(moved.size(), 16u);
    Buffer other;
    other = std::move(moved);
    EXPECT_EQ(other.data(), counting.memory.data());
    EXPECT_EQ(Counting::given_back, 0);
  }
  EXPECT_EQ(Counting::given_back, 1);
}

TEST(Bytes, ABufferThatSomebodyLooksIntoStays) {
  Counting counting;
  {
    Buffer const buffer(counting.memory.data(), 16, counting.storage);
    counting.storage.retain();
  }
  EXPECT_EQ(Counting::given_back, 0);
  counting.storage.release();
  EXPECT_EQ(Counting::given_back, 1);
}

TEST(BytesDeathTest, AStorageIsNotGivenBackTwice) {
  Counting counting;
  counting.storage.release();
  EXPECT_DEATH(counting.storage.release(), "references > 0 does not hold");
}

struct Message {
  static constexpr bool borrows = true;
  View body;
};
struct Plain {
  int number;
};

static_assert(borrows<View> && borrows<View const> && borrows<Message>);
static_assert(!borrows<Bytes> && !borrows<int> && !borrows<std::string> && !borrows<Plain>);
static_assert(borrows<std::pair<int, View>> && borrows<std::pair<View, int> const>);
static_assert(!borrows<std::pair<int, Bytes>>);
static_assert(borrows<std::tuple<int, std::pair<int, std::optional<View>>>>);
static_assert(borrows<std::variant<int, Message>> && !borrows<std::variant<int, Bytes>>);
static_assert(borrows<std::vector<std::array<View, 2>>>);
static_assert(borrows<std::deque<View>> && borrows<std::list<View>> && borrows<std::set<View>>);
static_assert(borrows<std::map<int, View>> && borrows<std::map<View, int>>);
static_assert(borrows<std::unordered_map<int, std::vector<Message>>>);
static_assert(borrows<std::span<View const>> && borrows<std::unique_ptr<View>>);
static_assert(!borrows<std::map<int, std::string>> && !borrows<std::deque<std::vector<Bytes>>>);
static_assert(!borrows<std::unique_ptr<int>> && !borrows<std::tuple<>>);

}  // namespace
}  // namespace weir
