// One source, twenty operators in a row, one sink.

#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bench/loops/workload.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir::bench {
namespace {

using Twenty = std::make_index_sequence<20>;

// source >> map(function) >> ... >> sink
template <class Source, class Function, class Sink, std::size_t... step>
auto through_twenty(Source source, Function function, Sink sink, std::index_sequence<step...>) {
  return (std::move(source) >> ... >> (static_cast<void>(step), map(function))) >> std::move(sink);
}

// 1,000,000 ints through 20 maps, each of which adds `by`.
template <std::uint64_t by>
struct Additions {
  static std::uint64_t expected(Inputs const&) {
    return int_count * (int_count - 1) / 2 + 20 * by * int_count;
  }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return run([sink] {
      std::uint64_t const count = black_box(int_count);
      for (std::uint64_t i = 0; i < count; ++i) {
        std::uint64_t item = i;
#pragma GCC unroll 20
        for (int step = 0; step < 20; ++step) item = black_box(item + by);
        sink(item);
      }
    });
  }

  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    auto const add = [](std::uint64_t item) { return black_box(item + by); };
    auto const ints = std::views::iota(std::uint64_t{0}, black_box(int_count));
    return run_tick(flow(through_twenty(source_iter(ints), add, for_each(sink), Twenty{})));
  }
};

// ---- what can be done to 16 items at a time ----

// No two are alike, and each is worth vectorising.
template <std::uint32_t step>
struct Scramble {
  std::uint32_t operator()(std::uint32_t item) const {
    if constexpr (step % 4 == 0) return item + (0x9E37'79B9u ^ step);
    else if constexpr (step % 4 == 1) return item ^ (item >> (step % 13 + 3));
    else if constexpr (step % 4 == 2) return item * (2 * step + 3);
    else return (item << (step % 7 + 1)) ^ item;
  }
};

template <std::size_t... step>
std::uint32_t scramble_all(std::uint32_t item, std::index_sequence<step...>) {
  ((item = Scramble<step>{}(item)), ...);
  return item;
}

template <class Sink>
void give_all(std::vector<std::uint32_t> const& items, Sink sink) {
  if constexpr (std::is_same_v<Sink, AddUp>) {
    for (std::uint32_t const item : items) sink(item);
  } else {
    touch(items.data());
  }
}

// 1,000,000 ints of 32 bits through 20 maps into a vector with room for all.
struct Scrambles {
  static constexpr auto count = static_cast<std::uint32_t>(int_count);

  static std::uint64_t expected(Inputs const&) {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) sum += scramble_all(black_box(i), Twenty{});
    return sum;
  }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    std::vector<std::uint32_t> items;
    items.reserve(count);
    return run([items = std::move(items), sink]() mutable {
      std::uint32_t const end = black_box(count);
      for (std::uint32_t i = 0; i < end; ++i) items.push_back(scramble_all(i, Twenty{}));
      give_all(items, sink);
    });
  }

  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    struct State {
      std::vector<std::uint32_t> items;
      Graph graph;
    };
    auto state = std::make_unique<State>();
    state->items.reserve(count);
    [&]<std::size_t... step>(std::index_sequence<step...>) {
      flow((source_iter(std::views::iota(std::uint32_t{0}, black_box(count))) >> ... >>
            map(Scramble<step>{})) >>
           dest(state->items))
          .install(state->graph);
    }
    (Twenty{});
    return run([state = std::move(state), sink] {
      state->graph.run_tick();
      give_all(state->items, sink);
    });
  }
};

// ---- text ----

struct UpperCaseInPlace {
  std::string&& operator()(std::string&& text) const {
    for (char& letter : text) {
      if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return std::move(text);
  }
};
struct UpperCaseCopy {
  std::string operator()(std::string const& text) const {
    std::string copy = text;
    return UpperCaseInPlace{}(std::move(copy));
  }
};
struct Append {
  std::string&& operator()(std::string&& text) const {
    text += "barfoo";
    return std::move(text);
  }
};

// 100,000 times "foobar" through the same function 20 times. (By hand without a loop too: g++ is
// the less willing to inline a function the more calls there are.)
template <class Function, std::uint64_t length>
struct Texts {
  static constexpr std::uint64_t count = 100'000;
  static constexpr Function function{};

  static std::uint64_t expected(Inputs const&) {
    return count * (length + (length > 6 ? 'f' : 'F'));
  }

  template <std::size_t... step>
  static void twenty_times(std::string& text, std::index_sequence<step...>) {
    if constexpr (std::is_same_v<Function, UpperCaseCopy>) {
      ((static_cast<void>(step), text = function(text)), ...);
    } else {
      ((static_cast<void>(step), function(std::move(text))), ...);
    }
  }
  template <class Sink>
  static void give(std::string const& text, Sink sink) {
    touch(text.data());
    sink(text.size() + static_cast<std::uint64_t>(text.front()));
  }

  template <class Sink>
  static auto by_hand(Inputs const&, Sink sink) {
    return run([sink] {
      std::uint64_t const end = black_box(count);
      for (std::uint64_t i = 0; i < end; ++i) {
        std::string text = "foobar";
        twenty_times(text, Twenty{});
        give(text, sink);
      }
    });
  }

  template <class Sink>
  static auto as_flow(Inputs const&, Sink sink) {
    auto texts = std::views::iota(std::uint64_t{0}, black_box(count)) |
                 std::views::transform([](std::uint64_t) { return std::string("foobar"); });
    auto const end = for_each([sink](std::string const& text) { give(text, sink); });
    return run_tick(flow(through_twenty(source_iter(texts), function, end, Twenty{})));
  }
};

}  // namespace

std::span<Workload const> chain_workloads() {
  static constexpr Workload list[] = {
      workload<Additions<0>>("identity"),
      workload<Additions<1>>("arithmetic"),
      workload<Scrambles>("maps_into_vector"),
      workload<Texts<UpperCaseInPlace, 6>>("upcase_in_place"),
      workload<Texts<UpperCaseCopy, 6>>("upcase_allocating"),
      workload<Texts<Append, 126>>("upcase_concat"),
  };
  return list;
}

}  // namespace weir::bench
