#include <map>
#include <string>
#include <vector>

#include "bench/echo_runs.h"
#include "bench/sections.h"
#include "weir/base/random.h"

namespace weir::bench {
namespace {

constexpr double udp_limit = 1.10;
constexpr double unix_limit = 1.10;
constexpr double spin_limit = 1.20;

// What is under way fits into the memory that a socket has for it (net.core.rmem_default), or it
// would be the losses that are measured.
std::vector<Cell> const udp_cells = {{64, 1, 1, udp_limit, true},    {64, 1, 32, udp_limit, true},
                                     {64, 64, 1, udp_limit, false},  {64, 8, 16, udp_limit, false},
                                     {1024, 1, 1, udp_limit, false}, {1024, 1, 32, udp_limit, true},
                                     {1024, 64, 1, udp_limit, false}};

std::vector<Cell> const unix_cells = {
    {64, 1, 1, unix_limit, true},     {64, 64, 1, unix_limit, false},
    {64, 64, 32, unix_limit, true},   {1024, 1, 1, unix_limit, false},
    {1024, 64, 32, unix_limit, true}, {65536, 64, 1, unix_limit, false}};

std::vector<Cell> const spin_cells = {{64, 1, 1, spin_limit, true}, {1024, 1, 1, spin_limit, true}};

// Longer than any round trip: they never sleep.
constexpr char const* spin_time_us = "1000000";

void measure_all(Course const& course, std::vector<Cell> const& cells,
                 std::vector<Server> const& contestants, double Sample::*field, char const* unit) {
  std::map<std::string, Samples> const samples = course.measure(cells, contestants);
  for (Cell const& cell : chosen(course.options, cells))
    course.report_cell(cell, contestants, samples.at(cell.name()), field, unit);
}

}  // namespace

void measure_udp(Options const& options, Report& report) {
  report.begin_section("udp: the server's CPU time per datagram; size x sockets x depth");
  Random random(options.seed);
  Course const course{options, report, random, "udp", {options.program("datagram_load")}};
  std::vector<Server> const contestants{
      {"epoll", {options.program("epoll_datagrams")}, true},
      {"uring", {options.program("uring_datagrams")}, true},
      {"weir", {options.program("weir_echo"), "--udp"}, false},
  };
  measure_all(course, udp_cells, contestants, &Sample::server_ns, "ns/datagram");
}

void measure_unix(Options const& options, Report& report) {
  report.begin_section("unix: as echo, over UNIX sockets");
  Random random(options.seed);
  Course const course{options, report, random, "unix", {options.program("load")}};
  std::string const uring = options.program("uring_echo");
  std::vector<Server> const contestants{
      {"epoll", {options.program("epoll_echo"), "--unix"}, true},
      {"uring", {uring, "--unix", "--buffers", "1024x16384"}, true},
      {"uring_inc", {uring, "--unix", "--buffers", "16x262144", "--incremental"}, true},
      {"weir", {options.program("weir_echo"), "--unix"}, false},
  };
  measure_all(course, unix_cells, contestants, &Sample::server_ns, "ns/message");
}

void measure_spin(Options const& options, Report& report) {
  report.begin_section("spin: a round trip over TCP where neither side sleeps");
  Random random(options.seed);
  Course const course{options, report, random, "spin", {options.program("load"), "--spin"}};
  std::vector<Server> const contestants{
      {"epoll", {options.program("epoll_echo"), "--spin"}, true},
      {"uring", {options.program("uring_echo"), "--spin"}, true},
      {"weir", {options.program("weir_echo"), "--spin-us", spin_time_us}, false},
  };
  measure_all(course, spin_cells, contestants, &Sample::round_trip_us, "us");
}

}  // namespace weir::bench
