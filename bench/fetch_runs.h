// The processes behind the benchmarks of fetch: holders that share a core, and a fetcher on
// another.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {

// It listens, and holds what it was told to, once this is made.
class FetchHolder {
 public:
  FetchHolder(Options const& options, Command const& arguments);

  // As the fetcher is told of it.
  std::string name() const;

 private:
  Child child_;
  std::string port_number_;
};

using FetchHolders = std::vector<FetchHolder const*>;

// Of one run to its end: what the fetcher says of it (fetch_fetcher.cc).
nlohmann::json run_fetcher(Options const& options, FetchHolders const& holders,
                           Command const& arguments);

// Large ops and many small ones, until they are durable: against what one core can do, and against
// libtorrent and hypercore, where they are here.
void measure_durable_fetch(Options const& options, Report& report);

}  // namespace weir::bench
