// Echo servers against each other: one run of a server under a load, many runs in random order, and
// what came of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"
#include "weir/base/random.h"

namespace weir::bench {

struct Cell {
  unsigned size;
  unsigned connections;
  unsigned depth;
  double limit;  // of Weir's figure, to that of the best raw server
  bool quick;    // measured by --quick too

  std::string name() const;
};

// All take `--port N --cpu N`, say `listening PORT` or `listening @NAME`, and stop on SIGTERM.
struct Server {
  std::string name;
  Command command;
  bool raw;  // one that Weir has to keep up with
};

struct Sample {
  double server_ns;  // CPU time per message
  double client_ns;
  double messages_per_s;
  double round_trip_us;  // with one message under way; else meaningless
  double p50_us;
  double p99_us;
  double user_share_percent;  // of the server's CPU time
  double foreign_cores;       // what other processes used meanwhile
};

// By server, in the order of repetitions.
using Samples = std::map<std::string, std::vector<Sample>>;

// What is measured, and with what.
struct Course {
  Options const& options;
  Report& report;
  Random& random;
  std::string section;
  Command load;  // the load generator, as far as it is the same in all cells

  // Each of them once, in random order.
  void repeat_once(Cell const& cell, std::vector<Server> contestants, double seconds,
                   Samples& samples) const;
  // All that are wanted, as often as the options say, in random order; by the cells' names.
  std::map<std::string, Samples> measure(std::vector<Cell> const& cells,
                                         std::vector<Server> const& contestants) const;
  // Weir's figure in one cell against the best raw server's, and all there is to know of both.
  void report_cell(Cell const& cell, std::vector<Server> const& contestants, Samples const& samples,
                   double Sample::*field, char const* unit) const;
};

std::vector<double> column(std::vector<Sample> const& samples, double Sample::*field);
// Whose median is the least.
std::string best_raw(std::vector<Server> const& contestants, Samples const& samples,
                     double Sample::*field);
// Those that --cell, or else --quick, leave of them.
std::vector<Cell> chosen(Options const& options, std::vector<Cell> const& cells);

}  // namespace weir::bench
