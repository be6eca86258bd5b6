// What a tick costs that comes after others: what was persisted is given again, what was deferred
// is moved on, tables have been full.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <ranges>
#include <utility>
#include <vector>

#include "bench/loops/workload.h"
#include "weir/base/hash.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"
#include "weir/sched/input.h"

namespace weir::bench {
namespace {

// ---- items that are deferred ten times ----

constexpr std::size_t deferrals = 10;

using Small = std::uint64_t;
using Big = std::array<std::uint64_t, 8192 / sizeof(std::uint64_t)>;

std::uint64_t look_at(Small item) { return black_box(item); }
std::uint64_t look_at(Big const& item) {
  touch(&item);
  return item.front();
}

// `count` items are persisted, so that they come again in every tick, and each is looked at and
// deferred ten times. A tick in which all that is under way.
template <class Item, std::size_t count>
struct NextTick {
  static std::vector<Item> items() {
    if constexpr (std::is_same_v<Item, Small>) {
      return std::vector<Item>(count, 1);
    } else {
      return std::vector<Item>(count, Item{1});
    }
  }

  static std::uint64_t expected(Inputs const&) { return count; }

  class ByHand {
   public:
    template <class Sink>
    void tick(Sink sink) {
      defer(persisted_, later_.front());
      for (std::size_t at = 1; at < deferrals; ++at) defer(now_[at - 1], later_[at]);
      for (Item const& item : now_.back()) sink(look_at(item));
      now_.swap(later_);
      for (std::vector<Item>& deferred : later_) deferred.clear();
    }

   private:
    static void defer(std::vector<Item> const& from, std::vector<Item>& to) {
      for (Item const& item : from) {
        look_at(item);
        to.push_back(item);
      }
    }

    std::vector<Item> persisted_ = items();
    std::array<std::vector<Item>, deferrals> now_;
    std::array<std::vector<Item>, deferrals> later_;
  };

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    auto flow = std::make_unique<ByHand>();
    for (std::size_t i = 0; i < 2 * deferrals; ++i) flow->tick(sink);
    return run([flow = std::move(flow), sink] { flow->tick(sink); });
  }

  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    auto const looked_at = inspect([](Item const& item) { look_at(item); });
    auto const end = for_each([sink](Item const& item) { sink(look_at(item)); });
    return [&]<std::size_t... at>(std::index_sequence<at...>) {
      return run_tick(flow(((source_iter(items()) >> persist()) >> ... >>
                            (static_cast<void>(at), looked_at >> defer_tick())) >>
                           end),
                      2 * deferrals);
    }
    (std::make_index_sequence<deferrals>{});
  }
};

// ---- a million persisted items ----

constexpr std::uint64_t million = 1'000'000;

// All of them are given again.
struct ReplayAMillion {
  static std::uint64_t expected(Inputs const&) { return million * (million - 1) / 2; }

  static auto items() { return std::views::iota(std::uint64_t{0}, million); }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    std::vector<std::uint64_t> persisted;
    std::ranges::copy(items(), std::back_inserter(persisted));
    return run([persisted = std::move(persisted), sink] {
      for (std::uint64_t const item : persisted) sink(item);
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    return run_tick(flow(source_iter(items()) >> persist() >> for_each(sink)), 1);
  }
};

// One of them is met, in each of 100 ticks. Beside it: one of a thousand.
struct TouchOneOfAMillion {
  static constexpr std::uint64_t ticks = 100;

  static std::uint64_t expected(Inputs const&) { return ticks; }

  template <class Sink>
  static auto one_of(std::uint64_t count, Sink sink) {
    static constexpr node<"matches"> matches;
    struct State {
      Input<std::pair<std::uint64_t, std::uint64_t>> keys;
      Graph graph;
    };
    auto const pairs =
        std::views::iota(std::uint64_t{0}, count) | std::views::transform([](std::uint64_t key) {
          return std::pair{key, key + 1};
        });
    auto state = std::make_unique<State>();
    flow(matches = join(forever, tick) >> for_each([sink](std::uint64_t key, auto const& both) {
                     sink(both.first - key);
                   }),
         source_iter(pairs) >> matches[_0], source_stream(state->keys) >> matches[_1])
        .install(state->graph);
    auto const touch_one = [](State& touched, std::uint64_t key) {
      touched.keys.give(std::pair{key, key});
      touched.graph.run_tick();
    };
    touch_one(*state, 0);
    return run([state = std::move(state), touch_one, count] {
      for (std::uint64_t i = 0; i < ticks; ++i) touch_one(*state, mix(i) % count);
    });
  }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return one_of(1'000, sink);
  }
  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    return one_of(million, sink);
  }
};

// ---- tables that were full ----

// 100 ticks of one item each after one of 100,000. Beside it: after one of one.
template <class Flow>
struct OneItemAfterMany {
  static constexpr std::uint64_t ticks = 100;

  static std::uint64_t expected(Inputs const&) { return ticks * (ticks - 1) / 2; }

  template <class Sink>
  static auto after(std::uint64_t many, Sink sink) {
    struct State {
      Input<std::uint64_t> input;
      Graph graph;
    };
    auto state = std::make_unique<State>();
    Flow::make(state->input, sink).install(state->graph);
    for (std::uint64_t item = 0; item < many; ++item) state->input.give(item);
    state->graph.run_tick();
    return run([state = std::move(state)] {
      for (std::uint64_t item = 0; item < ticks; ++item) {
        state->input.give(item);
        state->graph.run_tick();
      }
    });
  }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return after(1, sink);
  }
  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    return after(100'000, sink);
  }
};

struct ThroughUnique {
  template <class Sink>
  static auto make(Input<std::uint64_t>& input, Sink sink) {
    return flow(source_stream(input) >> unique(tick) >> for_each(sink));
  }
};

// Each item meets itself.
struct ThroughJoin {
  template <class Sink>
  static auto make(Input<std::uint64_t>& input, Sink sink) {
    static constexpr node<"each"> each;
    static constexpr node<"matches"> matches;
    return flow(
        each = source_stream(input) >> map([](std::uint64_t item) {
                 return std::pair{item, unit{}};
               }) >>
               tee(),
        each >> matches[_0], each >> matches[_1],
        matches = join(tick) >> for_each([sink](std::uint64_t item, auto const&) { sink(item); }));
  }
};

}  // namespace

std::span<Workload const> tick_workloads() {
  static constexpr Workload list[] = {
      workload<NextTick<Small, 1'024>>("next_tick_small"),
      workload<NextTick<Big, 1>>("next_tick_big"),
      workload<ReplayAMillion>("replay_a_million"),
      workload<TouchOneOfAMillion>("touch_one_of_a_million"),
      workload<OneItemAfterMany<ThroughUnique>>("one_item_after_many_unique"),
      workload<OneItemAfterMany<ThroughJoin>>("one_item_after_many_join"),
  };
  return list;
}

}  // namespace weir::bench
