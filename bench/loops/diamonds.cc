// Items that go several ways, and ways that meet.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/loops/workload.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir::bench {
namespace {

constexpr std::uint64_t sum_of_ints = int_count * (int_count - 1) / 2;

auto ints() { return std::views::iota(std::uint64_t{0}, black_box(int_count)); }

// 20 sources of 1,000,000 ints into one sink.
struct FanIn {
  static std::uint64_t expected(Inputs const&) { return 20 * sum_of_ints; }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return run([sink] {
      for (int source = 0; source < 20; ++source) {
        std::uint64_t const count = black_box(int_count);
        for (std::uint64_t i = 0; i < count; ++i) sink(i);
      }
    });
  }

  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    static constexpr node<"all"> all;
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return run_tick(flow(all = union_() >> for_each(sink),
                           (static_cast<void>(i), source_iter(ints()) >> all)...));
    }
    (std::make_index_sequence<20>{});
  }
};

// One source of 1,000,000 ints into 20 sinks.
struct FanOut {
  static std::uint64_t expected(Inputs const&) { return 20 * sum_of_ints; }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return run([sink] {
      std::uint64_t const count = black_box(int_count);
      for (std::uint64_t i = 0; i < count; ++i) {
#pragma GCC unroll 20
        for (int output = 0; output < 20; ++output) sink(i);
      }
    });
  }

  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    static constexpr node<"each"> each;
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return run_tick(flow(each = source_iter(ints()) >> tee(),
                           (static_cast<void>(i), each >> for_each(sink))...));
    }
    (std::make_index_sequence<20>{});
  }
};

// ---- fork and join ----

constexpr std::size_t stages = 20;
constexpr std::uint64_t fork_count = 100'000;

// node<"stage 7">, and so on.
consteval auto name_of(std::size_t stage) {
  char text[] = "stage ..";
  text[6] = static_cast<char>('0' + stage / 10);
  text[7] = static_cast<char>('0' + stage % 10);
  return Name<sizeof text>(text);
}
template <std::size_t at>
constexpr node<name_of(at)> stage;

// The optimiser sees that an item goes exactly one of the two ways …
struct Known {
  static bool even(std::uint64_t item) { return item % 2 == 0; }
  static bool odd(std::uint64_t item) { return item % 2 == 1; }
};
// … or it does not, and each stage gives an item on never, once or twice.
struct Opaque {
  static bool even(std::uint64_t item) { return black_box(item) % 2 == 0; }
  static bool odd(std::uint64_t item) { return black_box(item) % 2 == 1; }
};

template <class Parity, std::size_t at = 0, class Sink>
void fork(std::uint64_t item, Sink sink) {
  if constexpr (at == stages) {
    sink(item);
  } else {
    if (Parity::even(item)) fork<Parity, at + 1>(item, sink);
    if (Parity::odd(item)) fork<Parity, at + 1>(item, sink);
  }
}

// 100,000 ints through 20 stages, each of which parts the even from the odd and brings them
// together again.
template <class Parity>
struct ForkJoin {
  static std::uint64_t expected(Inputs const&) { return fork_count * (fork_count - 1) / 2; }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return run([sink] {
      std::uint64_t const count = black_box(fork_count);
      for (std::uint64_t i = 0; i < count; ++i) fork<Parity>(i, sink);
    });
  }

  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    auto const even = filter([](std::uint64_t item) { return Parity::even(item); });
    auto const odd = filter([](std::uint64_t item) { return Parity::odd(item); });
    auto const items = std::views::iota(std::uint64_t{0}, black_box(fork_count));
    return [&]<std::size_t... at>(std::index_sequence<at...>) {
      return run_tick(
          flow(stage<0> = source_iter(items) >> tee(), (stage<at + 1> = union_() >> tee())...,
               (stage<at> >> even >> stage<at + 1>)..., (stage<at> >> odd >> stage<at + 1>)...,
               stage<stages> >> for_each(sink)));
    }
    (std::make_index_sequence<stages>{});
  }
};

// The same beside what it takes without fusion: two vectors a stage.
struct ForkJoinVectors : ForkJoin<Known> {
  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return run([sink] {
      std::array<std::vector<std::uint64_t>, 2> parts;
      std::vector<std::uint64_t> items;
      std::uint64_t const count = black_box(fork_count);
      for (std::uint64_t i = 0; i < count; ++i) items.push_back(i);
      for (std::size_t at = 0; at < stages; ++at) {
        for (std::uint64_t const item : items) parts[item % 2].push_back(item);
        items.clear();
        for (std::vector<std::uint64_t>& part : parts) {
          items.insert(items.end(), part.begin(), part.end());
          part.clear();
        }
      }
      for (std::uint64_t const item : items) sink(item);
    });
  }
};

// ---- words ----

// Each word, owned, goes two ways: two greetings are made of it, and it is kept if its length is a
// multiple of 5. The length of everything together.
struct WordsDiamond {
  static std::uint64_t expected(Inputs const& inputs) {
    constexpr std::size_t greetings = std::string_view("hi bye ").size();
    std::uint64_t sum = 0;
    for (std::string const& word : inputs.words()) {
      sum += 2 * word.size() + greetings + (word.size() % 5 == 0 ? word.size() : 0);
    }
    return sum;
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&words = inputs.words(), sink] {
      std::uint64_t sum = 0;
      for (std::string const& word : words) {
        std::string item = word;
        std::array<std::string, 2> greetings{"hi " + item, "bye " + item};
        std::optional<std::string> kept;
        if (item.size() % 5 == 0) kept = std::move(item);
        for (std::string const& greeting : greetings) sum += greeting.size();
        if (kept) sum += kept->size();
      }
      sink(sum);
    });
  }

  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    static constexpr node<"each"> each;
    static constexpr node<"both"> both;
    auto owned =
        inputs.words() | std::views::transform([](std::string const& word) { return word; });
    return run_tick(
        flow(each = source_iter(owned) >> tee(),
             each >> flat_map([](std::string const& word) {
               return std::array<std::string, 2>{"hi " + word, "bye " + word};
             }) >>
                 both,
             each >> filter([](std::string const& word) { return word.size() % 5 == 0; }) >> both,
             both = union_() >>
                    fold([] { return std::uint64_t{0}; },
                         [](std::uint64_t& sum, std::string const& word) { sum += word.size(); }) >>
                    for_each(sink)));
  }
};

}  // namespace

std::span<Workload const> diamond_workloads() {
  static constexpr Workload list[] = {
      workload<FanIn>("fan_in"),
      workload<FanOut>("fan_out"),
      workload<ForkJoin<Known>>("fork_join"),
      workload<ForkJoin<Opaque>>("fork_join_opaque"),
      workload<ForkJoinVectors>("fork_join_vectors"),
      workload<WordsDiamond>("words_diamond"),
  };
  return list;
}

}  // namespace weir::bench
