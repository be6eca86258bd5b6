// Where a node keeps what is its own:
//
//   DIR/weir-node.toml   its configuration (config.h); written last, so who finds it finds a node
//   DIR/key.pem          its Ed25519 key, for its owner's eyes alone: who has it is this node
//   DIR/ops/             the ops (store/rocks_store.h)
//   DIR/control.sock     a UNIX socket, while it runs: where the commands find it
#pragma once

#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/crypto/ed25519.h"
#include "weir/store/rocks_store.h"

namespace weir::tool {

struct NodeDirectory {
  std::string path;

  std::string config_file() const { return path + "/weir-node.toml"; }
  std::string key_file() const { return path + "/key.pem"; }
  std::string ops() const { return path + "/ops"; }
  std::string control_socket() const { return path + "/control.sock"; }
};

// Makes it, in a directory that is new or empty, with a key of its own and an empty store. Returns
// the key. Fails with one sentence, and then has changed nothing that was there.
Result<Ed25519Key> make_node(NodeDirectory const& directory, std::string_view config);
// One sentence if that is no node's directory.
Result<void> check_node(NodeDirectory const& directory);
// Refuses a key that others than its owner may read.
Result<Ed25519Key> load_key(NodeDirectory const& directory);
// Fails if another process has it open.
Result<Owner<RocksStore>> open_store(NodeDirectory const& directory,
                                     RocksStoreLimits const& limits = {});

// At most `bytes_max` of a file.
Result<std::string> read_file(std::string const& path, std::size_t bytes_max);

}  // namespace weir::tool
