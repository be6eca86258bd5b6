// Exchanges between workers on threads of their own.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weir/base/random.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/io/exchange.h"
#include "weir/sched/input.h"
#include "weir/sim/test_kernels.h"
#include "weir/worker/workers.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

using Pair = std::pair<std::uint32_t, std::uint64_t>;

constexpr auto first = [](Pair const& item) { return item.first; };
constexpr auto second = [](Pair const& item) { return item.second; };

WorkersOptions options_for(std::uint32_t count) {
  WorkersOptions options;
  options.count = count;
  return options;
}

template <class T>
std::vector<T> part_of(std::vector<T> const& all, std::uint32_t index, std::uint32_t count) {
  std::vector<T> part;
  for (std::size_t i = index; i < all.size(); i += count) part.push_back(all[i]);
  return part;
}

std::vector<Pair> random_pairs(Random& random, std::size_t count, std::uint64_t keys) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < count; ++i)
    pairs.emplace_back(static_cast<std::uint32_t>(random.below(keys)), random.below(1000));
  return pairs;
}

struct Case {
  std::uint32_t workers;
  ExchangeLimits limits;
};

class ExchangeThreads : public testing::TestWithParam<Case> {
 protected:
  std::uint64_t const seed_ = test_seed(1);
  Random random_{seed_};
};
INSTANTIATE_TEST_SUITE_P(
    Workers, ExchangeThreads,
    testing::Values(Case{1, {}}, Case{2, {}}, Case{4, {}},
                    Case{2, {.mailbox_items = 1, .admit_items_per_tick = 2, .late_mark_items = 0}},
                    Case{4, {.mailbox_items = 3, .admit_items_per_tick = 5, .late_mark_items = 4}}),
    [](auto const& chosen) {
      return std::to_string(chosen.param.workers) + "_with_room_for_" +
             std::to_string(chosen.param.limits.mailbox_items);
    });

// Each item takes two hops; state lives for ever.
TEST_P(ExchangeThreads, come_to_the_same_as_one_worker) {
  std::vector<Pair> const all = random_pairs(random_, 4000, 300);
  std::vector<Pair> expected;
  for (Pair const& item : all) expected.emplace_back(item.second % 7, item.first);
  std::sort(expected.begin(), expected.end());
  expected.erase(std::unique(expected.begin(), expected.end()), expected.end());

  std::uint32_t const count = GetParam().workers;
  Workers workers(options_for(count));
  Exchange<Pair> near(count, GetParam().limits);
  Exchange<Pair> far(count, GetParam().limits);
  std::vector<std::vector<Pair>> arrived(count);
  Result<void> const done =
      workers.run_to_end([&](Worker& worker, std::uint32_t index, std::uint32_t) {
        worker.add(flow(
            source_iter(part_of(all, index, count)) >> exchange(worker, near, second) >>
            map([](Pair const& item) {
              return Pair{item.second % 7, item.first};
            }) >>
            exchange(worker, far, first) >> unique(forever) >>
            for_each([&arrived, index](Pair const& item) { arrived[index].push_back(item); })));
      });
  ASSERT_TRUE(done.ok()) << done.error().message;
  std::vector<Pair> together;
  for (std::vector<Pair> const& some : arrived)
    together.insert(together.end(), some.begin(), some.end());
  std::sort(together.begin(), together.end());
  EXPECT_EQ(together, expected) << "seed " << seed_;
}

// Each item wakes a worker that sleeps, which wakes the next: no wake-up may be missed.
TEST_P(ExchangeThreads, token_goes_round_until_its_life_is_used_up) {
  std::uint32_t const count = GetParam().workers;
  static constexpr node<"token"> token;
  Workers workers(options_for(count));
  Exchange<Pair> hops(count, GetParam().limits);
  std::atomic<std::uint64_t> seen = 0;
  Result<void> const done =
      workers.run_to_end([&](Worker& worker, std::uint32_t index, std::uint32_t) {
        std::vector<Pair> const begin(index == 0 ? 2 : 0, Pair{0, 2000});
        worker.add(flow(
            token = union_() >> exchange(worker, hops, first) >> filter([&seen](Pair const& item) {
                      seen.fetch_add(1, std::memory_order_relaxed);
                      return item.second > 0;
                    }),
            source_iter(begin) >> token,
            token >> map([](Pair const& item) {
              return Pair{item.first + 1, item.second - 1};
            }) >>
                token));
      });
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(seen.load(), 2u * 2001);
}

TEST_P(ExchangeThreads, what_other_threads_send_is_worked_off_before_they_stop) {
  std::uint32_t const count = GetParam().workers;
  Workers workers(options_for(count));
  Exchange<Pair> items(count, GetParam().limits);
  std::vector<Channel<Pair>> inputs(count);
  std::atomic<std::uint64_t> seen = 0;
  std::uint64_t sent = 0;
  std::thread feeder([&] {
    for (Pair const& item : random_pairs(random_, 3000, 1000)) {
      while (!inputs[item.second % count].try_send(item)) std::this_thread::yield();
      ++sent;
    }
    workers.stop();
  });
  Result<void> const done = workers.run([&](Worker& worker, std::uint32_t index, std::uint32_t) {
    worker.add(flow(source_stream(inputs[index]) >> exchange(worker, items, first) >>
                    for_each([&seen](Pair const&) { seen.fetch_add(1); })));
  });
  feeder.join();
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(seen.load(), sent) << "seed " << seed_;
}

TEST_P(ExchangeThreads, failure_on_one_ends_all_with_one_sentence) {
  std::uint32_t const count = GetParam().workers;
  Workers workers(options_for(count));
  Exchange<Pair> items(count, GetParam().limits);
  std::vector<Pair> const all = random_pairs(random_, 2000, 1000);
  Result<void> const done =
      workers.run_to_end([&](Worker& worker, std::uint32_t index, std::uint32_t) {
        worker.add(flow(source_iter(part_of(all, index, count)) >> exchange(worker, items, first) >>
                        for_each([&](Pair const& item) {
                          if (item == all[1000]) throw std::runtime_error("not that one");
                        })));
      });
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("not that one"), std::string::npos) << done.error().message;
}

}  // namespace
}  // namespace weir
