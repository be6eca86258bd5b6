// The parts of `make bench`. Each measures one promise of Weir and adds to the report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "bench/report.h"

namespace weir::bench {

struct Options {
  std::filesystem::path programs;  // the folder of the benchmark programs
  std::filesystem::path source;    // the root of the repository
  std::string data;                // the folder of the large inputs; empty: made up
  std::string cell;                // of echo, to measure only this one; empty: all
  std::string workload;            // of loops, the same
  std::string clang_loops;         // the program `loops` as clang makes it; empty: not measured
  bool quick = false;
  unsigned repetitions = 0;  // of every echo cell
  unsigned pairs = 0;        // of timed loops
  double seconds = 0;        // of one run of echo
  double warmup = 0;
  double flood_seconds = 0;
  std::uint64_t seed = 1;  // of the order of runs
  int server_cpu = 0;
  int load_cpu = 1;

  std::string program(char const* name) const { return (programs / name).string(); }
};

// What the scheduler costs: an empty tick, one item through one, two and more subgraphs.
void measure_ticks(Options const& options, Report& report);
// Flows against hand-written loops: instructions and time.
void measure_loops(Options const& options, Report& report);
// Joins against the same on other hash tables, and nested loops.
void measure_joins(Options const& options, Report& report);
// Framed TCP echo: the server's CPU time per message against the best raw server.
void measure_echo(Options const& options, Report& report);
// The same over UDP, and over UNIX sockets; and a round trip over TCP where neither side sleeps.
void measure_udp(Options const& options, Report& report);
void measure_unix(Options const& options, Report& report);
void measure_spin(Options const& options, Report& report);
// Echo over TLS, and handshakes, against a plain OpenSSL server.
void measure_tls(Options const& options, Report& report);
// Senders that never read: memory stays bounded, and others do not notice.
void measure_flood(Options const& options, Report& report);
// Many connections: what an idle one costs, and what one leaves behind.
void measure_crowd(Options const& options, Report& report);
// Random reads of a file: CPU time per read against fio's.
void measure_files(Options const& options, Report& report);
// Numbers from one worker to another, against a bare queue between two threads.
void measure_handover(Options const& options, Report& report);
// Static files over HTTP: CPU time per request against nginx's.
void measure_http(Options const& options, Report& report);
// Metrics and the picture of a graph, asked for once a second: their share of a processor.
void measure_telemetry(Options const& options, Report& report);
// Ops on a disk against RocksDB itself, and in memory; what two nodes say to find what they lack.
void measure_store(Options const& options, Report& report);
void measure_reconcile(Options const& options, Report& report);
// Ops from node to node: how many a second, with how much memory, from good holders and bad ones,
// and until they are durable; against libtorrent and hypercore.
void measure_fetch(Options const& options, Report& report);
// Two nodes until they hold the same: many ops, and a few that differ among a million.
void measure_sync(Options const& options, Report& report);
// What a flow costs to compile.
void measure_compile(Options const& options, Report& report);
// What a header costs that is included alone.
void measure_headers(Options const& options, Report& report);

}  // namespace weir::bench
