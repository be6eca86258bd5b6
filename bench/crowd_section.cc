#include <fmt/format.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

// What a connection that says nothing may cost the server, of its own memory.
constexpr double idle_limit_kib = 4;
// What a minute of connections that come and go may add to it: the receive pool, which is touched
// bit by bit, and the allocator's moods.
constexpr double churn_growth_limit_kib = 4 * 1024 + 1024;

struct Seen {
  nlohmann::json crowd;
  nlohmann::json left;  // what the server itself says of what it still has
};

Seen run_crowd(Options const& options, Command what) {
  Child server({options.program("weir_echo"), "--port", "0", "--cpu",
                std::to_string(options.server_cpu), "--tell-left"});
  std::string const port_number = server.read_line().substr(std::string("listening ").size());
  what.insert(what.begin(), options.program("crowd"));
  what.insert(what.end(), {"--port", port_number, "--pid", std::to_string(server.pid()), "--cpu",
                           std::to_string(options.load_cpu)});
  Seen seen;
  seen.crowd = run_for_json(what);
  kill(server.pid(), SIGUSR1);
  seen.left = nlohmann::json::parse(server.read_line());
  server.stop();
  return seen;
}

void add_left(Report& report, std::string const& name, Seen const& seen) {
  double left = seen.crowd.at("descriptors_left").get<double>();
  for (auto const& [what, count] : seen.left.items()) left += count.get<double>();
  Measurement nothing;
  nothing.name = name + "/left_over";
  nothing.weir = nothing.ratio = left;
  nothing.unit = "things";
  nothing.interval = {left, left};
  nothing.runs = 1;
  report.add(nothing);  // its limit is 0
  report.add_sample(
      {{"section", "crowd"}, {"what", name}, {"crowd", seen.crowd}, {"left", seen.left}});
}

}  // namespace

void measure_crowd(Options const& options, Report& report) {
  report.begin_section("crowd: connections that say nothing, and connections that come and go");
  unsigned const count = options.quick ? 1'000 : 10'000;
  Seen const idle = run_crowd(options, {"idle", "--count", std::to_string(count)});
  report.add(against_bar("crowd/idle", {idle.crowd.at("kib_each").get<double>()}, idle_limit_kib,
                         "KiB each"));
  add_left(report, "crowd/idle", idle);

  Seen const churn = run_crowd(options, {"churn", "--seconds", options.quick ? "3" : "60"});
  report.note(fmt::format("{} connections, {:.0f} a second",
                          churn.crowd.at("count").get<unsigned>(),
                          churn.crowd.at("rate").get<double>()));
  report.add(against_bar("crowd/churn/growth",
                         {churn.crowd.at("resident_growth_kib").get<double>()},
                         churn_growth_limit_kib, "KiB"));
  add_left(report, "crowd/churn", churn);
}

}  // namespace weir::bench
