#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/weir_node/commands.h"
#include "tools/weir_node/say.h"
#include "weir/p2p/peer_id.h"

namespace weir::tool {

Result<int> init(NodeDirectory const& directory, Config const& config, Style style) {
  // What is written is what will be read, or nothing is written.
  std::string const text = config_text(config);
  Result<Config> readable = parse_config(text, directory.config_file());
  if (!readable) return readable.error();
  Result<Ed25519Key> key = make_node(directory, text);
  if (!key) return key.error();
  std::string const peer = PeerId{key->public_key()}.text();
  std::string out;
  if (style.json) {
    out = text_of(nlohmann::ordered_json{
        {"peer", peer}, {"store", directory.path}, {"config", directory.config_file()}});
  } else if (style.is_quiet) {
    out = peer;
  } else {
    out = fmt::format("peer {}\nconfiguration {}", peer, directory.config_file());
  }
  Result<void> const written = say(out + "\n");
  return written ? Result<int>(exit_done) : written.error();
}

}  // namespace weir::tool
