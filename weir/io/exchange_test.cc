// Exchanges between workers that are stepped in turn on one thread, on every kernel.
#include "weir/io/exchange.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/io/test_group.h"
#include "weir/base/random.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/interval.h"
#include "weir/io/sink.h"
#include "weir/sched/input.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

using Pair = std::pair<std::uint32_t, std::uint64_t>;

constexpr auto first = [](Pair const& item) { return item.first; };

std::vector<Pair> random_pairs(Random& random, std::size_t count, std::uint64_t keys) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < count; ++i)
    pairs.emplace_back(static_cast<std::uint32_t>(random.below(keys)), random.below(1000));
  return pairs;
}
// What worker `index` of `count` reads of it.
template <class T>
std::vector<T> part_of(std::vector<T> const& all, std::uint32_t index, std::uint32_t count) {
  std::vector<T> part;
  for (std::size_t i = index; i < all.size(); i += count) part.push_back(all[i]);
  return part;
}
template <class T>
std::vector<T> sorted(std::vector<T> items) {
  std::sort(items.begin(), items.end());
  return items;
}

class ExchangeTest : public testing::TestWithParam<KernelChoice> {
 protected:
  std::uint64_t const seed_ = test_seed(GetParam().seed);
  Random random_{seed_};
};
INSTANTIATE_TEST_SUITE_P(Kernels, ExchangeTest, testing::ValuesIn(test_kernels()), name_of);

TEST_P(ExchangeTest, equal_keys_meet_on_one_worker_and_nothing_is_lost) {
  for (std::uint32_t const count : {1u, 2u, 4u}) {
    std::vector<Pair> const all = random_pairs(random_, 5000, 100);
    std::vector<std::vector<Pair>> arrived(count);
    Exchange<Pair> items(count);
    TestGroup group(GetParam(), count);
    group.add([&](Worker& worker, std::uint32_t index) {
      return worker.add(
          flow(source_iter(part_of(all, index, count)) >> exchange(worker, items, first) >>
               for_each([&arrived, index](Pair item) { arrived[index].push_back(item); })));
    });
    ASSERT_TRUE(group.run_to_end());
    std::vector<Pair> together;
    std::vector<std::uint32_t> owner(100, count);
    for (std::uint32_t i = 0; i < count; ++i) {
      EXPECT_FALSE(arrived[i].empty());
      for (Pair const& item : arrived[i]) {
        if (owner[item.first] == count) owner[item.first] = i;
        EXPECT_EQ(owner[item.first], i) << "seed " << seed_;
        together.push_back(item);
      }
    }
    EXPECT_EQ(sorted(together), sorted(all)) << "seed " << seed_;
  }
}

// A flow with two exchanges, one behind the other, and state that lives for ever: which pairs of
// the left and right side meet, and how often each sum came about.
std::vector<Pair> sums_by_key(KernelChoice const& choice, std::uint32_t count,
                              std::vector<Pair> const& left, std::vector<Pair> const& right,
                              ExchangeLimits const& limits, TickBudget budget) {
  static constexpr node<"pairs"> pairs;
  std::vector<Pair> arrived;
  Exchange<Pair> lefts(count, limits), rights(count, limits), sums(count, limits);
  TestGroup group(choice, count, budget);
  group.add([&](Worker& worker, std::uint32_t index) {
    return worker.add(flow(
        pairs = join(forever, forever) >> map([](std::uint32_t key, auto const& sides) {
                  return Pair{static_cast<std::uint32_t>((sides.first + sides.second) % 50), key};
                }),
        source_iter(part_of(left, index, count)) >> exchange(worker, lefts, first) >> pairs[_0],
        source_iter(part_of(right, index, count)) >> exchange(worker, rights, first) >> pairs[_1],
        pairs >> unique(forever) >> exchange(worker, sums, first) >> unique(forever) >>
            for_each([&](Pair const& item) { arrived.push_back(item); })));
  });
  EXPECT_TRUE(group.run_to_end());
  return sorted(arrived);
}

TEST_P(ExchangeTest, flow_with_state_for_ever_comes_to_the_same_on_any_number_of_workers) {
  std::vector<Pair> const left = random_pairs(random_, 300, 40);
  std::vector<Pair> const right = random_pairs(random_, 300, 40);
  std::vector<Pair> const one = sums_by_key(GetParam(), 1, left, right, {}, {});
  EXPECT_GT(one.size(), 100u);
  ExchangeLimits const narrow{.mailbox_items = 1, .admit_items_per_tick = 3, .late_mark_items = 2};
  for (std::uint32_t const count : {2u, 4u}) {
    EXPECT_EQ(sums_by_key(GetParam(), count, left, right, {}, {}), one) << "seed " << seed_;
    EXPECT_EQ(sums_by_key(GetParam(), count, left, right, narrow, {}), one) << "seed " << seed_;
    EXPECT_EQ(sums_by_key(GetParam(), count, left, right, {}, {.items = 7}), one)
        << "seed " << seed_;
  }
}

// What can be reached in a graph whose edges are spread over the workers: a cycle that leads
// through an exchange, past a difference that blocks.
std::vector<std::uint32_t> reached_in(KernelChoice const& choice, std::uint32_t count,
                                      std::vector<Pair> const& edges,
                                      ExchangeLimits const& limits) {
  static constexpr node<"found"> found;
  static constexpr node<"news"> news;
  static constexpr node<"ways"> ways;
  std::vector<std::uint32_t> reached;
  Exchange<Pair> edges_of(count, limits);
  Exchange<std::uint32_t> vertices(count, limits);
  TestGroup group(choice, count);
  group.add([&](Worker& worker, std::uint32_t index) {
    std::vector<std::uint32_t> const roots(index == 0 ? 1 : 0, 0u);
    return worker.add(flow(
        found = union_() >> unique(forever) >>
                exchange(worker, vertices, [](std::uint32_t vertex) { return vertex; }),
        source_iter(roots) >> found, news = difference(), found >> unique(forever) >> news[pos],
        source_iter(std::vector<std::uint32_t>{99}) >> news[neg], ways = join(forever, forever),
        news >> tee() >> map([&](std::uint32_t vertex) {
          reached.push_back(vertex);
          return std::pair{vertex, unit{}};
        }) >>
            ways[_0],
        source_iter(part_of(edges, index, count)) >> exchange(worker, edges_of, first) >> ways[_1],
        ways >> map([](std::uint32_t, auto const& way) {
          return static_cast<std::uint32_t>(way.second);
        }) >>
            found));
  });
  EXPECT_TRUE(group.run_to_end());
  std::sort(reached.begin(), reached.end());
  reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
  return reached;
}

TEST_P(ExchangeTest, cycle_through_an_exchange_comes_to_its_fixed_point_and_ends) {
  std::vector<Pair> edges;
  for (int i = 0; i < 400; ++i) {
    // (Some begin at the root; and one after the other, for compilers order arguments differently.)
    auto const from = static_cast<std::uint32_t>(i < 9 ? 0 : random_.below(90));
    std::uint64_t const to = random_.below(90);
    edges.emplace_back(from, to);
  }
  std::vector<std::uint32_t> const one = reached_in(GetParam(), 1, edges, {});
  EXPECT_GT(one.size(), 20u);
  ExchangeLimits const narrow{.mailbox_items = 1, .admit_items_per_tick = 1, .late_mark_items = 0};
  for (std::uint32_t const count : {2u, 4u}) {
    EXPECT_EQ(reached_in(GetParam(), count, edges, {}), one) << "seed " << seed_;
    EXPECT_EQ(reached_in(GetParam(), count, edges, narrow), one) << "seed " << seed_;
  }
}

// ---- when and in which order --------------------------------------------------------------------

TEST_P(ExchangeTest, items_arrive_in_a_later_tick_and_in_order_even_at_their_own_worker) {
  struct Sent {
    std::uint32_t worker;
    std::uint64_t tick;
    std::uint64_t number;
  };
  for (std::uint32_t const count : {1u, 3u}) {
    std::vector<std::vector<std::uint64_t>> last(count, std::vector<std::uint64_t>(count, 0));
    std::uint64_t seen = 0;
    std::vector<std::unique_ptr<Channel<std::uint64_t>>> inputs;
    for (std::uint32_t i = 0; i < count; ++i)
      inputs.push_back(std::make_unique<Channel<std::uint64_t>>());
    Exchange<Sent> items(count, {.mailbox_items = 4});
    TestGroup group(GetParam(), count);
    group.add([&](Worker& worker, std::uint32_t index) {
      return worker.add(
          flow(source_stream(*inputs[index]) >>
               map([index](Context const& context, std::uint64_t number) {
                 return Sent{index, context.current_tick, number};
               }) >>
               exchange(worker, items, [](Sent const& sent) { return sent.number % 17; }) >>
               for_each([&, index](Context const& context, Sent const& sent) {
                 EXPECT_TRUE(sent.worker != index || context.current_tick > sent.tick);
                 EXPECT_LT(last[sent.worker][index], sent.number);
                 last[sent.worker][index] = sent.number;
                 ++seen;
               })));
    });
    for (std::uint64_t number = 1; number <= 300; ++number)
      for (auto const& input : inputs) input->send(number);
    EXPECT_TRUE(group.until([&] { return seen == 300 * count; }));
  }
}

TEST_P(ExchangeTest, workers_sleep_when_nothing_is_under_way_and_items_wake_them) {
  Channel<std::uint32_t> input;
  std::uint64_t seen = 0;
  Exchange<std::uint32_t> items(2);
  TestGroup group(GetParam(), 2);
  group[0].add(flow(source_stream(input) >>
                    exchange(group[0], items, [](std::uint32_t key) { return key; }) >>
                    for_each([&](std::uint32_t) { ++seen; })));
  group[1].add(flow(null<std::uint32_t>() >>
                    exchange(group[1], items, [](std::uint32_t key) { return key; }) >>
                    for_each([&](std::uint32_t) { ++seen; })));
  for (std::uint32_t round = 1; round <= 50; ++round) {
    for (int i = 0; i < 20; ++i) {
      for (std::uint32_t w = 0; w < 2; ++w)
        group[w].step(group[w].clock().now() + (group.simulated() ? milliseconds : 0));
    }
    EXPECT_TRUE(group[0].may_sleep());
    EXPECT_TRUE(group[1].may_sleep());
    for (std::uint32_t key = 0; key < 10; ++key) input.send(key);
    ASSERT_TRUE(group.until([&] { return seen == 10 * round; }));
  }
  EXPECT_LE(items.counters(0).wakes, 51u);
  EXPECT_EQ(items.counters(0).sent, 500u);
  EXPECT_EQ(items.counters(0).received + items.counters(1).received, 500u);
}
// ---- when there is no room ----------------------------------------------------------------------

// The first key from `begin` on that belongs to `worker`.
std::uint32_t key_of(ExchangeBase const& exchange, std::uint32_t worker) {
  std::uint32_t key = 0;
  while (exchange.owner_of(hash_of(key)) != worker) ++key;
  return key;
}
constexpr auto second = [](Pair const& item) { return item.second; };

constexpr ExchangeLimits few{.mailbox_items = 4, .admit_items_per_tick = 4, .late_mark_items = 8};

// Feeds `input` for so many turns, as much as it takes. Returns how much that was.
std::uint64_t feed(TestGroup& group, Channel<Pair>& input, Pair item, int turns) {
  std::uint64_t fed = 0;
  for (int turn = 0; turn < turns; ++turn) {
    while (input.try_send(item)) ++fed;
    for (std::uint32_t i = 0; i < group.count(); ++i)
      group[i].step(group[i].clock().now() + (group.simulated() ? 100 * microseconds : 0));
  }
  return fed;
}

// On each of three workers: what comes in goes to a second worker, and from there to a third.
struct Relay {
  explicit Relay(KernelChoice const& choice) : group(choice, 3) {
    for (int i = 0; i < 3; ++i) {
      inputs.push_back(std::make_unique<Channel<Pair>>(10));
      sinks.push_back(std::make_unique<BoundedSink<Pair>>(1));
    }
    handles = group.add([this](Worker& worker, std::uint32_t index) {
      return worker.add(flow(source_stream(*inputs[index]) >> exchange(worker, near, first) >>
                             exchange(worker, far, second) >> dest_sink(*sinks[index])));
    });
  }
  Pair item(std::uint32_t via, std::uint32_t to) const {
    return {key_of(near, via), key_of(far, to)};
  }

  std::vector<std::unique_ptr<Channel<Pair>>> inputs;
  std::vector<std::unique_ptr<BoundedSink<Pair>>> sinks;
  Exchange<Pair> near{3, few};
  Exchange<Pair> far{3, few};
  TestGroup group;
  std::vector<FlowHandle> handles;
};

TEST_P(ExchangeTest, worker_that_takes_nothing_suspends_what_feeds_it_through_others_too) {
  Relay relay(GetParam());
  std::uint64_t const fed = feed(relay.group, *relay.inputs[0], relay.item(1, 2), 400);
  // At worker 2: the sink, and what its tick holds. Then twice a mailbox, what is late, and what
  // one tick sends (10 from the channel, 4 from the mailbox); and what the channel holds.
  EXPECT_LE(fed, 1u + 4 + (4 + 8 + 4) + (4 + 8 + 10) + 10) << "seed " << seed_;
  EXPECT_GE(relay.near.counters(0).suspensions, 1u);
  EXPECT_GE(relay.far.counters(1).suspensions, 1u);
  EXPECT_LE(relay.far.counters(1).late_high, 8u + 4);
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_TRUE(relay.group[i].may_sleep()) << "nobody spins";
  std::uint64_t taken = 0;
  ASSERT_TRUE(relay.group.until([&] {
    taken += relay.sinks[2]->take_all().size();
    return taken == fed;
  })) << taken
      << " of " << fed;
  EXPECT_EQ(feed(relay.group, *relay.inputs[0], relay.item(1, 1), 1), 10u) << "it goes on";
}

TEST_P(ExchangeTest, what_does_not_pass_a_worker_that_takes_nothing_goes_on) {
  Relay relay(GetParam());
  feed(relay.group, *relay.inputs[0], relay.item(0, 2), 200);
  std::uint64_t fed = 0;
  std::uint64_t taken = 0;
  ASSERT_TRUE(relay.group.until([&] {
    while (fed < 200 && relay.inputs[1]->try_send(relay.item(1, 1))) ++fed;
    taken += relay.sinks[1]->take_all().size();
    return taken == 200;
  }));
}

TEST_P(ExchangeTest,
       two_that_send_to_each_other_with_room_for_one_item_do_not_wait_for_each_other) {
  Exchange<Pair> items(2, {.mailbox_items = 1, .admit_items_per_tick = 1, .late_mark_items = 0});
  std::uint64_t seen[2]{};
  TestGroup group(GetParam(), 2);
  std::vector<FlowHandle> const flows = group.add([&](Worker& worker, std::uint32_t index) {
    std::vector<Pair> const all(1000, Pair{key_of(items, 1 - index), 0});
    return worker.add(flow(source_iter(all) >> exchange(worker, items, first) >>
                           for_each([&seen, index](Pair const&) { ++seen[index]; })));
  });
  ASSERT_TRUE(group.run_to_end());
  EXPECT_EQ(seen[0], 1000u);
  EXPECT_EQ(seen[1], 1000u);
  EXPECT_EQ(flows[0].failure(), nullptr);
  EXPECT_EQ(items.counters(0).late, 999u);
  EXPECT_EQ(items.counters(0).dropped, 0u);
}

// ---- how it ends --------------------------------------------------------------------------------

// Two or three hops for each item, on as many workers, and a count of those that have arrived.
struct Counting {
  Counting(KernelChoice const& choice, std::uint32_t count, Duration stop_time_max = 5 * seconds)
      : near(count, few), far(count, few), seen(count, 0), group(choice, count, {}, stop_time_max) {
    for (std::uint32_t i = 0; i < count; ++i) inputs.push_back(std::make_unique<Channel<Pair>>());
    handles = group.add([this](Worker& worker, std::uint32_t index) {
      return worker.add(flow(source_stream(*inputs[index]) >> exchange(worker, near, first) >>
                             exchange(worker, far, second) >>
                             for_each([this, index](Pair const& item) {
                               if (item == bad) throw std::runtime_error("no such item");
                               ++seen[index];
                             })));
    });
  }
  std::uint64_t seen_in_all() const {
    std::uint64_t all = 0;
    for (std::uint64_t const some : seen) all += some;
    return all;
  }
  void send(std::vector<Pair> const& items) {
    for (std::size_t i = 0; i < items.size(); ++i) inputs[i % inputs.size()]->send(items[i]);
  }
  bool all_ended() const {
    return std::all_of(handles.begin(), handles.end(),
                       [](FlowHandle const& handle) { return handle.ended(); });
  }
  bool all_failed() const {
    return std::all_of(handles.begin(), handles.end(),
                       [](FlowHandle const& handle) { return handle.failure() != nullptr; });
  }

  Exchange<Pair> near;
  Exchange<Pair> far;
  std::vector<std::uint64_t> seen;
  Pair bad{1'000'000, 0};
  std::vector<std::unique_ptr<Channel<Pair>>> inputs;
  TestGroup group;
  std::vector<FlowHandle> handles;
};

TEST_P(ExchangeTest, stopping_the_flow_on_one_worker_ends_it_on_all_when_everything_is_worked_off) {
  Counting counting(GetParam(), 3);
  counting.send(random_pairs(random_, 3000, 1000));
  counting.handles[1].stop();
  Instant const begun = counting.group[0].clock().now();
  ASSERT_TRUE(counting.group.until([&] { return counting.all_ended(); }));
  EXPECT_EQ(counting.seen_in_all(), 3000u) << "seed " << seed_;
  EXPECT_LT(counting.group[0].clock().now() - begun, 5 * seconds);
  EXPECT_EQ(counting.handles[0].failure(), nullptr);
  EXPECT_FALSE(counting.group[0].stopped()) << "the worker itself goes on";
}

TEST_P(ExchangeTest, stopping_the_workers_works_off_what_is_under_way) {
  Counting counting(GetParam(), 3);
  counting.send(random_pairs(random_, 3000, 1000));
  for (std::uint32_t i = 0; i < 3; ++i) counting.group[i].stop();
  ASSERT_TRUE(counting.group.until([&] { return counting.group.stopped(); }));
  EXPECT_EQ(counting.seen_in_all(), 3000u) << "seed " << seed_;
}

TEST_P(ExchangeTest, stop_does_not_wait_for_a_worker_longer_than_it_may) {
  Relay relay(GetParam());
  feed(relay.group, *relay.inputs[0], relay.item(1, 2), 100);
  relay.handles[0].stop(50 * milliseconds);
  auto const ended = [](FlowHandle const& handle) { return handle.ended(); };
  ASSERT_TRUE(relay.group.until([&] { return ended(relay.handles[0]); }));
  for (std::uint32_t i = 0; i < 3; ++i) relay.handles[i].stop(0);
  ASSERT_TRUE(relay.group.until(
      [&] { return std::all_of(relay.handles.begin(), relay.handles.end(), ended); }));
  EXPECT_EQ(relay.handles[1].failure(), nullptr) << "it was given up, and has not failed";
  EXPECT_GT(relay.near.counters(0).dropped + relay.far.counters(1).dropped, 0u);
}

TEST_P(ExchangeTest, flow_that_fails_on_one_worker_fails_on_all_and_says_where_and_why) {
  Counting counting(GetParam(), 3);
  counting.group.begin_run_to_end();
  counting.send(random_pairs(random_, 300, 1000));
  Instant const begun = counting.group[0].clock().now();
  counting.inputs[0]->send(counting.bad);
  ASSERT_TRUE(counting.group.until([&] { return counting.all_failed(); }));
  std::uint32_t const owner = counting.far.owner_of(hash_of(counting.bad.second));
  std::string const number = std::to_string(owner);
  for (std::uint32_t i = 0; i < 3; ++i) {
    Failure const& failure = *counting.handles[i].failure();
    EXPECT_EQ(failure.node, i == owner ? "for_each" : "exchange");
    EXPECT_NE(failure.what.find("no such item"), std::string::npos) << failure.what;
    if (i == owner) continue;
    EXPECT_NE(failure.what.find("on worker "), std::string::npos) << failure.what;
  }
  // No worker waits for another one's end in vain.
  ASSERT_TRUE(counting.group.until([&] { return counting.group.stopped(); }));
  EXPECT_LT(counting.group[0].clock().now() - begun, 5 * seconds);
}

TEST_P(ExchangeTest, worker_that_dies_before_the_others_ends_their_flow) {
  Counting counting(GetParam(), 2);
  counting.send(random_pairs(random_, 1000, 1000));
  for (int i = 0; i < 5; ++i) counting.group[0].step(counting.group[0].clock().now());
  counting.group.drop(1);
  ASSERT_TRUE(counting.group.until([&] { return counting.handles[0].failure() != nullptr; }));
  EXPECT_EQ(counting.handles[0].failure()->what, "the flow was ended on worker 1");
}

TEST_P(ExchangeTest, worker_that_never_comes_to_rest_keeps_the_others_from_ending) {
  Exchange<Pair> items(2, few);
  std::uint64_t ticks = 0;
  TestGroup group(GetParam(), 2);
  group[0].add(flow(source_interval(group[0], 1 * milliseconds) >>
                    map([](Instant) { return Pair{}; }) >> exchange(group[0], items, first) >>
                    for_each([&](Pair const&) { ++ticks; })));
  FlowHandle const other = group[1].add(flow(null<Pair>() >> exchange(group[1], items, first) >>
                                             for_each([&](Pair const&) { ++ticks; })));
  group.begin_run_to_end();
  ASSERT_TRUE(group.until([&] { return ticks >= 20; }));
  EXPECT_FALSE(other.ended());
  group[0].stop();
  ASSERT_TRUE(group.until([&] { return group.stopped(); }));
}

}  // namespace
}  // namespace weir
