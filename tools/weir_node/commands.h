// The commands of weir-node, a function each: they say what they did on standard output (as JSON
// where that is wanted), show progress on standard error, and fail with one sentence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/weir_node/config.h"
#include "tools/weir_node/node_directory.h"
#include "tools/weir_node/ops_access.h"
#include "weir/base/result.h"

namespace weir::tool {

// How every command says what it has to say.
struct Style {
  bool json = false;
  bool is_quiet = false;
};

// What the process ends with.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_bad_input = 2;   // of the command line
inline constexpr int exit_incomplete = 3;  // an op is not held, or is damaged

Result<int> init(NodeDirectory const& directory, Config const& config, Style style);

// Until SIGTERM or SIGINT.
Result<int> run(NodeDirectory const& directory, Config const& config, Style style);

struct PutOptions {
  std::string source;  // a file, a directory, or "-"
  std::string name;    // instead of the source's own
  // Ops are of the time when their files were changed, not of now: putting the same files once more
  // makes the same ops.
  bool keeps_times = false;
};
Result<int> put(NodeDirectory const& directory, OpsAccess& access, PutOptions const& options,
                Style style);

struct GetOptions {
  OpId id;
  std::string path;  // where to; "-": standard output; empty: its own name
  bool force = false;
};
Result<int> get(OpsAccess& access, GetOptions const& options, Style style);

struct ListOptions {
  bool all = false;  // chunks, too, and what is no content
  bool ids = false;  // nothing but ids, of all ops, without reading them
};
Result<int> list(OpsAccess& access, ListOptions const& options, Style style);

// Each; of those that are held: what they name and what is not held.
Result<int> want(OpsAccess& access, std::vector<OpId> const& ids, Style style);
Result<int> verify(OpsAccess& access, Style style);
Result<int> status(OpsAccess& access, Style style);
Result<int> peers(OpsAccess& access, Style style);

}  // namespace weir::tool
