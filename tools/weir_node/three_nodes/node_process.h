// One of the three: its directory, its process, and what it says of itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/weir_node/node_directory.h"
#include "tools/weir_node/ops_access.h"
#include "tools/weir_node/three_nodes/child.h"

namespace weir::tool {

// What it has and what it took to get it, over all its runs.
struct NodeFigures {
  std::uint64_t ops = 0;
  std::uint64_t bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t duplicate_bytes = 0;
  std::uint64_t requests = 0;
  double bytes_per_second = 0;
};

class NodeProcess {
 public:
  // In `folder`, named `name`; `program` is weir-node.
  NodeProcess(std::string program, std::string const& folder, std::string name)
      : program_(std::move(program)),
        name_(std::move(name)),
        directory_{folder + "/" + name_},
        log_(folder + "/" + name_ + ".log") {}

  Result<void> init();
  // Again after its end: where it was before. `dials` is a URL, or empty.
  Result<void> start(std::string const& dials);
  // SIGKILL.
  void kill();
  // SIGTERM; fails if it does not end well.
  Result<void> stop();
  bool is_running() const { return process_.is_running(); }

  // Another command for it, as a process beside it.
  Result<Child> begin(std::vector<std::string> words) const;
  // The same, to its end: the line that it has said. Fails if the command does.
  Result<std::string> command(std::vector<std::string> words) const;

  // Asks it; as they were while it does not run.
  Result<NodeFigures> figures();
  // All ids that it holds, sorted.
  Result<std::vector<OpId>> ids();

  std::string const& name() const { return name_; }
  std::string const& address() const { return address_; }
  // weir://ADDRESS/PEER: a connection to nobody else.
  std::string url() const { return "weir://" + address_ + "/" + peer_; }

 private:
  std::string const program_;
  std::string const name_;
  NodeDirectory const directory_;
  std::string const log_;
  std::string address_;
  std::string peer_;
  Child process_;
  std::unique_ptr<OpsAccess> access_;
  NodeFigures before_;  // of the runs that have ended
  NodeFigures last_;
};

}  // namespace weir::tool
