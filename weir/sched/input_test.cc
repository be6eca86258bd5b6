#include "weir/sched/input.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace weir {
namespace {

// A graph with one subgraph that logs what an input gives, with the tick.
template <class Given>
struct Reader {
  using Item = typename Given::value_type;
  Graph graph;
  Given input;
  std::vector<std::pair<std::uint64_t, Item>> out;
  Subgraph* subgraph = nullptr;

  template <class... Args>
  explicit Reader(Args&&... args) : input(std::forward<Args>(args)...) {
    subgraph = &graph.make_subgraph("reader", 0, {}, {}, [this](Activation& activation) {
      auto const tick = activation.tick;
      auto const push = [&](Item&& item) {
        out.emplace_back(tick, std::move(item));
        if (then) then();
      };
      return input.drain(push, activation.budget) ? Status::done : Status::yielded;
    });
  }
  void attach() { input.attach(graph, *subgraph); }
  void (*then)() = nullptr;
};

using Out = std::vector<std::pair<std::uint64_t, int>>;

TEST(Input, J3GivesEachTickWhatCameBefore) {
  Reader<Input<int>> reader;
  reader.attach();
  reader.graph.run_available();
  for (int const v : {1, 2, 3}) reader.input.give(v);
  EXPECT_TRUE(reader.graph.can_start());
  EXPECT_EQ(reader.graph.run_available(), 1u);
  EXPECT_EQ(reader.out, (Out{{1, 1}, {1, 2}, {1, 3}}));
  for (int const v : {4, 5, 6}) reader.input.give(v);
  EXPECT_EQ(reader.graph.run_available(), 1u);
  EXPECT_EQ(reader.out, (Out{{1, 1}, {1, 2}, {1, 3}, {2, 4}, {2, 5}, {2, 6}}));
  EXPECT_FALSE(reader.graph.can_start());
}

TEST(Input, J3ThroughAChannel) {
  Reader<Channel<int>> reader(16u);
  reader.attach();
  reader.graph.run_available();
  for (int const v : {1, 2, 3}) reader.input.send(v);
  EXPECT_TRUE(reader.graph.can_start());
  EXPECT_EQ(reader.graph.run_available(), 1u);
  for (int const v : {4, 5, 6}) reader.input.send(v);
  EXPECT_EQ(reader.graph.run_available(), 1u);
  EXPECT_EQ(reader.out, (Out{{1, 1}, {1, 2}, {1, 3}, {2, 4}, {2, 5}, {2, 6}}));
  EXPECT_FALSE(reader.graph.can_start());
}

TEST(Input, WhatWasGivenBeforeItWasAttachedCounts) {
  Reader<Input<int>> input;
  input.input.give(1);
  input.attach();
  Reader<Channel<int>> channel(16u);
  channel.input.send(1);
  channel.attach();
  EXPECT_EQ(input.graph.run_available(), 1u);
  EXPECT_EQ(channel.graph.run_available(), 1u);
  EXPECT_EQ(input.out, (Out{{0, 1}}));
  EXPECT_EQ(channel.out, (Out{{0, 1}}));
}

TEST(Input, WhatIsGivenDuringATickWaitsForTheNext) {
  static Reader<Input<int>>* one;
  static Reader<Channel<int>>* other;
  Reader<Input<int>> input;
  Reader<Channel<int>> channel(16u);
  one = &input;
  other = &channel;
  input.then = [] {
    if (one->out.size() < 3) one->input.give(static_cast<int>(one->out.size()));
  };
  channel.then = [] {
    if (other->out.size() < 3) other->input.send(static_cast<int>(other->out.size()));
  };
  input.attach();
  channel.attach();
  input.input.give(0);
  channel.input.send(0);
  EXPECT_EQ(input.graph.run_available(), 3u);
  EXPECT_EQ(channel.graph.run_available(), 3u);
  EXPECT_EQ(input.out, (Out{{0, 0}, {1, 1}, {2, 2}}));
  EXPECT_EQ(channel.out, (Out{{0, 0}, {1, 1}, {2, 2}}));
}

TEST(Input, NothingIsAdmittedIntoAnUnfinishedTick) {
  Reader<Channel<int>> reader(16u);
  reader.attach();
  reader.graph.set_budget({.items = 2});
  for (int v = 0; v < 5; ++v) reader.input.send(v);
  EXPECT_EQ(reader.graph.run_tick(), Status::yielded);
  reader.input.send(5);
  EXPECT_TRUE(reader.graph.external_pending());
  EXPECT_EQ(reader.graph.run_tick(), Status::yielded);
  EXPECT_EQ(reader.graph.run_tick(), Status::done);
  EXPECT_EQ(reader.out, (Out{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}}));
  EXPECT_TRUE(reader.graph.can_start());
  EXPECT_EQ(reader.graph.run_tick(), Status::done);
  EXPECT_EQ(reader.out.back(), (std::pair<std::uint64_t, int>{1, 5}));
}

TEST(Input, AFullChannelRefusesAndTakesNothing) {
  Reader<Channel<std::unique_ptr<int>>> reader(2u);
  reader.attach();
  EXPECT_EQ(reader.input.capacity(), 2u);
  EXPECT_TRUE(reader.input.try_send(std::make_unique<int>(1)));
  EXPECT_TRUE(reader.input.try_send(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(reader.input.try_send(std::move(third)));
  ASSERT_NE(third, nullptr);  // NOLINT(bugprone-use-after-move): refused means not moved
  reader.graph.run_tick();
  EXPECT_TRUE(reader.input.try_send(std::move(third)));
  reader.graph.run_tick();
  ASSERT_EQ(reader.out.size(), 3u);
  EXPECT_EQ(*reader.out[2].second, 3);
}

// ---- a channel as a sink ----

struct Told {
  int times = 0;
  Waker waker{[](void* self) { ++static_cast<Told*>(self)->times; }, this};
};

TEST(Input, WhoWaitsForRoomIsToldOnceWhenATickHasTakenWhatWaits) {
  Reader<Channel<int>> reader(2u);
  reader.attach();
  Told told;
  EXPECT_TRUE(reader.input.try_push(1));
  reader.input.when_room(told.waker);
  EXPECT_EQ(told.times, 1) << "there is room at once";
  EXPECT_TRUE(reader.input.try_push(2));
  EXPECT_FALSE(reader.input.try_push(3));
  reader.input.when_room(told.waker);
  EXPECT_EQ(told.times, 1);
  reader.graph.run_tick();
  EXPECT_EQ(told.times, 2);
  EXPECT_TRUE(reader.input.try_push(3));
  reader.graph.run_tick();
  EXPECT_EQ(told.times, 2) << "once";
  EXPECT_EQ(reader.out, (Out{{0, 1}, {0, 2}, {1, 3}}));
}

TEST(Input, NoRoomBecomesFreeInTheMiddleOfATick) {
  Reader<Channel<int>> reader(2u);
  reader.attach();
  reader.graph.set_budget({.items = 1});
  reader.input.send(1);
  reader.input.send(2);
  EXPECT_EQ(reader.graph.run_tick(), Status::yielded);
  reader.input.send(3);
  reader.input.send(4);
  Told told;
  reader.input.when_room(told.waker);
  EXPECT_EQ(reader.graph.run_tick(), Status::done);
  EXPECT_EQ(told.times, 0);
  EXPECT_EQ(reader.graph.run_tick(), Status::yielded);  // the next one has begun
  EXPECT_EQ(told.times, 1);
}

TEST(Input, SeveralWaitForTheRoomOfAChannelAndEachMayTakeItBack) {
  Reader<Channel<int>> reader(1u);
  reader.attach();
  reader.input.send(1);
  Told one, two, three;
  for (Told* told : {&one, &two, &three, &one}) reader.input.when_room(told->waker);
  reader.input.when_room({nullptr, &two});
  reader.graph.run_tick();
  EXPECT_EQ(one.times, 1);
  EXPECT_EQ(two.times, 0);
  EXPECT_EQ(three.times, 1);
}

TEST(Input, WhatAFullChannelRefusesIsUntouchedWhateverItsType) {
  Reader<Channel<std::unique_ptr<int const>>> reader(1u);
  reader.attach();
  EXPECT_TRUE(reader.input.try_push(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(reader.input.try_push(std::move(second)));
  EXPECT_NE(second, nullptr);  // NOLINT(bugprone-use-after-move): refused means not moved
}

TEST(Input, ATickIsNotStartedTwiceForTheSameData) {
  Reader<Channel<int>> reader(16u);
  reader.attach();
  reader.input.send(1);
  reader.input.send(2);
  EXPECT_EQ(reader.graph.run_available(), 1u);
  EXPECT_FALSE(reader.graph.can_start());
  EXPECT_FALSE(reader.graph.external_pending());
}

TEST(Input, SeveralInputsMayFeedOneSubgraph) {
  Graph graph;
  Input<int> numbers;
  Channel<std::string> words;
  std::vector<std::string> out;
  Subgraph& both = graph.make_subgraph("both", 0, {}, {}, [&](Activation& activation) {
    bool const done =
        numbers.drain([&](int v) { out.push_back(std::to_string(v)); }, activation.budget);
    return words.drain([&](std::string&& v) { out.push_back(v); }, activation.budget) && done
               ? Status::done
               : Status::yielded;
  });
  numbers.attach(graph, both);
  words.attach(graph, both);
  numbers.give(1);
  words.send("a");
  numbers.give(2);
  graph.run_available();
  EXPECT_EQ(out, (std::vector<std::string>{"1", "2", "a"}));
  EXPECT_EQ(both.counters.runs, 1u);
}

TEST(InputDeathTest, AnInputFeedsOneGraph) {
  Reader<Input<int>> reader;
  reader.attach();
  EXPECT_DEATH(reader.attach(), "graph_ == nullptr");
}

}  // namespace
}  // namespace weir
