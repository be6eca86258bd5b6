#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

// Resident memory may grow by what weir/net/limits.h adds up to: the receive pool, the egress total
// and what one tick admits; and a rest for the allocator.
constexpr double pool_kib = 4 * 1024;
constexpr double egress_total_kib = 128 * 1024;
constexpr double admit_kib = 1024;
constexpr double rest_kib = 16 * 1024;
constexpr double growth_limit_kib = pool_kib + egress_total_kib + admit_kib + rest_kib;
// The client may notice the senders by this factor.
constexpr double ping_limit = 2;
// In the last second the senders stand still; what still trickles is less than this.
constexpr double trickle_limit_kib = 1024;

struct Setup {
  std::string name;
  Command server;
  bool is_weir;
};

std::vector<Setup> setups(Options const& options) {
  std::string const weir = options.program("weir_echo");
  if (!std::filesystem::exists(weir)) {
    return {{"epoll", {options.program("epoll_echo")}, false}};
  }
  return {{"flood", {weir}, true},
          {"flood/two_buffers", {weir, "--buffers", "2x262144"}, true},
          {"epoll", {options.program("epoll_echo")}, false}};
}

nlohmann::json flood(Options const& options, Setup const& setup, bool alone) {
  Command command = setup.server;
  command.insert(command.end(), {"--port", "0", "--cpu", std::to_string(options.server_cpu)});
  Child server(command);
  std::string const port_number = server.read_line().substr(std::string("listening ").size());
  Command client{options.program("flood"),
                 "--port",
                 port_number,
                 "--pid",
                 std::to_string(server.pid()),
                 "--cpu",
                 std::to_string(options.load_cpu),
                 "--seconds",
                 fmt::format("{}", options.flood_seconds)};
  if (alone) client.push_back("--alone");
  nlohmann::json result = run_for_json(client);
  server.stop();
  if (result.at("stalled").get<bool>()) {
    throw std::runtime_error(setup.name + ": the well-behaved client got no answer");
  }
  return result;
}

struct Samples {
  std::vector<double> growth_kib;
  std::vector<double> ping_p99_us;
  std::vector<double> ping_p99_alone_us;
  std::vector<double> trickle_kib;
};

Samples measure_setup(Options const& options, Setup const& setup, Report& report) {
  Samples samples;
  for (unsigned i = 0; i < (options.quick ? 1u : 3u); ++i) {
    nlohmann::json alone = flood(options, setup, true);
    nlohmann::json among = flood(options, setup, false);
    samples.growth_kib.push_back(among.at("resident_kib_max").get<double>() -
                                 among.at("resident_kib_start").get<double>());
    samples.ping_p99_us.push_back(among.at("ping_p99_us").get<double>());
    samples.ping_p99_alone_us.push_back(alone.at("ping_p99_us").get<double>());
    samples.trickle_kib.push_back(among.at("sent_bytes_last_second").get<double>() / 1024);
    report.add_sample({{"section", "flood"},
                       {"setup", setup.name},
                       {"alone", std::move(alone)},
                       {"among_senders", std::move(among)}});
  }
  return samples;
}

}  // namespace

void measure_flood(Options const& options, Report& report) {
  report.begin_section("flood: 64 senders that never read, beside a client");
  for (Setup const& setup : setups(options)) {
    Samples const samples = measure_setup(options, setup, report);
    if (!setup.is_weir) {
      report.note(
          fmt::format("{} for comparison: grows by {:.0f} KiB, ping p99 {:.1f} us, alone {:.1f} us",
                      setup.name, median(samples.growth_kib), median(samples.ping_p99_us),
                      median(samples.ping_p99_alone_us)));
      continue;
    }
    report.add(against_bar(setup.name + "/growth", samples.growth_kib, growth_limit_kib, "KiB"));
    report.add(paired(setup.name + "/ping_p99", samples.ping_p99_us, samples.ping_p99_alone_us,
                      ping_limit, "us"));
    report.add(
        against_bar(setup.name + "/last_second", samples.trickle_kib, trickle_limit_kib, "KiB"));
  }
}

}  // namespace weir::bench
