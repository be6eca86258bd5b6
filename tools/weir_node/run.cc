// The command run: a node until it is told to stop.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/weir_node/commands.h"
#include "tools/weir_node/descriptor.h"
#include "tools/weir_node/say.h"
#include "weir/base/log_writer.h"
#include "weir/p2p/node.h"
#include "weir/worker/worker.h"

namespace weir::tool {

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;

NodeOptions node_options(NodeDirectory const& directory, Config const& config, Ed25519Key key) {
  NodeOptions options{.key = std::move(key)};
  options.space = config.space;
  if (config.listen) options.listen = *config.listen;
  options.told_address = config.announce;
  options.peers = config.peers;
  options.bootstrap = config.bootstrap;
  options.allowed = config.allow;
  options.blocked = config.block;
  if (config.http) options.http = config.http->text();
  options.control = "unix:" + directory.control_socket();
  options.serves_bootstrap = config.serve_bootstrap;
  options.sync_period = config.sync_period * seconds;
  options.fetch.room_bytes = config.limits.room * mebibyte;
  options.storage.incoming_bytes_max =
      std::max(options.storage.incoming_bytes_max, 2 * options.fetch.room_bytes);
  return options;
}

// The file that a node which was killed has left. Whoever has the store open is the only node here.
void remove_control_socket(NodeDirectory const& directory) {
  ::unlink(directory.control_socket().c_str());
}

// The kernel closes the sockets of a process that was killed some time after its end: whoever is
// started in its place waits for that.
void wait_for_address(Address const& address) {
  constexpr int tries = 100;
  constexpr int pause_milliseconds = 20;
  for (int n = 0; n < tries; ++n) {
    Descriptor const socket(::socket(address.raw()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int const on = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool const is_taken = ::bind(socket.number(), address.raw(), address.raw_size()) != 0 ||
                          ::listen(socket.number(), 1) != 0;
    if (!is_taken || errno != EADDRINUSE) return;
    ::poll(nullptr, 0, pause_milliseconds);
  }
}

// The first thing that it says: then its commands are answered.
Result<void> say_where(Node const& node, Style style) {
  std::string const id = node.id().text();
  std::string const address = node.address().text();
  std::string const text = style.json
                               ? text_of(nlohmann::ordered_json{{"id", id}, {"address", address}})
                               : fmt::format("peer {} listens on {}", id, address);
  Result<void> const written = say(text + "\n");
  return written ? finish_saying() : written;
}

}  // namespace

Result<int> run(NodeDirectory const& directory, Config const& config, Style style) {
  Result<Ed25519Key> key = load_key(directory);
  if (!key) return key.error();
  if (Result<Address> socket = Address::at_path(directory.control_socket()); !socket) {
    return Error{ENAMETOOLONG, socket.error().message +
                                   "; give the node a directory with a shorter "
                                   "path"};
  }

  Result<Owner<LogWriter>> writer = LogWriter::make();
  if (!writer) return writer.error();
  WorkerOptions options;
  options.log.sink = (*writer)->sink();
  options.log.level = config.log_level;
  Result<std::unique_ptr<Worker>> worker = Worker::make(std::move(options));
  if (!worker) return worker.error();
  // From here on threads are started, the store's: all leave the signals to the worker.
  Result<void> const stops = (*worker)->stop_on_signals();
  if (!stops) return stops.error();

  RocksStoreLimits limits;
  limits.write_buffers_bytes = config.limits.write_buffers * mebibyte;
  limits.block_cache_bytes = config.limits.block_cache * mebibyte;
  Result<Owner<RocksStore>> store = open_store(directory, limits);
  if (!store) return store.error();
  std::string const notice = (*store)->notice();
  if (!notice.empty()) (*worker)->log().warning("the store was damaged", {{"notice", notice}});
  remove_control_socket(directory);
  if (config.listen) wait_for_address(*config.listen);
  if (config.http) wait_for_address(*config.http);
  Result<Owner<Node>> node = Node::make(**worker, std::move(store).value(),
                                        node_options(directory, config, std::move(key).value()));
  if (!node) return node.error();
  Result<void> const said = say_where(**node, style);
  if (!said) return said.error();

  (*worker)->run();
  remove_control_socket(directory);
  return exit_done;
}

}  // namespace weir::tool
