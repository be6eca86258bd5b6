#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/echo_runs.h"
#include "bench/sections.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

constexpr double small_limit = 1.25;
constexpr double large_limit = 1.15;
constexpr double handshake_limit = 1.10;
constexpr unsigned handshake_count = 1'000;

std::vector<Cell> const cells = {
    {64, 1, 1, small_limit, true},     {64, 64, 1, small_limit, true},
    {64, 64, 8, small_limit, false},   {65536, 1, 1, large_limit, true},
    {65536, 64, 1, large_limit, true}, {65536, 64, 8, large_limit, false}};

// CPU time of the server for each handshake, with one frame echoed.
double handshake_us(Options const& options, Server const& server) {
  Command command = server.command;
  command.insert(command.end(), {"--port", "0", "--cpu", std::to_string(options.server_cpu)});
  Child child(command);
  std::string const port_number = child.read_line().substr(std::string("listening ").size());
  Child load({options.program("tls_load"), "--port", port_number, "--cpu",
              std::to_string(options.load_cpu), "--handshakes", std::to_string(handshake_count),
              "--server-pid", std::to_string(child.pid())});
  auto const result = nlohmann::json::parse(load.finish());
  child.stop();
  return result.at("server_s").get<double>() / handshake_count * 1e6;
}

void measure_handshakes(Options const& options, std::vector<Server> const& contestants,
                        Random& random, Report& report) {
  std::map<std::string, std::vector<double>> cost;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    std::size_t const first = random.below(contestants.size());
    for (std::size_t n = 0; n < contestants.size(); ++n) {
      Server const& server = contestants[(first + n) % contestants.size()];
      cost[server.name].push_back(handshake_us(options, server));
    }
  }
  report.add(
      paired("tls/handshakes", cost["weir"], cost["openssl"], handshake_limit, "us/handshake"));
}

}  // namespace

void measure_tls(Options const& options, Report& report) {
  report.begin_section("tls: the server's CPU time per message; size x connections x depth");
  Random random(options.seed);
  Course const course{options, report, random, "tls", {options.program("tls_load")}};
  std::vector<Server> const contestants{
      {"openssl", {options.program("tls_epoll_echo")}, true},
      {"weir", {options.program("weir_tls_echo")}, false},
  };
  std::map<std::string, Samples> const samples = course.measure(cells, contestants);
  for (Cell const& cell : chosen(options, cells))
    course.report_cell(cell, contestants, samples.at(cell.name()), &Sample::server_ns,
                       "ns/message");
  measure_handshakes(options, contestants, random, report);
}

}  // namespace weir::bench
