// Runs one join: as a flow of Weir, or as somebody else would write it.
//
//   joins --list                                     each workload and its sides
//   joins --check                                    does every side find what it should?
//   joins WORKLOAD SIDE [--runs N] [--for-ms T] [--warm N] [--cpu CORE]
//
// Each run is prepared anew; only the run is measured: N times, and again until T milliseconds of
// them have been measured. Under callgrind start it with --instr-atstart=no: then only the measured
// runs are counted.
//
// Sides: `weir` the flow; `std`, `boost` a symmetric join on std::unordered_map and on
// boost::unordered_flat_map; `plain` the same on Weir's table, and `two_tables` with a table for
// each side, in both of which nothing is fetched ahead; `hand` nested loops.

#include <malloc.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/arguments.h"
#include "bench/black_box.h"
#include "bench/host.h"
#include "bench/join_flows.h"
#include "bench/join_inputs.h"
#include "bench/join_peers.h"
#include "bench/loops/workload.h"

namespace weir::bench {
namespace {

// Costs nothing.
struct UsePair {
  void operator()(std::uint64_t left, std::uint64_t right) const {
    consume(left);
    consume(right);
  }
};
struct CountPairs {
  std::uint64_t* count;
  void operator()(std::uint64_t, std::uint64_t) const { ++*count; }
};

struct JoinSide {
  std::string_view name;
  std::unique_ptr<Prepared> (*measured)(UsePair);
  std::unique_ptr<Prepared> (*checked)(CountPairs);
};
struct JoinWorkload {
  std::string_view name;
  std::uint64_t (*expected)();
  std::vector<JoinSide> sides;
};

// ---- joins ----

template <Sides (*make)()>
Sides const& input() {
  static Sides const sides = make();
  return sides;
}

template <Sides (*make)(), class Map>
constexpr JoinSide side_with(std::string_view name) {
  constexpr auto prepare = [](auto sink) {
    return run([sink, &sides = input<make>()] { peers::join<Map>(sides, sink); });
  };
  return {name, prepare, prepare};
}
template <Sides (*make)(), template <class, class, class, template <class> class> class Tables>
constexpr JoinSide side_unstaged(std::string_view name) {
  constexpr auto prepare = [](auto sink) {
    return run([sink, &sides = input<make>()] { peers::join_unstaged<Tables>(sides, sink); });
  };
  return {name, prepare, prepare};
}
template <Sides (*make)()>
constexpr JoinSide weir_side() {
  constexpr auto prepare = [](auto sink) { return run_tick(flows::join_of(input<make>(), sink)); };
  return {"weir", prepare, prepare};
}

template <Sides (*make)()>
JoinWorkload join_workload(std::string_view name) {
  return {name,
          [] { return pair_count(input<make>()); },
          {weir_side<make>(), side_with<make, peers::StandardMap>("std"),
           side_with<make, peers::BoostMap>("boost"), side_unstaged<make, JoinTable>("plain"),
           side_unstaged<make, JoinTables>("two_tables")}};
}

// ---- cross joins ----

template <std::size_t lefts, std::size_t rights>
JoinWorkload cross_join_workload(std::string_view name) {
  static auto const left = congruential(lefts, 123);
  static auto const right = congruential(rights, 321);
  constexpr auto weir = [](auto sink) { return run_tick(flows::cross_join_of(left, right, sink)); };
  constexpr auto hand = [](auto sink) {
    return run([sink] { peers::cross_join(left, right, sink); });
  };
  return {name,
          [] { return std::uint64_t{lefts} * rights; },
          {{"weir", weir, weir}, {"hand", hand, hand}}};
}

std::vector<JoinWorkload> all_workloads() {
  return {join_workload<no_match>("no_match"),
          join_workload<match_other_values>("match_other_values"),
          join_workload<match_same_values>("match_same_values"),
          join_workload<zipf_low>("zipf_low"),
          join_workload<zipf_high>("zipf_high"),
          join_workload<graph>("graph"),
          join_workload<hot_key>("hot_key"),
          cross_join_workload<3'000, 3'000>("cross_3000_3000"),
          cross_join_workload<100, 100>("cross_100_100"),
          cross_join_workload<30, 30'000>("cross_30_30000"),
          cross_join_workload<30'000, 30>("cross_30000_30")};
}

// ---- running ----

int check_all(std::vector<JoinWorkload> const& workloads) {
  bool right = true;
  for (JoinWorkload const& workload : workloads) {
    std::uint64_t const expected = workload.expected();
    for (JoinSide const& side : workload.sides) {
      std::uint64_t count = 0;
      side.checked(CountPairs{&count})->run();
      if (count == expected) continue;
      std::fprintf(stderr, "joins: %s %s finds %llu pairs, and should find %llu\n",
                   std::string(workload.name).c_str(), std::string(side.name).c_str(),
                   static_cast<unsigned long long>(count),
                   static_cast<unsigned long long>(expected));
      right = false;
    }
  }
  return right ? 0 : 1;
}

std::uint64_t measured_ns(JoinSide const& side) {
  std::unique_ptr<Prepared> const prepared = side.measured(UsePair{});
  std::uint64_t const begin = now_ns();
  CALLGRIND_START_INSTRUMENTATION;
  prepared->run();
  CALLGRIND_STOP_INSTRUMENTATION;
  return now_ns() - begin;
}

int measure(JoinSide const& side, unsigned warm, unsigned runs, std::uint64_t enough_ns) {
  for (unsigned i = 0; i < warm; ++i) side.measured(UsePair{})->run();
  std::vector<std::uint64_t> times;
  for (std::uint64_t sum = 0; times.size() < runs || sum < enough_ns; sum += times.back()) {
    times.push_back(measured_ns(side));
  }
  std::ranges::sort(times);
  std::printf("{\"min_us\":%.3f,\"median_us\":%.3f,\"runs\":%zu}\n",
              static_cast<double>(times.front()) / 1e3,
              static_cast<double>(times[times.size() / 2]) / 1e3, times.size());
  return 0;
}

int run_program(int count, char** values) {
  Arguments arguments(count, values);
  bool const list = arguments.flag("list");
  bool const check = arguments.flag("check");
  unsigned const warm = arguments.number("warm", 0u);
  unsigned const runs = std::max(1u, arguments.number("runs", 1u));
  std::uint64_t const enough_ns = arguments.number("for-ms", std::uint64_t{0}) * 1'000'000;
  // What one run gave back is not given back to the system, which would count its page faults in
  // the next one: always, never, or by chance.
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  pin_to(arguments.number("cpu", -1));
  std::string const name = arguments.word();
  std::string const side_name = arguments.word();
  arguments.refuse_the_rest();

  std::vector<JoinWorkload> const workloads = all_workloads();
  if (check) return check_all(workloads);
  if (list) {
    for (JoinWorkload const& workload : workloads) {
      std::printf("%s", std::string(workload.name).c_str());
      for (JoinSide const& side : workload.sides) {
        std::printf(" %s", std::string(side.name).c_str());
      }
      std::printf("\n");
    }
    return 0;
  }
  auto const workload = std::ranges::find(workloads, name, &JoinWorkload::name);
  if (workload == workloads.end()) fail("joins: no such workload", EINVAL);
  auto const side = std::ranges::find(workload->sides, side_name, &JoinSide::name);
  if (side == workload->sides.end()) fail("joins: no such side", EINVAL);
  return measure(*side, warm, runs, enough_ns);
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** values) { return weir::bench::run_program(count, values); }
