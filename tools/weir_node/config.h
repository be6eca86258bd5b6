// What a node is configured with: the file weir-node.toml, and what the command line says instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/log.h"
#include "weir/base/result.h"
#include "weir/p2p/peer_id.h"
#include "weir/ring/address.h"

namespace weir::tool {

inline constexpr std::size_t config_bytes_max = 1u << 20;

// Of memory, in MiB.
struct ConfigLimits {
  std::uint64_t room = 64;  // ops that peers may send before they are on the disk
  std::uint64_t write_buffers =
      192;                         // of the store: what is durable in its log, and not sorted yet
  std::uint64_t block_cache = 64;  // of the store
};

struct Config {
  std::string space = "weir";
  std::optional<Address> listen;    // for peers; none: loopback, any port
  std::optional<Address> announce;  // where others find it, if that is not where it listens
  std::vector<PeerUrl> peers;       // who is dialled
  std::optional<Address> http;      // metrics, the graph, health
  std::vector<std::string> bootstrap;
  bool serve_bootstrap = false;  // on `http`
  std::vector<PeerId> allow;
  std::vector<PeerId> block;
  std::uint64_t sync_period = 60;  // seconds between two reconciliations with a peer
  ConfigLimits limits{};
  LogLevel log_level = LogLevel::info;
};

// Fails with one sentence that says the line. A key that it does not know is refused: it is a
// mistake more often than a wish of the future.
Result<Config> parse_config(std::string_view text, std::string const& file);
Result<Config> load_config(std::string const& file);

// The text of a new file, every key in it explained.
std::string config_text(Config const& config);

}  // namespace weir::tool
