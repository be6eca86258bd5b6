// What a load generator measures of itself and of the server, and how it says so.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <initializer_list>

#include "bench/host.h"

namespace weir::bench {

// Counts by logarithm, 32 steps an octave: percentiles are right to 3 %.
class Histogram {
 public:
  void add(std::uint64_t value) { ++counts_[index(value)]; }
  void clear() { counts_.fill(0); }

  std::uint64_t percentile(double share) const {
    std::uint64_t total = 0;
    for (std::uint64_t const count : counts_) total += count;
    auto const wanted = static_cast<std::uint64_t>(share * static_cast<double>(total));
    std::uint64_t seen = 0;
    std::size_t at = 0;
    while (at + 1 < counts_.size() && (seen += counts_[at]) <= wanted) ++at;
    return lower_bound(at);
  }

 private:
  static constexpr unsigned step_bits = 5;
  static constexpr std::uint64_t steps = 1u << step_bits;

  static std::size_t index(std::uint64_t value) {
    if (value < steps) return value;
    unsigned const shift = static_cast<unsigned>(std::bit_width(value)) - step_bits - 1;
    return shift * steps + (value >> shift);
  }

  static std::uint64_t lower_bound(std::size_t index) {
    if (index < steps) return index;
    std::size_t const shift = index / steps - 1;
    return (index - shift * steps) << shift;
  }

  std::array<std::uint64_t, 64 * steps> counts_{};
};

// Where things stood at one moment: taken at both ends of what is measured.
struct LoadSample {
  LoadSample(std::uint64_t messages_so_far, int server_pid)
      : time_ns(now_ns()), messages(messages_so_far), own(own_cpu_time()) {
    if (server_pid == 0) return;
    server_ns = cpu_ns_of(server_pid);
    server = sampled_cpu_time_of(server_pid);
  }

  std::uint64_t time_ns;
  std::uint64_t messages;
  CpuTime own;
  std::uint64_t server_ns = 0;
  CpuTime server;
};

struct NamedCount {
  char const* name;
  std::uint64_t value;
};

// One line of JSON.
inline void print_load(LoadSample const& begin, LoadSample const& end, Histogram const& latency,
                       std::initializer_list<NamedCount> others) {
  CpuTime const own = end.own - begin.own;
  CpuTime const server = end.server - begin.server;
  std::printf(
      "{\"messages\":%llu,\"seconds\":%.6f,\"p50_us\":%.1f,\"p99_us\":%.1f,"
      "\"user_s\":%.6f,\"system_s\":%.6f,"
      "\"server_s\":%.9f,\"server_user_s\":%.3f,\"server_system_s\":%.3f",
      static_cast<unsigned long long>(end.messages - begin.messages),
      static_cast<double>(end.time_ns - begin.time_ns) / 1e9,
      static_cast<double>(latency.percentile(0.50)) / 1e3,
      static_cast<double>(latency.percentile(0.99)) / 1e3, own.user_s, own.system_s,
      static_cast<double>(end.server_ns - begin.server_ns) / 1e9, server.user_s, server.system_s);
  for (NamedCount const& other : others)
    std::printf(",\"%s\":%llu", other.name, static_cast<unsigned long long>(other.value));
  std::printf("}\n");
}

}  // namespace weir::bench
