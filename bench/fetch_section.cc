// Ops between nodes: the fetcher on one core, all holders on another, TCP over loopback, every op
// verified by its hash.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/fetch_runs.h"

namespace weir::bench {
namespace {

constexpr double op_bar_ns = 1e9 / 300'000;
// The slowest of all numbers of pending ids has 85 % of the rate of the quickest.
constexpr double spread_limit = 1 / 0.85;
constexpr double pending_bar_bytes = 200;
constexpr double duplicate_bar = 0.02;
constexpr double bad_holders_limit = 1.3;
// What a slow holder gives: 10 Mbit/s.
constexpr int slow_bytes_per_second = 1'250'000;
constexpr std::array<std::uint64_t, 4> pending_counts{1'000, 10'000, 100'000, 1'000'000};

double ns_of(nlohmann::json const& run) { return 1e9 / run.at("rate").get<double>(); }

std::string text(std::uint64_t number) { return std::to_string(number); }

// With so many ids wanted at any time.
void measure_pending(Options const& options, Report& report) {
  std::uint64_t const ops = options.quick ? 200'000 : 500'000;
  FetchHolder const holder(options, {"--ops", text(ops + pending_counts.back())});
  std::array<std::vector<double>, pending_counts.size()> ns;
  std::vector<double> bytes;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    for (std::size_t k = 0; k < pending_counts.size(); ++k) {
      nlohmann::json const run = run_fetcher(
          options, {&holder}, {"--ops", text(ops), "--pending", text(pending_counts[k])});
      ns[k].push_back(ns_of(run));
      if (pending_counts[k] == pending_counts.back())
        bytes.push_back(run.at("pending_bytes").get<double>());
      report.add_sample({{"section", "fetch"}, {"pending", pending_counts[k]}, {"run", run}});
    }
  }
  for (std::size_t k = 0; k < pending_counts.size(); ++k)
    report.add(against_bar(fmt::format("fetch/1KiB/{} pending", pending_counts[k]), ns[k],
                           op_bar_ns, "ns/op"));
  auto const [quickest, slowest] = std::ranges::minmax_element(ns, {}, median);
  report.add(paired("fetch/1KiB/slowest and quickest of these", *slowest, *quickest, spread_limit,
                    "ns/op"));
  report.add(against_bar("fetch/memory of a pending id", bytes, pending_bar_bytes, "bytes"));
}

// Every op may come from each of them.
void measure_holders(Options const& options, Report& report) {
  std::string const ops = "100000";
  Command const holds{"--ops", ops};
  FetchHolder const first(options, holds);
  FetchHolder const second(options, holds);
  FetchHolder const third(options, holds);
  FetchHolder const fourth(options, holds);
  FetchHolder const slow(options, {"--ops", ops, "--slow", std::to_string(slow_bytes_per_second)});
  FetchHolder const silent(options, {"--silent"});
  std::vector<double> duplicates;
  std::vector<double> with;
  std::vector<double> without;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    auto const four = run_fetcher(options, {&first, &second, &third, &fourth}, {"--ops", ops});
    auto const bad = run_fetcher(options, {&first, &second, &slow, &silent}, {"--ops", ops});
    auto const good = run_fetcher(options, {&first, &second}, {"--ops", ops});
    duplicates.push_back(four.at("duplicate").get<double>());
    duplicates.push_back(bad.at("duplicate").get<double>());
    with.push_back(bad.at("seconds").get<double>() * 1e3);
    without.push_back(good.at("seconds").get<double>() * 1e3);
    report.add_sample({{"section", "fetch"}, {"four", four}, {"bad", bad}, {"good", good}});
  }
  report.add(
      against_bar("fetch/four holders/duplicate bytes", duplicates, duplicate_bar, "of all"));
  report.add(
      paired("fetch/a silent and a slow holder of four", with, without, bad_holders_limit, "ms"));
}

}  // namespace

FetchHolder::FetchHolder(Options const& options, Command const& arguments)
    : child_([&] {
        Command command{options.program("fetch_holder"), "--cpu", std::to_string(options.load_cpu)};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return command;
      }()),
      port_number_(child_.read_line().substr(std::string("listening ").size())) {}

std::string FetchHolder::name() const { return fmt::format("{}:{}", port_number_, child_.pid()); }

nlohmann::json run_fetcher(Options const& options, FetchHolders const& holders,
                           Command const& arguments) {
  std::string names;
  for (FetchHolder const* const holder : holders)
    names += (names.empty() ? "" : ",") + holder->name();
  Command command{options.program("fetch_fetcher"), "--cpu", std::to_string(options.server_cpu),
                  "--holders", names};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_for_json(command);
}

void measure_fetch(Options const& options, Report& report) {
  report.begin_section("fetch: ops from nodes over TCP, verified, into memory and onto a disk");
  measure_pending(options, report);
  measure_holders(options, report);
  measure_durable_fetch(options, report);
}

}  // namespace weir::bench
