// Ints through one operator with hash tables: those of weir/base/table.h, by hand as well.

#include <array>
#include <cstdint>
#include <ranges>
#include <utility>

#include "bench/loops/workload.h"
#include "weir/base/hash.h"
#include "weir/base/hash_map.h"
#include "weir/base/table.h"
#include "weir/flow/flow.h"
#include "weir/flow/operators.h"

namespace weir::bench {
namespace {

using Counts = std::array<std::uint64_t, 100>;

// How often each of 0 to 99 comes.
Counts count(Ints const& ints) {
  Counts counts{};
  for (std::uint64_t const item : ints) ++counts[item];
  return counts;
}

// The sum of what `of(item, how often on the left, how often on the right)` gives.
template <class Of>
std::uint64_t sum(Counts const& left, Counts const& right, Of of) {
  std::uint64_t sum = 0;
  for (std::uint64_t item = 0; item < left.size(); ++item) sum += of(item, left[item], right[item]);
  return sum;
}

auto source_of(Ints const& ints) { return source_iter(std::views::all(ints)); }

constexpr auto with_unit = [](std::uint64_t item) { return std::pair{item, unit{}}; };

struct MicroUnique {
  static std::uint64_t expected(Inputs const& inputs) {
    Counts const counts = count(inputs.small_ints(0));
    return sum(counts, {}, [](auto item, auto often, auto) { return often > 0 ? item : 0; });
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.small_ints(0), sink] {
      HashSet<std::uint64_t> seen;
      for (std::uint64_t const item : ints) {
        if (seen.insert(item)) sink(item);
      }
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    return run_tick(flow(source_of(inputs.small_ints(0)) >> unique() >> for_each(sink)));
  }
};

struct MicroJoin {
  static std::uint64_t expected(Inputs const& inputs) {
    return sum(count(inputs.small_ints(0)), count(inputs.small_ints(1)),
               [](auto item, auto left, auto right) { return left * right > 0 ? item : 0; });
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&lefts = inputs.small_ints(0), &rights = inputs.small_ints(1), sink] {
      using Table = HashMultimap<std::uint64_t, unit>;
      Table left;
      Table right;
      auto const meet = [sink](Table& own, Table& other, std::uint64_t key) {
        std::uint32_t const tag = own.tag_of(key);
        if (own.insert(tag, key, unit{}) == nullptr) return;
        auto const* const met = other.find(tag, key);
        if (met == nullptr) return;
        for (std::uint32_t i = 0; i < met->size(); ++i) sink(key);
      };
      for (std::uint64_t const key : lefts) meet(left, right, key);
      for (std::uint64_t const key : rights) meet(right, left, key);
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    static constexpr node<"matches"> matches;
    return run_tick(
        flow(matches = join() >> for_each([sink](std::uint64_t key, auto const&) { sink(key); }),
             source_of(inputs.small_ints(0)) >> map(with_unit) >> matches[_0],
             source_of(inputs.small_ints(1)) >> map(with_unit) >> matches[_1]));
  }
};

struct MicroDifference {
  static std::uint64_t expected(Inputs const& inputs) {
    return sum(count(inputs.small_ints(0)), count(inputs.small_ints(1)),
               [](auto item, auto pos, auto neg) { return neg > 0 ? 0 : pos * item; });
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&positive = inputs.small_ints(0), &negative = inputs.small_ints(1), sink] {
      HashSet<std::uint64_t> excluded;
      for (std::uint64_t const item : negative) excluded.insert(item);
      for (std::uint64_t const item : positive) {
        if (!excluded.contains(item)) sink(item);
      }
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    static constexpr node<"rest"> rest;
    return run_tick(flow(rest = difference() >> for_each(sink),
                         source_of(inputs.small_ints(0)) >> rest[pos],
                         source_of(inputs.small_ints(1)) >> rest[neg]));
  }
};

// ---- 1,000 ints on each side ----

// All pairs of a left and a right one, equal ones counting once.
struct MicroCrossJoin {
  static std::uint64_t expected(Inputs const& inputs) {
    Counts const left = count(inputs.fewer_ints(0));
    Counts const right = count(inputs.fewer_ints(1));
    std::uint64_t all = 0;
    for (std::uint64_t item = 0; item < left.size(); ++item) {
      if (left[item] == 0) continue;
      all += sum(right, {}, [item](auto other, auto often, auto) {
        return often > 0 ? 1'000 * item + other : 0;
      });
    }
    return all;
  }

  static std::uint64_t both(std::uint64_t left, std::uint64_t right) {
    return 1'000 * left + right;
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&lefts = inputs.fewer_ints(0), &rights = inputs.fewer_ints(1), sink] {
      HashSet<std::uint64_t> left;
      HashSet<std::uint64_t> right;
      for (std::uint64_t const item : lefts) {
        if (!left.insert(item)) continue;
        for (std::uint64_t const other : right) sink(both(item, other));
      }
      for (std::uint64_t const item : rights) {
        if (!right.insert(item)) continue;
        for (std::uint64_t const other : left) sink(both(other, item));
      }
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    static constexpr node<"pairs"> pairs;
    return run_tick(
        flow(pairs = cross_join() >> for_each([sink](std::uint64_t left, std::uint64_t right) {
                       sink(both(left, right));
                     }),
             source_of(inputs.fewer_ints(0)) >> pairs[_0],
             source_of(inputs.fewer_ints(1)) >> pairs[_1]));
  }
};

struct MicroAntiJoin {
  static std::uint64_t expected(Inputs const& inputs) {
    return sum(count(inputs.fewer_ints(0)), count(inputs.fewer_ints(1)),
               [](auto item, auto pos, auto neg) { return neg > 0 ? 0 : pos * item; });
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&positive = inputs.fewer_ints(0), &negative = inputs.fewer_ints(1), sink] {
      HashSet<std::uint64_t> excluded;
      for (std::uint64_t const item : negative) excluded.insert(item);
      for (std::uint64_t const item : positive) {
        if (!excluded.contains(item)) sink(item);
      }
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    static constexpr node<"rest"> rest;
    return run_tick(
        flow(rest = anti_join() >> for_each([sink](std::uint64_t key, unit) { sink(key); }),
             source_of(inputs.fewer_ints(0)) >> map(with_unit) >> rest[pos],
             source_of(inputs.fewer_ints(1)) >> rest[neg]));
  }
};

// Each int is its own group, and added up.
struct MicroGroupBy {
  static std::uint64_t expected(Inputs const& inputs) {
    return sum(count(inputs.fewer_ints(0)), {},
               [](auto item, auto often, auto) { return item * often; });
  }

  template <class Sink>
  static auto by_hand(Inputs const& inputs, Sink sink) {
    return run([&ints = inputs.fewer_ints(0), sink] {
      HashMap<std::uint64_t, std::uint64_t> groups;
      for (std::uint64_t const item : ints) {
        groups.find_or_insert(item, [] { return std::uint64_t{0}; }).second += item;
      }
      for (auto const& [key, group] : groups.entries()) sink(group);
    });
  }
  template <class Sink>
  static auto as_flow(Inputs const& inputs, Sink sink) {
    return run_tick(flow(source_of(inputs.fewer_ints(0)) >> map([](std::uint64_t item) {
                           return std::pair{item, item};
                         }) >>
                         fold_keyed([] { return std::uint64_t{0}; },
                                    [](std::uint64_t& sum, std::uint64_t item) { sum += item; }) >>
                         for_each([sink](std::uint64_t, std::uint64_t group) { sink(group); })));
  }
};

}  // namespace

std::span<Workload const> table_workloads() {
  static constexpr Workload list[] = {
      workload<MicroUnique>("micro_unique"),         workload<MicroJoin>("micro_join"),
      workload<MicroDifference>("micro_difference"), workload<MicroCrossJoin>("micro_cross_join"),
      workload<MicroAntiJoin>("micro_anti_join"),    workload<MicroGroupBy>("micro_group_by"),
  };
  return list;
}

}  // namespace weir::bench
