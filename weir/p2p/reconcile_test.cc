#include "weir/p2p/reconcile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "weir/base/random.h"
#include "weir/store/conformance.h"

namespace weir {
namespace {

using Set = std::set<TimedId>;

std::span<std::byte const> bytes_of(std::string const& message) {
  return std::as_bytes(std::span(message));
}

struct Side {
  OpTree tree;
  std::vector<TimedId> needed;
  std::unique_ptr<Reconciliation> session;

  void fill(Set const& ops) {
    for (TimedId const& op : ops) tree.insert(op);
  }
};

struct Outcome {
  int round_trips = 0;
  std::uint64_t bytes = 0;
  std::string error;
};

// Talks until both are done. `between` is called before each message is received.
template <class Between>
Outcome reconcile(Side& a, Side& b, ReconcileLimits limits, Between between) {
  a.session = std::make_unique<Reconciliation>(a.tree, limits);
  b.session = std::make_unique<Reconciliation>(b.tree, limits);
  Outcome outcome;
  std::string message = a.session->initiate(0x1234567890abcdef);
  Side* to = &b;
  for (int count = 1; !message.empty(); ++count) {
    EXPECT_LE(message.size(), limits.message_bytes_max);
    outcome.bytes += message.size();
    outcome.round_trips = (count + 1) / 2;
    between();
    Result<std::string> answer = to->session->receive(bytes_of(message), to->needed);
    if (!answer.ok()) {
      outcome.error = answer.error().message;
      return outcome;
    }
    message = std::move(answer).value();
    to = to == &a ? &b : &a;
  }
  EXPECT_TRUE(a.session->done());
  EXPECT_TRUE(b.session->done());
  return outcome;
}
Outcome reconcile(Side& a, Side& b, ReconcileLimits limits = {}) {
  return reconcile(a, b, limits, [] {});
}

std::vector<TimedId> without(Set const& all, Set const& held) {
  std::vector<TimedId> missing;
  std::ranges::set_difference(all, held, std::back_inserter(missing));
  return missing;
}
std::vector<TimedId> sorted(std::vector<TimedId> ops) {
  std::ranges::sort(ops);
  return ops;
}

void expect_difference(Set const& mine, Set const& theirs, ReconcileLimits limits = {}) {
  Side a, b;
  a.fill(mine);
  b.fill(theirs);
  Outcome const outcome = reconcile(a, b, limits);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(sorted(a.needed), without(theirs, mine));
  EXPECT_EQ(sorted(b.needed), without(mine, theirs));
}

TimedId make_op(Random& random, std::uint64_t times) {
  return {random.below(times), make_test_id(random.next())};
}

TEST(Reconcile, FindsWhatASetDifferenceFinds) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    std::uint64_t const times = random.once_in(4) ? 2 : random.once_in(3) ? 100 : 1u << 30;
    std::uint64_t const sizes[] = {0, 1, 40, 2000};
    std::uint64_t const common = random.below(1 + sizes[random.below(4)]);
    Set mine, theirs;
    for (std::uint64_t n = 0; n < common; ++n) {
      TimedId const op = make_op(random, times);
      mine.insert(op);
      theirs.insert(op);
    }
    for (std::uint64_t n = random.below(1 + sizes[random.below(4)]); n > 0; --n) {
      mine.insert(make_op(random, times));
    }
    for (std::uint64_t n = random.below(1 + sizes[random.below(4)]); n > 0; --n) {
      theirs.insert(make_op(random, times));
    }
    expect_difference(mine, theirs);
    expect_difference(mine, theirs, {.message_bytes_max = 4096, .list_max = 4});
    expect_difference(theirs, mine, {.message_bytes_max = 8192});
  }
}

TEST(Reconcile, ReportsNoOpTwiceWhereMessagesHaveNoRoom) {
  Random random(4);
  Side a, b;
  for (int n = 0; n < 500; ++n) {
    a.tree.insert(make_op(random, 1u << 30));
    b.tree.insert(make_op(random, 1u << 30));
  }
  Outcome const outcome = reconcile(a, b, {.message_bytes_max = 4096});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(a.needed.size(), 500u);
  EXPECT_EQ(b.needed.size(), 500u);
  EXPECT_EQ(a.session->counters().needed, 500u);
  EXPECT_GT(a.session->counters().given + b.session->counters().given, 1000u)
      << "the case did not come up";
}

TEST(Reconcile, KnowsTheFirstTimeAndTheLast) {
  Random random(5);
  Set mine, theirs;
  for (int n = 0; n < 100; ++n) {
    std::uint64_t const time = random.once_in(2) ? 0 : ~std::uint64_t{0};
    (n % 3 == 0 ? mine : theirs).insert({time, make_test_id(random.next())});
  }
  expect_difference(mine, theirs);
  expect_difference(theirs, mine, {.message_bytes_max = 4096, .list_max = 4});
}

TEST(Reconcile, OfEqualSetsTakesOneRoundTrip) {
  Random random(1);
  Set ops;
  for (int n = 0; n < 10'000; ++n) ops.insert(make_op(random, 1u << 30));
  for (Set const& set : {Set{}, ops}) {
    Side a, b;
    a.fill(set);
    b.fill(set);
    Outcome const outcome = reconcile(a, b);
    EXPECT_EQ(outcome.round_trips, 1);
    EXPECT_LE(outcome.bytes, 700u);
    EXPECT_TRUE(a.needed.empty() && b.needed.empty());
  }
}

TEST(Reconcile, BringsEverythingToWhoHoldsNothing) {
  Random random(2);
  Set ops;
  for (int n = 0; n < 20'000; ++n) ops.insert(make_op(random, 1u << 30));
  for (bool const empty_one_asks : {true, false}) {
    Side empty, full;
    full.fill(ops);
    Outcome const outcome = empty_one_asks ? reconcile(empty, full) : reconcile(full, empty);
    EXPECT_EQ(outcome.error, "");
    EXPECT_EQ(empty.needed.size(), ops.size());
    EXPECT_LE(outcome.round_trips, 6);
    EXPECT_LE(outcome.bytes, ops.size() * 40);
  }
}

constexpr std::uint64_t many = 200'000;

// Both hold `many` ops a second apart or so; `differs(n)` are held by one side only.
template <class Differs>
Outcome reconcile_many(Differs differs, std::uint64_t expected) {
  Random random(3);
  Side a, b;
  std::uint64_t time = 1'700'000'000'000'000;
  for (std::uint64_t n = 0; n < many; ++n) {
    TimedId const op{time += 1 + random.below(2'000'000), make_test_id(n)};
    bool const is_different = differs(n);
    if (!is_different || n % 2 == 0) a.tree.insert(op);
    if (!is_different || n % 2 == 1) b.tree.insert(op);
  }
  Outcome const outcome = reconcile(a, b);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(a.needed.size() + b.needed.size(), expected);
  return outcome;
}

TEST(Reconcile, FindsAHundredScatteredOpsInFewMessages) {
  Outcome const outcome =
      reconcile_many([](std::uint64_t n) { return n % 1999 == 1000; }, many / 1999);
  EXPECT_LE(outcome.round_trips, 5);
  EXPECT_LE(outcome.bytes, 120u << 10);
}

TEST(Reconcile, FindsAHundredNewestOpsWithFewBytes) {
  Outcome const outcome = reconcile_many([](std::uint64_t n) { return n >= many - 100; }, 100);
  EXPECT_LE(outcome.round_trips, 4);
  EXPECT_LE(outcome.bytes, 10u << 10);
}

TEST(Reconcile, ComesToAnEndWhileOpsComeAndGo) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Side a, b;
    Set lasting;  // of b, which a lacks
    for (int n = 0; n < 3000; ++n) {
      TimedId const op = make_op(random, 1u << 30);
      if (!random.once_in(10)) a.tree.insert(op);
      else lasting.insert(op);
      b.tree.insert(op);
    }
    Outcome const outcome = reconcile(a, b, {.message_bytes_max = 4096}, [&] {
      for (int n = 0; n < 20; ++n) {
        a.tree.insert(make_op(random, 1u << 30));
        TimedId const gone = a.tree.at(random.below(a.tree.size()));
        a.tree.erase(gone);
        lasting.erase(gone);
      }
    });
    EXPECT_EQ(outcome.error, "");
    std::vector<TimedId> const found = sorted(a.needed);
    EXPECT_TRUE(std::ranges::includes(found, lasting));
  }
}

// ---- bad messages ----

std::string error_of(std::string const& message, ReconcileLimits limits = {}) {
  OpTree tree;
  tree.insert({5, make_test_id(1)});
  Reconciliation session(tree, limits);
  std::vector<TimedId> needed;
  Result<std::string> const answer = session.receive(bytes_of(message), needed);
  if (answer.ok()) return "";
  EXPECT_FALSE(session.receive(bytes_of(message), needed).ok()) << "it is the end";
  return answer.error().message;
}

TEST(Reconcile, RefusesBadMessagesWithAReason) {
  std::string const header("\x01salt-789", 9);
  auto const with = [&](std::initializer_list<int> bytes) {
    std::string message = header;
    for (int const byte : bytes) message.push_back(static_cast<char>(byte));
    return message;
  };
  EXPECT_EQ(error_of(with({0, 2, 0})), "") << "an empty list is a good message";
  EXPECT_EQ(error_of(header), "");
  struct Bad {
    std::string message;
    char const* reason;
  };
  std::string ops_descend = with({0, 4, 2, 9});
  ops_descend += std::string(32, 'b') + '\0' + std::string(32, 'a');
  std::vector<Bad> const bad = {
      {"", "too early"},
      {"\x02salt-789", "version"},
      {"\x01salt", "too early"},
      {with({1}), "too early"},
      {with({0}), "too early"},
      {with({0, 7}), "unknown mode"},
      {with({0, 1, 5}), "too early"},
      {with({0, 2, 1, 5}), "more than it holds"},
      {with({0, 0, 0, 0}), "do not ascend"},
      {with({1, 0, 0, 0}), "do not ascend"},
      {with({1, 4, 0, 1, 0, 0}), "do not ascend"},
      {with({34, 5}), "more than 32 bytes"},
      {with({1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2}), "64 bits"},
      {with({1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 1, 9, 0}), "beyond all"},
      {ops_descend, "out of place"},
      {header + std::string(5000, '\0'), "longer than 4096"},
  };
  for (Bad const& one : bad) {
    std::string const error = error_of(one.message, {.message_bytes_max = 4096});
    EXPECT_NE(error.find(one.reason), std::string::npos) << one.reason << " / " << error;
  }
}

TEST(Reconcile, RefusesAMessageOfAnotherSessionAndOneAfterTheEnd) {
  Side a, b;
  a.tree.insert({1, make_test_id(1)});
  Reconciliation asks(a.tree);
  Reconciliation other(a.tree);
  Reconciliation answers(b.tree);
  std::vector<TimedId> needed;
  asks.initiate(1);
  Result<std::string> const reply = answers.receive(bytes_of(other.initiate(2)), needed);
  ASSERT_TRUE(reply.ok());
  EXPECT_NE(asks.receive(bytes_of(reply.value()), needed).error().message.find("another session"),
            std::string::npos);
  EXPECT_FALSE(asks.done());
}

TEST(Reconcile, EndsASessionThatComesToNoEnd) {
  Side a;
  a.fill({{1, make_test_id(1)}, {2, make_test_id(2)}});
  Reconciliation session(a.tree, {.idle_messages_max = 10});
  std::string lie("\x01salt-789", 9);
  lie += std::string("\0\1", 2) + std::string(16, 'f');  // always another fingerprint
  std::vector<TimedId> needed;
  int messages = 0;
  while (session.receive(bytes_of(lie), needed).ok() && messages < 100) ++messages;
  EXPECT_EQ(messages, 10);
}

}  // namespace
}  // namespace weir
